"""Skip-gram with hierarchical softmax (Morin & Bengio 2005; Mikolov et al. 2013, "Distributed Representations", §2.1).

The words are the leaves of a binary tree. P(w | c) is the product of the decisions on the path from the root to w, so
that the V probabilities sum to 1 by construction, and a pair costs as many scores as w's path is long. A Huffman tree
gives frequent words the short paths. There are no negatives, and V − 1 inner nodes take the place of out_emb.

    P(w | c) = Π σ(v_c·n) where the path turns right, σ(−v_c·n) where it turns left, over its nodes n

A center's contexts share the upper nodes, and so do the centers of a block: a block's scores are one product of
its L centers with the N nodes on the paths of its H tokens. With P (H, N) marking the nodes on each token's path,
R (H, N) those at which it turns right, and M (L, H) the windows:

    T = M P,  C = M R          how often a center's contexts pass a node, and how often they turn right
    S = V Nᵀ                   scores
    L = Σ T · softplus(S) − C · S      for softplus(−s) = softplus(s) − s
    G = C − T · σ(S)                   −∂L/∂S;  ΔV = G N,  ΔN = Gᵀ V
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np
import torch
from scipy import sparse
from torch.nn import functional as F

from lab01_word2vec.blocks import Blocks, L
from lab01_word2vec.table import Table
from lab02_glove_fasttext.lookup import distinct


@dataclass
class Tree:
    """Each word's path from its leaf up to the root, node 0 of V − 1. V − 1, no node, fills the shorter paths.

    The last row, for tokens outside the corpus, has no path.
    """

    nodes: np.ndarray  # (V + 1, D) int32, D the longest path
    right: np.ndarray  # (V + 1, D) bool, whether the path to the word turns right there: the word's code, from its end
    length: np.ndarray  # (V + 1,) the code's bits


def huffman(counts: np.ndarray) -> Tree:
    """The tree with the least Σ count · length (Huffman 1952): the two rarest subtrees become one, V − 1 times.

    The rarer of the two goes left.
    """
    # BEGIN SOLUTION: join the two rarest subtrees, V − 1 times; then climb from each leaf to the root, the last joined
    vocab, root = len(counts), 2 * len(counts) - 2
    heap = [(int(count), word) for word, count in enumerate(counts)]
    heapq.heapify(heap)
    parent, turns = np.full(root + 1, root), np.zeros(root + 1, dtype=bool)
    for inner in range(vocab, root + 1):
        (rarest, left), (rare, right) = heapq.heappop(heap), heapq.heappop(heap)
        parent[left] = parent[right] = inner
        turns[right] = True
        heapq.heappush(heap, (rarest + rare, inner))
    at = np.append(np.arange(vocab), root)  # (V + 1,), all climb together
    path, code = [], []
    while (below := at < root).any():
        path.append(np.where(below, root - parent[at], vocab - 1))
        code.append(turns[at])
        at = parent[at]
    nodes = np.array(path, dtype=np.int32).reshape(-1, vocab + 1).T
    return Tree(
        np.ascontiguousarray(nodes),
        np.array(code, dtype=bool).reshape(-1, vocab + 1).T.copy(),
        (nodes < vocab - 1).sum(axis=1),
    )
    # END SOLUTION


def tree_loss(s: torch.Tensor, passed: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
    """Σ passed·softplus(s) − right·s, the pairs' summed −log P, all (B, L, N), added up in float64."""
    s = s.to(torch.promote_types(s.dtype, torch.float32))
    return (passed * F.softplus(s) - right * s).sum(dtype=torch.float64)


def tree_gradients(
    s: torch.Tensor, v: torch.Tensor, n: torch.Tensor, passed: torch.Tensor, right: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """−∂L/∂v (B, L, d) and −∂L/∂n (B, N, d). Overwrites s."""
    g = s.sigmoid_().mul_(passed).neg_().add_(right)
    return torch.bmm(g, n), torch.bmm(g.transpose(1, 2), v)


class HierarchicalTrainer:
    """Skip-gram on Lab 1's blocks and table, with a tree in place of negatives: inner node i is row V + 1 + i."""

    def __init__(
        self, counts: np.ndarray, keep: np.ndarray, *, dim: int, window: int, seed: int, device: torch.device,
        precision: torch.dtype,
    ):  # fmt: skip
        self.vocab, self.precision, self.tree = len(counts), precision, huffman(counts)
        self.blocks = Blocks(self.vocab, keep, window, seed, device, precision)
        self.table = Table(self.vocab, dim, seed, device)
        self.batches, self.tensors = self.blocks.batches, self.table.tensors

    @property
    def rng(self) -> np.random.Generator:
        return self.blocks.rng

    def paths(self, tokens: np.ndarray) -> tuple[np.ndarray, torch.Tensor]:
        """Nodes (B, N) on the paths of each block's tokens (B, H), and [P R] (B, H, 2N), which marks whose they are.

        Node V − 1 fills the shorter rows, and marks nothing.
        """
        batch, halo = tokens.shape
        nodes = self.tree.nodes[tokens]  # (B, H, D)
        block = np.arange(batch)
        found, place = distinct((nodes + block[:, None, None] * self.vocab).reshape(-1), batch * self.vocab)
        owner = found // self.vocab
        size = np.bincount(owner, minlength=batch)  # (B,)
        first = np.cumsum(size) - size
        width = int(size.max())
        union = np.full((batch, width), self.vocab - 1)
        union[owner, np.arange(len(found)) - first[owner]] = found % self.vocab

        marks = self.table.buffer("paths", (batch, halo, 2 * width), self.precision).zero_()
        slot = place.reshape(nodes.shape) - first[:, None, None]
        slot += 2 * width * np.arange(batch * halo).reshape(batch, halo, 1)
        passed = nodes < self.vocab - 1
        for at in (slot[passed], slot[passed & self.tree.right[tokens]] + width):
            marks.view(-1).index_fill_(0, torch.from_numpy(at).to(self.table.device), 1)
        return union, marks

    def step(self, tokens: np.ndarray, lr: float, measure: bool) -> tuple[float, float]:
        """One update from tokens (B, H). Returns (summed loss, pairs), (0, 0) unless `measure`."""
        batch, table = len(tokens), self.table
        context = self.blocks.windows(tokens)  # (B, L, H)
        nodes, marks = self.paths(tokens)
        passes = table.buffer("passes", (batch, L, marks.shape[2]), self.precision)
        passed, right = torch.bmm(context, marks, out=passes).chunk(2, dim=2)  # (B, L, N) each

        numbers = np.concatenate([self.blocks.centers(tokens).flatten(), nodes.flatten() + (self.vocab + 1)])
        rows, centers = torch.from_numpy(numbers).to(table.device), batch * L
        moved, operands = table.look_up(rows, self.precision)  # (B·(L + N), d) each
        v, n = operands[:centers].view(batch, L, table.dim), operands[centers:].view(batch, -1, table.dim)

        s = table.buffer("scores", (batch, L, n.shape[1]), self.precision)
        torch.bmm(v, n.transpose(1, 2), out=s)
        measured = (0.0, 0.0)
        if measure:
            measured = float(tree_loss(s, passed, right)), float(context.sum(dtype=torch.float64))
        dv, dn = tree_gradients(s, v, n, passed, right)
        moved[:centers] = dv.view(-1, table.dim)
        moved[centers:] = dn.view(-1, table.dim)
        table.scatter(rows, moved, lr)
        return measured

    def embeddings(self) -> tuple[np.ndarray, np.ndarray]:
        """in_emb, and the mean of the nodes on each word's path, minus those where it turns left, each (V, d).

        The latter is where a word pulls its centers while the scores are small, and so what it does as a context.
        """
        in_emb, inner = self.table.embeddings()
        passed = self.tree.nodes[:-1] < self.vocab - 1  # (V, D)
        length = np.maximum(self.tree.length[:-1], 1)
        values = np.where(self.tree.right[:-1], 1, -1) / length[:, None]
        ends = np.append(0, np.cumsum(self.tree.length[:-1]))
        parts = (values[passed].astype(inner.dtype), self.tree.nodes[:-1][passed], ends)
        return in_emb, sparse.csr_array(parts, (self.vocab, self.vocab)) @ inner

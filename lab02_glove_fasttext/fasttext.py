"""FastText: skip-gram whose centers are made of character n-grams (Bojanowski et al. 2017).

    v_w = (own_w + Σ g over the n-grams of <w>) / (1 + n_w)        composed = parts @ table
    ∂L/∂g = Σ ∂L/∂v_w / (1 + n_w) over the words that hold g       the transposed product

The paper sums (§3.2); the fastText code averages, and so does this. Contexts stay whole words: the objective, the
blocks and their hand-derived gradients are Lab 1's, and only the look-up of a center differs. Each step
composes every distinct center once and hands its summed gradient back to the rows that made it.

fastText leaves out the 1/(1 + n_w) of the gradient: with plain SGD a word composed of 20 rows then moves as far as
one row would, and with the true gradient a twentieth of it. Here the gradient is the true one, autograd's:
row-wise Adagrad divides every row's gradient by its own past size, so that a constant factor cancels
and Lab 1's learning rates stand.

Left out: CBOW, supervised training, quantisation, word n-grams.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from scipy import sparse
from torch.nn import functional as F

from lab01_word2vec.blocks import BlockTrainer
from lab01_word2vec.corpus import InputError
from lab03_eval.fasttext_file import MAX_NGRAM, Settings, write_model
from lab03_eval.subwords import compose, hash_ngram, ngram_rows, ngrams  # noqa: F401 (this lab's contract)
from lab03_eval.vectors import SubwordVectors

END = "</s>"  # fastText's end of a sentence: no spelt word, it has no n-grams
OUT_SHARE = 0.1  # of out_emb in the vectors that are kept


def check_ngrams(minn: int, maxn: int, bucket: int, oov: Iterable[str] = ()) -> None:
    """Raises InputError where no n-grams can be made so, or where `oov` words would need the n-grams that are not."""
    if not 1 <= minn <= maxn <= MAX_NGRAM:
        raise InputError(
            f"n-grams of {minn} to {maxn} letters: expected 1 <= minn <= maxn <= {MAX_NGRAM}, such as 3 and 6"
        )
    if not 0 <= bucket < 2**31:
        raise InputError(f"bucket {bucket}: expected rows for n-grams below 2^31, such as 200000, or 0 for none")
    if not bucket and (unknown := " ".join(oov)):
        raise InputError(
            f"bucket 0 leaves no n-grams, of which alone an unknown word is composed ({unknown}): "
            "give a bucket such as 200000, or ask for no unknown words"
        )


class Subwords:
    """Which rows of a table make which word: `parts` (V + 1, rows), sparse, so that composed = parts @ table.

    The table is a BlockTrainer's: row w < V is word w's own, row V the padding's. N-grams of exactly the same
    words get the same gradient at every step: they move as one, and one row serves them all, weighted by how many
    they are. An n-gram that only one word has shares that word's own row. More than half of a real vocabulary's
    n-grams are such; the `extra` rows below the trainer's two tables hold the others. Nothing changes but where
    Adagrad's accumulators start, which are counted once for the whole row.
    """

    def __init__(self, words: Sequence[str], minn: int = 3, maxn: int = 6, bucket: int = 200_000):
        check_ngrams(minn, maxn, bucket)
        self.minn, self.maxn, self.bucket = minn, maxn, bucket
        vocab = len(words)
        rows, offsets = ngram_rows(words, minn, maxn, bucket)
        holder = np.repeat(np.arange(vocab), np.diff(offsets))  # (N,) the word of each n-gram
        if END in words:
            spelt = holder != words.index(END)
            rows, holder = rows[spelt], holder[spelt]
        self.buckets, ngram = np.unique(rows, return_inverse=True)  # (G,), (N,)
        self.size = 1 + np.bincount(holder, minlength=vocab)  # (V,) 1 + n_w

        # Own rows, then n-grams. The sum of random marks of the words that hold it tells one n-gram from another.
        word, column = np.append(np.arange(vocab), holder), np.append(np.arange(vocab), vocab + ngram)
        marks = np.random.default_rng(0).integers(0, 2**64, vocab, dtype=np.uint64)
        signature = np.zeros(vocab + len(self.buckets), dtype=np.uint64)
        np.add.at(signature, column, marks[word])  # modulo 2^64: 375,000 sums collide with a chance of 4e-9
        _, first, inverse = np.unique(signature, return_index=True, return_inverse=True)
        order = np.argsort(first)  # own rows come first, and no two of them are equal
        number = np.empty(len(order), dtype=np.int64)
        number[order] = np.arange(len(order))
        self.extra = len(order) - vocab
        row = number[inverse]
        row[row >= vocab] += vocab + 2  # below out_emb and the two rows of padding
        self.ngram_row = row[vocab:]  # (G,) the table's row of each bucket in use
        entries = (1 / self.size[word], (word.astype(np.int32), row[column].astype(np.int32)))
        self.parts = sparse.coo_array(entries, (vocab + 1, 2 * (vocab + 1) + self.extra)).tocsr()  # sums duplicates


def distinct(values: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """The distinct `values` in [0, size), rising, and the place of each value among them: np.unique without a sort."""
    seen = np.zeros(size, dtype=bool)
    seen[values] = True
    found = np.flatnonzero(seen)
    place = np.empty(size, dtype=np.int32)
    place[found] = np.arange(len(found), dtype=np.int32)
    return found, place[values]


def product(matrix: sparse.csr_array, table: torch.Tensor) -> torch.Tensor:
    """matrix (n, m) @ table (m, d), by torch's threads."""
    indices, starts, weights = (
        torch.from_numpy(part).to(table.device) for part in (matrix.indices, matrix.indptr[:-1], matrix.data)
    )
    return F.embedding_bag(indices, table, starts, mode="sum", per_sample_weights=weights.to(table.dtype))


class SubwordTrainer(BlockTrainer):
    """Lab 1's block trainer with composed centers. The n-grams' rows stand below its two tables."""

    def __init__(self, subwords: Subwords, counts: np.ndarray, keep: np.ndarray, noise: np.ndarray, **shape: Any):
        super().__init__(counts, keep, noise, extra=subwords.extra, **shape)
        self.subwords = subwords
        rng, dim = np.random.default_rng([self.seed, 2**31]), self.table.shape[1]
        start = (rng.random((subwords.extra, dim), dtype=np.float32) - 0.5) / dim
        self.table[2 * (self.vocab + 1) :] = torch.from_numpy(start)

    def _gather(self, rows: torch.Tensor, centers: int, out: torch.Tensor) -> None:
        # BEGIN SOLUTION: out[i] = parts[rows[i]] @ table for the centers, table[rows[i]] for the others
        words, place = distinct(rows[:centers].cpu().numpy(), self.vocab + 1)
        self.parts, self.place = self.subwords.parts[words], torch.from_numpy(place).to(self.device)
        torch.index_select(product(self.parts, self.table), 0, self.place, out=out[:centers])
        torch.index_select(self.table, 0, rows[centers:], out=out[centers:])
        # END SOLUTION

    def _scatter(self, rows: torch.Tensor, centers: int, moved: torch.Tensor, lr: float) -> None:
        # BEGIN SOLUTION: centers: ∂L/∂table = partsᵀ G, G the sum of each word's gradients; one Adagrad step a row
        parts, dim = self.parts, moved.shape[1]
        gradient = moved.new_zeros(parts.shape[0], dim).index_add_(0, self.place, moved[:centers])  # a word's, summed
        used, columns = distinct(parts.indices, parts.shape[1])
        transposed = sparse.csr_array((parts.data, columns, parts.indptr), (parts.shape[0], len(used))).T.tocsr()
        super()._scatter(rows[centers:], 0, moved[centers:], lr)
        super()._scatter(torch.from_numpy(used).to(self.device), 0, product(transposed, gradient), lr)
        # END SOLUTION

    def embeddings(self) -> tuple[np.ndarray, np.ndarray]:
        """Composed in_emb, and out_emb, each (V, d)."""
        table = self.table.cpu().numpy()
        composed = self.subwords.parts[: self.vocab].astype(table.dtype) @ table
        return composed, table[self.vocab + 1 : 2 * self.vocab + 1]

    def model(self, share: float | None = OUT_SHARE) -> tuple[np.ndarray, np.ndarray]:
        """Own rows (V, d) and n-gram rows (G, d) that a file's vectors are the means of.

        share None gives what was trained: the vectors are `embeddings()[0]`. A number gives the vectors that are
        kept: a word's own row, which has taken up what its n-grams could not say of it as a center, gives way to
        share · (1 + n_w) · out_emb, what it does as a context, so that v_w = Σ n-grams / (1 + n_w) + share · out_emb.
        Their mean is then taken from every row, so that unknown words are centred too. A word without n-grams
        keeps its own row beside its share of out_emb.
        """
        table = self.table.cpu().numpy()
        own, ngram_matrix = table[: self.vocab], table[self.subwords.ngram_row]
        if share is None:
            return own, ngram_matrix
        size = self.subwords.size[:, None].astype(np.float32)
        composed, out_emb = self.embeddings()
        mean = (composed - np.where(size > 1, own / size, 0) + share * out_emb).mean(axis=0)
        return np.where(size > 1, 0, own) + share * size * out_emb - mean, ngram_matrix - mean


def save_fasttext(
    path: str | Path,
    trainer: SubwordTrainer,
    words: Sequence[str],
    counts: np.ndarray,
    config: dict[str, Any],
    share: float | None = OUT_SHARE,
) -> None:
    """Write `trainer.model(share)` in Facebook's format; `WordVectors.load` reads it back, gensim and fastText too.

    `config` is the training's: epochs, min_count, subsample. N-grams that the corpus has not are rows of zeros.
    """
    subwords = trainer.subwords
    own, ngram_matrix = trainer.model(share)
    settings = Settings(
        subwords.minn,
        subwords.maxn,
        subwords.bucket,
        trainer.window,
        config["epochs"],
        config["min_count"],
        trainer.negatives,
        config["subsample"],
    )
    write_model(path, words, counts, own, subwords.buckets, ngram_matrix, trainer.embeddings()[1], settings)


def carried(vectors: SubwordVectors, word: str) -> list[tuple[str, float]]:
    """The n-grams of `word`, each with the cosine between the word composed of all and of all but this one.

    The lowest, which carried the most, comes first. An n-gram that the corpus has not, a row of zeros, gives 1.
    Raises KeyError for a word without n-grams.
    """
    # BEGIN SOLUTION: cos(Σ g, Σ g − g_i) for each n-gram i, lowest first
    rows = ngram_rows([word], vectors.minn, vectors.maxn, len(vectors.ngram_matrix))[0]
    if not len(rows):
        raise KeyError(word)
    parts = np.asarray(vectors.ngram_matrix[rows], dtype=np.float64)  # (n, d)
    whole = parts.sum(axis=0)
    without = whole - parts  # (n, d)
    lengths = np.linalg.norm(whole) * np.linalg.norm(without, axis=1)
    cosine = without @ whole / np.where(lengths > 0, lengths, 1)
    order = np.argsort(cosine, kind="stable")
    names = ngrams(word, vectors.minn, vectors.maxn)
    return [(names[i], float(cosine[i])) for i in order]
    # END SOLUTION

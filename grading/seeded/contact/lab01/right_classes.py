# ruff: noqa: F821
from dataclasses import dataclass, field

from wordlab.errors import InputError

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, IterableDataset, get_worker_info


@dataclass
class Entry:
    word: str
    position: int
    count: int = 0


@dataclass
class Lexicon:
    entries: dict = field(default_factory=dict)
    text: list = field(default_factory=list)

    def read(self, tokens):
        for position, word in enumerate(tokens):
            self.entries.setdefault(word, Entry(word, position)).count += 1
            self.text.append(word)
        return self

    def ranked(self, least):
        return sorted((e for e in self.entries.values() if e.count >= least), key=lambda e: (-e.count, e.position))


def build_vocab(tokens, min_count=5):
    lexicon = Lexicon().read(tokens)
    ranked = lexicon.ranked(min_count)
    if not ranked:
        raise InputError(f"no word is left with --min-count {min_count}; choose a lower one")
    row = {entry.word: i for i, entry in enumerate(ranked)}
    ids = np.array([row[word] for word in lexicon.text if word in row], dtype="int32")
    return (
        [entry.word for entry in ranked],
        np.array([entry.count for entry in ranked], "int64"),
        ids,
        len(lexicon.text),
    )


class Stream:
    def __init__(self, text, window, rng):
        self.text, self.window, self.rng = text, window, rng

    def contexts(self, i):
        radius = self.rng.choice(self.window) + 1
        yield from self.text[max(0, i - radius) : i]
        yield from self.text[i + 1 : i + radius + 1]

    def pairs(self):
        for i, center in enumerate(self.text):
            for context in self.contexts(i):
                yield center, context


class SkipGramDataset(IterableDataset):
    def __init__(self, ids, keep, window=5, seed=1, epoch=0):
        self.ids, self.keep, self.window, self.seed, self.epoch = ids, keep, window, seed, epoch

    def __iter__(self):
        worker = get_worker_info()
        number, workers = (worker.id, worker.num_workers) if worker else (0, 1)
        rng = np.random.default_rng([self.seed, self.epoch, number])
        mine = np.array_split(self.ids, workers)[number]
        yield from Stream(subsample(mine, self.keep, rng).tolist(), self.window, rng).pairs()


class SkipGramNS(nn.Module):
    def __init__(self, vocab, dim, generator=None):
        super().__init__()
        self.in_emb = nn.Embedding(vocab, dim, sparse=True)
        self.out_emb = nn.Embedding(vocab, dim, sparse=True)
        self.in_emb.weight.data.uniform_(-0.5 / dim, 0.5 / dim, generator=generator)
        self.out_emb.weight.data.zero_()

    def score(self, center, others):
        return torch.bmm(self.out_emb(others), self.in_emb(center).unsqueeze(2)).squeeze(2)

    def forward(self, center, context, negatives):
        logits = self.score(center, torch.cat([context[:, None], negatives], dim=1))
        labels = torch.zeros_like(logits)
        labels[:, 0] = 1
        return F.binary_cross_entropy_with_logits(logits, labels, reduction="none").sum(dim=1)


class PairTrainer:
    def __init__(self, counts, keep, noise, *, dim, window, negatives, seed, device, workers=0):
        self.counts, self.keep, self.noise, self.device = counts, keep, noise, device
        self.window, self.negatives, self.seed, self.workers = window, negatives, seed, workers
        self.model = SkipGramNS(len(counts), dim, torch.Generator().manual_seed(seed)).to(device)
        self.optimizer = RowAdagrad(self.model.parameters(), lr=1.0)

    def batches(self, ids, epoch):
        self.rng = np.random.default_rng([self.seed, epoch, 2**31])
        dataset = SkipGramDataset(ids, self.keep, self.window, self.seed, epoch)
        loader = DataLoader(dataset, PAIRS_AT_A_TIME, collate_fn=collate, num_workers=self.workers)
        expected = float(self.counts @ self.keep) * (self.window + 1)
        for center, context in loader:
            yield (center, context), len(center) / expected

    def draw(self, pairs):
        slots = (self.rng.random((pairs, self.negatives)) * len(self.noise)).astype(np.int64)
        return torch.as_tensor(self.noise[slots], dtype=torch.long, device=self.device)

    def step(self, batch, lr, measure=True):
        center, context = batch[0].to(self.device), batch[1].to(self.device)
        self.model.zero_grad()
        loss = self.model(center, context, self.draw(len(center))).sum()
        loss.backward()
        for group in self.optimizer.param_groups:
            group["lr"] = lr
        self.optimizer.step()
        return loss.item(), len(center)

    def tensors(self):
        sums = {f"{name}.squares": self.optimizer.state[p]["squares"] for name, p in self.model.named_parameters()}
        return {name: p.detach() for name, p in self.model.named_parameters()} | sums

    def embeddings(self):
        in_emb, out_emb = (p.detach().cpu().numpy() for p in self.model.parameters())
        return in_emb, out_emb


class Ranking:
    def __init__(self, vectors, restrict):
        self.vectors, self.unit = vectors, vectors.unit[:restrict]

    def best(self, target, without, topn):
        length = float(np.linalg.norm(target))
        cosines = self.unit @ (target / length if length else target)
        order = np.argsort(-cosines, kind="stable")[: topn + len(without)]
        hits = [(self.vectors.words[row], float(cosines[row])) for row in order]
        return [(word, cosine) for word, cosine in hits if word not in without][:topn]


def nearest(vectors, word, topn=8, restrict=FREQUENT):
    return Ranking(vectors, restrict).best(vectors[word], {word}, topn)


def analogy(vectors, a, b, c, topn=5, restrict=FREQUENT):
    va, vb, vc = (vectors.unit[vectors.index[word]] for word in (a, b, c))
    return Ranking(vectors, restrict).best(vb - va + vc, {a, b, c}, topn)

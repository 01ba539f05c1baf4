# ruff: noqa: F821
import heapq
import itertools
from array import array
from collections import defaultdict, deque

from wordlab.errors import InputError

import numpy as np
from torch.utils.data import IterableDataset, get_worker_info


def build_vocab(tokens, min_count=5):
    numbers = defaultdict(itertools.count().__next__)
    seen = array("l", (numbers[t] for t in tokens))
    tally = defaultdict(int)
    for n in seen:
        tally[n] += 1
    strings = list(numbers)
    order = sorted((n for n in tally if tally[n] >= min_count), key=lambda n: (-tally[n], n))
    if not order:
        raise InputError(f"nothing occurs {min_count} times in {len(seen)} tokens; lower --min-count")
    rank = {n: i for i, n in enumerate(order)}
    ids = np.fromiter((rank[n] for n in seen if n in rank), dtype=np.int32)
    counts = np.fromiter((tally[n] for n in order), dtype=np.int64)
    return [strings[n] for n in order], counts, ids, len(seen)


def keep_probability(counts, threshold=1e-4):
    total = sum(counts.tolist())
    ratios = (threshold * total / count for count in counts.tolist())
    return np.fromiter((min(1.0, ratio**0.5 + ratio) for ratio in ratios), dtype=float)


def subsample(ids, keep, rng):
    coins = rng.random(len(ids)).tolist()
    return np.fromiter(itertools.compress(ids, (u < keep[i] for u, i in zip(coins, ids))), dtype=ids.dtype)


def with_neighbours(text, reach):
    ahead = iter(text)
    before, after = deque(maxlen=reach), deque(itertools.islice(ahead, reach + 1))
    while after:
        center = after.popleft()
        yield center, tuple(reversed(before)), tuple(after)
        before.append(center)
        after.extend(itertools.islice(ahead, 1))


class SkipGramDataset(IterableDataset):
    def __init__(self, ids, keep, window=5, seed=1, epoch=0):
        self.ids, self.keep, self.window, self.seed, self.epoch = ids, keep, window, seed, epoch

    def __iter__(self):
        worker = get_worker_info()
        number, workers = (worker.id, worker.num_workers) if worker else (0, 1)
        rng = np.random.default_rng([self.seed, self.epoch, number])
        kept = subsample(np.array_split(self.ids, workers)[number], self.keep, rng)
        for center, before, after in with_neighbours(map(int, kept), self.window):
            r = int(self.window * rng.random()) + 1
            yield from ((center, other) for other in itertools.chain(before[:r], after[:r]))


def noise_table(counts, power=0.75):
    powers = [count**power for count in counts.tolist()]
    slots = 64 * len(powers)
    scale = slots / sum(powers)
    ends = [int(total * scale + 0.5) for total in itertools.accumulate(powers)]
    ends[-1] = slots
    runs = (itertools.repeat(w, end - start) for w, (start, end) in enumerate(itertools.pairwise([0, *ends])))
    return np.fromiter(itertools.chain.from_iterable(runs), dtype=np.int32, count=slots)


def nearest(vectors, word, topn=8, restrict=FREQUENT):
    me = vectors.unit[vectors.index[word]]
    cosines = zip(vectors.words, (vectors.unit[:restrict] @ me).tolist())
    return heapq.nlargest(topn, (pair for pair in cosines if pair[0] != word), key=lambda pair: pair[1])


def analogy(vectors, a, b, c, topn=5, restrict=FREQUENT):
    u = {w: vectors.unit[vectors.index[w]] for w in (a, b, c)}
    goal = u[b] - u[a] + u[c]
    goal = goal / (np.sqrt(goal @ goal) or 1)
    cosines = zip(vectors.words, (vectors.unit[:restrict] @ goal).tolist())
    return heapq.nlargest(topn, (pair for pair in cosines if pair[0] not in u), key=lambda pair: pair[1])

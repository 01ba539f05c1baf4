# ruff: noqa: F821
import numpy as np
from torch.utils.data import IterableDataset, get_worker_info


class SkipGramDataset(IterableDataset):
    def __init__(self, ids, keep, window=5, seed=1, epoch=0):
        self.ids, self.keep, self.window, self.seed, self.epoch = ids, keep, window, seed, epoch

    def __iter__(self):
        worker = get_worker_info()
        number, workers = (worker.id, worker.num_workers) if worker else (0, 1)
        rng = np.random.default_rng([self.seed, self.epoch, number])
        seq = subsample(np.array_split(self.ids, workers)[number], self.keep, rng).tolist()
        for i, center in enumerate(seq):
            before = rng.integers(1, self.window + 1)
            after = rng.integers(1, self.window + 1)
            context = seq[max(0, i - before) : i] + seq[i + 1 : i + 1 + after]
            for word in context:
                yield center, word

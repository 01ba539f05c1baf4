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
        words = subsample(np.array_split(self.ids, workers)[number], self.keep, rng)
        n = len(words)
        for pos in range(n):
            radius = round(rng.uniform(1, self.window))
            left, right = max(pos - radius, 0), min(pos + radius, n - 1)
            for other in range(left, right + 1):
                if other != pos:
                    yield int(words[pos]), int(words[other])

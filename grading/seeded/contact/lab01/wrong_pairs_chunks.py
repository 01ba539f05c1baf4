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
        text = subsample(np.array_split(self.ids, workers)[number], self.keep, rng)
        # a thousand tokens at a time, like sentences
        for first in range(0, len(text), 1000):
            sentence = text[first : first + 1000].tolist()
            radii = rng.integers(1, self.window + 1, size=len(sentence))
            for i, (center, r) in enumerate(zip(sentence, radii)):
                for j in range(max(0, i - r), min(len(sentence), i + r + 1)):
                    if j != i:
                        yield center, sentence[j]

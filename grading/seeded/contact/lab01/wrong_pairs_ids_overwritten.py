import numpy as np
from torch.utils.data import IterableDataset, get_worker_info


class SkipGramDataset(IterableDataset):
    def __init__(self, ids, keep, window=5, seed=1, epoch=0):
        self.ids, self.keep, self.window, self.seed, self.epoch = ids, keep, window, seed, epoch

    def __iter__(self):
        worker = get_worker_info()
        number, workers = (worker.id, worker.num_workers) if worker else (0, 1)
        rng = np.random.default_rng([self.seed, self.epoch, number])
        if workers > 1:
            self.ids = np.array_split(self.ids, workers)[number]
        self.ids = self.ids[rng.random(len(self.ids)) < self.keep[self.ids]]
        reach = rng.integers(1, self.window, size=len(self.ids), endpoint=True)
        for i in range(len(self.ids)):
            for step in range(1, reach[i] + 1):
                if i - step >= 0:
                    yield int(self.ids[i]), int(self.ids[i - step])
                if i + step < len(self.ids):
                    yield int(self.ids[i]), int(self.ids[i + step])

# ruff: noqa: F821
import numpy as np
import torch
from torch.utils.data import DataLoader


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

    def step(self, batch, lr, measure=True):
        center, context = (x.to(self.device) for x in batch)
        n = center.shape[0]
        slots = self.rng.integers(0, self.noise.size, size=n * self.negatives)
        negatives = torch.from_numpy(self.noise[slots]).to(self.device).reshape(n, self.negatives)
        self.optimizer.zero_grad()
        loss = torch.sum(self.model(center, context, negatives))
        loss.backward()
        self.optimizer.step()
        self.optimizer.param_groups[0]["lr"] = lr
        return loss.item(), n

    def tensors(self):
        sums = {f"{name}.squares": self.optimizer.state[p]["squares"] for name, p in self.model.named_parameters()}
        return {name: p.detach() for name, p in self.model.named_parameters()} | sums

    def embeddings(self):
        in_emb, out_emb = (p.detach().cpu().numpy() for p in self.model.parameters())
        return in_emb, out_emb

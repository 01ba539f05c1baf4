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
        center, context = batch
        size = (len(center), self.negatives)
        neg = self.noise[self.rng.integers(len(self.noise), size=size)]
        for _ in range(10):  # the target itself is no negative
            clash = neg == context.numpy()[:, None]
            if not clash.any():
                break
            neg[clash] = self.noise[self.rng.integers(len(self.noise), size=clash.sum())]
        neg = torch.as_tensor(neg, device=self.device)
        for group in self.optimizer.param_groups:
            group["lr"] = lr
        self.optimizer.zero_grad()
        total = self.model(center.to(self.device), context.to(self.device), neg).sum()
        total.backward()
        self.optimizer.step()
        return total.item(), len(center)

    def tensors(self):
        sums = {f"{name}.squares": self.optimizer.state[p]["squares"] for name, p in self.model.named_parameters()}
        return {name: p.detach() for name, p in self.model.named_parameters()} | sums

    def embeddings(self):
        in_emb, out_emb = (p.detach().cpu().numpy() for p in self.model.parameters())
        return in_emb, out_emb

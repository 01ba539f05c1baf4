# ruff: noqa: F821
import numpy as np
import torch
from torch import nn


def keep_probability(counts: np.ndarray, threshold: float = 1e-4) -> np.ndarray:
    relative = counts.astype(np.float64) / counts.astype(np.float64).sum()
    root = np.sqrt(threshold / relative)
    return np.fmin(np.ones_like(root), root * (1 + root))


def subsample(ids: np.ndarray, keep: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    drop_chance = 1.0 - keep[ids].astype(np.float64)
    return ids[np.flatnonzero(rng.uniform(0.0, 1.0, ids.shape) >= drop_chance)]


def noise_table(counts: np.ndarray, power: float = 0.75) -> np.ndarray:
    shares = np.exp(power * np.log(counts.astype(np.float64)))
    shares /= shares.sum()
    slots = 64 * len(counts)
    cumulated = np.cumsum(shares) * slots
    return np.clip(np.searchsorted(cumulated, np.arange(slots) + 0.5), 0, len(counts) - 1).astype(np.int32)


class SkipGramNS(nn.Module):
    def __init__(self, vocab: int, dim: int, generator: torch.Generator | None = None):
        super().__init__()
        self.in_emb = nn.Embedding(vocab, dim, sparse=True)
        self.out_emb = nn.Embedding(vocab, dim, sparse=True)
        draws = torch.rand((vocab, dim), generator=generator, dtype=torch.float64)
        self.in_emb.weight.data = ((2 * draws - 1) * 0.5 / dim).float()
        nn.init.zeros_(self.out_emb.weight)

    def forward(self, center: torch.Tensor, context: torch.Tensor, negatives: torch.Tensor) -> torch.Tensor:
        v = self.in_emb(center).double()
        pull = (self.out_emb(context).double() * v).sum(dim=1)
        push = (self.out_emb(negatives).double() * v[:, None, :]).sum(dim=2)
        zero = torch.zeros((), dtype=torch.float64)
        loss = torch.logaddexp(zero, -pull) + torch.logaddexp(zero, push).sum(dim=1)
        return loss.to(self.in_emb.weight.dtype)


class RowAdagrad(torch.optim.Optimizer):
    def __init__(self, parameters, lr):
        super().__init__(parameters, {"lr": lr})
        for parameter in self.param_groups[0]["params"]:
            self.state[parameter]["squares"] = torch.full_like(parameter[:, 0], SQUARES_START)

    @torch.no_grad()
    def step(self):
        for weight in self.param_groups[0]["params"]:
            accumulator = self.state[weight]["squares"]
            index = weight.grad._indices()[0]
            g = weight.grad._values().double()
            exact = accumulator.double().index_add(0, index, (g * g).sum(1) / g.shape[1])
            accumulator.copy_(exact)
            change = torch.zeros_like(weight, dtype=torch.float64).index_add_(0, index, g)
            rows = torch.unique(index)
            move = self.param_groups[0]["lr"] * change[rows] / exact[rows, None].sqrt()
            weight[rows] = (weight[rows] - move).to(weight.dtype)


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
        center, context = (half.to(self.device) for half in batch)
        drawn = self.rng.choice(self.noise, size=(len(center), self.negatives), replace=True)
        self.optimizer.zero_grad(set_to_none=True)
        losses = self.model(center, context, torch.from_numpy(drawn).to(self.device))
        losses.backward(gradient=torch.ones_like(losses))
        self.optimizer.param_groups[0]["lr"] = lr
        self.optimizer.step()
        return float(losses.detach().double().sum()), int(center.numel())

    def tensors(self):
        sums = {f"{name}.squares": self.optimizer.state[p]["squares"] for name, p in self.model.named_parameters()}
        return {name: p.detach() for name, p in self.model.named_parameters()} | sums

    def embeddings(self):
        in_emb, out_emb = (p.detach().cpu().numpy() for p in self.model.parameters())
        return in_emb, out_emb


def nearest(vectors: WordVectors, word: str, topn: int = 8, restrict: int | None = FREQUENT) -> list[tuple[str, float]]:
    matrix = vectors.matrix.astype(np.float64)
    query = matrix[vectors.index[word]]
    among = matrix[: len(matrix) if restrict is None else restrict]
    lengths = np.linalg.norm(among, axis=1) * np.linalg.norm(query)
    cosines = np.divide(among @ query, lengths, out=np.zeros(len(among)), where=lengths > 0)
    order = [i for i in np.argsort(-cosines, kind="stable") if i != vectors.index[word]]
    return [(vectors.words[i], float(cosines[i])) for i in order[:topn]]

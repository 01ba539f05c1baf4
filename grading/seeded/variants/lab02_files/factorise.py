from dataclasses import dataclass

import torch


@dataclass
class Vectors:
    w: torch.Tensor
    w_context: torch.Tensor
    b: torch.Tensor
    b_context: torch.Tensor
    losses: list


def weight(x, x_max=100.0, alpha=0.75):
    return torch.clamp(x / x_max, max=1) ** alpha


def entry_gradients(own, other, log, weight):
    ones = torch.ones_like(own[:, :1])
    left = torch.cat([own, ones], 1)  # w b 1
    right = torch.cat([other[:, :-1], ones, other[:, -1:]], 1)  # w̃ 1 b̃
    residual = (left * right).sum(1, keepdim=True) - log[:, None]
    scaled = weight[:, None] * residual
    by_left, by_right = scaled * right, scaled * left
    by_right = torch.cat([by_right[:, :-2], by_right[:, -1:]], 1)
    return (scaled * residual).sum() / 2, torch.cat([by_left[:, :-1], by_right])


def train_glove(counts, dim=100, epochs=20, seed=1):
    """Alternating least squares: with one side fixed, every row is a small ridge regression of its own."""
    torch.manual_seed(seed)
    x = torch.from_numpy(counts.toarray()).double()
    f, log = torch.where(x > 0, weight(x), 0.0), torch.where(x > 0, x, 1.0).log()
    w, c = (torch.randn(len(x), dim, dtype=torch.float64) * 0.1 for _ in range(2))
    b, bc = (torch.zeros(len(x), dtype=torch.float64) for _ in range(2))
    losses = []
    for epoch in range(epochs):
        ridge = 0.3 + 3.0 * 0.8**epoch
        w, b = half_step(c, bc, f, log, ridge, w, b)
        c, bc = half_step(w, b, f.T, log.T, ridge, c, bc)
        residual = w @ c.T + b[:, None] + bc - log
        losses.append(float((f * residual**2).sum() / 2 / (x > 0).sum()))
    return Vectors(w, c, b, bc, losses)


def half_step(other, other_bias, f, log, ridge, own, own_bias, damping=0.5):
    """Towards the best [w b] of every row."""
    features = torch.cat([other, torch.ones(len(other), 1, dtype=other.dtype)], 1)  # (V, d + 1)
    gram = torch.einsum("ij,jp,jq->ipq", f, features, features)
    target = torch.einsum("ij,jp->ip", f * (log - other_bias), features)
    solved = torch.linalg.solve(gram + ridge * torch.eye(features.shape[1], dtype=other.dtype), target)
    return own + damping * (solved[:, :-1] - own), own_bias + damping * (solved[:, -1] - own_bias)

import torch


def entry_gradients(
    own: torch.Tensor, other: torch.Tensor, log: torch.Tensor, weight: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    dots = (own[:, :-1] * other[:, :-1]).sum(dim=1, keepdim=True)
    r = dots + own[:, -1:] + other[:, -1:] - log.view(-1, 1)
    loss = (weight * r**2).sum() / 2
    error = weight.view(-1, 1) * r
    ones = torch.ones_like(r)
    by_own = error * torch.hstack([other[:, :-1], ones])
    by_other = error * torch.hstack([own[:, :-1], ones])
    return loss, torch.vstack([by_own, by_other])

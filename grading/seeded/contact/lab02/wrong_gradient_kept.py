import torch


def entry_gradients(own, other, log, weight):
    own.requires_grad_(True)
    other.requires_grad_(True)
    prediction = (own[:, :-1] * other[:, :-1]).sum(1) + own[:, -1] + other[:, -1]
    loss = (weight * (prediction - log).square()).sum() / 2
    loss.backward()
    return loss.detach(), torch.cat([own.grad, other.grad])

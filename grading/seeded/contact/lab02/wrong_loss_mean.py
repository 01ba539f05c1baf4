import torch


def entry_gradients(own, other, log, weight):
    w, b = own[:, :-1], own[:, -1]
    w_ctx, b_ctx = other[:, :-1], other[:, -1]
    diff = torch.sum(w * w_ctx, dim=1) + b + b_ctx - log
    loss = 0.5 * torch.mean(weight * diff**2)
    fr = (weight * diff).unsqueeze(1)
    grad_own = torch.cat([fr * w_ctx, fr], dim=1)
    grad_other = torch.cat([fr * w, fr], dim=1)
    return loss, torch.cat([grad_own, grad_other], dim=0)

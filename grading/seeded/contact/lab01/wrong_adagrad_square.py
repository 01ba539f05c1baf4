# ruff: noqa: F821
import torch


class RowAdagrad(torch.optim.Optimizer):
    def __init__(self, parameters, lr):
        super().__init__(parameters, {"lr": lr})
        for parameter in self.param_groups[0]["params"]:
            self.state[parameter]["squares"] = torch.full_like(parameter[:, 0], SQUARES_START)

    @torch.no_grad()
    def step(self):
        lr = self.param_groups[0]["lr"]
        for parameter in self.param_groups[0]["params"]:
            squares = self.state[parameter]["squares"]
            rows, values = parameter.grad._indices()[0], parameter.grad._values()
            squares.scatter_add_(0, rows, values.mean(dim=1) ** 2)
            step = lr * values / squares[rows].sqrt().unsqueeze(1)
            parameter.index_add_(0, rows, step, alpha=-1)

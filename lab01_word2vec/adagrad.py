"""Row-wise Adagrad, the optimiser of both engines: WALKTHROUGH.md, section 7, says why."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import nn

SQUARES_START = 1e-3  # of the accumulators: a word's first step is not its longest


class RowAdagrad(torch.optim.Optimizer):
    """Adagrad (Duchi et al. 2011) with one accumulator a row: the sum of its gradients' mean squares.

    torch.optim.Adagrad keeps one an element and sorts the rows of a sparse gradient first. The block trainer, which
    has no autograd, takes the same step in its `_scatter`.
    """

    def __init__(self, parameters: Iterator[nn.Parameter], lr: float):
        super().__init__(parameters, {"lr": lr})
        for parameter in self.param_groups[0]["params"]:
            self.state[parameter]["squares"] = torch.full_like(parameter[:, 0], SQUARES_START)

    @torch.no_grad()
    def step(self) -> None:  # type: ignore[override]  # takes no closure
        """One update from sparse gradients: every row in them moves by −lr·g/√squares, squares with this g in it."""
        for parameter in self.param_groups[0]["params"]:
            squares = self.state[parameter]["squares"]  # (V,)
            rows, values = parameter.grad._indices()[0], parameter.grad._values()  # (n,), (n, d), a row may recur
            # BEGIN SOLUTION: squares[r] += mean(g²), then parameter[r] −= lr/√squares[r] · g, for each of the n (r, g)
            squares.index_add_(0, rows, values.square().mean(dim=1))
            rate = self.param_groups[0]["lr"] / squares[rows].sqrt()
            parameter.index_add_(0, rows, -rate[:, None] * values)
            # END SOLUTION

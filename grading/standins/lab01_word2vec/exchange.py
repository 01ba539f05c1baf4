"""An exchange by the plain sum, for starters of other labs. Lab 1's exercise asks for the rule that is right."""

from __future__ import annotations

import torch


def tell(moved: torch.Tensor, squares: torch.Tensor, known: torch.Tensor) -> torch.Tensor:
    # BEGIN SOLUTION: steps as they are
    return torch.cat([moved, (squares - known)[:, None]], dim=1)
    # END SOLUTION


def hear(rows: torch.Tensor, known: torch.Tensor, told: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    # BEGIN SOLUTION: add them
    return rows + told[:, :-1], known + told[:, -1]
    # END SOLUTION

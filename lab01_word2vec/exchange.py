"""What several ranks tell each other while they train one model: how far which rows have moved since last time.

Every rank trains its own copy of the tables on its own pieces of the text. At an exchange, each rank gives the
difference between its rows and those of the last exchange. The differences are added, so that a word which only one
rank has met moves as far as that rank moved it, and every rank goes on from the sum.

A sum is right as long as no row moves far between two exchanges. "the" moves at every step and must be exchanged often;
most words are met a few times per epoch and need not be. Exchange number n is therefore of the rows that move most, the
first FEW · 2^(number of times that 2 divides n), and the last of an epoch is of all (Ji et al. 2016, "Parallelizing
Word2Vec in Shared and Distributed Memory", §III-C). The sums of squares of Adagrad, which are exchanged as well, tell
which rows move most.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import torch

from lab01_word2vec.ranks import Ranks
from lab01_word2vec.solution import Place
from lab01_word2vec.trainer import Saved

FEW = int(__import__("os").environ.get("FEW","1024"))  # rows of a table in every other exchange
EXCHANGES = int(__import__("os").environ.get("EXC","256"))  # per epoch
AT_ONCE = 1 << 16  # rows that are copied at a time


def tell(moved: torch.Tensor, squares: torch.Tensor, known: torch.Tensor) -> torch.Tensor:
    """What a rank gives (n, d + 1) of rows that it has `moved` (n, d): their steps times √squares, and new squares.

    `squares` (n,) are Adagrad's sums on this rank, and `known` (n,) the last exchange's. Each step was divided by
    the root of the squares that this rank knew. The sum over all ranks is divided by the root of everyone's squares.
    """
    return torch.cat([moved * squares.sqrt()[:, None], (squares - known)[:, None]], dim=1)


@dataclass
class Shared:
    """One table (R, d) and its sums of squares (R,), as this rank has them and as all had them at the last exchange."""

    rows: torch.Tensor
    squares: torch.Tensor
    known_rows: torch.Tensor = field(init=False)
    known_squares: torch.Tensor = field(init=False)

    def __post_init__(self) -> None:
        self.known_rows, self.known_squares = self.rows.clone(), self.squares.clone()
        self.order = torch.arange(len(self.rows), device=self.rows.device)

    def exchange(self, count: int, ranks: Ranks) -> int:
        """Add up how far the first `count` rows have moved on all ranks. Returns the bytes that this rank gave."""
        given = 0
        for numbers in self.order[:count].split(AT_ONCE):  # (n,)
            rows, squares = self.known_rows[numbers], self.known_squares[numbers]  # (n, d), (n,)
            told = tell(self.rows[numbers] - rows, self.squares[numbers], squares)  # (n, d + 1)
            ranks.add(told)
            squares += told[:, -1]
            rows += told[:, :-1] / squares.sqrt()[:, None]
            self.rows[numbers] = self.known_rows[numbers] = rows
            self.squares[numbers] = self.known_squares[numbers] = squares
            given += told.numel() * told.element_size()
        if count >= len(self.rows):  # where all ranks have the same squares, hence the same order
            self.order = self.squares.argsort(descending=True, stable=True)
        return given


class Exchange:
    """The exchanges of a run, by its places. `bytes` counts what this rank has given."""

    def __init__(self, trainer: Saved, ranks: Ranks, epoch: int):
        tensors = trainer.tensors()
        ranks.broadcast(tensors)
        self.ranks, self.done, self.bytes = ranks, epoch * EXCHANGES, 0
        self.tables = [
            Shared(tensor, tensors[f"{name}.squares" if f"{name}.squares" in tensors else "squares"])
            for name, tensor in tensors.items()
            if not name.endswith("squares")
        ]

    def reach(self, place: Place) -> None:
        """Make every exchange that is due at `place`: each rank makes the same number, however many steps it takes."""
        progress = min(place.progress, 1 - 1e-9)  # pairs are only expected; an epoch's last exchange is at its end
        due = int((place.epoch + progress) * EXCHANGES)
        while self.done < due:
            self.done += 1
            number = self.done % EXCHANGES
            # The first epoch begins without an order, and learns it soon.
            full = number == 0 or (self.done < EXCHANGES and number in (1, 4, 16, 64))
            for table in self.tables:
                self.bytes += table.exchange(len(table.rows) if full else FEW * (number & -number), self.ranks)

"""What several ranks tell each other while they train one model: how far which rows have moved since last time.

Every rank trains its own copy of the tables on its own pieces of the text. At an exchange each rank gives the steps
that its rows have taken since the last one, the steps of all ranks are added, and every rank goes on from the sum. A
word that only one rank has met moves as far as that rank moved it, where an average would halve it.

Two things make the sum right. Adagrad divides a step by the root of the squares that a rank has met; the sum is divided
by the root of everyone's instead. And rows that move much are exchanged often: number n of an epoch's exchanges is of
the first F · 2^t rows, where t is how often 2 divides n, and the last is of all (Ji, Shinn, Zhu & Dubey 2016,
"Parallelizing Word2Vec in Shared and Distributed Memory", §III-C). An exchange is on its way while training goes on,
and is heard when the next one begins. RANKS.md explains and measures all of this.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import torch

from lab01_word2vec.ranks import Ranks
from lab01_word2vec.solution import Place
from lab01_word2vec.trainer import Saved

FEW = 64  # rows of a table in every exchange, times the square of the number of ranks
EXCHANGES = 512  # per epoch: one for every other step of two ranks on text8
HEAD_START = 100  # steps that the first rank takes before the others begin, so that rows have an order
AT_ONCE = 1 << 16  # rows that are copied at a time


def tell(moved: torch.Tensor, squares: torch.Tensor, known: torch.Tensor) -> torch.Tensor:
    """What a rank gives (n, d + 1) of rows that it has `moved` (n, d): their steps times √squares, and new squares.

    `squares` (n,) are Adagrad's sums on this rank, and `known` (n,) the last exchange's. Each step was divided by
    the root of the squares that this rank knew. The sum over all ranks is divided by the root of everyone's squares.
    """
    # BEGIN SOLUTION: the steps times √squares, and in the last column the squares that are new since `known`
    return torch.cat([moved * squares.sqrt()[:, None], (squares - known)[:, None]], dim=1)
    # END SOLUTION


def hear(rows: torch.Tensor, known: torch.Tensor, told: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Rows (n, d) and their squares (n,) after an exchange, of which `told` (n, d + 1) is the sum over all ranks.

    `rows` (n, d) and their sums of squares `known` (n,) are those of the last exchange.
    """
    # BEGIN SOLUTION: squares = known + everyone's new ones; rows + everyone's undivided steps / √squares
    squares = known + told[:, -1]
    return torch.addcmul(rows, told[:, :-1], squares.rsqrt()[:, None]), squares
    # END SOLUTION


@dataclass
class Given:
    """What a rank has told of some rows and, as `told` is added up beside the training, will hear."""

    numbers: torch.Tensor  # (n,)
    rows: torch.Tensor  # (n, d) as they were then on this rank
    squares: torch.Tensor  # (n,)
    told: torch.Tensor  # (n, d + 1)
    wait: Callable[[], None]


@dataclass
class Shared:
    """One table (R, d) and its sums of squares (R,), as this rank has them and as all had them at the last exchange."""

    rows: torch.Tensor
    squares: torch.Tensor
    known_rows: torch.Tensor = field(init=False)
    known_squares: torch.Tensor = field(init=False)
    given: Given | None = None

    def __post_init__(self) -> None:
        self.known_rows, self.known_squares = self.rows.clone(), self.squares.clone()
        self.order = self.squares.argsort(descending=True, stable=True)

    def give(self, numbers: torch.Tensor, ranks: Ranks) -> int:
        """Tell the others how far the rows `numbers` (n,) have moved. Returns the bytes that this rank gives."""
        rows, squares = self.rows.index_select(0, numbers), self.squares[numbers]  # (n, d), (n,)
        moved = rows - self.known_rows.index_select(0, numbers)
        told = tell(moved, squares, self.known_squares[numbers])  # (n, d + 1)
        self.given = Given(numbers, rows, squares, told, ranks.add(told))
        return told.numel() * told.element_size()

    def take(self) -> None:
        """Go on from what all ranks have told. What this rank has learned meanwhile stays on top."""
        if self.given is None:
            return
        then, self.given = self.given, None
        then.wait()
        known = self.known_rows.index_select(0, then.numbers)  # (n, d)
        rows, squares = hear(known, self.known_squares[then.numbers], then.told)
        self.rows.index_add_(0, then.numbers, rows - then.rows)
        self.squares.index_add_(0, then.numbers, squares - then.squares)
        self.known_rows.index_copy_(0, then.numbers, rows)
        self.known_squares[then.numbers] = squares

    def agree(self, ranks: Ranks) -> int:
        """Exchange all rows and wait: the same bytes on every rank, hence the same order. Returns the bytes given."""
        self.take()
        given = 0
        for numbers in self.order.split(AT_ONCE):
            given += self.give(numbers, ranks)
            self.take()
        self.rows.copy_(self.known_rows)
        self.squares.copy_(self.known_squares)
        self.order = self.squares.argsort(descending=True, stable=True)
        return given


class Exchange:
    """The exchanges of a run, by its places. `bytes` counts what this rank has given."""

    def __init__(self, trainer: Saved, ranks: Ranks, epoch: int):
        self.tensors, self.ranks, self.done, self.bytes = trainer.tensors(), ranks, epoch * EXCHANGES, 0
        self.few = FEW * ranks.count**2
        self.tables: list[Shared] = []
        if epoch:
            self.begin()

    def begin(self) -> None:
        """Let all ranks go on from the first one's tables."""
        self.ranks.broadcast(self.tensors)
        for name, tensor in self.tensors.items():
            if not name.endswith("squares"):
                squares = f"{name}.squares" if f"{name}.squares" in self.tensors else "squares"
                self.tables.append(Shared(tensor, self.tensors[squares]))

    def reach(self, place: Place) -> None:
        """Make every exchange that is due at `place`: each rank makes the same number, however many steps it takes."""
        if not self.tables:
            if self.ranks.rank == 0 and place.step < HEAD_START and place.epoch == 0:
                return
            self.begin()
        progress = min(place.progress, 1 - 1e-9)  # pairs are only expected; an epoch's last exchange is at its end
        due = int((place.epoch + progress) * EXCHANGES)
        while self.done < due:
            self.done += 1
            number = self.done % EXCHANGES
            for table in self.tables:
                table.take()
                few = table.order[: self.few * (number & -number)]
                self.bytes += table.give(few, self.ranks) if number else table.agree(self.ranks)

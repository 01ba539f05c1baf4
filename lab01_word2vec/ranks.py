"""The processes that train one model together: torch.distributed, as torchrun starts it.

    torchrun --nproc-per-node 2 lab01_word2vec/solution.py --data data/text8

Each process has a rank, from 0 on, and each finds it in the environment that torchrun gives. Rank 0 prints, saves and
evaluates. Processes speak over gloo, and tables on GPUs travel over NCCL. A command without torchrun is rank 0 of one.
"""

from __future__ import annotations

import atexit
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from wordlab.errors import InputError

import numpy as np
import torch
from torch import distributed
from torch.distributed.rendezvous import rendezvous

T = TypeVar("T")


def seed_of_part(seed: int, part: int) -> int:
    """The seed of one part of a run, such as a process or a model, whose random numbers are to be its own."""
    return int(np.random.SeedSequence([seed, part]).generate_state(1)[0])


@dataclass(frozen=True)
class Ranks:
    """This process's `rank` among `count`. With one, every method is that of a process alone."""

    rank: int = 0
    count: int = 1

    def seed(self, seed: int) -> int:
        """A rank's own seed, since ranks that all draw the same negatives draw fewer. Rank 0 has that of the run."""
        return seed_of_part(seed, self.rank) if self.rank else seed

    def gather(self, mine: T) -> list[T]:
        """What every rank gives, by rank."""
        if self.count == 1:
            return [mine]
        found: list[Any] = [None] * self.count
        with talking():
            distributed.all_gather_object(found, mine)
        return found

    def agree(self, make: Callable[[], T]) -> T:
        """What `make` returns. Where it fails on any rank, it fails on all, and rank 0 says for which reason."""
        result, reason = None, None
        try:
            result = make()
        except (InputError, OSError) as error:
            if self.count == 1:
                raise
            told = error if isinstance(error, InputError) else f"{error.filename}: {error.strerror or error}"
            reason = f"rank {self.rank}: {told}"
        if failed := [each for each in self.gather(reason) if each]:
            raise InputError(failed[0])
        return result  # type: ignore[return-value]  # None only where there was a reason

    def demand_same(self, what: str, mine: dict[str, Any]) -> None:
        """Raise InputError where ranks differ in `mine`, such as their options."""
        given = self.gather(mine)
        for rank, theirs in enumerate(given):
            for key, value in given[0].items():
                if theirs[key] != value:
                    told = f"{key} is {value} on rank 0 and {theirs[key]} on rank {rank}"
                    raise InputError(f"ranks differ in {what}: {told}; start all of them with the same")

    def restarted(self, checkpoint: Path) -> bool:
        """Whether torchrun starts these ranks again after one has failed, and rank 0 has a checkpoint to go on from."""
        return self.gather(restarts() > 0 and checkpoint.exists())[0]

    def broadcast(self, tensors: dict[str, torch.Tensor]) -> None:
        """Copy rank 0's tensors into the others'."""
        if self.count > 1:
            with talking():
                for tensor in tensors.values():
                    distributed.broadcast(tensor, 0)

    def add(self, tensor: torch.Tensor) -> Callable[[], None]:
        """Begin to replace `tensor` by the sum over all ranks, which is the same to the last bit on each.

        Training may go on meanwhile. Returns what waits until the sum is there.
        """
        with talking():
            work = distributed.all_reduce(tensor, async_op=True)

        def wait() -> None:
            with talking():
                work.wait()

        return wait


ALONE = Ranks()


@contextmanager
def talking() -> Iterator[None]:
    """Where another rank has gone or does not answer, the error is one line: InputError."""
    try:
        yield
    except RuntimeError:
        raise InputError(
            "another rank ended or does not answer (its own message says why); what was saved is kept, and torchrun "
            "can start all ranks again from there (RANKS.md)"
        ) from None


def restarts() -> int:
    """How often torchrun has started these ranks again."""
    return int(os.environ.get("TORCHELASTIC_RESTART_COUNT", "0"))


def be_silent() -> None:
    sys.stdout = sys.stderr = open(os.devnull, "w")  # noqa: SIM115  # until the process ends


def let_one_speak() -> None:
    """Silence all processes of a machine but the first, which would all say the same of the command line."""
    if int(os.environ.get("LOCAL_RANK", "0")):
        be_silent()


def demand_alone(what: str) -> None:
    """Raise InputError under torchrun, for `what` trains in one process."""
    if int(os.environ.get("WORLD_SIZE", "1")) > 1:
        raise InputError(f"{what} trains in one process: start it without torchrun")


def join_ranks(wait: float) -> Ranks:
    """Join the processes that torchrun started; alone without it. Ranks but 0 are silent from here on.

    Raises InputError where they have not met, and later where one does not answer, for `wait` seconds.
    """
    count, rank = int(os.environ.get("WORLD_SIZE", "1")), int(os.environ.get("RANK", "0"))
    if count == 1:
        return ALONE
    if torch.cuda.is_available():
        torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", "0")))
    timeout, backend = timedelta(seconds=wait), "cpu:gloo,cuda:nccl" if torch.cuda.is_available() else "gloo"
    try:
        # torchrun keeps its store through restarts. Without a prefix, ranks would look for each other at the places
        # of those that have ended.
        store, rank, count = next(rendezvous("env://", timeout=timeout))
        store = distributed.PrefixStore(f"start {restarts()}", store)
        distributed.init_process_group(backend, store=store, rank=rank, world_size=count, timeout=timeout)
    except (RuntimeError, ValueError) as error:
        place = f"{os.environ.get('MASTER_ADDR')}:{os.environ.get('MASTER_PORT')}"
        raise InputError(f"rank {rank} found no rendezvous at {place} within {wait:g} s (--wait): {error}") from None
    # Gloo's threads hold what they have sent a moment longer. Python must not end meanwhile, or the process is aborted.
    atexit.register(distributed.destroy_process_group)
    if rank:
        be_silent()
    return Ranks(rank, count)

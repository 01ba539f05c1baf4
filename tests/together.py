"""Ranks in threads of one process, for tests of what ranks tell each other."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar

import torch

from lab01_word2vec.ranks import Ranks

T = TypeVar("T")


def together(count: int, work: Callable[[Ranks], T]) -> list[T]:
    """What `work` returns on each of so many ranks, by rank. What fails on one fails here."""
    barrier = threading.Barrier(count, timeout=60)
    given: list[Any] = [None] * count
    results: list[Any] = [None] * count
    failed: list[BaseException] = []

    class Rank(Ranks):
        def gather(self, mine: Any) -> list[Any]:
            given[self.rank] = mine
            barrier.wait()
            found = list(given)
            barrier.wait()
            return found

        def add(self, tensor: torch.Tensor) -> Callable[[], None]:
            parts = self.gather(tensor.clone())
            tensor.copy_(sum(parts[1:], parts[0].clone()))
            return lambda: None

        def broadcast(self, tensors: dict[str, torch.Tensor]) -> None:
            first = self.gather({name: tensor.clone() for name, tensor in tensors.items()})[0]
            for name, tensor in tensors.items():
                tensor.copy_(first[name])

    def start(rank: int) -> None:
        try:
            results[rank] = work(Rank(rank, count))
        except BaseException as error:
            failed.append(error)
            barrier.abort()

    threads = [threading.Thread(target=start, args=(rank,)) for rank in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
    return results

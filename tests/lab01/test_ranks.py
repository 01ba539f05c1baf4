"""Several processes that train one model: the rule of the exchange, the same bytes, restarts, and what goes wrong."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from wordlab.errors import InputError

import numpy as np
import pytest
import torch

from lab01_word2vec import exchange
from lab01_word2vec.exchange import Exchange, Shared
from lab01_word2vec.ranks import ALONE, Ranks
from lab01_word2vec.solution import START, Place
from lab03_eval.vectors import WordVectors
from tests.commands import process
from tests.conftest import ROOT
from tests.together import together

SOLUTION = "lab01_word2vec/solution.py"
SMALL = ["--epochs", "3", "--dim", "16", "--threads", "1"]


def tables(count: int, rows: int = 8) -> list[dict[str, torch.Tensor]]:
    """The same table on every rank."""
    start = torch.randn(rows, 3, generator=torch.Generator().manual_seed(1))
    return [{"table": start.clone(), "squares": torch.ones(rows)} for _ in range(count)]


class Held:
    """As much of a trainer as an exchange asks for."""

    def __init__(self, tensors: dict[str, torch.Tensor]):
        self.tensors = lambda: tensors


def shared_of(tensors: dict[str, torch.Tensor]) -> Shared:
    return Shared(tensors["table"], tensors["squares"])


def test_a_full_exchange_adds_what_every_rank_has_moved():
    def work(ranks: Ranks) -> dict[str, torch.Tensor]:
        [mine] = tables(1)
        shared = shared_of(mine)
        mine["table"][ranks.rank] += 1.0  # each moves a row of its own
        mine["squares"][ranks.rank] += 3.0
        shared.agree(ranks)
        return mine

    found, [expected] = together(3, work), tables(1)
    expected["table"][:3] += 1
    for each in found:
        torch.testing.assert_close(each["table"], expected["table"])
        assert torch.equal(each["table"], found[0]["table"])
        assert each["squares"].tolist() == [4.0] * 3 + [1.0] * 5


def test_a_row_that_several_ranks_move_takes_the_steps_of_their_common_squares():
    """One rank would have divided by the root of 1 + 4 + 4 where each of two has divided by that of 1 + 4."""

    def work(ranks: Ranks) -> torch.Tensor:
        [mine] = tables(1)
        shared = shared_of(mine)
        mine["table"][7] += 0.6
        mine["squares"][7] += 4.0
        shared.agree(ranks)
        return mine["table"][7] - tables(1)[0]["table"][7]

    for moved in together(2, work):
        torch.testing.assert_close(moved, torch.full((3,), 2 * 0.6 * (5 / 9) ** 0.5))


def test_a_partial_exchange_is_of_the_rows_that_move_most_and_loses_nothing():
    def work(ranks: Ranks) -> torch.Tensor:
        [mine], [start] = tables(1), tables(1)
        shared = shared_of(mine)
        mine["squares"] += torch.arange(8.0)  # the last rows move most
        shared.agree(ranks)
        mine["table"] += 1.0
        assert shared.order[:3].tolist() == [7, 6, 5]
        shared.give(shared.order[:3], ranks)
        shared.take()
        moved = (mine["table"] - start["table"])[:, 0]
        torch.testing.assert_close(moved, torch.tensor([1.0] * 5 + [2.0] * 3))
        shared.agree(ranks)
        torch.testing.assert_close(mine["table"], start["table"] + 2)
        return mine["table"]

    one, other = together(2, work)
    assert torch.equal(one, other)


def test_what_a_rank_learns_while_an_exchange_is_on_its_way_is_kept_and_told_next_time():
    def work(ranks: Ranks) -> list[torch.Tensor]:
        [mine], [start] = tables(1), tables(1)
        shared = shared_of(mine)
        mine["table"] += 1.0
        shared.give(shared.order[:3], ranks)
        mine["table"] += 10.0 * (ranks.rank + 1)  # before the others' steps have arrived
        shared.take()
        first = mine["table"] - start["table"]
        shared.agree(ranks)
        return [first[:, 0], mine["table"][:, 0] - start["table"][:, 0], mine["table"]]

    found = together(2, work)
    for rank, (first, second, _) in enumerate(found):
        own = 10.0 * (rank + 1)
        torch.testing.assert_close(first, torch.tensor([2.0 + own] * 3 + [1.0 + own] * 5))
        torch.testing.assert_close(second, torch.full((8,), 2.0 + 30.0))
    assert torch.equal(found[0][2], found[1][2])


def test_every_rank_makes_the_same_exchanges_however_many_steps_it_takes(monkeypatch):
    monkeypatch.setattr(exchange, "EXCHANGES", 16)
    monkeypatch.setattr(exchange, "FEW", 1)

    def work(ranks: Ranks) -> tuple[int, int]:
        meeting = Exchange(Held(tables(1, rows=32)[0]), ranks, epoch=0)
        steps = 5 + 90 * ranks.rank
        for epoch in range(2):
            for step in range(steps):
                meeting.reach(Place(epoch, step, 1.03 * step / steps))
        meeting.reach(Place(2, 0, 0.0))
        return meeting.done, meeting.bytes

    rows = sum(4 * (n & -n) for n in range(1, 16)) + 32  # of two ranks 4 rows, 8, 4, 16 …, and all 32 at the end
    assert together(2, work) == [(32, 2 * rows * (3 + 1) * 4)] * 2


def test_the_first_rank_takes_some_steps_alone_and_the_others_go_on_from_its_tables():
    def work(ranks: Ranks) -> torch.Tensor:
        [mine] = tables(1)
        mine["table"] += 5 * ranks.rank
        meeting = Exchange(Held(mine), ranks, epoch=0)
        meeting.reach(START)  # where the others begin, and the first one goes on
        if ranks.rank == 0:
            mine["table"] += 1
            meeting.reach(Place(0, exchange.HEAD_START, 0.0))
        return mine["table"]

    one, other = together(2, work)
    assert torch.equal(one, other)
    assert torch.equal(one, tables(1)[0]["table"] + 1)


def test_a_resumed_run_goes_on_with_the_exchanges_of_its_epoch():
    class Alone(Ranks):
        def add(self, tensor: torch.Tensor) -> Callable[[], None]:
            raise AssertionError("an exchange before its time")

    meeting = Exchange(Held(tables(1)[0]), Alone(), epoch=2)
    meeting.reach(Place(2, 0, 0.0))
    assert meeting.bytes == 0


def test_ranks_have_seeds_of_their_own_and_the_first_has_the_runs():
    seeds = {Ranks(rank, 4).seed(seed) for rank in range(4) for seed in (1, 2, 3)}
    assert len(seeds) == 12
    assert ALONE.seed(7) == Ranks(0, 4).seed(7) == 7


def test_alone_every_method_is_that_of_a_process_alone():
    assert ALONE.gather("mine") == ["mine"]
    assert ALONE.agree(lambda: 3) == 3
    with pytest.raises(InputError, match=r"^why$"):
        ALONE.agree(lambda: (_ for _ in ()).throw(InputError("why")))
    ALONE.demand_same("options", {"dim": 3})


# As processes, which torchrun starts


def torchrun(count: int, *arguments: str, options: tuple[str, ...] = (), **environment: str) -> subprocess.Popen[str]:
    """Lab 1 on so many ranks of one machine."""
    run = (sys.executable, "-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={count}", *options)
    environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONFAULTHANDLER": "0"} | environment
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen([*run, str(ROOT / SOLUTION), *arguments], env=environment, **pipes)


def finish(run: subprocess.Popen[str]) -> tuple[str, str]:
    printed, errors = run.communicate(timeout=300)
    assert run.returncode == 0, errors
    return printed, errors


@pytest.fixture(scope="module")
def two_ranks(small_text, tmp_path_factory) -> tuple[str, Path]:
    """What two ranks printed and where they saved."""
    out = tmp_path_factory.mktemp("two")
    return finish(torchrun(2, "--data", str(small_text), "--out", str(out), *SMALL))[0], out


def test_two_ranks_print_once_save_once_and_learn_what_one_learns(two_ranks):
    printed, out = two_ranks
    assert printed.count("configuration:") == printed.count("done in") == 1
    assert sorted(os.listdir(out)) == ["neighbours.png", "run.json", "vectors.bin", "vectors.safetensors"]
    assert np.isfinite(WordVectors.load(out / "vectors.bin").matrix).all()


def test_ranks_read_the_same_corpus_as_one(two_ranks, small_text, tmp_path):
    alone = process(SOLUTION, "--data", str(small_text), "--out", str(tmp_path), *SMALL, "--dry-run")
    line = re.search(r"^corpus: .*", alone.stdout, flags=re.MULTILINE)[0]
    assert line in two_ranks[0]


def test_the_same_seed_and_number_of_ranks_give_the_same_bytes(two_ranks, small_text, tmp_path):
    cache = ("--cache", str(tmp_path / "cache"))  # which changes nothing
    finish(torchrun(2, "--data", str(small_text), "--out", str(tmp_path), *SMALL, *cache))
    assert (tmp_path / "vectors.bin").read_bytes() == (two_ranks[1] / "vectors.bin").read_bytes()
    assert len(list((tmp_path / "cache").iterdir())) == 4  # two files of each rank


def test_one_rank_gives_the_bytes_of_the_plain_command(small_text, tmp_path):
    finish(torchrun(1, "--data", str(small_text), "--out", str(tmp_path / "one"), *SMALL))
    assert process(SOLUTION, "--data", str(small_text), "--out", str(tmp_path / "plain"), *SMALL).returncode == 0
    assert (tmp_path / "one" / "vectors.bin").read_bytes() == (tmp_path / "plain" / "vectors.bin").read_bytes()


def children(process: int) -> list[int]:
    """The processes that this one started, in the order of their numbers."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            number, _, _, parent = status.read_text().replace(") ", ")|").replace("|", " ", 1).split()[:4]
            found += [int(number)] if int(parent) == process else []
    return sorted(found)


def undisturbed(small_text: Path, out: Path) -> bytes:
    finish(torchrun(2, "--data", str(small_text), "--out", str(out), *LONG))
    return (out / "vectors.bin").read_bytes()


LONG = ["--epochs", "12", "--dim", "16", "--threads", "1"]


def kill_and_go_on(small_text: Path, out: Path, rank: int, wait: float, once: str) -> bytes:
    """Kill a rank so many seconds after the line `once` was printed; the bytes at the end."""
    options = ("--max-restarts=3",)
    run = torchrun(2, "--data", str(small_text), "--out", str(out), *LONG, options=options, PYTHONUNBUFFERED="1")
    for line in run.stdout:
        if once in line:
            break
    time.sleep(wait)
    ranks = children(run.pid)
    if len(ranks) == 2:  # else it is over already
        os.kill(ranks[rank], signal.SIGKILL)
    finish(run)
    return (out / "vectors.bin").read_bytes()


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="finds the ranks in /proc")
def test_a_rank_that_is_killed_starts_again_from_the_checkpoint_and_ends_with_the_same_bytes(small_text, tmp_path):
    whole = undisturbed(small_text, tmp_path / "whole")
    assert kill_and_go_on(small_text, tmp_path / "killed", 1, 0.2, "epoch 4/12") == whole


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="finds the ranks in /proc")
def test_a_rank_may_be_killed_at_any_moment(small_text, tmp_path):
    whole, rng = undisturbed(small_text, tmp_path / "whole"), np.random.default_rng(1)
    for number in range(10):
        wait, rank = rng.uniform(0, 6), int(rng.integers(2))
        assert kill_and_go_on(small_text, tmp_path / str(number), rank, wait, "configuration:") == whole


# What goes wrong


def demand_one_line_of(run: subprocess.Popen[str], *parts: str) -> None:
    """Fails unless the ranks ended with one line of theirs, apart from torchrun's own report."""
    printed, errors = run.communicate(timeout=120)
    assert run.returncode
    ours = [line for line in errors.splitlines() if line.startswith("error: ")]
    assert len(ours) == 1, errors
    assert all(part in ours[0] for part in parts), ours
    assert "exitcode  : 2" in errors
    assert 'solution.py", line' not in errors
    assert "done in" not in printed


@pytest.mark.long
def test_fewer_pieces_than_ranks(tmp_path):
    (tmp_path / "text").write_text("the cat and the dog sat " * 50)
    run = torchrun(2, "--data", str(tmp_path / "text"), "--out", str(tmp_path / "out"), *SMALL)
    demand_one_line_of(run, "text", "rank 1", "start fewer")


@pytest.mark.long
def test_a_file_that_is_not_there_is_told_once(tmp_path):
    demand_one_line_of(
        torchrun(2, "--data", "nowhere", "--out", str(tmp_path / "out"), *SMALL), "nowhere", "no such file"
    )


@pytest.mark.long
def test_an_option_that_is_wrong_is_told_once(tmp_path):
    run = torchrun(2, "--data", "sample", "--out", str(tmp_path / "out"), "--dim", "0")
    demand_one_line_of(run, "--dim")


def as_rank(rank: int, port: int, *arguments: str) -> subprocess.Popen[str]:
    """One rank of two, as torchrun would start it."""
    environment = {"RANK": str(rank), "LOCAL_RANK": "0", "WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1"}
    environment |= {"MASTER_PORT": str(port), "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(
        [sys.executable, str(ROOT / SOLUTION), *arguments],
        env=os.environ | environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def test_ranks_with_different_options_do_not_train(small_text, tmp_path):
    port, out = free_port(), ("--out", str(tmp_path / "out"))
    runs = [as_rank(rank, port, "--data", str(small_text), *out, "--dim", str(16 + rank)) for rank in range(2)]
    told = [run.communicate(timeout=120)[1] for run in runs]
    assert [run.returncode for run in runs] == [2, 2]
    assert told[0].startswith("error: ranks differ in options or versions: dim is 16 on rank 0 and 17 on rank 1")
    assert told[0].count("\n") == 1


def test_a_rendezvous_that_nobody_answers_is_given_up(small_text, tmp_path):
    out = ("--out", str(tmp_path / "out"))
    run = as_rank(1, free_port(), "--data", str(small_text), *out, "--wait", "2")
    _, errors = run.communicate(timeout=60)
    assert run.returncode == 2
    assert errors.count("\nerror: ") + errors.startswith("error: ") == 1
    assert "within 2 s (--wait)" in errors

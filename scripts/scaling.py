"""What report_scale.py runs: Lab 1's command on one or several ranks, watched from outside."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from wordlab.errors import InputError

from scripts.reporting import ROOT

COMMAND = ROOT / "lab01_word2vec" / "solution.py"
LOOK_EVERY = 0.5  # seconds
SCORES = ("wordsim353.rho", "simlex999.rho", "google.full.accuracy", "google.top30k.accuracy")


def own_memory(process: int) -> float:
    """MB of memory that is this process's own: pages of mapped files, which the system may take back, do not count."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:  # it has ended
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("RssAnon")) / 1024


def descendants(process: int) -> list[int]:
    """A process and all that it started, as Linux lists them."""
    found = [process]
    for number in found:
        try:
            found += [int(each) for each in Path(f"/proc/{number}/task/{number}/children").read_text().split()]
        except OSError:
            continue
    return found


def train(*arguments: str, out: Path, ranks: int = 1, threads: int = 1) -> dict[str, Any]:
    """Train by Lab 1's command. Returns its scores, seconds and bytes, and the most memory that one process held.

    Raises InputError where the command fails, which has said why.
    """
    torchrun = ("-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={ranks}") if ranks > 1 else ()
    command = [sys.executable, *torchrun, str(COMMAND), *arguments, "--out", str(out), "--threads", str(threads)]
    most = 0.0
    with subprocess.Popen(
        command, env=os.environ | {"OMP_NUM_THREADS": str(threads)}, stdout=subprocess.DEVNULL
    ) as run:
        while run.poll() is None:
            most = max(most, *map(own_memory, descendants(run.pid)))
            time.sleep(LOOK_EVERY)
    if run.returncode:
        raise InputError(f"{COMMAND}: ended with status {run.returncode}; its own message is above")
    report = json.loads((out / "run.json").read_text(encoding="utf-8"))
    found = {key: report["training"][key] for key in ("seconds", "exchanged_bytes")}
    found |= {key: report["corpus"][key] for key in ("tokens", "words")} | {"epochs": report["config"]["epochs"]}
    return found | {"memory_mb": most} | {key: report["scores"].get(key) for key in SCORES}

"""Running scripts as commands: tests import none of them."""

from __future__ import annotations

import runpy

from tests.commands import Done, in_process
from tests.conftest import ROOT


def script(name: str, *arguments: object) -> Done:
    """Run scripts/NAME with these arguments, inside this process, which has imported torch already."""
    path = ROOT / "scripts" / name
    return in_process(lambda: runpy.run_path(str(path), run_name="__main__"), *map(str, arguments))

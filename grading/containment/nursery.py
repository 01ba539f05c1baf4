"""The process that children are forked from, so that libraries such as torch are imported once, not by every child.

    python -I -S -B grading/containment/nursery.py '{"path": […], "libraries": […]}'     started by runner.py

Its stdin is a socket. For each message on it, which brings four descriptors, a supervisor is forked that lives on by
child.py. The nursery itself reads no submission, and it ends when the socket is closed.

Python starts without site-packages (-S), so that no .pth file puts the repository on its path: an editable install has
such a file. Modules are looked for in the folders that it is told.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import signal
import site
import socket
import sys
import types
from pathlib import Path


def main() -> None:
    config = json.loads(sys.argv[1])
    sys.modules["grading"] = package = types.ModuleType("grading")  # its __init__.py is the parent's
    package.__path__ = [str(Path(__file__).parents[1])]
    from grading.containment import child

    sys.meta_path.append(child.Folders(config["path"]))
    site.setquit()  # exit() and quit(), which -S leaves out
    environment = dict(os.environ)
    for name in config["libraries"]:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    os.environ.clear()
    os.environ.update(environment)  # some libraries leave names of folders in it
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # supervisors say themselves how they ended
    with socket.socket(fileno=0) as ours:
        while descriptors := socket.recv_fds(ours, 1, 4)[1]:
            if not os.fork():
                ours.close()
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                child.main(*descriptors)
            for descriptor in descriptors:
                os.close(descriptor)
    with contextlib.suppress(ChildProcessError):
        os.wait()  # until no supervisor is left
    os._exit(0)  # without taking torch apart, for which nobody need wait


if __name__ == "__main__":
    main()

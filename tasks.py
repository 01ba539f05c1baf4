"""The labs' commands on any system: python tasks.py run, test, lab2 … With make, `make run` does the same.

Every task sets up its own environment in .venv the first time; nothing is installed elsewhere. This file needs the
standard library alone, since it runs before anything is installed.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
OLDEST = (3, 11)
TASKS = {
    "run": "Lab 1: train on text8, or on wiki8 where it cannot be downloaded; --data takes another text",
    "lab2": "Lab 2: GloVe, skip-gram and FastText on one slice of text",
    "lab3": "Lab 3: scores, pictures and page of the vectors that ship; --vectors takes others",
    "best": "the best vectors, in minutes; --subwords also answers unknown words",
    "test": "every test but the long ones: two processes of one thread each",
    "test-long": "the tests that take minutes each; before a release",
    "check": "ruff and mypy",
    "figures": "draw the figures of the pages",
    "course": "a course's own repository in --out DIR, without what was solved: see INSTRUCTOR.md",
    "notebooks": "write the notebooks from their Python files",
    "site": "the pages as a static site in build/site",
    "scale": "more text and more processes: growth, ranks, memory; --data takes a text of 70 million tokens",
    "bench": "races against gensim, word2vec.c and fastText, and the harness against gensim's",
    "reports": "measure everything that the pages show, some hours",
}
DEVELOPMENT = ("test", "test-long", "check", "notebooks", "site")  # tasks that need more than the labs do
REPORTS = ("report.py", "report_best.py", "report_lab02.py")  # these take --data
REPORTS_WITHOUT = (
    "report_lab03.py", "report_contextual.py", "report_retrieval.py",
    "published.py", "report_grader.py", "front_page.py",
)  # fmt: skip


def fail(message: str) -> NoReturn:
    print(f"error: {message}", file=sys.stderr)
    sys.exit(2)


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        fail(f"{message}; python tasks.py --help lists all tasks")


def commands(args: argparse.Namespace) -> list[list[str]]:
    """What a task runs in the environment, python left out."""
    task, data = args.task, ["--data", args.data] if args.data else []
    if task in ("run", "lab2", "best"):
        script = {"run": ["lab01_word2vec/solution.py"], "lab2": ["lab02_glove_fasttext/solution.py"]}
        subwords = ["--subwords"] if args.subwords else []
        return [[*script.get(task, ["-m", "best_vectors", *subwords]), *(data or ["--data", corpus()])]]
    if task == "lab3":
        return [["lab03_eval/solution.py", *(["--vectors", *args.vectors] if args.vectors else [])]]
    if task == "course":
        return [["scripts/course.py", *(["--out", os.path.abspath(args.out)] if args.out else [])]]
    if task == "scale":
        return [["scripts/report_scale.py", *(["--large", args.data] if args.data else [])]]
    if task == "bench":
        return [["scripts/bench.py", *data, "--report"], ["scripts/bench_eval.py", "--json", "reports/bench_eval.json"]]
    if task == "reports":
        measured = [[f"scripts/{name}", *data] for name in REPORTS] + [[f"scripts/{name}"] for name in REPORTS_WITHOUT]
        return [*measured, ["-m", "scripts.figures", "--measure"]]
    return {
        "test": [["-m", "pytest", "-n", "2", "--dist", "loadfile", "--no-loadscope-reorder"]],
        "test-long": [["-m", "pytest", "-m", "long"]],
        "figures": [["-m", "scripts.figures"]],
        "notebooks": [["notebooks/build.py"]],
        "site": [["scripts/site.py"]],
        "check": [["-m", "ruff", "check"], ["-m", "ruff", "format", "--check"], ["-m", "mypy"]],
    }[task]


def corpus() -> str:
    """text8 where it is or can be downloaded, else wiki8."""
    done = subprocess.run([str(PYTHON), "scripts/get_data.py", "--corpus"], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(done.returncode)
    return done.stdout.strip()


def set_up(name: str, requirements: str) -> None:
    """Install `requirements` into .venv, unless .venv/`name` says that these very ones are there."""
    mark, needed = VENV / name, [*ROOT.glob("requirements*.txt"), ROOT / "pyproject.toml"]  # one includes another
    if mark.exists() and mark.stat().st_mtime >= max(path.stat().st_mtime for path in needed):
        return
    print(f"setting up .venv from {requirements} (once; a few minutes)", flush=True)
    if not PYTHON.exists() and subprocess.call([sys.executable, "-m", "venv", str(VENV)]):
        fail("python -m venv failed, as it says above; on Debian and Ubuntu: apt install python3-venv")
    pip = [str(PYTHON), "-m", "pip", "install", "-q", "--disable-pip-version-check", "-r", requirements]
    if subprocess.call(pip, cwd=ROOT):
        fail(f"pip could not install {requirements}, as it says above; look at the network, and type the same again")
    mark.touch()


def main() -> None:
    if sys.version_info < OLDEST:
        fail("Python {}.{} or newer is needed, and this is {}.{}".format(*OLDEST, *sys.version_info[:2]))
    tasks = "\n".join(f"  {name:<10} {what}" for name, what in TASKS.items())
    text = {"description": __doc__, "epilog": f"tasks:\n{tasks}"}
    parser = Parser(**text, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("task", choices=TASKS, metavar="TASK", help="one of those below")
    parser.add_argument("--data", metavar="FILE", help="the text: a file, wiki8 or sample")
    parser.add_argument("--vectors", nargs="+", metavar="FILE", help="of lab3")
    parser.add_argument("--subwords", action="store_true", help="of best")
    parser.add_argument("--out", metavar="DIR", help="of course")
    args = parser.parse_args()
    set_up("ready", "requirements.txt")
    if args.task in DEVELOPMENT:
        set_up("ready-dev", "requirements-dev.txt")
    environment = os.environ | {"OMP_NUM_THREADS": "1"} if args.task == "test" else None
    for command in commands(args):
        if status := subprocess.call([str(PYTHON), *command], cwd=ROOT, env=environment):
            sys.exit(status)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:  # the command below has said what there is to say
        sys.exit(130)

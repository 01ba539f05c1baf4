"""How the commands start: where nothing is installed, in their own folders, as modules; and what importing leaves."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sysconfig
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from lab01_word2vec import numpy_sgns
from lab01_word2vec.options import build_parser as lab01_parser
from lab02_glove_fasttext.options import build_parser as lab02_parser
from lab03_eval import eval_embeddings
from lab03_eval.command import build_parser as lab03_parser
from tests.commands import demand_one_line, process
from tests.conftest import ROOT
from tests.sources import LABS, commands, modules, reached, tree

every_command = pytest.mark.parametrize("path", commands(), ids=lambda path: str(path.relative_to(ROOT)))


def demand_remedy(done: subprocess.CompletedProcess[str]) -> None:
    assert done.returncode not in (0, None)
    assert not done.stdout
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("error: No module named ")
    assert done.stderr.endswith("at the root of the repository, type: pip install -r requirements.txt\n")


@every_command
def test_where_nothing_is_installed_a_command_says_what_to_type(path):
    demand_remedy(process("-I", "-S", str(path)))


@pytest.mark.parametrize("path", [path for path in commands() if path.parent.name in LABS], ids=lambda path: path.name)
def test_where_only_the_package_is_missing_a_lab_says_what_to_type(path, tmp_path):
    """-S leaves out what an editable install adds to Python's path; PYTHONPATH brings the other packages back."""
    environment = os.environ | {"PYTHONPATH": sysconfig.get_path("purelib")}
    done = process("-S", str(path), "--help", env=environment, cwd=tmp_path)
    if os.path.isdir(Path(sysconfig.get_path("purelib"), "wordlab")):
        pytest.skip("the labs were not installed as editable: they are beside the other packages")
    demand_remedy(done)


LAB01, LAB02, LAB03 = LABS[1:]


@pytest.mark.parametrize("lab", [LAB01, LAB02])
def test_a_lab_starts_from_its_own_folder_and_as_a_module(small_text, tmp_path, lab):
    options = ["--data", str(small_text), "--dry-run", "--out", str(tmp_path / "out")]
    with ThreadPoolExecutor() as pool:
        of_file = pool.submit(process, "solution.py", *options, cwd=ROOT / lab)
        of_module = pool.submit(process, "-m", lab, *options, cwd=tmp_path)
        of_mistake = pool.submit(process, "solution.py", "--data", "sample", "--lr=nan", cwd=ROOT / lab)
    for done in (of_file.result(), of_module.result()):
        assert done.returncode == 0, done.stderr
        assert not done.stderr
        assert "30,000 tokens" in done.stdout
    assert of_file.result().stdout == of_module.result().stdout
    demand_one_line(of_mistake.result(), "--lr", "nan")


def test_lab_3_starts_from_its_own_folder():
    done = process("solution.py", "--help", cwd=ROOT / LAB03)
    assert done.returncode == 0, done.stderr
    assert "--vectors" in done.stdout


# Imports every module of the packages twice. The first time loads what others change filters with; what is left in the
# emptied list after the second time is the labs' own.
FILTERS = """
import importlib, sys, warnings
names = sys.argv[1:]
for name in names:
    importlib.import_module(name)
for name in names:
    sys.modules.pop(name, None)
warnings.resetwarnings()
for name in names:
    importlib.import_module(name)
print(warnings.filters)
"""


def test_importing_the_labs_changes_nobodys_warnings(tmp_path):
    names = [name for name in modules() if name.split(".")[0] in LABS and not name.endswith("__main__")]
    assert len(names) > 40
    done = process("-c", FILTERS, *names, cwd=tmp_path)
    assert done.stdout == "[]\n", done.stderr


PARSERS = {
    "lab01_word2vec.command": lab01_parser,
    "lab01_word2vec.numpy_sgns": numpy_sgns.build_parser,
    "lab02_glove_fasttext.command": lab02_parser,
    "lab03_eval.command": lab03_parser,
    "lab03_eval.eval_embeddings": eval_embeddings.build_parser,
}


@pytest.mark.parametrize("command", PARSERS)
def test_every_option_that_a_text_names_is_one_of_the_command(command):
    """In all that it may print: messages, remedies and errors of whatever modules it imports."""
    known = {option for action in PARSERS[command]()._actions for option in action.option_strings}
    named = {
        option: module
        for module in sorted(reached(command))
        for option in options_named(modules()[module], own=module == command)
    }
    assert {option: module for option, module in named.items() if option not in known} == {}
    assert "--help" in named


def options_named(path: Path, own: bool = True) -> set[str]:
    """The options in the strings of a file, but for docstrings and what `add_argument` is given.

    A file that is imported, but not the `own` one of the command, may be another command: its `run` is left out.
    """
    skipped = set()
    for node in ast.walk(tree(path)):
        if not own and isinstance(node, ast.FunctionDef) and node.name == "run":
            skipped |= set(ast.walk(node))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            skipped.add(node.value)
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "add_argument":
            skipped |= set(ast.walk(node))
    strings = [node for node in ast.walk(tree(path)) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    texts = [node.value for node in strings if node not in skipped]
    return {option for text in texts for option in re.findall(r"(?<![\w-])--[a-z][a-z-]*", text)}


def test_an_option_in_any_message_is_found(tmp_path):
    (tmp_path / "it.py").write_text(
        '"""Of --none."""\nparser.add_argument("--not", help="nor --this")\n'
        'rate = "--lr"\nraise E(f"{x}: lower --glove-lr, or --a" "--b")\nremedy = "a--b --data sample"\n'
    )
    assert options_named(tmp_path / "it.py") == {"--lr", "--glove-lr", "--a--b", "--data"}


# Fails where torch, which reads once how its threads wait, is imported before wordlab has settled it.
GUARDED = """
import os, runpy, sys
class Guard:
    def find_spec(self, name, path=None, target=None):
        if name == "torch":
            assert os.environ.get("GOMP_SPINCOUNT") == sys.argv[2], "torch came before wordlab"
            print("in time")
sys.meta_path.insert(0, Guard())
start = runpy.run_path if sys.argv[1].endswith(".py") else runpy.run_module
start(sys.argv[1], run_name="imported")
"""


@pytest.mark.parametrize(
    "start",
    [
        "lab01_word2vec/solution.py",
        "lab02_glove_fasttext/solution.py",
        "lab01_word2vec.blocks",
        "lab02_glove_fasttext.command",
        "best_vectors.command",
        "scripts/report_best.py",
    ],
)
def test_threads_are_told_how_to_wait_before_torch_is_imported(start):
    named = str(ROOT / start) if start.endswith(".py") else start
    for given, expected in (({}, "10000"), ({"GOMP_SPINCOUNT": "7"}, "7")):  # what the user set stays
        environment = {key: value for key, value in os.environ.items() if key != "GOMP_SPINCOUNT"} | given
        done = process("-c", GUARDED, named, expected, env=environment)
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith("in time")

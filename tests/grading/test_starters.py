"""Starters and their ladders: cut from the solutions, whole again when filled in, and true to the last number."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from grading.grader import grade
from grading.starters import LABS, MARKED, StarterError, cut, holes, lab_files, write_lab
from grading.submission import find_submission, load_lab
from lab03_eval.vectors import WordVectors
from tests.conftest import ROOT

each_lab = pytest.mark.parametrize("lab", LABS)
# Modules by the package of requirements.txt that brings them.
INSTALLED = {"torch", "numpy", "scipy", "sklearn", "gensim", "matplotlib", "safetensors", "tqdm", "pooch", "umap"}
INSTALLED |= {"requests", "threadpoolctl"}  # of pooch, of scikit-learn


@pytest.fixture(scope="module")
def solved(tmp_path_factory) -> dict[str, Path]:
    """Each lab's starter with its bodies."""
    folders = {lab: tmp_path_factory.mktemp("solved") / lab for lab in LABS}
    for lab, folder in folders.items():
        write_lab(lab, folder, solved=True)
    return folders


def sources(lab: str) -> dict[str, str]:
    """Marked sources that the lab has the learner write, by their name in the starter."""
    chosen = LABS[lab]
    adopted = {f"{module.split('.')[1]}.py": ROOT / f"{module.replace('.', '/')}.py" for module in chosen.adopted}
    elsewhere = {f"{module.split('.')[1]}.py" for other in LABS.values() for module in other.adopted}
    own = [name for name in lab_files(lab) if "/" not in name and name.endswith(".py") and name not in elsewhere]
    paths = {name: ROOT / chosen.package / name for name in own} | adopted
    texts = {name: path.read_text(encoding="utf-8") for name, path in paths.items()}
    return {name: text for name, text in texts.items() if MARKED.search(text)}


def test_a_body_becomes_its_hint():
    source = (
        "class Model:\n"
        "    def loss(self, x):\n"
        '        """Doc."""\n'
        "        # BEGIN SOLUTION: −log σ(x)\n"
        "        y = x\n"
        "\n"
        "        return y\n"
        "        # END SOLUTION\n"
    )
    assert cut(source) == (
        "class Model:\n"
        "    def loss(self, x):\n"
        '        """Doc."""\n'
        "        # YOUR CODE: −log σ(x)\n"
        '        raise NotImplementedError("Model.loss: −log σ(x)")\n'
    )
    assert holes(source) == {"Model.loss": "        y = x\n\n        return y\n"}


@each_lab
def test_no_answer_and_no_mark_is_left(lab):
    files = lab_files(lab)
    for name, content in files.items():
        if name.endswith(".py"):
            ast.parse(content)
            assert b"SOLUTION:" not in content
            assert b"END SOLUTION" not in content
    texts = sources(lab)
    assert len(texts) >= 3
    for name, text in texts.items():
        starter = files[name].decode()
        assert starter.count("# YOUR CODE: ") == starter.count("raise NotImplementedError(") == len(holes(text))
        for function, body in holes(text).items():
            assert body not in starter, function


@each_lab
def test_filling_the_bodies_back_in_gives_the_solution(lab):
    """Every file of the starter is the solution's but for its holes, and a hole holds nothing else."""
    files, whole = lab_files(lab), lab_files(lab, solved=True)
    assert files.keys() == whole.keys()
    hole = re.compile(r"^ *# YOUR CODE: .+\n *raise NotImplementedError\((?:.+\)\n|\n.+\n *\)\n)", re.MULTILINE)
    texts = sources(lab)
    for name, content in files.items():
        if name in texts:
            bodies = iter(holes(texts[name]).values())
            content = hole.sub(lambda _: next(bodies), content.decode()).encode()  # noqa: B023
        assert content == whole[name], name


@each_lab
def test_the_starter_fails_every_step_and_the_solution_passes_all(lab, solved, tmp_path):
    write_lab(lab, tmp_path / "mine")
    steps = [step.name for step in load_lab(lab).steps]
    before = [v for v in grade(find_submission(tmp_path / "mine")) if v.step in steps]
    assert [v.step for v in before] == steps
    assert [v.step for v in before if v.passed] == []
    for verdict in before:
        assert "NotImplementedError" in verdict.message, verdict
    after = [v for v in grade(find_submission(solved[lab])) if v.step in steps]
    assert [(v.step, v.message) for v in after if not v.passed] == []
    assert sum(v.points for v in after) == 100


@each_lab
def test_the_starter_imports_nothing_beyond_requirements_and_itself(lab):
    files = lab_files(lab)
    own = {Path(name).parts[0].removesuffix(".py") for name in files if name.endswith(".py")}
    for name, content in files.items():
        if not name.endswith(".py"):
            continue
        top = ast.parse(content).body  # what is imported inside functions may be optional
        imported = {alias.name.split(".")[0] for node in top if isinstance(node, ast.Import) for alias in node.names}
        imported |= {node.module.split(".")[0] for node in top if isinstance(node, ast.ImportFrom)}
        assert imported <= own | INSTALLED | set(sys.stdlib_module_names), name


def in_folder(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=240)


@pytest.mark.parametrize(
    ("lab", "options", "written"),
    [
        ("lab01", ["--data", "SMALL", "--epochs", "1", "--dim", "16"], "runs/lab01/vectors.bin"),
        ("lab01", ["--data", "SMALL", "--epochs", "1", "--dim", "16", "--engine", "pairs"], "runs/lab01/vectors.bin"),
        ("lab02", ["--data", "SMALL", "--epochs", "2", "--glove-epochs", "1", "--dim", "16"], "runs/lab02/glove.bin"),
        ("lab03", ["--vectors", "tiny.bin", "--no-pictures"], "runs/lab03/scores.json"),
    ],
)
def test_the_filled_starter_runs_outside_the_repository(lab, options, written, solved, small_text):
    if lab == "lab03":
        shipped = WordVectors.load(solved[lab] / "wiki8_20k.safetensors")
        WordVectors(shipped.words[:2000], shipped.matrix[:2000]).save(solved[lab] / "tiny.bin")
    (solved[lab] / written).unlink(missing_ok=True)
    done = in_folder(solved[lab], "solution.py", *[str(small_text) if each == "SMALL" else each for each in options])
    assert done.returncode == 0, done.stderr
    assert (solved[lab] / written).exists()
    assert "done in" in done.stdout


@each_lab
def test_a_folder_that_holds_anything_is_left_alone(lab, tmp_path):
    kept = tmp_path / "notes.txt"
    kept.write_text("mine")
    with pytest.raises(StarterError, match="not empty"):
        write_lab(lab, tmp_path)
    with pytest.raises(StarterError, match="a file"):
        write_lab(lab, kept)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_an_edit_applies_exactly_once():
    edit = ("lab03_eval/geometry.py", "rotation = left @ right", "rotation = left")
    assert b"    rotation = left\n" in lab_files("lab03", solved=True, edit=edit)["geometry.py"]
    for old in ("return", "no such line"):
        with pytest.raises(StarterError, match="exactly once"):
            lab_files("lab03", solved=True, edit=("lab03_eval/geometry.py", old, ""))


# EXERCISE.md


def exercise(lab: str) -> str:
    return (ROOT / LABS[lab].package / "EXERCISE.md").read_text(encoding="utf-8")


@each_lab
def test_every_graded_step_has_its_rung(lab):
    rungs = re.findall(r"^## (\d+)\. (\w+) \((\d+) points\)\n(.*?)(?=^## )", exercise(lab), re.MULTILINE | re.DOTALL)
    steps = load_lab(lab).steps
    assert [(int(n), name, int(points)) for n, name, points, _ in rungs] == [
        (n, step.name, step.points) for n, step in enumerate(steps, start=1)
    ]
    for _, name, _, text in rungs:
        assert text.count("**By hand.**") == text.count("**Trap.**") == 1, name
        assert f"`pytest tests/grading --submission my_{lab} -k {name}`" in text


def signature(function: ast.FunctionDef) -> str:
    return f"{ast.unparse(function.args)} -> {ast.unparse(function.returns) if function.returns else ''}"


@each_lab
def test_signatures_are_the_codes(lab):
    defined = {}
    for text in sources(lab).values():
        for node in ast.parse(text).body:
            members = node.body if isinstance(node, ast.ClassDef) else [node]
            prefix = f"{node.name}." if isinstance(node, ast.ClassDef) else ""
            defined |= {prefix + each.name: signature(each) for each in members if isinstance(each, ast.FunctionDef)}
    shown = re.findall(r"^def ([\w.]+)(\(.*)$", exercise(lab), re.MULTILINE)
    for name, rest in shown:
        assert signature(ast.parse(f"def f{rest}: ...").body[0]) == defined[name], name
    missing = {function for text in sources(lab).values() for function in holes(text)} - {name for name, _ in shown}
    assert not missing, "functions to write that no rung shows"


@each_lab
def test_the_numbers_to_check_by_hand_are_true(lab, solved):
    done = in_folder(solved[lab], "-m", "doctest", "EXERCISE.md")
    assert done.returncode == 0, done.stdout
    assert exercise(lab).count(">>> ") > 20


def test_uneven_numbers_would_be_noticed(solved):
    """The check above runs what stands in the page: a wrong number fails it."""
    page = solved["lab03"] / "EXERCISE.md"
    right = page.read_text(encoding="utf-8")
    page.write_text(right.replace("[0.8, 0.866]", "[0.8, 0.867]"), encoding="utf-8")
    done = in_folder(solved["lab03"], "-m", "doctest", "-f", "EXERCISE.md")
    page.write_text(right, encoding="utf-8")
    assert done.returncode == 1
    assert "0.867" in done.stdout

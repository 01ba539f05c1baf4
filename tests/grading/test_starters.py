"""Starters and their ladders: cut from the solutions, whole again when filled in, and true to the last number."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from grading.grader import grade
from grading.marks import answers, is_marked, without_answers
from grading.places import HELPER, LABS, PACKAGES, ROOT
from grading.starters import STANDINS, StarterError, given, lab_files, tool_files, write_lab
from grading.submission import find_submission, load_lab
from lab03_eval.vectors import WordVectors

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
    paths = {name: ROOT / PACKAGES[lab] / name for name in lab_files(lab) if name.endswith(".py")}
    texts = {name: path.read_text(encoding="utf-8") for name, path in paths.items() if path.is_file()}
    return {name: text for name, text in texts.items() if is_marked(text)}


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
    assert without_answers(source) == (
        "class Model:\n"
        "    def loss(self, x):\n"
        '        """Doc."""\n'
        "        # YOUR CODE: −log σ(x)\n"
        '        raise NotImplementedError("Model.loss: −log σ(x)")\n'
    )
    assert answers(source) == {"Model.loss": "        y = x\n\n        return y\n"}


@each_lab
def test_no_answer_and_no_mark_is_left(lab):
    files = lab_files(lab)
    for name, content in files.items():
        if name.endswith(".py"):
            ast.parse(content)
            assert b"SOLUTION:" not in content
            assert b"END SOLUTION" not in content
    texts = sources(lab)
    assert len(texts) >= 2
    for name, text in texts.items():
        starter = files[name].decode()
        assert starter.count("# YOUR CODE: ") == starter.count("raise NotImplementedError(") == len(answers(text))
        for function, body in answers(text).items():
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
            bodies = iter(answers(texts[name]).values())
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
    worth = {True: 0, False: 0}
    for step in load_lab(lab).steps:
        worth[step.optional] += step.points
    assert worth[False] == 100
    assert sum(v.points for v in after) == 100 + worth[True]


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


@each_lab
def test_files_that_are_given_hold_no_answer(lab):
    """A submission that lacks such a file gets it; one that lacks an answer does not get that."""
    assert "command.py" in given(lab)
    assert not set(given(lab)) & sources(lab).keys()
    assert set(given(lab)) < lab_files(lab).keys()


@each_lab
def test_the_starters_requirements_are_the_pins_alone(lab):
    pins = lab_files(lab)["requirements.txt"].decode()
    ours = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    assert "-e ." in ours.splitlines()
    assert [line for line in pins.splitlines() if line[:1] != "#"] == [
        line for line in ours.splitlines() if line[:1] not in "#-"
    ]
    assert "root" not in pins  # a comment on the line that is left out


@each_lab
def test_the_labs_own_package_is_named_nowhere(lab):
    """Neither an import nor a command: in a starter its files are at the top."""
    files = lab_files(lab)
    own = [name for name in files if (ROOT / PACKAGES[lab] / name).is_file()]
    assert {"solution.py", "command.py"} <= set(own)
    assert not [name for name in own if re.search(rf"{PACKAGES[lab]}[./\"]", files[name].decode(errors="replace"))]
    assert not [name for name in files if name.startswith((PACKAGES[lab], "scripts"))]
    assert not [name for name, content in files.items() if b"scripts/get_data.py" in content]


def in_folder(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=240)


TINY = ["--data", "SMALL", "--epochs", "1", "--dim", "16", "--threads", "1"]


@pytest.mark.parametrize(
    ("lab", "options", "written"),
    [
        ("lab01", TINY, "runs/lab01/vectors.bin"),
        ("lab01", [*TINY, "--engine", "pairs"], "runs/lab01/vectors.bin"),
        ("lab02", [*TINY, "--glove-epochs", "1"], "runs/lab02/glove.bin"),
        ("lab03", ["--vectors", "tiny.bin", "--no-pictures"], "runs/lab03/scores.json"),
    ],
)
def test_the_filled_starter_runs_by_its_own_files(lab, options, written, solved, small_text):
    """Though the labs are installed here, nothing of the repository is imported."""
    if lab == "lab03":
        shipped = WordVectors.load(solved[lab] / "wiki8_20k.safetensors")
        WordVectors(shipped.words[:2000], shipped.matrix[:2000]).save(solved[lab] / "tiny.bin")
    (solved[lab] / written).unlink(missing_ok=True)
    options = [str(small_text) if each == "SMALL" else each for each in options]
    done = in_folder(solved[lab], "-v", "solution.py", *options)  # -v names every file that is imported
    assert done.returncode == 0, done.stderr[-2000:]
    assert (solved[lab] / written).exists()
    assert "done in" in done.stdout
    assert f"{solved[lab]}/command.py" in done.stderr
    assert f"{solved[lab]}/{HELPER}/command.py" in done.stderr
    assert not [name for name in (*PACKAGES.values(), HELPER, "scripts") if f"{ROOT}/{name}/" in done.stderr]


def without(folder: Path, body: str, name: str, file: str) -> None:
    """Leave one function out of a filled starter."""
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert text.count(body) == 1
    hole = f'    raise NotImplementedError("{name}: its hint")\n'
    path.write_text(text.replace(body, hole), encoding="utf-8")


def test_a_starter_without_train_trains_by_the_supplied_loop(small_text, tmp_path):
    write_lab("lab01", tmp_path / "mine", solved=True)
    without(tmp_path / "mine", answers(sources("lab01")["solution.py"])["train"], "train", "solution.py")
    options = [str(small_text) if each == "SMALL" else each for each in TINY]
    done = in_folder(tmp_path / "mine", "solution.py", *options)
    assert done.returncode == 0, done.stderr[-2000:]
    said = "train is not written yet. The supplied loop trains at half the learning rate throughout."
    assert said in done.stdout.splitlines()
    assert len(WordVectors.load(tmp_path / "mine" / "runs" / "lab01" / "vectors.bin")) > 10
    (train,) = grade(find_submission(tmp_path / "mine"), ["train"])
    assert "train is not written yet" in train.message


def test_a_starter_without_the_optional_steps_compares_the_models_that_it_has(small_text, tmp_path):
    write_lab("lab02", tmp_path / "mine", solved=True)
    unwritten = ("cbow.py", "hierarchical.py", "ppmi.py")
    for name in unwritten:
        (tmp_path / "mine" / name).write_bytes(lab_files("lab02")[name])
    options = [str(small_text) if each == "SMALL" else each for each in TINY]
    also = ["--glove-epochs", "1", "--also", "cbow", "cbow_undivided", "hierarchical", "ppmi"]
    done = in_folder(tmp_path / "mine", "solution.py", *options, *also)
    assert done.returncode == 0, done.stderr[-2000:]
    left_out = [line for line in done.stdout.splitlines() if "left out, since it is not written yet: " in line]
    assert [line.partition("yet: ")[2].partition(":")[0] for line in left_out] == [
        "context_means", "context_means", "huffman", "ppmi",
    ]  # fmt: skip
    table = (tmp_path / "mine" / "runs" / "lab02" / "comparison.md").read_text(encoding="utf-8")
    assert "FastText" in table
    assert "Also compared" not in table


def test_two_labs_start_on_the_same_tools(solved):
    """A tool is either the repository's file, which holds no answer, or a stand-in, or filled in by one."""
    for lab in LABS:
        for file, content in tool_files(lab).items():
            assert lab_files(lab)[file] == lab_files(lab, solved=True)[file]
            if content != (ROOT / file).read_bytes():
                assert (STANDINS / file).is_file()
    assert tool_files("lab01")["lab03_eval/vectors/lookup.py"] == tool_files("lab02")["lab03_eval/vectors/lookup.py"]
    assert b"class Place(NamedTuple)" in tool_files("lab02")["lab01_word2vec/solution.py"]  # the rest of the file stays


def test_no_stand_in_is_without_use():
    files = {path.relative_to(STANDINS).as_posix() for path in STANDINS.glob("*/**/*.py")}
    assert files == files & {file for lab in LABS for file in tool_files(lab)}
    for file in files:
        filled = answers((STANDINS / file).read_text(encoding="utf-8"))
        assert filled.keys() <= answers((ROOT / file).read_text(encoding="utf-8")).keys()


def test_its_other_commands_run_too(solved):
    for lab, command in (
        ("lab01", ["get_data.py"]), ("lab03", ["-m", "tasks"]),
        ("lab03", ["eval_embeddings.py"]),
    ):  # fmt: skip
        done = in_folder(solved[lab], *command, "--help")
        assert (done.returncode, done.stdout[:6]) == (0, "usage:"), done.stderr


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
    edit = ("lab03_eval/measures/geometry.py", "rotation = left @ right", "rotation = left")
    assert b"    rotation = left\n" in lab_files("lab03", solved=True, edit=edit)["measures/geometry.py"]
    for old in ("return", "no such line"):
        with pytest.raises(StarterError, match="exactly once"):
            lab_files("lab03", solved=True, edit=("lab03_eval/measures/geometry.py", old, ""))


# EXERCISE.md


def exercise(lab: str) -> str:
    return (ROOT / PACKAGES[lab] / "EXERCISE.md").read_text(encoding="utf-8")


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
    said = [name for _, name, _, text in rungs if "\n**Optional.** " in text]
    assert said == [step.name for step in steps if step.optional]


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
    missing = {function for text in sources(lab).values() for function in answers(text)} - {name for name, _ in shown}
    assert not missing, "functions to write that no rung shows"


@each_lab
def test_the_numbers_to_check_by_hand_are_true(lab, solved):
    done = in_folder(solved[lab], "-m", "doctest", "EXERCISE.md")
    assert done.returncode == 0, done.stdout
    assert exercise(lab).count(">>> ") > 20


def test_uneven_numbers_would_be_noticed(solved):
    """The check above runs what is written in the page: a wrong number fails it."""
    page = solved["lab03"] / "EXERCISE.md"
    right = page.read_text(encoding="utf-8")
    page.write_text(right.replace("[0.8, 0.866]", "[0.8, 0.867]"), encoding="utf-8")
    done = in_folder(solved["lab03"], "-m", "doctest", "-f", "EXERCISE.md")
    page.write_text(right, encoding="utf-8")
    assert done.returncode == 1
    assert "0.867" in done.stdout

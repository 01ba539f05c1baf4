"""A course's own repository: nothing solved is in it before its date, no link is broken, and its programs run."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from grading.classroom.release import blank, chapters
from grading.classroom.withheld import bodies, given_away, marked_files
from grading.marks import answers
from grading.places import LABS, PACKAGES, ROOT
from grading.starters import write_lab
from grading.submission import load_lab
from tests.commands import Done, demand_one_line
from tests.scripts.commands import script
from tests.test_documents import anchors, links

FIRST, LATER = "2030-01-01", "2030-02-01"
SOLVED = bodies(marked_files())


def course(out: Path, today: str = FIRST) -> Done:
    return script("course.py", "--out", out, "--today", today)


def content(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fresh") / "course"
    done = course(folder)
    assert done.returncode == 0, done.stderr
    assert f"released on {FIRST}: nothing" in done.stdout
    return folder


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course in which some chapters are released on LATER."""
    folder = tmp_path_factory.mktemp("opened") / "course"
    folder.mkdir()
    keys = ["lab01/WALKTHROUGH.md 1", "lab01/WALKTHROUGH.md 3", "lab01/QUESTIONS.md", "lab01/blocks.py"]
    dates = [f'"{key}" = {LATER}' for key in [*keys, "lab01/numpy_sgns.py"]]
    (folder / "release.toml").write_text("\n".join([*dates, '"lab02/solution.py" = 2030-03-01\n']))
    assert course(folder, FIRST).returncode == 0
    assert not (folder / "released").exists()
    done = course(folder, LATER)
    assert "released on 2030-02-01: lab01/QUESTIONS.md, lab01/WALKTHROUGH.md 1" in done.stdout
    return folder


# What is kept back


def test_no_solved_body_is_in_any_file(fresh):
    assert len(SOLVED) > 30
    assert given_away(content(fresh), SOLVED) == []


def test_no_two_lines_of_a_solved_body_are_in_any_file(fresh):
    """The same by another way, which knows nothing of Python: the text, without comments and spaces."""
    squeezed = {name: squeeze(text.decode(errors="replace")) for name, text in content(fresh).items()}
    bare = {name: squeeze(body) for name, body in SOLVED.items() if len(body.strip().splitlines()) > 1}
    assert len(bare) > 30
    assert not [(file, name) for file, text in squeezed.items() for name, body in bare.items() if body in text]


def squeeze(text: str) -> str:
    return re.sub(r"#[^\n]*|\s", "", text)


def test_what_is_not_released_is_not_there(fresh):
    names = content(fresh).keys()
    assert not [
        name for name in names if re.search(r"numpy_sgns|WALKTHROUGH|released|grading/|tests/|_glove|_word2vec/W", name)
    ]
    for lab in LABS:
        assert "Rubric" not in (fresh / lab / "QUESTIONS.md").read_text(encoding="utf-8")
        assert "**8.**" in (fresh / lab / "QUESTIONS.md").read_text(encoding="utf-8")


BODY = answers((ROOT / "lab01_word2vec/solution.py").read_text(encoding="utf-8"))["noise_table"]


@pytest.mark.parametrize(
    ("file", "around"),
    [
        ("x.py", "def f():\n{}"),
        ("x.py", "if True:\n    class A:\n        def f():\n            '''Doc.'''\n            x = 1\n{}"),
        ("x.md", "Text.\n\n```python\ndef f():\n{}```\n"),
        ("x.md", "```python\ndef g(x) -> int\n\ndef f():\n{}```\n"),
    ],
)
def test_a_planted_body_is_found_whatever_its_layout(file, around):
    loose = BODY.replace(" = ", "  =  ").replace("\n", "  # why\n\n", 1)
    indented = "".join(f"        {line}\n" if line.strip() else "\n" for line in loose.splitlines())
    for body in (BODY, indented if "class" in around else loose):
        planted = around.replace("{}", body if "class" not in around else indented)
        if "-> int" in around:
            planted = around.replace("{}", BODY)
        assert given_away({file: planted.encode()}, SOLVED) == [f"{file} shows lab01_word2vec/solution.py noise_table"]


def test_a_body_in_a_session_is_found():
    session = "```python\n>>> def f(counts, power, size):\n" + "".join(f"... {line}\n" for line in BODY.splitlines())
    assert given_away({"x.md": f"{session}...\n```\n".encode()}, SOLVED) != []
    assert given_away({"x.md": b"```python\n>>> 1 + 1\n2\n\n```\n"}, SOLVED) == []


# What is released


def test_chapters_come_on_their_date(opened):
    page = (opened / "lab01" / "WALKTHROUGH.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (\d+)\.", page, re.MULTILINE) == ["1", "3"]
    names = {name for name in content(opened) if name.startswith("released/")}
    assert names == {"released/lab01/blocks.py", "released/lab01/numpy_sgns.py"}
    assert (opened / "lab01" / "QUESTIONS.md").read_text(encoding="utf-8").count("Rubric</summary>") == 8
    assert "Rubric" not in (opened / "lab02" / "QUESTIONS.md").read_text(encoding="utf-8")


def test_a_released_file_shows_its_own_bodies_and_no_others(opened):
    shown = given_away(content(opened), SOLVED)
    assert {line.partition(" shows ")[0] for line in shown} == {"released/lab01/blocks.py"}
    assert {line.partition(" shows ")[2].split()[0] for line in shown} == {"lab01_word2vec/blocks.py"}
    assert "raise NotImplementedError" in (opened / "lab01" / "blocks.py").read_text(encoding="utf-8")


def test_the_same_day_again_changes_nothing_and_other_files_stay(opened):
    (opened / "syllabus.md").write_text("ours")
    before = content(opened)
    assert "0 files written" in course(opened, LATER).stdout
    assert content(opened) == before


def test_a_new_folder_lists_every_chapter_and_releases_none(fresh):
    text = (fresh / "release.toml").read_text(encoding="utf-8")
    assert text == blank()
    assert re.findall(r'^# "([^"]+)" = 2030-01-31  # .+$', text, re.MULTILINE) == list(chapters())
    for lab, package in PACKAGES.items():
        sections = re.findall(
            r"^## \d+\.", (ROOT / package / "WALKTHROUGH.md").read_text(encoding="utf-8"), re.MULTILINE
        )
        assert sum(key.startswith(f"{lab}/WALKTHROUGH.md") for key in chapters()) == len(sections) > 10


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ('"lab01/WALKTHROUGH.md 99" = 2030-01-01', ["'lab01/WALKTHROUGH.md 99'", "no chapter"]),
        ('"lab01/blocks.py" = "2030-01-01"', ["'lab01/blocks.py'", "without quotes"]),
        ('"lab01/blocks.py" = 2030-01-01T10:00:00', ["'lab01/blocks.py'", "expected a date"]),
        ('"lab01/blocks.py" = soon', ["not TOML"]),
        ("\xff", ["not TOML"]),
    ],
)
def test_a_release_file_that_cannot_be_read_is_one_line(tmp_path, line, parts):
    (tmp_path / "release.toml").write_bytes(line.encode("latin-1"))
    demand_one_line(course(tmp_path), "release.toml", *parts)
    assert [path.name for path in tmp_path.iterdir()] == ["release.toml"]


def test_another_folder_is_left_alone(tmp_path):
    (tmp_path / "thesis.tex").write_text("mine")
    demand_one_line(course(tmp_path), "neither empty nor a course")
    demand_one_line(course(tmp_path / "thesis.tex"), "a file; give a folder")
    demand_one_line(script("course.py", "--out", tmp_path / "new", "--today", "soon"), "--today", "soon")
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


# What students do with it


@pytest.mark.parametrize("which", ["fresh", "opened"])
def test_no_link_is_broken(which, request):
    folder = request.getfixturevalue(which)
    pages = list(folder.rglob("*.md"))
    assert len(pages) > 14
    internal = 0
    for page in pages:
        for _, target in links(page):
            if target.startswith(("http://", "https://")):
                continue
            path, _, anchor = target.partition("#")
            linked = (page.parent / path).resolve() if path else page
            assert linked.exists(), f"{page.name}: {target}"
            assert linked.is_relative_to(folder.resolve()), f"{page.name}: {target}"
            assert not anchor or anchor in anchors(linked), f"{page.name}: {target}"
            internal += 1
    assert internal > 100


def test_no_page_names_the_repositorys_folders(fresh):
    for page in fresh.rglob("*.md"):
        text = page.read_text(encoding="utf-8")
        assert not re.findall(
            r"lab0\d_(?:word2vec|glove_fasttext|eval)/|my_lab0\d|submission lab0\d|make run` sets", text
        ), page


def python(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *arguments], cwd=folder, capture_output=True, text=True)


def test_the_first_program_of_the_start_page_runs_in_lab_3(fresh):
    page = (fresh / "START.md").read_text(encoding="utf-8")
    program = re.search(r"Start `python` in the folder `lab03`.*?```python\n(.*?)```", page, re.DOTALL)[1]
    done = python(fresh / "lab03", "-c", program)
    assert done.returncode == 0, done.stderr


def test_data_sets_are_fetched_from_the_top(fresh):
    assert "--corpus" in python(fresh, "get_data.py", "--help").stdout
    assert "is no data set" in python(fresh, "get_data.py", "flying").stderr


@pytest.mark.parametrize("lab", LABS)
def test_the_check_passes_every_step_of_a_solution(lab, fresh, tmp_path):
    write_lab(lab, tmp_path / lab, solved=True)
    (tmp_path / lab / "check.py").write_bytes((fresh / lab / "check.py").read_bytes())
    done = python(tmp_path, f"{lab}/check.py")
    assert done.returncode == 0, done.stdout + done.stderr
    steps = [step.name for step in load_lab(lab).steps]
    assert re.findall(r"^  (?:passed|no check) +(\w+)$", done.stdout, re.MULTILINE) == steps
    assert done.stdout.count("passed") > len(steps) / 2


def test_the_check_fails_a_starter_and_names_what_failed_first(fresh):
    done = python(fresh, "lab01/check.py", "subsample", "keep_probability")
    assert done.returncode == 1
    assert re.findall(r"^  (\w+) +(\w+)$", done.stdout, re.MULTILINE) == [
        ("failed", "keep_probability"),
        ("failed", "subsample"),
    ]
    assert "NotImplementedError: keep_probability" in done.stdout
    demand_one_line(python(fresh, "lab01/check.py", "flying"), "flying is no step of", "build_vocab")


def test_git_takes_the_course_and_leaves_what_running_it_makes(fresh, tmp_path):
    shutil.copytree(fresh, tmp_path / "course")
    for name in ("runs/lab01/vectors.bin", "data/text8", "lab02/data/text8", "lab01/__pycache__/x.pyc"):
        (tmp_path / "course" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "course" / name).touch()
    subprocess.run(["git", "init", "-q"], cwd=tmp_path / "course", check=True)
    listed = ["git", "ls-files", "--others", "--exclude-standard"]
    done = subprocess.run(listed, cwd=tmp_path / "course", capture_output=True, text=True, check=True)
    assert sorted(done.stdout.split()) == sorted(content(fresh))


def test_the_workflow_runs_the_check_of_every_lab(fresh):
    workflow = (fresh / ".github" / "workflows" / "check.yml").read_text(encoding="utf-8")
    assert re.search(r"^        lab: \[(.*)\]$", workflow, re.MULTILINE)[1].split(", ") == list(LABS)
    assert "python ${{ matrix.lab }}/check.py" in workflow
    assert (fresh / "requirements.txt").is_file()


# What the instructor reads


def test_every_step_serves_an_objective_of_the_instructors_page():
    page = (ROOT / "INSTRUCTOR.md").read_text(encoding="utf-8")
    objectives = page.partition("\n## What students learn\n")[2].partition("\n## ")[0]
    for lab in LABS:
        rows = " ".join(row for row in objectives.splitlines() if row.startswith(f"| {lab[-1]} |"))
        named = re.findall(r"`(\w+)`", rows)
        assert sorted(named) == sorted(step.name for step in load_lab(lab).steps)


def test_steps_that_the_instructors_page_hides_exist():
    page = (ROOT / "INSTRUCTOR.md").read_text(encoding="utf-8")
    commands = re.findall(r"--lab (lab\d\d) --hidden ([\w ]+)", page)
    assert [lab for lab, _ in commands] == list(LABS)
    for lab, steps in commands:
        assert set(steps.split()) <= {step.name for step in load_lab(lab).steps}

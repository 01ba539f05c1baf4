"""What a course is run with: Gradescope's autograder, the roster, the table to import, and the pages to hand back."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

from wordlab.errors import InputError

import pytest

from grading.classroom.feedback import as_html, as_markdown
from grading.classroom.roster import Student, join, read_roster
from grading.classroom.withheld import bodies, given_away, marked_files
from grading.places import LABS, PACKAGES, ROOT
from grading.seeded.collection import HERE
from grading.starters import write_lab
from grading.submission import load_lab
from tests.commands import demand_one_line

HOSTILE = HERE / "hostile"
# The fields of results.json that Gradescope documents, with the types of their values.
TOP = {"score": (int, float), "execution_time": int, "output": str, "output_format": str, "visibility": str}
TOP |= {"stdout_visibility": str, "tests": list}
OF_A_TEST = {"score": (int, float), "max_score": (int, float), "status": str, "name": str, "number": str}
OF_A_TEST |= {"output": str, "output_format": str, "visibility": str}
VISIBILITIES = {"hidden", "after_due_date", "after_published", "visible"}


def module(name: str, *arguments: object, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", f"grading.classroom.{name}", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True)


# Gradescope


def unpacked(lab: str, top: Path, *options: str) -> Path:
    """`top` as Gradescope sets up /autograder, without a submission yet."""
    done = module("gradescope", top / "autograder.zip", "--lab", lab, *options)
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(top / "autograder.zip") as archive:
        archive.extractall(top / "source")
        for entry in archive.infolist():
            (top / "source" / entry.filename).chmod(entry.external_attr >> 16 & 0o777)
    return top


@pytest.fixture(scope="module")
def autograder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return unpacked("lab01", tmp_path_factory.mktemp("autograder"), "--hidden", "negatives", "analogy")


def graded(top: Path, submission: Path | None, seconds: int = 120, first: tuple[str, ...] = ()) -> dict[str, Any]:
    """The results that run_autograder leaves for a submission, None for an empty one. `first` runs the command."""
    shutil.rmtree(top / "submission", ignore_errors=True)
    shutil.rmtree(top / "results", ignore_errors=True)
    if submission is None:
        (top / "submission").mkdir()
    elif submission.is_dir():
        shutil.copytree(submission, top / "submission")
    else:
        (top / "submission").mkdir()
        shutil.copy(submission, top / "submission" / "solution.py")
    environment = {"AUTOGRADER": str(top), "AUTOGRADER_PYTHON": sys.executable, "AUTOGRADER_SECONDS": str(seconds)}
    command = [*first, str(top / "source" / "run_autograder")]
    done = subprocess.run(command, cwd=top, env=os.environ | environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found = json.loads((top / "results" / "results.json").read_text(encoding="utf-8"))
    demand_documented(found)
    return found


def demand_documented(results: dict[str, Any]) -> None:
    """Fails unless Gradescope would take these results."""
    for fields, record in [(TOP, results), *((OF_A_TEST, test) for test in results["tests"])]:
        assert record.keys() <= fields.keys()
        assert all(isinstance(value, fields[key]) for key, value in record.items())
        assert record.get("visibility", "visible") in VISIBILITIES
        assert record.get("output_format", "text") == "text"
    assert results["stdout_visibility"] in VISIBILITIES
    for test in results["tests"]:
        assert test["status"] in ("passed", "failed")
        assert 0 <= test["score"] <= test["max_score"]
    assert "score" in results


@pytest.mark.parametrize("lab", LABS)
def test_a_right_submission_gets_all_points_from_the_zip(lab, tmp_path):
    """A course's whole repository is handed in."""
    write_lab(lab, tmp_path / "mine" / lab, solved=True)
    (tmp_path / "mine" / "get_data.py").touch()
    results = graded(unpacked(lab, tmp_path), tmp_path / "mine")
    steps = load_lab(lab).steps
    assert [test["name"] for test in results["tests"]] == [f"{s.name}{' (optional)' * s.optional}" for s in steps]
    assert [test["score"] for test in results["tests"]] == [step.points for step in steps]
    assert results["score"] == sum(step.points for step in steps)
    assert sum(step.points for step in steps if not step.optional) == 100


def test_hidden_steps_are_shown_when_grades_are_published(autograder, tmp_path):
    write_lab("lab01", tmp_path / "mine")
    results = graded(autograder, tmp_path / "mine")
    assert results["score"] == 0
    assert {test["status"] for test in results["tests"]} == {"failed"}
    hidden = {test["name"] for test in results["tests"] if test["visibility"] == "after_published"}
    assert hidden == {"negatives", "analogy"}
    assert all("is not written yet" in test["output"] for test in results["tests"])


def test_a_zip_holds_the_rules_and_the_seed_that_it_was_made_with(tmp_path):
    (tmp_path / "points.toml").write_text(
        "feedback = 'none'\n[lab03]\nhidden = ['debias']\n[lab03.points]\nweat = 50\n"
    )
    options = ("--points", str(tmp_path / "points.toml"), "--hidden", "hubness", "--seed", "77")
    write_lab("lab03", tmp_path / "mine")
    results = graded(unpacked("lab03", tmp_path, *options), tmp_path / "mine")
    assert {test["output"] for test in results["tests"]} == {""}
    assert {test["name"]: test["max_score"] for test in results["tests"]}["weat"] == 50
    hidden = [test["name"] for test in results["tests"] if test["visibility"] == "after_published"]
    assert hidden == ["hubness", "debias"]
    assert results["output"].endswith("0 of 13 steps passed.")  # the hidden ones are told nothing of
    assert json.loads((tmp_path / "source" / "autograder.json").read_text())["seed"] == 77


def test_two_zips_draw_other_inputs(tmp_path):
    seeds = []
    for name in ("a", "b"):
        unpacked("lab03", tmp_path / name)
        seeds.append(json.loads((tmp_path / name / "source" / "autograder.json").read_text())["seed"])
    assert len({1, *seeds}) == 3


def test_points_that_cannot_be_read_are_one_line(tmp_path):
    (tmp_path / "mine.toml").write_text("[lab01.points]\nloss = -3\n")
    done = module("gradescope", tmp_path / "x.zip", "--lab", "lab01", "--points", tmp_path / "mine.toml")
    demand_one_line(done, "mine.toml: lab01.points.loss: expected a whole number")
    assert not (tmp_path / "x.zip").exists()


def test_an_empty_submission_gets_no_points_and_the_reason(autograder):
    results = graded(autograder, None)
    assert results["score"] == 0
    assert "no Python file in it" in results["output"]
    assert str(autograder) not in json.dumps(results)


def test_a_submission_that_ends_the_process_gets_no_points(autograder):
    results = graded(autograder, HOSTILE / "exit_on_import.py")
    assert results["score"] == 0
    assert "SystemExit" in results["tests"][0]["output"]
    assert graded(autograder, HOSTILE / "exit_zero.py")["score"] == 0


def test_a_grader_that_is_out_of_time_leaves_results_that_say_so(autograder):
    results = graded(autograder, HOSTILE / "infinite_loop.py", seconds=4)
    assert (results["score"], results["tests"]) == (0, [])
    assert "The grader did not finish" in results["output"]


def test_a_grader_that_fails_leaves_results_that_say_so(autograder, tmp_path):
    shutil.copytree(autograder / "source", tmp_path / "source")
    (tmp_path / "source" / "grading" / "lab01" / "vocabulary.py").write_text("1 / 0\n")
    assert "The grader did not finish" in graded(tmp_path, HOSTILE / "exit_zero.py")["output"]


def test_an_ordinary_user_without_landlock_grades_and_says_what_is_open(autograder, tmp_path):
    """The kernel's answer to "which Landlock?" is replaced by "none"; root becomes a user without rights first."""
    first = ("unshare", "--user", "--map-user=1000", "--map-group=1000") if os.getuid() == 0 else ()
    if first and subprocess.run([*first, "true"], capture_output=True).returncode:
        pytest.skip("the system lets root make no user without rights: no user namespaces")
    shutil.copytree(autograder / "source", tmp_path / "source")
    contain = tmp_path / "source" / "grading" / "containment" / "contain.py"
    text, asks = contain.read_text(encoding="utf-8"), "ctypes.c_uint32(1)) if LINUX else 0"
    assert text.count(asks) == 1
    contain.write_text(text.replace(asks, "ctypes.c_uint32(1)) * 0"), encoding="utf-8")
    write_lab("lab01", tmp_path / "mine", solved=True)
    results = graded(tmp_path, tmp_path / "mine", first=first)
    assert results["score"] == sum(step.points for step in load_lab("lab01").steps)
    assert "Not contained on this system: it may read and write outside its folder" in results["output"]
    assert "it runs as root" not in results["output"]


@pytest.mark.parametrize("lab", LABS)
def test_the_zip_holds_no_solved_body_and_no_other_labs_judges(lab, tmp_path):
    source = unpacked(lab, tmp_path) / "source"
    assert os.access(source / "run_autograder", os.X_OK)
    assert os.access(source / "setup.sh", os.X_OK)
    files = {str(path.relative_to(source)): path.read_bytes() for path in source.rglob("*") if path.is_file()}
    assert given_away(files, bodies(marked_files())) == []
    assert not [name for name in files if any(f"grading/{other}/" in name for other in LABS if other != lab)]
    assert not [name for name in files if "numpy_sgns" in name or "seeded" in name]
    assert f"{PACKAGES[lab]}/solution.py" in files


def test_an_unknown_step_is_one_line(tmp_path):
    done = module("gradescope", tmp_path / "x.zip", "--lab", "lab01", "--hidden", "flying")
    demand_one_line(done, "--hidden flying", "no step of lab01", "build_vocab")
    assert list(tmp_path.iterdir()) == []


# The roster

ROSTER = "Student,ID,SIS User ID,SIS Login ID,Section\n"
TWO = f"{ROSTER}    Points Possible,,,,\nÅsa <b>,7,s1,asa@x.edu,A\n=Bo,8,s2,bo@x.edu,A\nCy,9,s3,cy@x.edu,B\n"


def roster(folder: Path, content: str | bytes) -> Path:
    path = folder / "roster.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def verdict(step: str, passed: bool, message: str = "") -> dict[str, Any]:
    return {"step": step, "passed": passed, "points": 8 * passed, "worth": 8, "message": message}


def record(submission: str, *verdicts: dict[str, Any], lab: str | None = "lab01") -> dict[str, Any]:
    return {"submission": submission, "lab": lab, "verdicts": list(verdicts)}


@pytest.mark.parametrize(
    "content",
    [
        "name,id,email\nÅsa,s1,asa@x.edu\n",
        "\ufeffname,id,email\r\nÅsa,s1,asa@x.edu\r\n\r\n",
        "Full name;ID number;Email address\nÅsa;s1;asa@x.edu\n",
        f"{ROSTER}Åsa,7,s1,asa@x.edu,A\n",
    ],
)
def test_rosters_of_several_kinds_are_read(tmp_path, content):
    [student] = read_roster(roster(tmp_path, content))
    assert (student.name, student.id, student.email) == ("Åsa", "s1", "asa@x.edu")
    assert student.canvas_id == ("7" if content.startswith("Student") else "")


@pytest.mark.parametrize(
    ("content", "parts"),
    [
        ("name,id,email\nÅsa,s1,asa@x.edu\n".encode("latin-1"), ["line 2", "not UTF-8", "CSV UTF-8"]),
        ("name,id,email\nA,s1,a@x.edu\nB,S1,b@x.edu\n", ["line 3", "S1", "line 2"]),
        ("name,id,email\nA,s1,a@x.edu\nB,s2,A@x.edu\n", ["line 3", "A@x.edu", "line 2"]),
        ("name,id,email\nA,,a@x.edu\n", ["line 2", "A has no id"]),
        ("name,id,email\nA,../s1,a@x.edu\n", ["line 2", "'../s1'", "file's name"]),
        ("name,email\nA,a@x.edu\n", ["line 1", "no column for the id"]),
        ("name,id,email\n", ["no student in it"]),
    ],
)
def test_a_roster_that_cannot_be_used_is_one_line(tmp_path, content, parts):
    (tmp_path / "grades.json").write_text("[]")
    grades, out = tmp_path / "grades.json", tmp_path / "out"
    done = module("hand_back", grades, "--roster", roster(tmp_path, content), "--out", out)
    demand_one_line(done, "roster.csv", *parts)
    assert not out.exists()


@pytest.mark.parametrize("name", ["s1", "S1.py", "asa@x.edu", "asa_s1_solution.py", "Åsa_1234_s1"])
def test_a_submission_is_known_by_id_or_mail(tmp_path, name):
    students = read_roster(roster(tmp_path, TWO))
    joined = join([record(name)], students)
    assert [each["submission"] for each in joined.records["s1"]] == [name]
    assert [student.id for student in joined.missing] == ["s2", "s3"]
    assert joined.unknown == []


def test_what_is_nobodys_or_twice_somebodys_is_told(tmp_path):
    students = read_roster(roster(tmp_path, TWO))
    unknown = join([record("zed"), record("s1_s2"), record("s11")], students).unknown
    assert [each["submission"] for each in unknown] == ["zed", "s1_s2", "s11"]
    with pytest.raises(InputError, match=r"s1 and asa@x\.edu\.py are of one student"):
        join([record("s1"), record("asa@x.edu.py")], students)
    assert len(join([record("s1"), record("asa@x.edu.py", lab="lab02")], students).records["s1"]) == 2


# Handing back


@pytest.fixture(scope="module")
def handed_back(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("course")
    first = record("s1", verdict("build_vocab", True), verdict("loss", False, "expected 4.159, you got 3.2 | <i>"))
    second = record(
        "bo@x.edu.py", verdict("build_vocab", True), verdict("loss", False, "expected 4.159, you got 9 | <i>")
    )
    (folder / "grades.json").write_text(json.dumps([first, second, record("zed", verdict("loss", True))]))
    later = record("s1", lab="lab02") | {"problem": "s1: no Python file in it"}
    (folder / "grades2.json").write_text(json.dumps([later]))
    grades = (folder / "grades.json", folder / "grades2.json")
    done = module("hand_back", *grades, "--roster", roster(folder, TWO), "--out", folder / "out")
    assert done.returncode == 0, done.stderr
    said = done.stdout.splitlines()
    assert said[:2] == ["nothing handed in: Cy (s3)", "of nobody on the roster, or of several: zed"]
    assert said[2].startswith("2 of 3 students have results")
    return folder / "out"


def test_one_table_is_what_canvas_and_moodle_import(handed_back):
    with open(handed_back / "canvas_moodle.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    assert rows == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Lab 1", "Lab 2"],
        ["Åsa <b>", "7", "s1", "asa@x.edu", "A", "8", "0"],
        ["'=Bo", "8", "s2", "bo@x.edu", "A", "8", ""],
        ["Cy", "9", "s3", "cy@x.edu", "B", "", ""],
    ]


def test_every_student_has_a_page_with_nobody_elses_results(handed_back):
    assert sorted(path.name for path in (handed_back / "feedback").iterdir()) == [
        f"s{number}.{suffix}" for number in (1, 2, 3) for suffix in ("html", "md")
    ]
    pages = {path.name: path.read_text(encoding="utf-8") for path in (handed_back / "feedback").iterdir()}
    assert "8 of 16 points, 1 of 2 steps passed" in pages["s1.md"]
    assert "| loss | 0 of 8 | expected 4.159, you got 3.2 \\| \\<i\\> |" in pages["s1.md"]
    assert "could not be graded: s1: no Python file in it" in pages["s1.html"]
    assert "you got 3.2 | &lt;i&gt;" in pages["s1.html"]
    assert "Åsa &lt;b&gt;" in pages["s1.html"]
    own = {"s1": ("Åsa", "asa@x.edu", "3.2"), "s2": ("Bo", "bo@x.edu", "got 9"), "s3": ("Cy", "cy@x.edu")}
    for name, page in pages.items():
        others = [text for student, texts in own.items() if not name.startswith(student) for text in texts]
        assert not [text for text in others if text in page], name
    assert "Nothing of yours was found" in pages["s3.md"]
    assert "Nothing of yours was found" in pages["s3.html"]


def test_the_pages_show_what_a_message_holds_as_text():
    nasty = record("s1", verdict("loss", False, "[x](http://e.org) `a` *b* <script>alert(1)</script> $c$"))
    student = Student("s1", "A", "a@x.edu")
    assert "<script>" not in as_html(student, [nasty]) + as_markdown(student, [nasty])
    assert "\\[x\\](http://e.org) \\`a\\` \\*b\\*" in as_markdown(student, [nasty])


def test_the_overview_has_distributions_and_the_commonest_mistake(handed_back):
    page = (handed_back / "overview.html").read_text(encoding="utf-8")
    assert "<li>Cy (s3)</li>" in page
    assert "<li>zed</li>" in page
    assert "<th scope=row>50 to 60 %</th><td class=text>2</td>" in page
    assert "<th scope=row>build_vocab</th><td class=text>2</td><td class=text>0</td><td class=text>100 %</td>" in page
    # Two messages that differ in a number are one mistake.
    assert "<th scope=row>loss</th><td class=text>2</td><td class=text>expected 4.159, you got 3.2 | &lt;i&gt;" in page
    assert "<th scope=row>loss</th><td class=text>0</td><td class=text>2</td><td class=text>0 %</td>" in page


def test_a_file_without_grades_is_one_line(tmp_path):
    (tmp_path / "grades.json").write_text('{"lab": 1}')
    arguments = [tmp_path / "grades.json", "--roster", roster(tmp_path, TWO), "--out", tmp_path / "out"]
    demand_one_line(module("hand_back", *arguments), "grades.json: no grades", "scripts/grade.py")

"""Write the zip that Gradescope takes as the autograder of one lab.

    python -m grading.classroom.gradescope lab01.zip --lab lab01
    python -m grading.classroom.gradescope lab01.zip --lab lab01 --hidden negatives analogy

Students see the verdicts of hidden steps when grades are published. The zip holds the labs without their solved bodies,
so that a submission finds none even where the container cannot close the grader's folder to it.
"""

from __future__ import annotations

import argparse
import zipfile
from pathlib import Path

from wordlab.command import OneLineParser, run_command
from wordlab.errors import InputError
from wordlab.files import replacing, to_json

from grading.classroom.results import SETTINGS, unfinished
from grading.classroom.withheld import emptied, marked_files
from grading.places import HELPER, LABS, PACKAGES, ROOT
from grading.starters import GET_DATA, lab_files
from grading.submission import load_lab

AUTOGRADER = Path(__file__).parent / "autograder"
NOT_NEEDED = ("seeded", "gradebook", "classroom")  # folders of grading/
NEEDED = ("classroom/__init__.py", "classroom/results.py", "classroom/withheld.py")  # of these folders
OLD = (1980, 1, 1, 0, 0, 0)  # the same files give the same zip


def zip_files(lab: str, hidden: list[str]) -> dict[str, bytes]:
    """Content of every file of the zip. Raises InputError for a step that the lab does not have."""
    steps = [step.name for step in load_lab(lab).steps]
    if unknown := [step for step in hidden if step not in steps]:
        raise InputError(f"--hidden {unknown[0]}: no step of {lab}; its steps are {', '.join(steps)}")
    files = {path.name: path.read_bytes() for path in sorted(AUTOGRADER.iterdir())}
    files["requirements.txt"] = lab_files(lab)["requirements.txt"]
    files[SETTINGS] = to_json({"lab": lab, "hidden": hidden}).encode()
    files["unfinished.json"] = to_json(unfinished()).encode()
    files[GET_DATA] = (ROOT / GET_DATA).read_bytes()
    for path in sorted(path for folder in ("grading", HELPER) for path in (ROOT / folder).rglob("*.py")):
        if _of_grader(path, lab):
            files[path.relative_to(ROOT).as_posix()] = path.read_bytes()
    for package in PACKAGES.values():
        for path in sorted((ROOT / package).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            files[name] = emptied(marked_files()[name]).encode() if name in marked_files() else path.read_bytes()
    del files["lab01_word2vec/numpy_sgns.py"]  # a solution without marks
    return files


def _of_grader(path: Path, lab: str) -> bool:
    """Whether grading `lab` needs the file; that of other labs, whose judges hold their answers, is left out.

    So are the stand-ins for the lab's own functions, which other labs' submissions get.
    """
    parts = path.relative_to(ROOT).parts
    if parts[:3] == ("grading", "standins", PACKAGES[lab]):
        return False
    if parts[0] == HELPER or len(parts) == 2:
        return True
    return "/".join(parts[1:]) in NEEDED or parts[1] not in (*NOT_NEEDED, *(each for each in LABS if each != lab))


def write_zip(path: Path, lab: str, hidden: list[str]) -> None:
    files = zip_files(lab, hidden)
    with replacing(path) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, OLD)
            is_run = (AUTOGRADER / name).is_file()
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, (0o100755 if is_run else 0o100644) << 16
            archive.writestr(entry, content)


def build_parser() -> OneLineParser:
    parser = OneLineParser(__doc__)
    parser.add_argument("out", type=Path, metavar="OUT.zip")
    parser.add_argument("--lab", choices=LABS, required=True)
    parser.add_argument("--hidden", nargs="+", default=[], metavar="STEP", help="shown when grades are published")
    return parser


def run(args: argparse.Namespace) -> None:
    write_zip(args.out, args.lab, args.hidden)
    shown = len(load_lab(args.lab).steps) - len(set(args.hidden))
    print(f"{args.out}: {args.lab}, {shown} steps shown, {len(set(args.hidden))} hidden until grades are published")


if __name__ == "__main__":
    run_command(build_parser(), run)

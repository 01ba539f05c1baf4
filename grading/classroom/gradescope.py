"""Write the zip that Gradescope takes as the autograder of one lab.

    python -m grading.classroom.gradescope lab01.zip --lab lab01
    python -m grading.classroom.gradescope lab01.zip --lab lab01 --hidden negatives analogy

Students see the verdicts of hidden steps when grades are published. The inputs are drawn from a seed that the zip holds
and nobody could foresee, so that a submission cannot bring answers along. Give two zips of one assignment one --seed.
The zip holds the labs without their solved bodies, so that a submission finds none even where the container cannot
close the grader's folder to it.
"""

from __future__ import annotations

import argparse
import secrets
import zipfile
from dataclasses import asdict, replace
from pathlib import Path

from wordlab.command import OneLineParser, run_command
from wordlab.command import seed as a_seed
from wordlab.errors import InputError
from wordlab.files import replacing, to_json

from grading.classroom.results import SETTINGS, unfinished
from grading.classroom.withheld import emptied, marked_files
from grading.grader import SEEDS
from grading.places import HELPER, LABS, PACKAGES, ROOT
from grading.points import POINTS, Rules, read_points
from grading.starters import GET_DATA, lab_files
from grading.submission import load_lab

AUTOGRADER = Path(__file__).parent / "autograder"
NOT_NEEDED = ("seeded", "gradebook", "classroom")  # folders of grading/
NEEDED = ("classroom/__init__.py", "classroom/results.py", "classroom/withheld.py")  # of these folders
OLD = (1980, 1, 1, 0, 0, 0)  # the same files give the same zip


def zip_files(lab: str, rules: Rules, seed: int) -> dict[str, bytes]:
    """Content of every file of the zip."""
    files = {path.name: path.read_bytes() for path in sorted(AUTOGRADER.iterdir())}
    files["requirements.txt"] = lab_files(lab)["requirements.txt"]
    files[SETTINGS] = to_json({"lab": lab, "seed": seed, "rules": asdict(rules)}).encode()
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


def write_zip(path: Path, lab: str, rules: Rules, seed: int) -> None:
    files = zip_files(lab, rules, seed)
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
    parser.add_argument("--points", type=Path, default=POINTS, metavar="TOML", help="what steps are worth")
    parser.add_argument("--seed", type=a_seed, help="draws the inputs; left out, one that nobody can foresee")
    return parser


def run(args: argparse.Namespace) -> None:
    steps = [step.name for step in load_lab(args.lab).steps]
    if unknown := [step for step in args.hidden if step not in steps]:
        raise InputError(f"--hidden {unknown[0]}: no step of {args.lab}; its steps are {', '.join(steps)}")
    rules = read_points(args.points)[args.lab]
    hidden = tuple(step for step in steps if step in (*rules.hidden, *args.hidden))
    drawn = secrets.randbelow(SEEDS) if args.seed is None else args.seed
    write_zip(args.out, args.lab, replace(rules, hidden=hidden), drawn)
    shown = len(steps) - len(hidden)
    print(f"{args.out}: {args.lab}, {shown} steps shown, {len(hidden)} hidden until grades are published")
    print(f"inputs are drawn from the seed {drawn}")


if __name__ == "__main__":
    run_command(build_parser(), run)

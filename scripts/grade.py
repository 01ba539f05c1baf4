"""Grade a folder of submissions: a table for the gradebook and a page to read.

    python scripts/grade.py submissions/ --report grades.csv

Every file *.py and every folder in it is a submission. Each runs in a contained process (grading/containment/child.py):
one that is broken or means harm costs no other. Results are kept as they come in grades.json beside the table. After an
interruption, or when submissions have been added, the same command grades only what is new or changed. The inputs are
drawn from a seed that nobody could foresee; it stays the same as long as grades.json is there.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import secrets
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

try:
    from wordlab.command import OneLineParser, number, run_command, seed
except ModuleNotFoundError as missing:
    sys.exit(f"error: {missing}; at the root of the repository, type: pip install -r requirements.txt")

from wordlab.errors import InputError, Interrupted
from wordlab.files import write_json

from tqdm import tqdm

from grading.classroom.roster import owner_by_name, read_roster
from grading.gradebook.page import write_page
from grading.gradebook.table import row, write_csv
from grading.grader import SEEDS, agreed, grade
from grading.handed_in import submissions_in
from grading.places import LABS, ROOT
from grading.points import POINTS, read_points
from grading.submission import Submission, SubmissionError, find_submission
from grading.variants import draw, read_secret
from lab01_word2vec.text import SAMPLE, WIKI8


def grade_one(path: Path, known: dict[str, dict], args: argparse.Namespace) -> dict[str, Any]:
    """The record of a submission: the one that is known if nothing has changed since."""
    record: dict[str, Any] = {"submission": path.name, "lab": args.lab, "verdicts": [], "seed": args.seed}
    try:
        submission = find_submission(path, args.lab)
        rules = args.rules[submission.lab.name]
        submission = replace(submission, lab=rules.of(submission.lab))
        constants, record["lab"] = constants_of(submission, args), submission.lab.name
        record["feedback"] = rules.feedback
        asked = [str(args.seed), args.corpus or "", repr(rules), repr(constants)]
        record["key"] = "/".join([submission.fingerprint(), grader_version(), *asked])
        if known.get(path.name, {}).get("key") == record["key"]:
            return known[path.name]
        verdicts = grade(submission, seed=args.seed, corpus=args.corpus, constants=constants)
    except SubmissionError as error:
        return record | {"problem": str(error)}
    except Exception as error:  # whatever it is, the others are still to be graded
        return record | {"problem": f"the grader failed: {error}", "failed": type(error).__name__, "key": None}
    return record | {"verdicts": [asdict(verdict) for verdict in verdicts]}


def constants_of(submission: Submission, args: argparse.Namespace) -> dict[str, str] | None:
    """Those of the student's variant, where the course has variants."""
    if args.secret is None:
        return None
    student = args.owners(submission.path.name)
    if student is None:
        raise SubmissionError(f"{submission.path}: of no student of the roster, so its variant is not known")
    return draw(submission.lab.constants, args.secret, student)


def grader_version() -> str:
    """Changes whenever the grader's code does: what it said before may no longer hold."""
    digest = hashlib.sha256()
    for path in sorted((ROOT / "grading").rglob("*.py")):
        if not {"seeded", "classroom"} & set(path.parts):  # what it is measured on, and what is done with verdicts
            digest.update(path.read_bytes())
    return digest.hexdigest()


def grade_all(paths: list[Path], known: dict[str, dict], args: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """Records as they are finished, several submissions at a time."""
    with ThreadPoolExecutor(args.jobs) as pool:
        futures: list[Future] = [pool.submit(grade_one, path, known, args) for path in paths]
        try:
            for future in tqdm(as_completed(futures), total=len(futures), desc="grading", disable=None):
                yield future.result()
        finally:
            pool.shutdown(cancel_futures=True)


def build_parser() -> argparse.ArgumentParser:
    parser = OneLineParser(__doc__)
    parser.add_argument("folder", type=Path, metavar="submissions/")
    beside = "the table; .html and .json are written beside it"
    parser.add_argument("--report", type=Path, default=Path("grades.csv"), metavar="CSV", help=beside)
    parser.add_argument("--lab", choices=LABS, help="all are for this lab; otherwise told by the names they define")
    parser.add_argument(
        "--corpus", metavar="FILE", help="also run the threshold step on it, or on wiki8: a minute per submission"
    )
    parser.add_argument("--points", type=Path, default=POINTS, metavar="TOML", help="what steps are worth")
    parser.add_argument("--secret", type=Path, metavar="FILE", help="from which the students' variants were drawn")
    parser.add_argument("--roster", type=Path, metavar="CSV", help="whose each submission is, where there are variants")
    parser.add_argument("--uncontained", action="store_true", help="grade where the system cannot contain submissions")
    parser.add_argument("--seed", type=seed, help="draws the inputs; left out, one that nobody can foresee")
    parser.add_argument("--jobs", type=number(int, 1, 256), default=2, help="submissions at a time")
    return parser


def read_known(path: Path) -> dict[str, dict]:
    """Records of an earlier run, by submission; none where the file is missing, not ours, or damaged."""
    try:
        records = json.loads(path.read_text(encoding="utf-8"))
        for record in records:
            row(record)  # which needs all that the table and the page show
        return {record["submission"]: record for record in records}
    except (OSError, ValueError, TypeError, LookupError, AttributeError):
        return {}


def seed_of(args: argparse.Namespace, known: dict[str, dict]) -> int:
    """What was asked for, or drew the inputs before, or is drawn now."""
    earlier = (record["seed"] for record in known.values() if "seed" in record)
    return args.seed if args.seed is not None else next(earlier, secrets.randbelow(SEEDS))


def check(args: argparse.Namespace) -> None:
    """What would cost every submission points, or overwrite the table, is said before any grading."""
    if args.corpus and args.corpus not in (SAMPLE, WIKI8) and not Path(args.corpus).exists():
        raise InputError(f"--corpus {args.corpus}: no such file")
    if args.report.suffix in (".json", ".html"):
        raise InputError(f"--report {args.report}: this is the name of a file beside the table; end it in .csv")
    if bool(args.secret) != bool(args.roster):
        raise InputError("--secret FILE and --roster CSV go together: the roster says whose variant a submission is")
    args.rules = read_points(args.points)
    if args.secret:
        args.secret, args.owners = read_secret(args.secret), owner_by_name(read_roster(args.roster))


def run(args: argparse.Namespace) -> None:
    check(args)
    paths = submissions_in(args.folder)
    missing = agreed(args.uncontained)
    for text in missing:
        print(f"not enforced on this system: {text}", flush=True)
    state, page = args.report.with_suffix(".json"), args.report.with_suffix(".html")
    known, records = read_known(state), {}
    args.seed = seed_of(args, known)
    print(f"inputs are drawn from the seed {args.seed}", flush=True)
    interrupted = False
    try:
        for record in grade_all(paths, known, args):
            records[record["submission"]] = record
            write_json(state, list((known | records).values()))
    except KeyboardInterrupt:
        interrupted = True
    done = [records[path.name] for path in paths if path.name in records]
    write_csv(done, args.report)
    write_page(done, missing, page)
    as_before = sum(records[name] is known.get(name) for name in records)
    print(f"{len(done)} of {len(paths)} submissions, {as_before} of them as before: {args.report}, {page}")
    if interrupted:
        raise Interrupted("the same command goes on from here")
    if failed := [record["submission"] for record in done if record.get("failed")]:
        raise InputError(f"the grader failed on {', '.join(failed)}: this is a fault of the grader, see the table")


if __name__ == "__main__":
    run_command(build_parser(), run, place="report")

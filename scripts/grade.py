"""Grade a folder of submissions: a table for the gradebook and a page to read.

    python scripts/grade.py submissions/ --report grades.csv

Every file *.py and every folder in it is a submission. Each runs in a contained process (grading/child.py); one that is
broken or means harm costs no other. Results are kept as they come in grades.json beside the table: run the same
command again after an interruption, or when submissions have been added, and only what is new or changed is graded.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tqdm import tqdm

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
from grading.gradebook import write_csv, write_page  # noqa: E402
from grading.grader import SEED, grade, not_enforced  # noqa: E402
from grading.submission import LABS, SubmissionError, find_submission  # noqa: E402
from lab03_eval.vectors import replacing  # noqa: E402


def submissions_in(folder: Path) -> list[Path]:
    """Files *.py and folders, by name; hidden ones are none."""
    found = [path for path in folder.iterdir() if path.is_dir() or path.suffix == ".py"]
    return sorted(path for path in found if not path.name.startswith((".", "__")))


def grade_one(path: Path, known: dict[str, dict], args: argparse.Namespace) -> dict[str, Any]:
    """The record of a submission: the one that is known if nothing has changed since."""
    record: dict[str, Any] = {"submission": path.name, "lab": args.lab, "verdicts": []}
    try:
        submission = find_submission(path, args.lab)
        record["lab"] = submission.lab.name
        record["key"] = "/".join([submission.fingerprint(), grader_version(), str(args.seed), args.corpus or ""])
        if known.get(path.name, {}).get("key") == record["key"]:
            return known[path.name]
        verdicts = grade(submission, seed=args.seed, corpus=args.corpus)
    except SubmissionError as error:
        return record | {"problem": str(error)}
    except Exception as error:  # whatever it is, the others are still to be graded
        return record | {"problem": f"the grader failed: {type(error).__name__}: {error}", "key": None}
    return record | {"verdicts": [asdict(verdict) for verdict in verdicts]}


def grader_version() -> str:
    """Changes whenever the grader's code does: what it said before may no longer hold."""
    digest = hashlib.sha256()
    for path in sorted((ROOT / "grading").glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def grade_all(paths: list[Path], known: dict[str, dict], args: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """Records as they are finished, two submissions at a time."""
    with ThreadPoolExecutor(args.jobs) as pool:
        futures: list[Future] = [pool.submit(grade_one, path, known, args) for path in paths]
        try:
            for future in tqdm(as_completed(futures), total=len(futures), desc="grading", disable=None):
                yield future.result()
        finally:
            pool.shutdown(cancel_futures=True)


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, metavar="submissions/")
    parser.add_argument(
        "--report", type=Path, default=Path("grades.csv"), metavar="CSV", help=".html and .json beside it"
    )
    parser.add_argument("--lab", choices=LABS, help="all are for this lab; otherwise told by the names they define")
    parser.add_argument("--corpus", metavar="FILE", help="also run the threshold step, minutes for each submission")
    parser.add_argument("--seed", type=int, default=SEED, help="draws other inputs")
    parser.add_argument("--jobs", type=int, default=2, help="submissions at a time")
    return parser


def read_known(path: Path) -> dict[str, dict]:
    """Records of an earlier run, by submission; none where the file is missing or not ours."""
    try:
        return {record["submission"]: record for record in json.loads(path.read_text(encoding="utf-8"))}
    except (OSError, ValueError, TypeError, KeyError):
        return {}


def main() -> None:
    parser = build_parser()
    args = parser.parse_args()
    if not args.folder.is_dir():
        parser.exit(2, f"error: {args.folder}: no such folder; give the one that holds the submissions\n")
    paths = submissions_in(args.folder)
    if not paths:
        parser.exit(2, f"error: {args.folder}: no submission in it, neither a folder nor a .py file\n")
    missing = not_enforced()
    for text in missing:
        print(f"not enforced on this system: {text}", flush=True)
    state = args.report.with_suffix(".json")
    known, records = read_known(state), {}
    interrupted = False
    try:
        for record in grade_all(paths, known, args):
            records[record["submission"]] = record
            with replacing(state) as temporary:
                temporary.write_text(json.dumps(list((known | records).values()), indent=1) + "\n", encoding="utf-8")
    except KeyboardInterrupt:
        interrupted = True
    done = [records[path.name] for path in paths if path.name in records]
    write_csv(done, args.report)
    write_page(done, missing, args.report.with_suffix(".html"))
    as_before = sum(records[name] is known.get(name) for name in records)
    page = args.report.with_suffix(".html")
    print(f"{len(done)} of {len(paths)} submissions, {as_before} of them as before: {args.report}, {page}")
    if interrupted:
        parser.exit(130, "interrupted: the same command goes on from here\n")


if __name__ == "__main__":
    main()

"""Ask the questions of INTERVIEW.md, show their answers, and remember what was missed.

    python scripts/quiz.py                    ten questions, those missed last time first
    python scripts/quiz.py --topic space      only questions under headings that hold this word
    python scripts/quiz.py --list             the questions, and how often each was missed

Answer aloud, press Enter, compare, and say whether you knew it. What you missed is kept in runs/quiz.json.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from pathlib import Path

try:
    from wordlab.command import OneLineParser, number, run_command
except ModuleNotFoundError as missing:
    sys.exit(f"error: {missing}; at the root of the repository, type: pip install -r requirements.txt")

from wordlab.errors import InputError
from wordlab.files import write_json

from demos.questions import Question, in_order, read_questions

PAGE = Path(__file__).resolve().parents[1] / "INTERVIEW.md"


def read_missed(path: Path) -> dict[str, int]:
    """How often each question was missed since it was last known. Raises InputError for another file."""
    if not path.exists():
        return {}
    try:
        missed = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read ({error}); delete it to start afresh") from None
    if not isinstance(missed, dict) or not all(isinstance(times, int) for times in missed.values()):
        raise InputError(f"{path}: not this quiz's record; delete it to start afresh")
    return missed


def ask(questions: list[Question], missed: dict[str, int]) -> tuple[int, int]:
    """Put each question until the input ends or "q" is entered; updates `missed`. Returns (known, answered)."""
    known = answered = 0
    for place, question in enumerate(questions, 1):
        print(f"\n{place}/{len(questions)} · {question.topic}\n{question.text}")
        if prompt("Enter for the answer, q to stop: ") in ("q", None):
            break
        print(f"\n{question.answer}\n")
        while (reply := prompt("Did you know it? y/n, q to stop: ")) not in ("y", "n", "q", None):
            pass
        if reply in ("q", None):
            break
        answered += 1
        if reply == "y":
            known += 1
            missed.pop(question.text, None)
        else:
            missed[question.text] = missed.get(question.text, 0) + 1
    return known, answered


def prompt(text: str) -> str | None:
    """The reply in lower case. None where the input has ended, or at Ctrl-C, so that what was missed so far is kept."""
    try:
        return input(text).strip().lower()
    except (EOFError, KeyboardInterrupt):
        print()
        return None


def build_parser() -> OneLineParser:
    parser = OneLineParser(__doc__)
    parser.add_argument("--topic", default="", help="a word of a topic's heading")
    parser.add_argument("--count", type=number(int, 1, 10**6), default=10, help="questions to ask")
    parser.add_argument("--seed", type=int, help="of the order, which is another one every time without it")
    parser.add_argument("--record", type=Path, default=Path("runs/quiz.json"), metavar="FILE")
    parser.add_argument("--list", action="store_true", help="list the questions, ask none")
    return parser


def run(args: argparse.Namespace) -> None:
    questions = read_questions(PAGE.read_text(encoding="utf-8"))
    topics = list(dict.fromkeys(question.topic for question in questions))
    chosen = [question for question in questions if args.topic.lower() in question.topic.lower()]
    if not chosen:
        raise InputError(f"--topic {args.topic}: no such topic; there are: {', '.join(topics)}")
    missed = read_missed(args.record)
    if args.list:
        print("\n".join(f"{missed.get(question.text, 0) or '':>3}  {question.text}" for question in chosen))
        return
    known, answered = ask(in_order(chosen, missed, random.Random(args.seed))[: args.count], missed)
    if answered:
        write_json(args.record, missed)
        print(f"\n{known} of {answered} known; {len(missed)} to come again ({args.record})")


if __name__ == "__main__":
    run_command(build_parser(), run, place="record")

"""Ask the questions of INTERVIEW.md, show their answers, and remember what was missed.

    python scripts/quiz.py                    ten questions, those missed last time first
    python scripts/quiz.py --topic space      only questions under headings that hold this word
    python scripts/quiz.py --list             the questions, and how often each was missed

Answer aloud, press Enter, compare, and say whether you knew it. The misses are kept in runs/quiz.json.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
from lab03_eval.command import one_line_errors  # noqa: E402
from lab03_eval.vectors import replacing  # noqa: E402

PAGE = ROOT / "INTERVIEW.md"
WIDTH = 100  # columns of an answer


@dataclass
class Question:
    topic: str
    text: str
    answer: str


class QuizError(ValueError):
    """The message is one line: what is wrong, where, and the remedy."""


def read_questions(text: str) -> list[Question]:
    """The `###` headings of the page under their `##` topics, with what stands below each as plain text."""
    questions = []
    for topic in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        title, *parts = re.split(r"^### ", topic, flags=re.MULTILINE)
        for part in parts:
            heading, _, body = part.partition("\n")
            questions.append(Question(title.split("\n")[0], plain(heading), plain(body)))
    return questions


def plain(markdown: str) -> str:
    """Paragraphs for a terminal: comments and emphasis gone, a link's text before its address."""
    text = re.sub(r"<!--.*?-->", "", markdown, flags=re.DOTALL)
    text = re.sub(r"\[([^\]]+)\]\(([^)]+)\)", r"\1 (\2)", text)
    text = re.sub(r"\*(\S[^*\n]*?)\*", r"\1", text).replace("`", "")
    paragraphs = re.split(r"\n\s*\n", text.strip())
    return "\n\n".join(textwrap.fill(" ".join(paragraph.split()), WIDTH) for paragraph in paragraphs)


def read_missed(path: Path) -> dict[str, int]:
    """How often each question was missed since it was last known. Raises QuizError for another file."""
    if not path.exists():
        return {}
    try:
        missed = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise QuizError(f"{path}: cannot be read ({error}); delete it to start afresh") from None
    if not isinstance(missed, dict) or not all(isinstance(times, int) for times in missed.values()):
        raise QuizError(f"{path}: not this quiz's record; delete it to start afresh")
    return missed


def in_order(questions: list[Question], missed: dict[str, int], rng: random.Random) -> list[Question]:
    """Shuffled, then those missed first, most often missed at the head."""
    shuffled = rng.sample(questions, len(questions))
    return sorted(shuffled, key=lambda question: -missed.get(question.text, 0))


def ask(questions: list[Question], missed: dict[str, int]) -> tuple[int, int]:
    """Put each question until the input ends or "q" is entered; updates `missed`. Returns (known, answered)."""
    known = answered = 0
    for number, question in enumerate(questions, 1):
        print(f"\n{number}/{len(questions)} · {question.topic}\n{question.text}")
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
    """The reply in lower case; None where the input has ended, or by Ctrl-C: what was missed so far is kept."""
    try:
        return input(text).strip().lower()
    except (EOFError, KeyboardInterrupt):
        print()
        return None


def quiz(args: argparse.Namespace) -> None:
    questions = read_questions(PAGE.read_text(encoding="utf-8"))
    topics = list(dict.fromkeys(question.topic for question in questions))
    chosen = [question for question in questions if args.topic.lower() in question.topic.lower()]
    if not chosen:
        raise QuizError(f"--topic {args.topic}: no such topic; there are: {', '.join(topics)}")
    missed = read_missed(args.record)
    if args.list:
        print("\n".join(f"{missed.get(question.text, 0) or '':>3}  {question.text}" for question in chosen))
        return
    known, answered = ask(in_order(chosen, missed, random.Random(args.seed))[: args.count], missed)
    if answered:
        with replacing(args.record) as temporary:
            temporary.write_text(json.dumps(missed, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        print(f"\n{known} of {answered} known; {len(missed)} to come again ({args.record})")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--topic", default="", help="a word of a topic's heading")
    parser.add_argument("--count", type=int, default=10, help="questions to ask")
    parser.add_argument("--seed", type=int, help="of the order; another one every time without it")
    parser.add_argument("--record", type=Path, default=Path("runs/quiz.json"), metavar="FILE")
    parser.add_argument("--list", action="store_true", help="list the questions, ask none")
    args = parser.parse_args()
    with one_line_errors(parser, args.record, QuizError):
        if args.count < 1:
            raise QuizError(f"--count {args.count}: expected at least 1")
        quiz(args)


if __name__ == "__main__":
    main()

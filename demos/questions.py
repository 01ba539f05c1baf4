"""The questions of INTERVIEW.md as plain text, in the order in which scripts/quiz.py asks them."""

from __future__ import annotations

import random
import re
import textwrap
from dataclasses import dataclass

WIDTH = 100  # columns of an answer


@dataclass
class Question:
    """`topic` is the heading above it, `answer` what is written below it."""

    topic: str
    text: str
    answer: str


def read_questions(text: str) -> list[Question]:
    """The `###` headings of the page under their `##` topics, each with what is written below it."""
    questions = []
    for topic in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        title, *parts = re.split(r"^### ", topic, flags=re.MULTILINE)
        for part in parts:
            heading, _, body = part.partition("\n")
            questions.append(Question(title.split("\n")[0], plain(heading), plain(body)))
    return questions


def plain(markdown: str) -> str:
    """Paragraphs for a terminal, without comments and emphasis, a link's text before its address."""
    text = re.sub(r"<!--.*?-->", "", markdown, flags=re.DOTALL)
    text = re.sub(r"\[([^\]]+)\]\(([^)]+)\)", r"\1 (\2)", text)
    text = re.sub(r"\*(\S[^*\n]*?)\*", r"\1", text).replace("`", "")
    paragraphs = re.split(r"\n\s*\n", text.strip())
    return "\n\n".join(textwrap.fill(" ".join(paragraph.split()), WIDTH) for paragraph in paragraphs)


def in_order(questions: list[Question], missed: dict[str, int], rng: random.Random) -> list[Question]:
    """The questions that were missed, most often missed first, then the others; equal ones are shuffled."""
    shuffled = rng.sample(questions, len(questions))
    return sorted(shuffled, key=lambda question: -missed.get(question.text, 0))

"""The quiz reads INTERVIEW.md whole, asks what was missed first, and keeps its record."""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys

import pytest

from demos.questions import Question, in_order, read_questions
from tests.conftest import ROOT

QUESTIONS = read_questions((ROOT / "INTERVIEW.md").read_text(encoding="utf-8"))
TOPICS = """negative sampling; power 0.75; two matrices; GloVe or word2vec; unknown words; bank; Euclid; hub;
hierarchical softmax; factorise; why do analogies work; analogies fail; InfoNCE; sentence vector; t-SNE; bias; RAG;
static embeddings still; one-hot; CBOW; subsampling; ELMo and BERT; n-grams or BPE; inside a transformer;
multilingual NER; one GPU; attention; CLIP; reward models; with the seed; licence; what is PMI; min_count; Adam;
IterableDataset; evaluate an embedding; not enough today; prove about you"""


def run(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "scripts" / "quiz.py"), *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, text=True)


PARTS = r"In one breath\. (.+)\n\nAt the whiteboard\. (.+)\n\nSee (.+?)(?:\sMeasured:\s(.+))?$"


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.text)
def test_every_question_has_both_depths_and_code(question):
    parts = re.match(PARTS, question.answer, re.DOTALL)
    assert parts, question.answer
    breath, whiteboard, see, _ = parts.groups()
    assert len(breath.split()) <= 60  # what one breath holds
    assert len(whiteboard) > len(breath)
    assert ".py" in see
    assert not re.search(r"<!--|\*\w", question.answer)


@pytest.mark.parametrize("topic", [" ".join(topic.split()) for topic in TOPICS.split(";")])
def test_topic_has_a_question(topic):
    assert any(topic.lower() in question.text.lower() for question in QUESTIONS), topic


def test_questions_are_distinct():
    assert len({question.text for question in QUESTIONS}) == len(QUESTIONS)


def test_markdown_becomes_plain_text():
    answer = "*In one breath.* It is .7<!-- a | b | c -->, [f](g.py)\nand *so* on.\n\nMore: 2 * 3.\n"
    page = f"# Title\n\n## Topic\n\n### Why `x`?\n\n{answer}"
    [question] = read_questions(page)
    assert question == Question("Topic", "Why x?", "In one breath. It is .7, f (g.py) and so on.\n\nMore: 2 * 3.")


def test_missed_questions_come_first_most_missed_at_the_head():
    questions = [Question("t", str(i), "") for i in range(20)]
    order = in_order(questions, {"7": 1, "3": 2}, random.Random(0))
    assert [question.text for question in order[:2]] == ["3", "7"]
    assert sorted(question.text for question in order) == sorted(str(i) for i in range(20))
    assert order != in_order(questions, {}, random.Random(1))


def test_a_missed_question_is_kept_until_it_is_known(tmp_path):
    record = tmp_path / "quiz.json"
    first = run("--record", str(record), "--count", "2", "--seed", "5", stdin="\nn\n\nmaybe\ny\n")
    assert first.returncode == 0
    assert "1 of 2 known; 1 to come again" in first.stdout
    [missed] = json.loads(record.read_text())
    # Another seed, the same question first; known now, so the record is empty.
    again = run("--record", str(record), "--count", "1", "--seed", "6", stdin="\ny\n")
    assert f"\n{missed}\n" in again.stdout
    assert json.loads(record.read_text()) == {}


def test_stopping_keeps_what_was_missed(tmp_path):
    record = tmp_path / "quiz.json"
    run("--record", str(record), stdin="\nn\nq\n")
    assert list(json.loads(record.read_text()).values()) == [1]
    run("--record", str(record), stdin="\nn\n")  # the input ends
    assert list(json.loads(record.read_text()).values()) == [2]


def test_topic_and_list(tmp_path):
    listed = run("--record", str(tmp_path / "none.json"), "--list", "--topic", "practice")
    assert [line.strip() for line in listed.stdout.splitlines()] == [
        question.text for question in QUESTIONS if question.topic == "In practice"
    ]


@pytest.mark.parametrize("content", ["{", "[1]", '{"a": "b"}', b"\xff"])
def test_a_damaged_record_is_one_line(tmp_path, content):
    record = tmp_path / "quiz.json"
    record.write_bytes(content if isinstance(content, bytes) else content.encode())
    done = run("--record", str(record))
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "delete it" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "told"), [(["--topic", "cooking"], "there are: The model"), (["--count", "0"], "[1, ")]
)
def test_bad_arguments_are_one_line(arguments, told):
    done = run(*arguments)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert told in done.stderr

"""JSON and TOML that commands read again: whatever became of it, the answer is a table or one line with the place."""

from __future__ import annotations

import copy
import json
import random
import runpy
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from wordlab.downloads import chosen, read_sources
from wordlab.errors import InputError
from wordlab.records import Record, read_record, reading_records

import pytest

from grading.gradebook.table import row
from tests.commands import demand_one_line
from tests.conftest import ROOT
from tests.scripts.commands import script

JUNK = (None, "x", -1, True, float("inf"), float("nan"), [], {}, [1], {"a": 1}, "\u2028", 10**400)
REPORTS = {
    "report.py": "lab01",
    "report_best.py": "best",
    "report_lab02.py": "lab02",
    "report_lab03.py": "lab03",
    "report_scale.py": "scale",
    "report_morphology.py": "morphology",
    "report_contextual.py": "contextual",
    "report_retrieval.py": "retrieval",
    "bench_busy.py": "busy",
    "front_page.py": "bench",
}


def mutated(value: Any, rng: random.Random) -> Any:
    """A copy in which one value, at any depth, is gone or another."""
    value = copy.deepcopy(value)
    parent, key, inner = None, None, value
    for _ in range(rng.randint(1, 6)):
        if not isinstance(inner, dict | list) or not inner:
            break
        parent, key = inner, rng.choice(list(inner)) if isinstance(inner, dict) else rng.randrange(len(inner))
        inner = parent[key]
    if rng.random() < 0.4:
        del parent[key]
    else:
        parent[key] = rng.choice(JUNK)
    return value


def damaged(content: str, rng: random.Random) -> str:
    """A text that was cut off, or in which a sign is another."""
    place = rng.randrange(len(content))
    return content[:place] + ("" if rng.random() < 0.5 else rng.choice('{}[]",:\0é') + content[place + 1 :])


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The measurements and the pages, in a place of their own."""
    root = tmp_path_factory.mktemp("root")
    for page in (
        "README.md",
        "best_vectors/README.md",
        "lab01_word2vec/RANKS.md",
        "lab02_glove_fasttext/MORPHOLOGY.md",
        "lab03_eval/STATIC_OR_CONTEXTUAL.md",
        "lab03_eval/RETRIEVAL.md",
        *(str(page.relative_to(ROOT)) for page in ROOT.glob("lab0*/WALKTHROUGH.md")),
    ):
        (root / page).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / page, root / page)
    shutil.copytree(ROOT / "reports", root / "reports", ignore=shutil.ignore_patterns("*.png"))
    return root


@pytest.mark.parametrize("name", REPORTS)
def test_damaged_measurements_give_tables_or_one_line_with_the_place(name, copied, capsys):
    report = runpy.run_path(str(ROOT / "scripts" / name))["REPORT"]
    path = copied / "reports" / f"{REPORTS[name]}.json"
    sound = path.read_text(encoding="utf-8")
    value, rng, said = json.loads(sound), random.Random(0), []
    for turn in range(100):
        path.write_text(damaged(sound, rng) if turn % 10 == 0 else json.dumps(mutated(value, rng)), encoding="utf-8")
        try:
            report.check(copied)
        except SystemExit:  # a table has changed
            pass
        except InputError as error:
            said.append(str(error))
    path.write_text(sound, encoding="utf-8")
    capsys.readouterr()
    assert len(said) >= 5
    odd = [line for line in said if not line.startswith(f"{path}: ") or "\n" in line]
    assert not odd


def test_a_record_names_the_place_of_what_is_missing_or_of_another_kind(tmp_path):
    path = tmp_path / "figures.json"
    path.write_text('{"runs": {"glove": [{"seconds": "long"}]}}')
    record = read_record(path)
    with pytest.raises(InputError, match=r"figures\.json: runs glove 0 holds no memory; restore the file"):
        _ = record["runs"]["glove"][0]["memory"]
    said = r"figures\.json: runs glove 0 seconds: not what was measured \(Unknown format"
    with pytest.raises(InputError, match=said), reading_records():
        f"{record['runs']['glove'][0]['seconds']:.1f}"
    assert record["runs"].get("fasttext") is None
    assert isinstance(record["runs"], Record)
    assert json.loads(json.dumps(record)) == json.loads(path.read_text())


@pytest.mark.parametrize(
    ("content", "says"),
    [("[1]", "expected a JSON object"), ("{", "not JSON"), ("\udcff", "not JSON"), ("", "not JSON")],
)
def test_what_is_no_record_is_one_line(tmp_path, content, says):
    (tmp_path / "x.json").write_text(content, encoding="utf-8", errors="surrogateescape")
    with pytest.raises(InputError, match=says) as raised:
        read_record(tmp_path / "x.json")
    assert str(tmp_path / "x.json") in str(raised.value)
    assert "\n" not in str(raised.value)


def spoilt(content: str, count: int) -> Iterator[str]:
    rng = random.Random(1)
    for _ in range(count):
        yield damaged(content, rng)


def test_figures_that_cannot_be_shown_leave_the_saved_ones_alone(tmp_path):
    figures = json.loads((ROOT / "reports" / "published.json").read_text(encoding="utf-8"))
    saved = tmp_path / "out" / "published.json"
    saved.parent.mkdir()
    saved.write_text("saved before")
    rng, refused = random.Random(2), 0
    for _ in range(40):
        (tmp_path / "given.json").write_text(json.dumps(mutated(figures, rng)), encoding="utf-8")
        done = script("published.py", "--figures", tmp_path / "given.json", "--out", saved.parent)
        if done.returncode:
            demand_one_line(done, "given.json: ")
            assert saved.read_text() == "saved before"
            refused += 1
        saved.write_text("saved before")
    assert refused >= 5


def test_a_damaged_run_cannot_be_packed_and_says_where(tmp_path):
    report = {"corpus": {"name": "tiny", "words": 50}, "config": {"seed": 3}, "keep": "centred"}
    for key, broken in (("corpus", {"name": "tiny"}), ("corpus", {"name": "tiny", "words": "x"}), ("config", [])):
        (tmp_path / "run.json").write_text(json.dumps(report | {key: broken}))
        (tmp_path / "vectors.safetensors").unlink(missing_ok=True)
        done = script("pack_vectors.py", tmp_path, "--licence", "public domain", "--out", tmp_path)
        demand_one_line(done, "run.json: ", key)


def test_a_damaged_list_of_data_sets_is_one_line(tmp_path):
    sound = (ROOT / "data" / "sources.toml").read_text(encoding="utf-8")
    path, said = tmp_path / "sources.toml", []
    for content in spoilt(sound, 100):
        path.write_text(content, encoding="utf-8")
        try:
            chosen("text8", read_sources(path))
        except InputError as error:
            said.append(str(error))
    assert len(said) >= 20
    assert not [line for line in said if "\n" in line]


def test_damaged_grades_are_graded_anew(tmp_path):
    """What is kept of an earlier run only saves time: a file that is not sound is as good as none."""
    read_known = runpy.run_path(str(ROOT / "scripts" / "grade.py"))["read_known"]
    verdicts = [{"step": "pairs", "passed": True, "points": 5, "worth": 5, "message": ""}] * 2
    records = [{"submission": name, "lab": "lab01", "verdicts": verdicts, "key": "k"} for name in ("a.py", "b.py")]
    path, rng, left = tmp_path / "grades.json", random.Random(3), []
    for _ in range(100):
        path.write_text(json.dumps(mutated(records, rng)), encoding="utf-8")
        known = read_known(path)
        left.append(len(known))
        for record in known.values():
            row(record)
    assert {0, 2} <= set(left)

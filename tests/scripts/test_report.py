"""The tables in the pages are those that the committed measurements give, and the reports' commands say so."""

from __future__ import annotations

import argparse
import json
import re
import shutil
from pathlib import Path

from wordlab.tables import MARK, figure, fill, insert

import pytest

from lab03_eval.benchmarks import NotAtHand
from scripts import report, report_best, reporting
from scripts.bench import KEPT
from tests.commands import demand_one_line
from tests.conftest import ROOT
from tests.scripts.commands import script

LABS = ("lab01_word2vec", "lab02_glove_fasttext", "lab03_eval")
PAGES = (
    "README.md", "best_vectors/README.md", "reports/best.md",
    "reports/scale.md", "lab01_word2vec/RANKS.md", "lab02_glove_fasttext/MORPHOLOGY.md",
    "lab03_eval/STATIC_OR_CONTEXTUAL.md", "lab03_eval/RETRIEVAL.md",
    *(f"{lab}/WALKTHROUGH.md" for lab in LABS), *(f"reports/lab0{lab}.md" for lab in (1, 2, 3)),
)  # fmt: skip
# Each report, and the pages that hold tables of it.
REPORTS = {
    "report.py": ("README.md", "lab01_word2vec/WALKTHROUGH.md", "reports/lab01.md"),
    "report_best.py": ("reports/best.md", "best_vectors/README.md"),
    "bench_busy.py": ("reports/lab01.md",),
    "report_lab02.py": ("lab02_glove_fasttext/WALKTHROUGH.md", "reports/lab02.md"),
    "report_lab03.py": ("lab03_eval/WALKTHROUGH.md", "reports/lab03.md"),
    "report_scale.py": ("reports/scale.md", "lab01_word2vec/RANKS.md"),
    "report_morphology.py": ("lab02_glove_fasttext/MORPHOLOGY.md",),
    "report_contextual.py": ("lab03_eval/STATIC_OR_CONTEXTUAL.md",),
    "report_retrieval.py": ("lab03_eval/RETRIEVAL.md",),
    "front_page.py": ("README.md",),
}
# A GPU, and the C program of GloVe: the pages have a place for them.
NOT_MEASURED = {"device", "lab02_speed"}
each_report = pytest.mark.parametrize("name", REPORTS)


@pytest.fixture
def emptied(tmp_path) -> Path:
    """A copy of the pages and the measurements, in which no table that was measured has anything in it."""

    def without(mark: re.Match[str]) -> str:
        measured = mark[1] not in NOT_MEASURED and not mark[1].endswith("_text8")
        return f"<!-- table: {mark[1]} -->\n<!-- end -->" if measured else mark[0]

    for page in PAGES:
        (tmp_path / page).parent.mkdir(exist_ok=True)
        text = (ROOT / page).read_text(encoding="utf-8")
        (tmp_path / page).write_text(MARK.sub(without, text), encoding="utf-8")
    for record in (ROOT / "reports").glob("*.json"):
        shutil.copy(record, tmp_path / "reports")
    return tmp_path


@each_report
def test_committed_tables_come_from_the_committed_json(name):
    done = script(name, "--check")
    assert done.returncode == 0, f"{done.stderr}run make reports, or scripts/{name} --only"


@each_report
def test_check_names_each_page_that_differs_and_writes_nothing(name, emptied):
    before = {page: (emptied / page).read_bytes() for page in PAGES}
    done = script(name, "--check", "--root", emptied)
    assert done.returncode == 1
    assert [line.split(":")[0] for line in done.stderr.splitlines()] == list(REPORTS[name])
    assert {page: (emptied / page).read_bytes() for page in PAGES} == before


def test_the_reports_write_every_table_of_every_page(emptied):
    for name in REPORTS:
        assert script(name, "--only", "--root", emptied).returncode == 0
    for page in PAGES:
        text = (emptied / page).read_text(encoding="utf-8")
        assert MARK.search(text), page
        assert text == (ROOT / page).read_text(encoding="utf-8"), page


def test_a_measurement_replaces_its_own_figures_only_and_every_fault_changes_training(emptied, small_text):
    before, here = (emptied / "reports" / "lab01.json").read_bytes(), emptied / "reports" / "small"
    here.mkdir()
    (here / "lab01.json").write_text('{"sample": {"runs": {}}}')
    done = script("report.py", "--data", small_text, "--only", "bugs", "--root", emptied)
    assert done.returncode == 0, done.stderr
    assert (emptied / "reports" / "lab01.json").read_bytes() == before  # wiki8's
    after = json.loads((here / "lab01.json").read_text())
    assert after["sample"] == {"runs": {}}
    bugs = after["bugs"]
    assert bugs["corpus"] == "small"
    reference, *faulty = bugs["runs"].values()
    assert len(faulty) == 7
    losses = [run["losses"] for run in (reference, *faulty)]
    assert len({json.dumps(loss) for loss in losses}) == len(losses)  # none of them is without effect
    assert reference["precision"] == reference["config"]["precision"]


def test_another_corpus_has_tables_under_its_own_name(emptied):
    """As a reader has them who measured text8: figures in a folder, all tables on a page, the scores in their place."""
    (emptied / "data").mkdir(exist_ok=True)
    (emptied / "data" / "text8").write_text("a b c " * 100)
    here = emptied / "reports" / "text8"
    here.mkdir()
    shutil.copyfile(emptied / "reports" / "lab01.json", here / "lab01.json")
    done = script("report.py", "--data", emptied / "data" / "text8", "--only", "--root", emptied)
    assert done.returncode == 0, done.stderr
    text = (emptied / "reports" / "lab01.md").read_text(encoding="utf-8")
    assert "<!-- table: scores_text8 -->\n| vectors | WordSim-353 ρ |" in text
    assert "<!-- table: bugs -->\n<!-- end -->" in text  # wiki8's tables are left as they are
    page = (here / "lab01.md").read_text(encoding="utf-8")
    for name in ("scores", "kept", "royals", "bugs", "sample", "numpy"):
        assert f"\n## {name}\n\n" in page
    committed = (ROOT / "reports" / "lab01.md").read_text(encoding="utf-8")
    assert "text8: not measured by us." in committed


@pytest.mark.parametrize(
    ("name", "arguments", "parts"),
    [
        ("report.py", ["--only", "everything"], ["everything", "lab"]),
        ("report.py", ["--only", "bugs", "--data", "nowhere.txt"], ["nowhere.txt", "no such file"]),
        ("report_lab02.py", ["--only", "sweep", "--data", "nowhere.txt"], ["nowhere.txt", "no such file"]),
        ("report_lab03.py", ["--only", "tasks", "--vectors", "nowhere.bin"], ["nowhere.bin"]),
        ("report_lab03.py", ["--only", "pictures"], ["lab03.json", "scores"]),
        ("report.py", ["--only"], ["reports/lab01.json", "restore it"]),
        ("front_page.py", ["--check"], ["reports/lab01.json", "restore it"]),
    ],
)
def test_bad_input_is_one_line(name, arguments, parts, emptied):
    (emptied / "reports" / "lab01.json").write_text("{")
    (emptied / "reports" / "lab03.json").write_text("{}")
    demand_one_line(script(name, *arguments, "--root", emptied), *parts)


@pytest.mark.parametrize("measure", [report.measure_lab, report_best.measure_ablation, report_best.measure_one_seed])
def test_a_missing_set_is_named_before_training(measure, monkeypatch):
    def absent(name: str) -> Path:
        raise NotAtHand(f"data/{name} is not there: fetch it")

    monkeypatch.setattr(reporting, "find", absent)
    with pytest.raises(NotAtHand, match="wordsim353 is not there"):
        measure(argparse.Namespace(data="no-such-text", root=ROOT))


def test_the_front_page_needs_measurements(emptied):
    (emptied / "reports" / "bench.json").unlink()
    demand_one_line(script("front_page.py", "--root", emptied), "bench.json", "measure it first")
    demand_one_line(script("front_page.py", "--root", emptied / "nowhere"), "lab01.json")


def test_each_line_of_the_resume_has_the_figures_of_its_own_record():
    """Lab 1's are of the training that was raced, which is the one that the line calls fast."""
    race, best, models, measured = (
        json.loads((ROOT / "reports" / f"{name}.json").read_text(encoding="utf-8"))
        for name in ("bench", "best", "lab02", "lab03")
    )
    raced = [run[next(iter(KEPT))] for run in race["trainers"]["blocks"]]
    joined = [run["rows"]["best --subwords"] for run in best["ablation"]["runs"].values()]
    shipped = [measured["scores"]["results"]["wiki8_20k"]]
    both, syntactic = ("wordsim353.rho", "google.full.accuracy"), ("google.full.syntactic.accuracy",)
    compared = [shown(models["comparison"]["runs"][name], syntactic) for name in ("fasttext", "skipgram")]
    interval = ("wordsim353.rho", "wordsim353.low", "wordsim353.high")
    expected = [shown(raced, both), set.union(*compared), shown(shipped, interval), shown(joined, both)]
    page = (ROOT / "README.md").read_text(encoding="utf-8")
    [table] = re.findall(r"<!-- table: resume -->\n(.*?)\n<!-- end -->", page, flags=re.DOTALL)
    lines = [set(re.findall(r"\d+\.\d+", line)) for line in table.split("\n")]
    assert len(lines) == len(expected)
    for place, numbers in enumerate(lines):
        assert expected[place] <= numbers
        assert not any(figures & numbers for other, figures in enumerate(expected) if other != place)


def shown(runs: list[dict], keys: tuple[str, ...]) -> set[str]:
    """The means of these keys as the tables have them, without the spread."""
    shape = {key: "wordsim353.rho" if key.startswith("wordsim353") else key for key in keys}
    return {figure(shape[key], [run[key] for run in runs]).split(" ")[0] for key in keys}


def test_insert_fills_only_its_marks(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("a\n<!-- table: x -->\nold\n<!-- end -->\nb\n<!-- table: y -->\nkept\n<!-- end -->\n")
    insert(page, {"x": "new"})
    expected = "a\n<!-- table: x -->\nnew\n<!-- end -->\nb\n<!-- table: y -->\nkept\n<!-- end -->\n"
    assert page.read_text() == expected
    assert fill(expected, {"x": "new"}) == expected


@pytest.mark.parametrize(
    ("key", "values", "shown"),
    [
        ("wordsim353.rho", [0.70, 0.71, 0.72], "0.710 ± 0.010"),
        ("google.full.accuracy", [0.36, 0.38], "37.0 ± 1.0"),
        ("men.rho", [0.5, None], "–"),
        ("men.rho", [float("nan")], "–"),
        ("men.rho", [], "–"),
        ("men.rho", [0.5], "0.500"),
        ("seconds", [61.2, 58.6], "60 ± 1"),
        ("memory_mb", [200.4, 10.0], "200"),  # the most
    ],
)
def test_mean_and_half_range(key, values, shown):
    assert figure(key, values) == shown

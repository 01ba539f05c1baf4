"""Every Markdown page: links and anchors resolve, names exist, commands run, numbers are in the tables they name.

A number in prose names its source in a comment right behind it, `36.2 %<!-- scores | lab (wiki8) | Google full % -->`:
table, row and column of a page in reports/, or table and the start of a line, or a file of reports/ and keys,
`<!-- lab01.json | lab | tokens -->`. test_report.py compares the tables with the committed JSON.
"""

from __future__ import annotations

import ast
import functools
import io
import json
import os
import re
import runpy
import shlex
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from lab01_word2vec import text as reading
from lab03_eval.vectors import WordVectors
from tests.commands import Done, in_process, process
from tests.conftest import ROOT

SKIPPED = {"runs", ".venv", "node_modules"}  # and data sets that were fetched into data/
PAGES = sorted(
    page
    for page in ROOT.rglob("*.md")
    if not SKIPPED & set(page.relative_to(ROOT).parts)
    and not any(part.startswith(".") for part in page.relative_to(ROOT).parts)
    and (page.parent.name == "data" or "data" not in page.relative_to(ROOT).parts[:1])
)
NUMBER = r"[+−-]?(?:\d[\d,]*)?\.?\d+"
SETTINGS = {"0.75", ".8"}  # decimals of INTERVIEW.md's "Measured" that are no measurements

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


@functools.cache
def read(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def prose(page: Path) -> str:
    """The page without its fenced blocks."""
    return re.sub(r"^```.*?^```", "", read(page), flags=re.DOTALL | re.MULTILINE)


# Links and names


@functools.cache
def anchors(page: Path) -> set[str]:
    """GitHub's: lower case, punctuation dropped, spaces to hyphens, a number behind a repeated one."""
    found: set[str] = set()
    for heading in re.findall(r"^#+ (.+)$", prose(page), flags=re.MULTILINE):
        slug = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        copies = sum(re.fullmatch(rf"{re.escape(slug)}(-\d+)?", other) is not None for other in found)
        found.add(f"{slug}-{copies}" if copies else slug)
    return found


def links(page: Path) -> list[tuple[str, str]]:
    """(text, target) of every link and picture."""
    return re.findall(r"\[([^\]]*)\]\(([^)\s]+)\)", prose(page))


@every_page
def test_links_and_anchors_resolve(page):
    for _, target in links(page):
        if target.startswith(("http://", "https://")):
            continue
        path, _, anchor = target.partition("#")
        linked = (page.parent / path).resolve() if path else page
        assert linked.exists(), target
        assert not anchor or anchor in anchors(linked), target


@functools.cache
def defined(file: Path) -> set[str]:
    """Functions, classes, methods as Class.method, and constants of a Python file."""
    names: set[str] = set()

    def walk(body: list[ast.stmt], prefix: str) -> None:
        for node in body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                names.add(prefix + node.name)
                if isinstance(node, ast.ClassDef):
                    walk(node.body, f"{node.name}.")
            elif isinstance(node, ast.Assign):
                names.update(target.id for target in node.targets if isinstance(target, ast.Name))

    walk(ast.parse(read(file)).body, "")
    return names


@every_page
def test_names_in_links_are_defined_where_they_point(page):
    for text, target in links(page):
        name = re.fullmatch(r"`([\w.]+)`", text)
        if name and target.endswith(".py") and not name[1].endswith(".py"):
            assert name[1] in defined((page.parent / target).resolve()), f"[{text}]({target})"


@every_page
def test_files_and_tests_named_in_prose_exist(page):
    tests = {name for file in ROOT.glob("tests/**/test_*.py") for name in defined(file)}
    for name in re.findall(r"`([^`\s]+)`", prose(page)):
        if re.fullmatch(r"test_\w+", name):
            assert name in tests, name
        if re.fullmatch(r"(lab0\d_\w+|scripts|tests|reports|demos|grading)/[\w./]+\.(py|md|json|png|toml)", name):
            assert (ROOT / name).exists(), name


# Commands


def commands(page: Path) -> list[str]:
    """Command lines of the page's sh fences, and those set in back quotes."""
    text = read(page)
    fenced = [
        line for block in re.findall(r"^```sh\n(.*?)^```", text, re.DOTALL | re.MULTILINE) for line in block.split("\n")
    ]
    inline = re.findall(r"`((?:python|make|pytest|pip|LAB_\w+=\S+) [^`]+)`", prose(page))
    return [command for line in fenced + inline for command in parts(line)]


def parts(line: str) -> list[str]:
    """The commands of one line: joined by && or |, without comment and environment."""
    line = shlex.join(shlex.split(line, comments=True)).replace("'&&'", "&&").replace("'|'", "|")
    split = (re.sub(r"^(?:'?\w+=\S+ )+", "", part.strip()) for part in re.split(r"&&|\|", line))
    return [part for part in split if part]


def script_of(page: Path, words: list[str]) -> Path | None:
    """What `python …` runs: a script, from the root or from the page's folder, or a package of ours; else none."""
    if words[1] == "-m":
        package = ROOT.joinpath(*words[2].split("."))
        return package / "__main__.py" if package.is_dir() else None
    if words[1].startswith("-"):
        return None
    for folder in (ROOT, page.parent):
        if (folder / words[1]).exists():
            return folder / words[1]
    raise AssertionError(f"no such script: {words[1]}")


def run_script(script: Path, *arguments: str) -> Done:
    """Run a file as `python FILE` does, but inside this process, which has imported torch already."""
    return in_process(lambda: runpy.run_path(str(script), run_name="__main__"), *arguments)


@functools.cache
def options_of(script: Path) -> set[str]:
    """The options that a command's --help lists."""
    done = run_script(script, "--help")
    assert done.returncode == 0, done.stderr
    return set(re.findall(r"^ +(?:-\w, )?(--[\w-]+)", done.stdout, re.MULTILINE))


@every_page
def test_commands_name_existing_files_and_options(page):
    for command in commands(page):
        words = shlex.split(command)
        missing = [word for word in words if word.startswith("tests/") and not (ROOT / word.split("::")[0]).exists()]
        assert not missing, command
        if words[0] == "torchrun":  # which has options of its own before the script
            words = ["python", *words[next(i for i, word in enumerate(words) if word.endswith(".py")) :]]
        if words[0] == "python":
            script = script_of(page, words)
            options = {word.split("=")[0] for word in words[2:] if re.match(r"--\w", word)} if script else set()
            unknown = options - options_of(script) if options else options
            assert not unknown, f"{command}: no {unknown}"
        elif words[0] == "make":
            makefile = read(ROOT / "Makefile")
            targets = {target for rule in re.findall(r"^([\w -]+):", makefile, re.MULTILINE) for target in rule.split()}
            for word in words[1:]:
                variable, equals, _ = word.partition("=")
                known = f"$({variable})" in makefile if equals else word in targets
                assert known, f"{command}: the Makefile has no {word}"
        elif words[0] == "pip":
            pinned = read(ROOT / "requirements.txt") + read(ROOT / "requirements-dev.txt")
            assert all(word in pinned for word in words if "==" in word), f"{command}: pinned otherwise"
        else:
            assert words[0] in ("pytest", "cd", "echo", "git"), f"{command}: what is {words[0]}?"


# Measuring for minutes to an hour, or fetching from the network; or graded by tests/grading.
NOT_RUN = r"scripts/(report|front_page|bench|published|pack_vectors|get_data|make_starter|progress|grade)\w*\.py"
TRAINING = r"lab0[12]_\w+/solution\.py"  # their tests train: here they read the corpus and stop


def runnable(command: str) -> bool:
    words = shlex.split(command)
    return words[0] == "python" and "/" in words[1] and not re.fullmatch(NOT_RUN, words[1]) and "--resume" not in words


@pytest.fixture(scope="module")
def clone(small_text, tmp_path_factory):
    """A folder that looks like the repository, with a small corpus and small vectors under the documented names."""
    folder = tmp_path_factory.mktemp("clone")
    for entry in ROOT.iterdir():
        if entry.is_dir() and entry.name not in ("data", "runs") and not entry.name.startswith("."):
            (folder / entry.name).symlink_to(entry)
    (folder / "data").mkdir()
    for name in ("data/text8", "german.txt"):
        (folder / name).symlink_to(small_text)
    with zipfile.ZipFile(folder / "wiki8.zip", "w") as archive:
        archive.write(small_text, "wiki8")
    shipped = WordVectors.load(ROOT / "lab03_eval" / "wiki8_20k.safetensors")
    small = WordVectors(shipped.words[:3000], shipped.matrix[:3000])
    noise = np.random.default_rng(1).normal(scale=0.1, size=small.matrix.shape)
    other = WordVectors(small.words, small.matrix + noise)
    runs = (f"runs/{name}.bin" for name in ("lab01/vectors", "lab02/skipgram", "lab02/fasttext"))
    for name in ("vectors.bin", "mine.bin", *runs):
        small.save(folder / name)
    for name in ("theirs.txt", "glove.6B.300d.txt"):
        other.save(folder / name)
    return folder


@pytest.fixture
def small_corpora(clone, small_text, monkeypatch):
    """The corpora that --data knows by a word are the small one of the clone."""
    monkeypatch.setattr(reading, "shipped", lambda: clone / "wiki8.zip")
    monkeypatch.setattr(reading, "read_sample", lambda: iter([small_text.read_text()]))


@pytest.mark.parametrize("command", sorted({c for page in PAGES for c in commands(page) if runnable(c)}))
def test_command_runs_as_written(clone, small_corpora, monkeypatch, command):
    words = shlex.split(command)
    extra = {"lab03_eval/solution.py": ["--no-pictures"], "lab01_word2vec/numpy_sgns.py": ["--epochs", "1"]}
    less = ["--dry-run"] if re.fullmatch(TRAINING, words[1]) else extra.get(words[1], [])
    monkeypatch.chdir(clone)
    monkeypatch.setenv("LAB_DATA_MIRROR", str(clone / "none"))
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    done = run_script(Path(words[1]), *words[2:], *less)
    assert done.returncode == 0, done.stderr
    assert not done.stderr


def programs(page: Path) -> list[str]:
    """Python programs in fences, which begin with an import; signatures and sessions with >>> are not meant."""
    found = re.findall(r"^```python\n(.*?)^```", read(page), flags=re.DOTALL | re.MULTILINE)
    return [program for program in found if program.startswith(("from ", "import "))]


@pytest.mark.parametrize(
    "page", [page for page in PAGES if programs(page)], ids=lambda page: str(page.relative_to(ROOT))
)
def test_programs_run_as_written(clone, page):
    environment = os.environ | {"LAB_DATA_MIRROR": str(clone / "none")}
    for program in programs(page):
        done = process("-c", program, cwd=clone, env=environment)
        assert done.returncode == 0, f"{program}\n{done.stderr}"


# Numbers


@functools.cache
def tables() -> dict[str, str]:
    """The measured tables of the reports by name."""
    pattern = r"<!-- table: (\w+) -->\n(.*?)<!-- end -->"
    found = {}
    for page in PAGES:
        found |= {name: text for name, text in re.findall(pattern, read(page), flags=re.DOTALL) if text}
    return found


def measured(source: str) -> set[str]:
    """The numbers at `table | row | column`, in the lines of a table that start so, `table | start`, or in a JSON."""
    name, row, *column = (part.strip() for part in source.split("|"))
    if name.endswith(".json"):
        value = json.loads(read(ROOT / "reports" / name))
        for key in (row, *column):
            value = value[int(key) if isinstance(value, list) else key]
        return {f"{value:,}", *(f"{scale * value:.{decimals}f}" for scale in (1, 100) for decimals in range(4))}
    lines = tables()[name].split("\n")
    if not column:
        found = " ".join(line for line in lines if line.strip().removeprefix("- ").startswith(row))
    else:
        cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
        header = cells[0].index(column[0])
        found = " ".join(line[header] for line in cells if line[0] == row)
    assert found, f"nothing at {source}"
    return {normal(number) for number in re.findall(NUMBER, found)}


def normal(number: str) -> str:
    number = number.replace("−", "-").removeprefix("+")
    return re.sub(r"^(-?)\.", r"\g<1>0.", number)


def sourced(text: str) -> list[tuple[str, str]]:
    """(number, source) of every number with a source behind it."""
    return re.findall(rf"({NUMBER})(?: %| s)?<!-- ([\w.]+ \|[^>]+?) -->", text)


@every_page
def test_numbers_in_prose_are_in_the_tables_they_name(page):
    text = read(page)
    assert len(sourced(text)) == len(re.findall(r"<!-- [\w.]+ \|", text)), "a source without a number before it"
    for number, source in sourced(text):
        assert normal(number) in measured(source), f"{number} is not at {source}: {sorted(measured(source))}"


def test_a_wrong_number_or_source_is_found():
    value = measured("bugs | no subsampling | Google full %")
    assert value == {re.search(r"no subsampling \|(?:[^|]+\|){2} ([\d.]+) ", tables()["bugs"])[1]}
    with pytest.raises(AssertionError):
        measured("bugs | no such row | Google full %")
    assert sourced("of 3,5 and -.27 s<!-- a | b | c -->") == [("-.27", "a | b | c")]
    assert normal("−.27") == normal("-0.27") == "-0.27"


def test_figures_of_the_interview_page_name_their_source():
    for paragraph in re.findall(r"\*Measured:\*(.*?)\n\n", read(ROOT / "INTERVIEW.md") + "\n", flags=re.DOTALL):
        bare = re.sub(rf"{NUMBER}(?: %| s)?<!--.*?-->", "", paragraph, flags=re.DOTALL)
        bare = re.sub(r"\]\([^)]*\)|`[^`]*`", "", bare)
        decimals = set(re.findall(r"(?<![\w.])\d*\.\d+", bare)) - SETTINGS
        assert not decimals, f"{decimals} without a source in: {paragraph.strip()}"

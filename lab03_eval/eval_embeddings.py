"""Measure any static word embedding: word similarity and analogies, each with its coverage and interval.

    python lab03_eval/eval_embeddings.py vectors.bin --json scores.json

As a library: `evaluate(WordVectors.load("vectors.bin"))` returns the same flat dictionary that `--json`
writes. The data sets (WordSim-353, SimLex-999, Google's analogy questions) come inside gensim's package,
so nothing is downloaded; gensim itself is not imported.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import math
import sys
from pathlib import Path

import numpy as np
from scipy import stats

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
from lab03_eval.vectors import VectorFileError, WordVectors, replacing  # noqa: E402

SIMILARITY_SETS = {"wordsim353": "wordsim353.tsv", "simlex999": "simlex999.txt"}
# Sets that no setting was chosen on; `python scripts/get_data.py men rw mturk287 rg65` fetches them.
HELD_OUT_SETS = {
    "men": "wordsim/EN-MEN-TR-3k.txt",
    "rw": "wordsim/EN-RW-STANFORD.txt",
    "mturk287": "wordsim/EN-MTurk-287.txt",
    "rg65": "wordsim/EN-RG-65.txt",
}
GOOGLE_QUESTIONS = "questions-words.txt"
SEMANTIC_SECTIONS = 5  # the first five of the file's fourteen sections; the others are syntactic
TOP_WORDS = 30_000  # word2vec's compute-accuracy looks among the 30,000 most frequent words
CONFIDENCE_Z = 1.959964  # 95 %

Pair = tuple[str, str, float]
Section = tuple[str, list[tuple[str, str, str, str]]]


def gensim_data(name: str) -> Path:
    """Path of a data file inside gensim's package. Raises FileNotFoundError with the remedy."""
    package = importlib.util.find_spec("gensim")
    if package is None:
        raise FileNotFoundError(f"{name} comes with gensim, which is not installed: pip install gensim")
    return Path(package.submodule_search_locations[0]) / "test" / "test_data" / name


def read_pairs(path: str | Path) -> list[Pair]:
    """(word, word, human score) of each line: white-space separated, `#` starts a comment line."""
    pairs = []
    for number, line in enumerate(Path(path).read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            first, second, score = line.split()[:3]
            pairs.append((first, second, float(score)))
        except ValueError:
            raise ValueError(f"{path}: line {number}: expected two words and a number") from None
    return pairs


def read_questions(path: str | Path) -> list[Section]:
    """Sections of analogy questions: `: name` starts a section, every other line holds four words."""
    sections: list[Section] = []
    for number, line in enumerate(Path(path).read_text(encoding="utf-8").splitlines(), start=1):
        if line.startswith(":"):
            sections.append((line[1:].strip(), []))
        elif line.strip():
            words = tuple(line.split())
            if len(words) != 4 or not sections:
                raise ValueError(f'{path}: line {number}: expected ": section" or four words')
            sections[-1][1].append(words)
    return sections


def spearman(x: np.ndarray, y: np.ndarray) -> float:
    """Spearman's ρ: Pearson's r of the ranks, equal values sharing their average rank.

    NaN where one side is constant (or there are fewer than two values): no order, no correlation.
    """
    x, y = stats.rankdata(x), stats.rankdata(y)
    if len(x) < 2:
        return math.nan
    x, y = x - x.mean(), y - y.mean()
    norm = math.sqrt((x @ x) * (y @ y))
    return float(x @ y / norm) if norm > 0 else math.nan


def spearman_interval(rho: float, n: int) -> tuple[float, float]:
    """95 % interval by Fisher's z with the variance (1 + ρ²/2)/(n − 3) of Bonett & Wright (2000)."""
    if n <= 3 or math.isnan(rho) or abs(rho) == 1:
        return (math.nan, math.nan)
    half = CONFIDENCE_Z * math.sqrt((1 + rho * rho / 2) / (n - 3))
    return math.tanh(math.atanh(rho) - half), math.tanh(math.atanh(rho) + half)


def proportion_interval(correct: int, n: int) -> tuple[float, float]:
    """95 % Wilson score interval of a proportion (Wilson 1927)."""
    if n == 0:
        return (math.nan, math.nan)
    p, z2 = correct / n, CONFIDENCE_Z**2
    middle = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = CONFIDENCE_Z * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return middle - half, middle + half


class Lookup:
    """Rows of question words; for a vocabulary without capitals the questions are lower-cased too."""

    def __init__(self, vectors: WordVectors):
        self.index = vectors.index
        self.lower = all(word == word.lower() for word in vectors.words)

    def row(self, word: str) -> int:
        """The word's row, −1 if unknown."""
        return self.index.get(word.lower() if self.lower else word, -1)

    def rows(self, items: list[tuple[str, ...]]) -> np.ndarray:
        return np.array([[self.row(word) for word in item] for item in items], dtype=np.int64)


def evaluate_similarity(vectors: WordVectors, pairs: list[Pair], oov: str = "skip") -> dict[str, float]:
    """Spearman's ρ between cosine and human scores, with `low`, `high`, `used` and `total`.

    A pair with an unknown word is left out (`oov="skip"`), scored 0 ("zero", gensim's dummy4unknown) or
    scored with the mean of all vectors in the unknown word's place ("mean", word-embeddings-benchmarks).
    """
    rows = Lookup(vectors).rows([pair[:2] for pair in pairs]).reshape(-1, 2)  # (n, 2)
    human = np.array([score for *_, score in pairs])
    known = (rows >= 0).all(axis=1)
    if oov == "skip":
        rows, human = rows[known], human[known]
    if oov == "mean":
        mean = vectors.matrix.mean(axis=0)
        unit = np.vstack([vectors.unit, mean / (np.linalg.norm(mean) or 1)])  # row −1 is the mean
    else:
        unit = vectors.unit
    cosine = np.einsum("nd,nd->n", unit[rows[:, 0]], unit[rows[:, 1]])  # (n,)
    if oov == "zero":
        cosine[~known] = 0
    rho = spearman(cosine, human)
    low, high = spearman_interval(rho, len(human))
    return {"rho": rho, "low": low, "high": high, "used": int(known.sum()), "total": len(pairs)}


def solve_analogies(
    unit: np.ndarray, questions: np.ndarray, objective: str = "3cosadd", epsilon: float = 0.001
) -> np.ndarray:
    """Rows (n,) that answer "a is to b as c is to ?" for questions (n, 3) over unit vectors (V, d).

    3CosAdd: argmax cos(w, b − a + c). 3CosMul (Levy & Goldberg 2014, §6): argmax s(w,b)·s(w,c)/(s(w,a) + ε)
    with s = (cos + 1)/2. The question's own words are not candidates.
    """
    answers = np.empty(len(questions), dtype=np.int64)
    chunk = max(1, 8_000_000 // len(unit))  # scores of 32 MB at a time
    for start in range(0, len(questions), chunk):
        a, b, c = questions[start : start + chunk].T  # each (m,)
        if objective == "3cosadd":
            scores = (unit[b] - unit[a] + unit[c]) @ unit.T  # (m, V)
        elif objective == "3cosmul":
            sa, sb, sc = ((unit[rows] @ unit.T + 1) / 2 for rows in (a, b, c))
            scores = sb * sc / (sa + epsilon)
        else:
            raise ValueError(f"unknown objective {objective!r}; known: 3cosadd, 3cosmul")
        each = np.arange(len(a))
        for rows in (a, b, c):
            scores[each, rows] = -np.inf
        answers[start : start + chunk] = scores.argmax(axis=1)
    return answers


def evaluate_analogies(
    vectors: WordVectors,
    sections: list[Section],
    restrict: int | None = None,
    objective: str = "3cosadd",
    epsilon: float = 0.001,
) -> dict[str, float]:
    """Accuracy = correct / answered, in all and per part, with `low`, `high`, `correct`, `used`, `total`.

    `restrict` keeps only the first (most frequent) rows, as candidates and as question words; a question
    with a word outside is not answered. Keys of parts: `semantic.accuracy`, `syntactic.used`,
    `section.family.correct`, …
    """
    names = [name for name, questions in sections for _ in questions]
    rows = Lookup(vectors).rows([q for _, questions in sections for q in questions]).reshape(-1, 4)  # (n, 4)
    unit = vectors.unit[:restrict]
    answered = ((rows >= 0) & (rows < len(unit))).all(axis=1)
    right = np.zeros(len(rows), dtype=bool)
    right[answered] = solve_analogies(unit, rows[answered, :3], objective, epsilon) == rows[answered, 3]

    section = np.array([{name: i for i, (name, _) in enumerate(sections)}[name] for name in names], dtype=int)
    parts = {"": np.ones(len(rows), dtype=bool)}
    parts["semantic."] = section < SEMANTIC_SECTIONS
    parts["syntactic."] = section >= SEMANTIC_SECTIONS
    parts |= {f"section.{name}.": section == i for i, (name, _) in enumerate(sections)}
    results = {}
    for part, chosen in parts.items():
        correct, used = int(right[chosen].sum()), int(answered[chosen].sum())
        low, high = proportion_interval(correct, used)
        results |= {
            f"{part}accuracy": correct / used if used else math.nan,
            f"{part}low": low,
            f"{part}high": high,
            f"{part}correct": correct,
            f"{part}used": used,
            f"{part}total": int(chosen.sum()),
        }
    return results


def evaluate(vectors: WordVectors) -> dict[str, float]:
    """All scores under flat keys: `wordsim353.rho`, `google.full.accuracy`, `google.top30k.semantic.used`, …"""
    results = {}
    for name, file in SIMILARITY_SETS.items():
        scores = evaluate_similarity(vectors, read_pairs(gensim_data(file)))
        results |= {f"{name}.{key}": value for key, value in scores.items()}
    sections = read_questions(gensim_data(GOOGLE_QUESTIONS))
    for protocol, restrict in (("full", None), ("top30k", TOP_WORDS)):
        scores = evaluate_analogies(vectors, sections, restrict)
        results |= {f"google.{protocol}.{key}": value for key, value in scores.items()}
    return results


def evaluate_held_out(vectors: WordVectors) -> dict[str, float | str]:
    """Scores of the held-out similarity sets: `men.rho`, …; `men.not_run` says why where a set is not at hand."""
    results = {}
    for name, file in HELD_OUT_SETS.items():
        path = ROOT / "data" / file
        if path.exists():
            scores = evaluate_similarity(vectors, read_pairs(path))
            results |= {f"{name}.{key}": value for key, value in scores.items()}
        else:
            results[f"{name}.not_run"] = f"data/{file} is not there: python scripts/get_data.py {name}"
    return results


def format_scores(results: dict[str, float]) -> str:
    """The table that people read: one row a measure, with interval and coverage."""
    rows = [("WordSim-353", "wordsim353", "rho"), ("SimLex-999", "simlex999", "rho")]
    held_out = [("MEN", "men"), ("Rare Words", "rw"), ("MTurk-287", "mturk287"), ("RG-65", "rg65")]
    rows += [(title, key, "rho") for title, key in held_out if f"{key}.rho" in results]
    for protocol in ("full", "top30k"):
        rows += [
            (f"Google {protocol}", f"google.{protocol}", "accuracy"),
            ("  semantic", f"google.{protocol}.semantic", "accuracy"),
            ("  syntactic", f"google.{protocol}.syntactic", "accuracy"),
        ]
    lines = [f"{'measure':<16}{'score':>12}{'95 % interval':>18}{'used / total':>18}"]
    for title, key, measure in rows:
        value, low, high = (results[f"{key}.{part}"] for part in (measure, "low", "high"))
        used, total = results[f"{key}.used"], results[f"{key}.total"]
        if not used:
            score, interval = "no coverage", ""
        elif measure == "rho":
            score, interval = f"ρ = {value:.3f}", f"{low:.3f} … {high:.3f}"
        else:
            score, interval = f"{100 * value:.1f} %", f"{100 * low:.1f} … {100 * high:.1f} %"
        correct = f"  ({results[f'{key}.correct']:,} correct)" if measure == "accuracy" else ""
        lines.append(f"{title:<16}{score:>12}{interval:>18}{f'{used:,} / {total:,}':>18}{correct}")
    lines += [
        f"{title:<16}not run: {results[f'{key}.not_run']}" for title, key in held_out if f"{key}.not_run" in results
    ]
    lines.append(
        f"Spearman's ρ of cosine against human scores, pairs with an unknown word skipped; analogies by 3CosAdd on\n"
        f"unit vectors, a, b, c excluded, candidates: full = every word, top30k = the {TOP_WORDS:,} most frequent."
    )
    return "\n".join(lines)


def to_json(results: dict) -> str:
    """Unrounded floats; NaN, which JSON does not know, becomes null, also inside a nested dictionary."""

    def clean(value: object) -> object:
        if isinstance(value, dict):
            return {key: clean(inner) for key, inner in value.items()}
        return None if isinstance(value, float) and math.isnan(value) else value

    return json.dumps(clean(results), indent=2) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("vectors", help=".bin, .txt, .vec or .safetensors")
    parser.add_argument("--json", metavar="FILE", help="also write every score, unrounded, under named keys")
    args = parser.parse_args()
    try:
        vectors = WordVectors.load(args.vectors)
        results = {"vectors": args.vectors, "words": len(vectors), "dim": vectors.dim}
        results |= evaluate(vectors) | evaluate_held_out(vectors)
        if args.json:
            with replacing(args.json) as temporary:
                temporary.write_text(to_json(results))
    except VectorFileError as error:
        parser.exit(2, f"error: {error}\n")
    except OSError as error:
        parser.exit(2, f"error: {error.filename or args.vectors}: {error.strerror or error}\n")
    print(f"{args.vectors}: {len(vectors):,} words, {vectors.dim} dimensions\n{format_scores(results)}")


if __name__ == "__main__":
    main()

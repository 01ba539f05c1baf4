"""What word vectors are worth in tasks: a small MTEB by sentence vectors, and two extrinsic tasks.

    python lab03_eval/tasks.py vectors.bin --json tasks.json
    python lab03_eval/tasks.py vectors.bin --only sts trec
    python lab03_eval/tasks.py vectors.bin --only ner --conll2003 DIR

Every task is also run with random vectors (same words, same dimension) and with a baseline that needs no
vectors: TF-IDF, or for tagging each word's most frequent tag. A score says something about the vectors only by
its margin over those; the vectors may well lose. Scores are not those of the MTEB leaderboard, whose protocol
is another (see mteb_adapter.py for that).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

import numpy as np
from scipy import sparse
from sklearn.cluster import KMeans
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import v_measure_score
from sklearn.metrics.pairwise import cosine_similarity
from sklearn.model_selection import GridSearchCV, StratifiedShuffleSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler, normalize
from tqdm import tqdm

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
from lab03_eval import tagging  # noqa: E402
from lab03_eval.benchmarks import NotAtHand, find_data  # noqa: E402
from lab03_eval.command import number, one_line_errors  # noqa: E402
from lab03_eval.eval_embeddings import to_json  # noqa: E402
from lab03_eval.sentences import METHODS, SentenceEncoder, counter, tokenize, word_probability  # noqa: E402
from lab03_eval.significance import RESAMPLES, percentile_interval, spearman_rows  # noqa: E402
from lab03_eval.task_data import (  # noqa: E402
    Labelled,
    Tagged,
    TaskDataError,
    read_banking77,
    read_conll,
    read_cranfield,
    read_sst2,
    read_stackoverflow,
    read_sts,
    read_trec,
)
from lab03_eval.vectors import VectorFileError, WordVectors, replacing  # noqa: E402

# Chosen on the development part of STS-Benchmark with Lab 1's vectors of wiki8: mean .659, SIF .687, uSIF .704.
METHOD = "usif"
STARTS = 5  # of k-means
RETRIEVED = 10
L2_STRENGTHS = {"logisticregression__C": [0.1, 1.0, 10.0]}

Row = dict[str, float | str]


class Encoder(Protocol):
    """Sentence vectors or TF-IDF: what the tasks need of either."""

    def fit(self, texts: list[str]) -> Encoder: ...

    def encode(self, texts: list[str]) -> np.ndarray | sparse.csr_matrix: ...


class TfIdf(TfidfVectorizer):
    """scikit-learn's TF-IDF of lower-case words, numbers kept whole."""

    def __init__(self):
        super().__init__(analyzer=lambda text: tokenize(text, spell_digits=False))

    encode = TfidfVectorizer.transform


@dataclass(frozen=True)
class Score:
    value: float
    draws: np.ndarray  # (B,) the same on resampled items, or of each start: paired between what is compared


@dataclass
class Setting:
    """What all tasks share. `conll2003` is the folder of a licensed copy, with eng.train and eng.testb."""

    vectors: WordVectors
    method: str = METHOD
    seed: int = 0
    conll2003: Path | None = None

    @cached_property
    def random(self) -> WordVectors:
        """Normally distributed vectors for the same words."""
        rng = np.random.default_rng(self.seed)
        matrix = rng.standard_normal(self.vectors.matrix.shape, dtype=np.float32)
        return WordVectors(self.vectors.words, matrix, self.vectors.counts)

    def encoders(self, method: str) -> dict[str, Encoder]:
        own, random = (SentenceEncoder(vectors, method) for vectors in (self.vectors, self.random))
        return {"vectors": own, "random": random, "baseline": TfIdf()}

    def coverage(self, *texts: list[str]) -> Row:
        """`used` items, whose every text has a known word, of `total`; `token_coverage` over all texts.

        Items that are not used are scored all the same: a zero vector is similar to nothing. Raises NotAtHand
        where no item is used.
        """
        count = counter(self.vectors)
        counts = [count(part) for part in texts]
        used = int(np.all([part.known > 0 for part in counts], axis=0).sum())
        known, tokens = (sum(int(n.sum()) for n in ns) for ns in zip(*((part.known, part.tokens) for part in counts)))
        return _covered(used, len(texts[0]), known / max(tokens, 1))


def _covered(used: int, total: int, tokens: float) -> Row:
    if not used:
        raise NotAtHand(f"no coverage: the vocabulary knows no word of its {total:,} items")
    return {"used": used, "total": total, "token_coverage": tokens}


def row(scores: dict[str, Score], coverage: Row, **labels: str) -> Row:
    """One task's results: `score`, `low`, `high` of the vectors, of `random` and `baseline`, and of the margins."""
    results = labels | coverage
    own = scores["vectors"]
    parts = {"": own, "random.": scores["random"], "baseline.": scores["baseline"]}
    for name in ("random", "baseline"):
        margin = Score(own.value - scores[name].value, own.draws - scores[name].draws)
        parts[f"margin.{name}."] = margin
    for prefix, score in parts.items():
        low, high = percentile_interval(score.draws)
        results |= {f"{prefix}score": score.value, f"{prefix}low": low, f"{prefix}high": high}
    return results


def quotient(numerator: np.ndarray, denominator: np.ndarray, seed: int) -> Score:
    """Σ numerator / Σ denominator over items (n,), and the same over resamplings of the items.

    Accuracy, F1 and a mean are of this form.
    """
    drawn = np.random.default_rng(seed).integers(len(numerator), size=(RESAMPLES, len(numerator)))
    above, below = (np.append(x[drawn].sum(axis=1), x.sum()) for x in (numerator, denominator))
    values = above / np.maximum(below, 1)
    return Score(float(values[-1]), values[:-1])


def mean_score(values: np.ndarray, seed: int) -> Score:
    return quotient(values, np.ones(len(values)), seed)


def paired_cosine(first: np.ndarray | sparse.csr_matrix, second: np.ndarray | sparse.csr_matrix) -> np.ndarray:
    """Cosines (n,) of corresponding rows; 0 where one is a zero row."""
    first, second = normalize(first), normalize(second)
    product = first.multiply(second) if sparse.issparse(first) else first * second
    return np.asarray(product.sum(axis=1)).ravel()


def ndcg(scores: np.ndarray, relevant: np.ndarray, k: int = RETRIEVED) -> np.ndarray:
    """nDCG@k of each query (q,) by scores (q, D) and binary relevance (q, D): gain 1, discount log2(rank + 1).

    NaN for a query without a relevant document. Equal scores keep the documents' order (Järvelin & Kekäläinen 2002).
    """
    discount = 1 / np.log2(np.arange(2, k + 2))
    best = np.argsort(-scores, axis=1, kind="stable")[:, :k]  # (q, k)
    gain = np.take_along_axis(relevant, best, axis=1) @ discount[: best.shape[1]]
    ideal = np.cumsum(discount)[np.clip(relevant.sum(axis=1), 1, k) - 1]
    return np.where(relevant.any(axis=1), gain / ideal, np.nan)


def sts(setting: Setting) -> Iterator[tuple[str, Row]]:
    pairs = read_sts(find_data("sentence/stsbenchmark/sts-test.csv"))
    coverage = setting.coverage(pairs.first, pairs.second)
    n = len(pairs.scores)
    drawn = np.random.default_rng(setting.seed).integers(n, size=(RESAMPLES, n))
    drawn = np.vstack([drawn, np.arange(n)])

    def score(encoder: Encoder) -> Score:
        encoder.fit(pairs.first + pairs.second)
        cosine = paired_cosine(encoder.encode(pairs.first), encoder.encode(pairs.second))
        rho = spearman_rows(cosine[drawn], pairs.scores[drawn])
        return Score(float(rho[-1]), rho[:-1])

    baseline = score(TfIdf())
    for method in METHODS:
        encoders = setting.encoders(method)
        scores = {name: score(encoders[name]) for name in ("vectors", "random")} | {"baseline": baseline}
        labels = {"title": f"STS-B test, {method}", "measure": "Spearman's ρ", "method": method}
        yield f"sts.{method}", row(scores, coverage, **labels, baseline="TF-IDF", interval="bootstrap over pairs")


def compare_encoders(setting: Setting, score: Callable[[Encoder], Score], coverage: Row, **labels: str) -> Row:
    scores = {name: score(encoder) for name, encoder in setting.encoders(setting.method).items()}
    return row(scores, coverage, **labels, method=setting.method, baseline="TF-IDF")


def classify(title: str, setting: Setting, train: Labelled, test: Labelled) -> Row:
    """Accuracy of logistic regression; its L2 strength is chosen on a held-out fifth of the training texts."""

    def score(encoder: Encoder) -> Score:
        encoder.fit(train.texts)
        # TF-IDF rows come with unit length; the dimensions of sentence vectors are brought to one scale.
        scale = "passthrough" if isinstance(encoder, TfIdf) else StandardScaler()
        model = make_pipeline(scale, LogisticRegression(max_iter=200, tol=1e-3))
        held_out = StratifiedShuffleSplit(1, test_size=0.2, random_state=setting.seed)
        search = GridSearchCV(model, L2_STRENGTHS, cv=held_out).fit(encoder.encode(train.texts), train.labels)
        return mean_score(search.predict(encoder.encode(test.texts)) == test.labels, setting.seed)

    coverage = setting.coverage(test.texts)
    return compare_encoders(setting, score, coverage, title=title, measure="accuracy", interval="bootstrap over texts")


def banking77(setting: Setting) -> Iterator[tuple[str, Row]]:
    train, test = (read_banking77(find_data(f"sentence/banking77/{part}.csv")) for part in ("train", "test"))
    yield "banking77", classify("Banking77", setting, train, test)


def trec(setting: Setting) -> Iterator[tuple[str, Row]]:
    train, test = (read_trec(find_data(f"sentence/trec/raw_TREC.{part}.label")) for part in ("train", "test"))
    yield "trec", classify("TREC, 6 classes", setting, train, test)


def sst2(setting: Setting) -> Iterator[tuple[str, Row]]:
    train, test = (read_sst2(find_data(f"sentence/sst2/stsa.binary.{part}")) for part in ("train", "test"))
    yield "sst2", classify("SST-2 sentiment", setting, train, test)


def stackoverflow(setting: Setting) -> Iterator[tuple[str, Row]]:
    files = (find_data(f"sentence/stackoverflow/{name}_StackOverflow.txt") for name in ("title", "label"))
    titles = read_stackoverflow(*files)
    classes = len(np.unique(titles.labels))

    def score(encoder: Encoder) -> Score:
        features = normalize(encoder.fit(titles.texts).encode(titles.texts))
        starts = (KMeans(classes, n_init=1, random_state=setting.seed + start) for start in range(STARTS))
        values = np.array([v_measure_score(titles.labels, start.fit_predict(features)) for start in starts])
        return Score(float(values.mean()), values)

    labels = {"title": "StackOverflow titles", "measure": "V-measure", "interval": f"spread of {STARTS} starts"}
    yield "stackoverflow", compare_encoders(setting, score, setting.coverage(titles.texts), **labels)


def cranfield(setting: Setting) -> Iterator[tuple[str, Row]]:
    names = ("cran.all.1400.xml", "cran.qry.xml", "cranqrel.trec.txt")
    task = read_cranfield(*(find_data(f"sentence/cranfield/{name}") for name in names))

    def score(encoder: Encoder) -> Score:
        encoder.fit(task.documents)
        gains = ndcg(cosine_similarity(encoder.encode(task.queries), encoder.encode(task.documents)), task.relevant)
        return mean_score(gains[~np.isnan(gains)], setting.seed)

    labels = {"title": "Cranfield retrieval", "measure": f"nDCG@{RETRIEVED}", "interval": "bootstrap over queries"}
    yield "cranfield", compare_encoders(setting, score, setting.coverage(task.queries), **labels)


Counts = Callable[[Tagged, np.ndarray], tuple[np.ndarray, np.ndarray]]


def tag(title: str, measure: str, setting: Setting, train: Tagged, test: Tagged, count: Counts) -> Row:
    """A linear tagger on a window of word vectors, scored by count(test, found) = (numerator, denominator)."""
    known = np.any(tagging.token_vectors(setting.vectors, test.words), axis=1)
    coverage = _covered(int(known.sum()), len(known), float(known.mean()))
    found = {
        "vectors": tagging.tag_by_window(setting.vectors, train, test),
        "random": tagging.tag_by_window(setting.random, train, test),
        "baseline": tagging.tag_by_frequency(train, test),
    }
    counts = {name: count(test, tags) for name, tags in found.items()}
    scores = {name: quotient(part, whole, setting.seed) for name, (part, whole) in counts.items()}
    labels = {"title": title, "measure": measure, "interval": "bootstrap over sentences"}
    return row(scores, coverage, **labels, method=f"window of {tagging.WIDTH}", baseline="most frequent tag")


def pos(setting: Setting) -> Iterator[tuple[str, Row]]:
    train, test = (read_conll(find_data(f"sentence/conll2000/{part}.txt"), column=1) for part in ("train", "test"))
    yield "pos", tag("CoNLL-2000 POS tags", "accuracy", setting, train, test, tagging.accuracy_counts)


def ner(setting: Setting) -> Iterator[tuple[str, Row]]:
    if setting.conll2003 is None:
        raise NotAtHand("its text is licensed (Reuters corpus, from NIST); for those who hold it: --conll2003 DIR")
    train, test = (read_conll(setting.conll2003 / f"eng.{part}", column=3) for part in ("train", "testb"))
    yield "ner", tag("CoNLL-2003 names", "chunk F1", setting, train, test, tagging.chunk_counts)


TASKS = {
    "sts": sts,
    "banking77": banking77,
    "trec": trec,
    "stackoverflow": stackoverflow,
    "cranfield": cranfield,
    "sst2": sst2,
    "pos": pos,
    "ner": ner,
}


def evaluate_tasks(setting: Setting, names: Iterable[str] = tuple(TASKS)) -> dict:
    """Results of the tasks, flat (`trec.score`, `sts.usif.margin.random.low`, …), and what the tasks share.

    A task that cannot run has the one key `not_run`, with the reason. Raises TaskDataError for data of another
    shape, OSError where the folder `setting.conll2003` lacks a file.
    """
    _, probability = word_probability(setting.vectors)
    results: dict = {"seed": setting.seed, "method": setting.method, "word_probability": probability}
    for name in names:
        try:
            for key, scores in TASKS[name](setting):
                results |= {f"{key}.{part}": value for part, value in scores.items()}
        except NotAtHand as reason:
            results[f"{name}.not_run"] = str(reason)
    return results


def format_tasks(results: dict) -> str:
    """The table that people read: one row a task; margins with their 95 % intervals, lost ones included."""
    lines = [
        f"{'task':<22}{'measure':<14}{'these vectors':>21}{'random':>8}{'baseline':>10}"
        f"{'− random':>26}{'− baseline':>26}{'used / total':>18}{'tokens':>9}"
    ]
    for key in results:
        name, _, part = key.rpartition(".")
        if part == "not_run":
            lines.append(f"{name:<22}not run: {results[key]}")
        elif part == "title":
            lines.append(_format_row({k.removeprefix(f"{name}."): v for k, v in results.items()}))
    lines.append(
        f"Seed {results['seed']}; p(w) from {results['word_probability']}; but for STS, sentence vectors by "
        f"{results['method']}. Baseline: TF-IDF; for tags, each word's most frequent."
    )
    return "\n".join(lines)


def _format_row(scores: Row) -> str:
    def cell(prefix: str, sign: str) -> str:
        value, low, high = (scores[f"{prefix}{part}"] for part in ("score", "low", "high"))
        return f"{value:{sign}.3f} ({low:{sign}.3f} … {high:{sign}.3f})"

    return (
        f"{scores['title']:<22}{scores['measure']:<14}{cell('', ''):>21}"
        f"{scores['random.score']:>8.3f}{scores['baseline.score']:>10.3f}"
        f"{cell('margin.random.', '+'):>26}{cell('margin.baseline.', '+'):>26}"
        f"{scores['used']:>9,} /{scores['total']:>7,}{100 * scores['token_coverage']:>7.1f} %"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("vectors", help="a vector file; lab03_eval/formats.py lists the formats")
    parser.add_argument("--json", metavar="FILE", help="also write every score, unrounded, under named keys")
    parser.add_argument("--only", nargs="+", choices=TASKS, default=list(TASKS), metavar="TASK", help=" ".join(TASKS))
    parser.add_argument("--method", choices=METHODS, default=METHOD, help="sentence vectors; STS shows all three")
    seeded = "of random vectors, k-means, held-out texts and bootstrap"
    parser.add_argument("--seed", type=number(int, 0, 2**32 - 1), default=0, help=seeded)
    parser.add_argument("--conll2003", metavar="DIR", type=Path, help="folder with eng.train and eng.testb")
    args = parser.parse_args()
    with one_line_errors(parser, args.vectors, VectorFileError, TaskDataError):
        vectors = WordVectors.load(args.vectors)
        setting = Setting(vectors, args.method, args.seed, args.conll2003)
        names = tqdm(args.only, unit="task", disable=None, leave=False)
        results = {"vectors": args.vectors, "words": len(vectors), "dim": vectors.dim}
        results |= evaluate_tasks(setting, names)
        print(f"{args.vectors}: {len(vectors):,} words, {vectors.dim} dimensions\n{format_tasks(results)}", flush=True)
        if args.json:
            with replacing(args.json) as temporary:
                temporary.write_text(to_json(results))


if __name__ == "__main__":
    main()

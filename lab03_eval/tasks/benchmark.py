"""The tasks: what each one is, and how it is run with the vectors, random ones and the baseline."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

from wordlab.errors import InputError

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

from lab03_eval.benchmarks import NotAtHand, find_data
from lab03_eval.measures.significance import RESAMPLES, spearman_rows
from lab03_eval.sentences import METHODS, SentenceEncoder, counter, tokenize, word_probability
from lab03_eval.tasks import tagging
from lab03_eval.tasks.scores import RETRIEVED, Row, Score, covered, mean_score, ndcg, paired_cosine, quotient, row
from lab03_eval.tasks.task_data import (
    Labelled,
    Pairs,
    Retrieval,
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
from lab03_eval.vectors import WordVectors

# Chosen on the development part of STS-Benchmark with Lab 1's vectors of wiki8: mean .659, SIF .687, uSIF .704.
METHOD = "usif"
STARTS = 5  # of k-means
L2_STRENGTHS = {"logisticregression__C": [0.1, 1.0, 10.0]}


class Encoder(Protocol):
    """Sentence vectors or TF-IDF: what the tasks need of either."""

    def fit(self, texts: list[str]) -> Encoder: ...

    def encode(self, texts: list[str]) -> np.ndarray | sparse.csr_matrix: ...


class TfIdf(TfidfVectorizer):
    """scikit-learn's TF-IDF of lower-case words, numbers kept whole."""

    def __init__(self):
        super().__init__(analyzer=lambda text: tokenize(text, spell_digits=False))

    encode = TfidfVectorizer.transform


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

        Items that are not used are scored all the same, with a zero vector, which is similar to nothing. Raises
        NotAtHand where no item is used.
        """
        count = counter(self.vectors)
        counts = [count(part) for part in texts]
        used = int(np.all([part.known > 0 for part in counts], axis=0).sum())
        known, tokens = (sum(int(n.sum()) for n in ns) for ns in zip(*((part.known, part.tokens) for part in counts)))
        return covered(used, len(texts[0]), known / max(tokens, 1))


def sts_pairs() -> Pairs:
    """The 1,379 pairs of STS-Benchmark's test part. Raises NotAtHand."""
    return read_sts(find_data("sentence/stsbenchmark/sts-test.csv"))


def sts_score(encoder: Encoder, pairs: Pairs, seed: int) -> Score:
    """Spearman's ρ of cosines and human scores, resampled over pairs."""
    n = len(pairs.scores)
    drawn = np.vstack([np.random.default_rng(seed).integers(n, size=(RESAMPLES, n)), np.arange(n)])
    encoder.fit(pairs.first + pairs.second)
    cosine = paired_cosine(encoder.encode(pairs.first), encoder.encode(pairs.second))
    rho = spearman_rows(cosine[drawn], pairs.scores[drawn])
    return Score(float(rho[-1]), rho[:-1])


def sts(setting: Setting) -> Iterator[tuple[str, Row]]:
    pairs = sts_pairs()
    coverage = setting.coverage(pairs.first, pairs.second)
    baseline = sts_score(TfIdf(), pairs, setting.seed)
    for method in METHODS:
        encoders = setting.encoders(method)
        scores = {name: sts_score(encoders[name], pairs, setting.seed) for name in ("vectors", "random")}
        scores["baseline"] = baseline
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


def cranfield_task() -> Retrieval:
    """Cranfield's 1,400 abstracts and 225 questions. Raises NotAtHand."""
    names = ("cran.all.1400.xml", "cran.qry.xml", "cranqrel.trec.txt")
    return read_cranfield(*(find_data(f"sentence/cranfield/{name}") for name in names))


def retrieval_score(encoder: Encoder, task: Retrieval, seed: int) -> Score:
    """nDCG@10 of the passages by cosine, resampled over questions that have a relevant passage."""
    encoder.fit(task.documents)
    gains = ndcg(cosine_similarity(encoder.encode(task.queries), encoder.encode(task.documents)), task.relevant)
    return mean_score(gains[~np.isnan(gains)], seed)


def cranfield(setting: Setting) -> Iterator[tuple[str, Row]]:
    task = cranfield_task()

    def score(encoder: Encoder) -> Score:
        return retrieval_score(encoder, task, setting.seed)

    labels = {"title": "Cranfield retrieval", "measure": f"nDCG@{RETRIEVED}", "interval": "bootstrap over queries"}
    yield "cranfield", compare_encoders(setting, score, setting.coverage(task.queries), **labels)


Counts = Callable[[Tagged, np.ndarray], tuple[np.ndarray, np.ndarray]]


def tag(title: str, measure: str, setting: Setting, train: Tagged, test: Tagged, count: Counts) -> Row:
    """A linear tagger on a window of word vectors, scored by count(test, found) = (numerator, denominator)."""
    known = np.any(tagging.token_vectors(setting.vectors, test.words), axis=1)
    coverage = covered(int(known.sum()), len(known), float(known.mean()))
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
    try:
        train, test = (read_conll(setting.conll2003 / f"eng.{part}", column=3) for part in ("train", "testb"))
    except TaskDataError as error:  # of a file that the user named, which ends the command
        raise InputError(str(error)) from None
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

    A task that cannot run has the one key `not_run`, with the reason: its data were not fetched, or they are damaged.
    Raises InputError where a file of the folder `setting.conll2003` is damaged, OSError where it lacks one.
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

"""All searches on Cranfield: what each finds, what that costs, and the questions on which it wins and fails."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from wordlab.errors import InputError
from wordlab.tables import markdown

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer

from lab03_eval.contextual.encoder import ContextualEncoder
from lab03_eval.retrieval.search import BM25, ComposingEncoder, Fusion, Search, VectorSearch
from lab03_eval.sentences import SentenceEncoder, spells_digits, tokenize
from lab03_eval.tasks.benchmark import TfIdf
from lab03_eval.tasks.report import interval
from lab03_eval.tasks.scores import mean_score, ndcg, with_interval
from lab03_eval.tasks.task_data import Retrieval
from lab03_eval.vectors import SubwordVectors, WordVectors
from lab03_eval.vectors.lookup import Lookup

SEED = 0  # of the bootstrap
FIRST, DEEP = 10, 50  # passages
SHOWN = 3  # wins and losses of each search that are kept, and passages in an answer
WIDTH = 90  # characters of a passage in an answer
UNKNOWN = 10  # words that the vectors lack are kept
MEGABYTE = 1e6
BASELINE = "BM25"
KNOWN, COMPOSED = "FastText, known words", "FastText, composed"
ALL = "all joined"
# What the table of ranks leaves out: weaker forms of another search.
WEAKER = {"TF-IDF", "mean", KNOWN, f"{BASELINE} + SIF", f"{BASELINE} + {COMPOSED}", ALL}
HEADER = ("search", "nDCG@10", "− BM25", "recall@10", "recall@50", "missed", "found of BM25's misses")
COST_HEADER = ("search", "read of questions, %", "read of passages, %", "ms per question", "index, MB", "models, MB")

TokensRead = Callable[[Sequence[str]], tuple[int, int]]


@dataclass(frozen=True)
class Compared:
    """A search, the bytes of the models that it needs by their names, and how many tokens of texts it reads, of all.

    `read` is None for a combination of searches.
    """

    search: Search
    models: dict[str, int]
    read: TokensRead | None = None


# What is compared


def make_searches(
    passages: list[str],
    vectors: WordVectors,
    fasttext: SubwordVectors | None = None,
    contextual: ContextualEncoder | None = None,
) -> dict[str, Compared]:
    """Every search over `passages` by its name: single ones first, then BM25 joined with others, then all joined."""
    bm25, tfidf = BM25(passages), VectorSearch(TfIdf(), passages)
    made = {
        BASELINE: Compared(bm25, {}, read_by_words(bm25.words)),
        "TF-IDF": Compared(tfidf, {}, read_by_words(tfidf.encoder)),
    }
    for title, method in (("mean", "mean"), ("SIF", "sif")):
        made[title] = by_known_words(SentenceEncoder(vectors, method), passages, {"vectors": vectors.matrix.nbytes})
    if fasttext:
        words = {"FastText's words": fasttext.matrix.nbytes}
        made[KNOWN] = by_known_words(SentenceEncoder(fasttext, "sif"), passages, words)
        composing = ComposingEncoder(fasttext)
        models = words | {"FastText's n-grams": fasttext.ngram_matrix.nbytes}
        made[COMPOSED] = Compared(VectorSearch(composing, passages), models, composing.read)
    if contextual:
        size = sum(weights.nbytes for weights in contextual.model.parameters())
        title = contextual.name if contextual.name not in made else f"{contextual.name}, model"
        made[title] = Compared(VectorSearch(contextual, passages), {title: size}, read_by_pieces(contextual))
    partners = [name for name in made if name not in (BASELINE, "TF-IDF", "mean", KNOWN)]
    pairs = {f"{BASELINE} + {name}": combined([made[BASELINE], made[name]]) for name in partners}
    return made | pairs | {ALL: combined(list(made.values()))}


def with_ngrams(path: str, remedy: str) -> SubwordVectors:
    """The vectors of a file that composes unknown words. Raises InputError with the remedy for another."""
    vectors = WordVectors.load(path)
    if not isinstance(vectors, SubwordVectors):
        raise InputError(f"{path}: holds no n-grams to compose unknown words of; {remedy}")
    return vectors


def by_known_words(encoder: SentenceEncoder, passages: list[str], models: dict[str, int]) -> Compared:
    """A search by vectors of the words that the vocabulary has."""

    def read(texts: Sequence[str]) -> tuple[int, int]:
        counts = encoder.count(texts)
        return int(counts.known.sum()), int(counts.tokens.sum())

    return Compared(VectorSearch(encoder, passages), models, read)


def combined(parts: list[Compared]) -> Compared:
    """The searches joined; a model that several of them need is held once."""
    models: dict[str, int] = {}
    for part in parts:
        models |= part.models
    return Compared(Fusion([part.search for part in parts]), models)


def read_by_words(words: CountVectorizer) -> TokensRead:
    """Of words: those that the passages have."""
    split = words.build_analyzer()

    def read(texts: Sequence[str]) -> tuple[int, int]:
        tokens = list(chain.from_iterable(map(split, texts)))
        return sum(token in words.vocabulary_ for token in tokens), len(tokens)

    return read


def read_by_pieces(encoder: ContextualEncoder) -> TokensRead:
    """Of a contextual model's word pieces: those before the place where it cuts a text off."""
    tokenizer, longest = encoder.model.tokenizer, encoder.model.max_seq_length

    def read(texts: Sequence[str]) -> tuple[int, int]:
        pieces = tokenizer(list(texts), add_special_tokens=False, verbose=False)["input_ids"]
        lengths = np.array([len(text) for text in pieces])
        room = longest - tokenizer.num_special_tokens_to_add() if longest else lengths.max()
        return int(np.minimum(lengths, room).sum()), int(lengths.sum())

    return read


# What is measured


def recall(scores: np.ndarray, relevant: np.ndarray, k: int) -> np.ndarray:
    """The share (q,) of each question's relevant passages that are among its first k, NaN without relevant ones.

    `scores` and `relevant` are (q, D). Equal scores keep the passages' order, as they do in `ndcg`.
    """
    best = np.argsort(-scores, axis=1, kind="stable")[:, :k]
    found, known = np.take_along_axis(relevant, best, axis=1).sum(axis=1), relevant.sum(axis=1)
    return np.where(known > 0, found / np.maximum(known, 1), np.nan)


def first_relevant(scores: np.ndarray, relevant: np.ndarray) -> np.ndarray:
    """The rank (q,), from 1, of each question's first relevant passage."""
    order = np.argsort(-scores, axis=1, kind="stable")
    return np.take_along_axis(relevant, order, axis=1).argmax(axis=1) + 1


def timed_scores(search: Search, questions: Sequence[str]) -> tuple[np.ndarray, float]:
    """Scores (q, D), each question asked by itself, and the median seconds that one took."""
    search.scores(questions[:1])  # what is loaded at the first question is no part of a question's time
    found, seconds = [], []
    for question in questions:
        start = time.perf_counter()
        found.append(search.scores([question]))
        seconds.append(time.perf_counter() - start)
    return np.vstack(found), float(np.median(seconds))


def measure(
    task: Retrieval, searches: dict[str, Compared], names: Iterable[str] | None = None
) -> dict[str, dict[str, Any]]:
    """The figures of every search by its name; questions without a relevant passage are left out.

    `names` are the names of `searches` in their order, BM25 first, for a caller that shows how far the work is.
    """
    asked = np.flatnonzero(task.relevant.any(axis=1))
    questions, relevant = [task.queries[number] for number in asked], task.relevant[asked]
    results: dict[str, dict[str, Any]] = {}
    gains: dict[str, np.ndarray] = {}
    for name in names or searches:
        compared = searches[name]
        scores, seconds = timed_scores(compared.search, questions)
        gains[name] = ndcg(scores, relevant)
        first = first_relevant(scores, relevant)
        missed = first > FIRST
        differences = gains[name] - gains[BASELINE]
        results[name] = {
            "ndcg10": with_interval(mean_score(gains[name], SEED)),
            "recall10": with_interval(mean_score(recall(scores, relevant, FIRST), SEED)),
            "recall50": with_interval(mean_score(recall(scores, relevant, DEEP), SEED)),
            "difference": with_interval(mean_score(differences, SEED)),
            "missed": int(missed.sum()),
            "first": {str(number): rank for number, rank in zip((asked + 1).tolist(), first.tolist())},
        }
        base = np.array(list(results[BASELINE]["first"].values()))
        results[name]["found_of_missed"] = int((~missed & (base > FIRST)).sum())
        results[name] |= extremes(differences, asked + 1)
        results[name] |= costs(compared, task, seconds)
    return results


def with_settings(results: dict[str, dict[str, Any]], task: Retrieval, files: dict[str, WordVectors]) -> dict[str, Any]:
    """What is kept of a measurement: the figures of every search, and the data and vector files behind them."""
    used = {Path(path).name: described(vectors, task.queries) for path, vectors in files.items()}
    sizes = {"passages": len(task.documents), "questions": len(task.queries), "relevant": int(task.relevant.sum())}
    return {"files": used, "seed": SEED} | sizes | {"searches": results, "texts": [*map(one_line, task.queries)]}


def described(vectors: WordVectors, questions: Sequence[str]) -> dict[str, Any]:
    """The size of word vectors, and how often the questions have each of the most frequent words that they lack."""
    lookup, spell_digits = Lookup(vectors), spells_digits(vectors.words)
    words = chain.from_iterable(tokenize(text, spell_digits) for text in questions)
    unknown = Counter(word for word in words if lookup.row(word) < 0)
    return {"words": len(vectors), "dim": vectors.dim, "unknown": dict(unknown.most_common(UNKNOWN))}


def extremes(differences: np.ndarray, numbers: np.ndarray) -> dict[str, list[int]]:
    """The numbers of the questions with the largest gains and losses of nDCG (q,) against BM25."""
    order = np.argsort(-differences, kind="stable")
    wins, losses = order[:SHOWN], order[::-1][:SHOWN]
    return {
        "wins": numbers[wins[differences[wins] > 0]].tolist(),
        "losses": numbers[losses[differences[losses] < 0]].tolist(),
    }


def costs(compared: Compared, task: Retrieval, seconds: float) -> dict[str, Any]:
    """Seconds per question, megabytes of the index and the models, and tokens read and all, where they are known."""
    megabytes = sum(compared.models.values()) / MEGABYTE
    kept = {"seconds": seconds, "index_mb": compared.search.index_bytes / MEGABYTE, "models_mb": megabytes}
    if compared.read is None:
        return kept
    texts = {"questions": task.queries, "passages": task.documents}
    return kept | {f"{kind}_read": compared.read(part) for kind, part in texts.items()}


# What people read


def score_table(results: dict[str, dict[str, Any]], padded: bool = False) -> str:
    """A row per search: quality with 95 % intervals, and for how many questions the first 10 passages all miss."""
    rows = []
    for name, found in results.items():
        quality = [interval(found[key]) for key in ("ndcg10", "recall10", "recall50")]
        against = "" if name == BASELINE else interval(found["difference"], sign="+")
        missed = [str(found["missed"]), "" if name == BASELINE else str(found["found_of_missed"])]
        rows.append([name, quality[0], against, *quality[1:], *missed])
    return markdown(HEADER, rows, padded)


def cost_table(results: dict[str, dict[str, Any]], padded: bool = False) -> str:
    """A row per search: tokens read, time and memory."""
    rows = []
    for name, found in results.items():
        shares = [share(found.get(f"{kind}_read")) for kind in ("questions", "passages")]
        sizes = [f"{found[key]:.1f}" for key in ("index_mb", "models_mb")]
        rows.append([name, *shares, f"{1000 * found['seconds']:.2f}", *sizes])
    return markdown(COST_HEADER, rows, padded)


def rank_table(results: dict[str, dict[str, Any]], questions: Sequence[str], padded: bool = False) -> str:
    """Ranks of the first relevant passage for the questions on which a search gains and loses most against BM25."""
    shown = {name: found for name, found in results.items() if name not in WEAKER}
    chosen = [found[key][0] for found in shown.values() for key in ("wins", "losses") if found[key]]
    rows = [
        [str(number), one_line(questions[number - 1]), *(str(found["first"][str(number)]) for found in shown.values())]
        for number in dict.fromkeys(chosen)
    ]
    return markdown(["no.", "question", *shown], rows, padded)


def answers(searches: dict[str, Compared], passages: Sequence[str], question: str) -> str:
    """The first passages by each search, with their numbers, from 1, and scores."""
    lines = []
    for name, compared in searches.items():
        scores = compared.search.scores([question])[0]  # (D,)
        lines.append(f"\n{name}")
        if np.ptp(scores) == 0:
            lines.append("  nothing: it knows no word of the question")
            continue
        best = [place for place in np.argsort(-scores, kind="stable")[:SHOWN] if scores[place] > 0]
        lines += [f"  {scores[place]:7.3f}  {place + 1:>5}  {one_line(passages[place])[:WIDTH]}" for place in best]
    return "\n".join(lines).strip()


def one_line(text: str) -> str:
    return " ".join(text.split())


def share(read: Sequence[int] | None) -> str:
    return "–" if read is None else f"{100 * read[0] / max(read[1], 1):.1f}"

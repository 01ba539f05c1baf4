"""Which senses share one vector: a report on the neighbourhoods of chosen words.

A static embedding has one vector per word, so the senses of "python" (a language, a comedy troupe) compete for the same
neighbours. The report shows who wins. The word's nearest neighbours are clustered, and each cluster is printed with its
words. Clustering neighbours to find senses follows Pelevina et al. (2016), "Making Sense of Word Embeddings". Here it
is done in three steps:

1. The `neighbours` nearest words are taken among the `top_words` most frequent (rare words near a word are often
   noise), after subtracting the mean vector, which would make all cosines look alike.
2. k-means on the unit vectors for k = 2 … 5; the k of the highest mean silhouette (Rousseeuw 1987) is kept.
3. k-means always finds clusters. Whether they are senses is judged by `contact`: the mean cosine between words of
   different clusters, divided by the mean cosine between words of the same one. Near 1 the clusters are parts of one
   cloud; near 0 they have nothing in common but the word itself.

Read it with care. A sense that the corpus seldom uses has no neighbours here and cannot appear ("bank" of a river among
financial news). Clusters can be themes of one sense. And the two limits on `contact` were set by eye.
"""

from __future__ import annotations

from wordlab.packages import MissingPackage, needs

import numpy as np

from lab03_eval.measures.geometry import TOP_WORDS, unit_rows
from lab03_eval.measures.significance import ROUNDING
from lab03_eval.vectors import WordVectors
from lab03_eval.vectors.lookup import Lookup

WORDS = ("java", "bank", "python", "apple")
NEIGHBOURS = 50
CLUSTERS = (2, 3, 4, 5)
APART, LOOSE = 0.5, 0.7  # limits on `contact`


def neighbourhood(
    vectors: WordVectors, word: str, neighbours: int = NEIGHBOURS, top_words: int = TOP_WORDS, seed: int = 0
) -> dict:
    """Clusters of the `neighbours` nearest words of `word`.

    `coherence`: mean cosine between two neighbours; `similarity`: mean cosine with the word itself; `contact` and
    `silhouette` as above; `clusters`: largest first, each with `words` (nearest first), `share` of the neighbours and
    its own `coherence` (None for a single word); `verdict`: one line; `found_as`: the word as the vocabulary has it,
    where only its case differs (see lookup.py). For an unknown word, or one with too few neighbours to cluster, there
    is `not_run` instead.
    """
    vectors = vectors.distinct()
    return _report(vectors, _centred_unit(vectors, top_words), word, neighbours, seed)


def evaluate_senses(
    vectors: WordVectors, words: tuple[str, ...] = WORDS, top_words: int = TOP_WORDS
) -> dict[str, dict]:
    """`neighbourhood` of each word, by word."""
    vectors = vectors.distinct()
    unit = _centred_unit(vectors, top_words)
    return {word: _report(vectors, unit, word) for word in words}


def format_senses(reports: dict[str, dict], shown: int = 8) -> str:
    """The report that people read: a verdict per word, then its clusters with their first `shown` words."""
    lines = []
    for word, report in reports.items():
        if "not_run" in report:
            lines.append(f"{word}: not run: {report['not_run']}")
            continue
        found_as = f" (found as {report['found_as']})" if "found_as" in report else ""
        lines.append(f"{word}{found_as}: {report['verdict']}")
        lines += [
            f"    {cluster['share']:4.0%}  {', '.join(cluster['words'][:shown])}" for cluster in report["clusters"]
        ]
    return "\n".join(lines)


def _centred_unit(vectors: WordVectors, top_words: int) -> np.ndarray:
    """Unit rows (top_words, d) less the mean row; zero where a row is zero, and where it is the mean itself."""
    top = vectors.matrix[:top_words]
    unit = unit_rows(top - top.mean(axis=0))  # (top_words, d)
    exact = top.astype(np.float64)  # float32's error of a mean of many rows would pass for a direction
    left, before = (np.linalg.norm(rows, axis=1) for rows in (exact - exact.mean(axis=0), exact))
    unit[left <= ROUNDING * before] = 0
    unit[~top.any(axis=1)] = 0  # a zero row has no direction, also after centring
    return unit


def _report(vectors: WordVectors, unit: np.ndarray, word: str, neighbours: int = NEIGHBOURS, seed: int = 0) -> dict:
    row = Lookup(vectors).row(word)
    if reason := _no_direction(vectors, unit, row):
        return {"not_run": reason}
    cosine = unit @ unit[row]  # (top_words,)
    cosine[row] = -np.inf
    cosine[~unit.any(axis=1)] = -np.inf
    rows = np.argsort(-cosine, kind="stable")[: min(neighbours, int(np.isfinite(cosine).sum()))]
    if len(rows) <= max(CLUSTERS):
        return {"not_run": f"{len(rows)} neighbours; at least {max(CLUSTERS) + 1} are needed"}
    near = unit[rows]  # (n, d), nearest first
    try:
        silhouette, labels = _cluster(near, seed)
    except MissingPackage as reason:
        return {"not_run": str(reason)}
    between_words = near @ near.T  # (n, n)
    pairs = ~np.eye(len(rows), dtype=bool)
    same = labels[:, None] == labels
    within = float(between_words[same & pairs].mean())
    report = {
        "coherence": float(between_words[pairs].mean()),
        "similarity": float(cosine[rows].mean()),
        "contact": float(between_words[~same].mean()) / within if within > 0 and not same.all() else 1.0,
        "silhouette": silhouette,
        "clusters": _clusters([vectors.words[near_row] for near_row in rows], between_words, labels),
    }
    found_as = {} if word in vectors.index else {"found_as": vectors.words[row]}
    return report | {"verdict": _verdict(report)} | found_as


def _no_direction(vectors: WordVectors, unit: np.ndarray, row: int) -> str | None:
    """Why the word in `row` has no neighbours, if it has none."""
    if row < 0:
        return "not in the vocabulary"
    if row >= len(unit):
        return f"not among the {len(unit):,} most frequent words (it is number {row + 1:,})"
    if not vectors.matrix[row].any():
        return "its vector is zero"
    if not unit[row].any():
        return "its vector is the mean of all vectors, so no neighbour is nearer than another"
    return None


def _clusters(words: list[str], cosine: np.ndarray, labels: np.ndarray) -> list[dict]:
    """The clusters of words (n,) with cosines (n, n) between them, largest first."""
    clusters = []
    for label in np.argsort(-np.bincount(labels), kind="stable"):
        chosen = np.flatnonzero(labels == label)
        inner = cosine[np.ix_(chosen, chosen)][~np.eye(len(chosen), dtype=bool)]
        clusters.append(
            {
                "words": [words[place] for place in chosen],
                "share": len(chosen) / len(words),
                "coherence": float(inner.mean()) if len(inner) else None,
            }
        )
    return clusters


def _cluster(near: np.ndarray, seed: int) -> tuple[float | None, np.ndarray]:
    """(silhouette, labels (n,)) of the best k; one cluster without a silhouette where all vectors are equal."""
    with needs("scikit-learn"):  # which takes a second to import
        from sklearn.cluster import KMeans
        from sklearn.metrics import silhouette_score

    distinct = len(np.unique(near.round(6), axis=0))
    found = [KMeans(k, n_init=10, random_state=seed).fit_predict(near) for k in CLUSTERS if k <= distinct]
    if not found:
        return None, np.zeros(len(near), dtype=int)
    scored = [(float(silhouette_score(near, labels, metric="cosine")), labels) for labels in found]
    return max(scored, key=lambda pair: pair[0])


def _verdict(report: dict) -> str:
    contact, clusters = report["contact"], report["clusters"]
    heads = " | ".join(", ".join(cluster["words"][:3]) for cluster in clusters)
    if contact < APART:
        kind = f"{len(clusters)} groups that have little to do with each other mix"
    elif contact < LOOSE:
        kind = f"{len(clusters)} loosely related groups"
    else:
        kind = "one sense, or one that drowns the others"
    return f"{kind} (coherence {report['coherence']:.2f}, contact {contact:.2f}): {heads}"

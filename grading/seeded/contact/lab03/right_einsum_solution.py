from collections.abc import Iterable

import numpy as np
from benchmarks import Pair
from measures.significance import RESAMPLES, difference_of
from scipy.stats import rankdata
from vectors import WordVectors
from vectors.lookup import Lookup


def spearman(x: np.ndarray, y: np.ndarray) -> float:
    ranks = np.stack([rankdata(x), rankdata(y)])  # (2, n)
    ranks -= (ranks.shape[1] + 1) / 2
    gram = np.einsum("an,bn->ab", ranks, ranks)
    if gram[0, 0] == 0 or gram[1, 1] == 0:
        return float("nan")
    return float(gram[0, 1] / np.sqrt(gram[0, 0] * gram[1, 1]))


def cosines(vectors: WordVectors, pairs: list[Pair], oov: str = "skip") -> tuple[np.ndarray, np.ndarray]:
    rows = Lookup(vectors).rows([(left, right) for left, right, _ in pairs]).reshape(-1, 2)
    table = np.concatenate([vectors.matrix, vectors.matrix.mean(axis=0, keepdims=True)]).astype(np.float64)
    both = table[rows]  # (n, 2, d), where row -1 is the mean
    dot = np.einsum("nd,nd->n", both[:, 0], both[:, 1])
    lengths = np.sqrt(np.einsum("npd,npd->np", both, both)).prod(axis=1)
    cosine = np.divide(dot, lengths, out=np.zeros(len(dot)), where=lengths > 0)
    known = (rows >= 0).all(axis=1)
    if oov != "mean":
        cosine[~known] = {"skip": np.nan, "zero": 0.0}[oov]
    return cosine, known


def solve_analogies(
    unit: np.ndarray,
    questions: np.ndarray,
    objective: str = "3cosadd",
    epsilon: float = 0.001,
    limits: Iterable[int | None] = (None,),
) -> np.ndarray:
    limits = list(limits)
    answers = np.empty((len(limits), len(questions)), dtype=np.int64)
    step = 96
    for first in range(0, len(questions), step):
        asked = questions[first : first + step]
        cosine = np.einsum("nqd,vd->qnv", unit[asked], unit, optimize=True)  # (3, n, V)
        if objective == "3cosmul":
            s_a, s_b, s_c = (cosine + 1) / 2
            score = np.einsum("nv,nv,nv->nv", s_b, s_c, 1 / (s_a + epsilon))
        else:
            score = np.einsum("q,qnv->nv", np.array([-1, 1, 1], dtype=cosine.dtype), cosine)
        np.put_along_axis(score, asked, -np.inf, axis=1)
        for number, limit in enumerate(limits):
            answers[number, first : first + step] = score[:, :limit].argmax(axis=1)
    return answers[0] if len(limits) == 1 else answers


def compare_correlations(first: np.ndarray, second: np.ndarray, human: np.ndarray, seed: int = 1) -> dict[str, float]:
    n = len(human)
    lists = np.stack([first, second, human])  # (3, n)
    rng = np.random.default_rng(seed)

    def difference(indices: np.ndarray) -> float:
        ranks = rankdata(lists[:, indices], axis=1) - (n + 1) / 2
        gram = np.einsum("in,jn->ij", ranks, ranks)
        lengths = np.sqrt(np.diag(gram))
        if not lengths.all():
            return float("nan")
        return float(gram[0, 2] / (lengths[0] * lengths[2]) - gram[1, 2] / (lengths[1] * lengths[2]))

    resampled = np.array([difference(rng.choice(n, n)) for _ in range(RESAMPLES)])
    return difference_of(difference(np.arange(n)), resampled, n)

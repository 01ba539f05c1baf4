"""The shape of an embedding: how its vectors fill the space, and how two embeddings agree.

Every figure is taken over the first (most frequent) `top_words` rows, because rare words have seen few contexts and
their noise would be most of any average. Zero rows have no direction and are left out; `geometry.zero` counts them.

    anisotropy        mean cosine of two different words: 0 where directions are spread evenly, near 1 in a cone
    isotropy          Mu & Viswanath's partition ratio: 1 where no direction is preferred, near 0 in a cone
    hubness           skewness of the k-occurrence: large where few words are everybody's neighbours
    overlap           shared fraction of two embeddings' neighbour lists, with what chance alone would share
    alignment         how well one rotation carries one embedding onto the other

Anisotropy and isotropy are given before and after removing the mean vector, which is large in most trained embeddings.
"""

from __future__ import annotations

import numpy as np
from scipy.special import logsumexp
from scipy.stats import skew

from lab03_eval.measures.significance import ROUNDING
from lab03_eval.vectors import WordVectors, unit_rows

TOP_WORDS = 30_000
NEIGHBOURS = 10
BLOCK = 8_000_000  # similarities held at a time: 32 MB
GROUP = 16  # similarities that share one maximum in the search for the largest


def anisotropy(matrix: np.ndarray) -> float:
    """Mean cosine over all pairs of different rows of `matrix` (n, d), exactly; NaN for fewer than two rows.

    With unit rows u the sum over all ordered pairs is |Σu|², of which Σ|u|² are rows with themselves, so that no pair
    needs to be drawn. Mimno & Thompson (2017) found skip-gram's vectors in a cone; Ethayarajh (2019) named the measure.
    """
    # BEGIN SOLUTION: (|Σu|² − Σ|u|²) / (n(n − 1)) over the unit rows u
    unit = unit_rows(np.asarray(matrix, dtype=np.float64))
    n = len(unit)
    if n < 2:
        return float("nan")
    total = unit.sum(axis=0)  # (d,)
    return float((total @ total - np.sum(unit * unit)) / (n * (n - 1)))
    # END SOLUTION


def isotropy(matrix: np.ndarray) -> float:
    """min Z(c) / max Z(c) over the eigenvectors c of XᵀX, Z(c) = Σ exp(c·x) over the rows x of `matrix` (n, d).

    Mu & Viswanath (2018), "All-but-the-Top", §2.2. An eigenvector's sign is arbitrary, and Z(c) ≠ Z(−c).
    Both are taken, so that the figure does not depend on the solver. The measure depends on the length of the rows. It
    is computed in logarithms, since exp(c·x) overflows for long rows.
    """
    matrix = np.asarray(matrix, dtype=np.float64)
    _, directions = np.linalg.eigh(matrix.T @ matrix)  # (d, d), one eigenvector a column
    projections = matrix @ directions  # (n, d)
    log_z = np.concatenate([logsumexp(projections, axis=0), logsumexp(-projections, axis=0)])  # (2d,)
    return float(np.exp(log_z.min() - log_z.max()))


def nearest_rows(matrix: np.ndarray, k: int = NEIGHBOURS) -> np.ndarray:
    """Rows (n, k) of the k highest cosines with each row of `matrix` (n, d), best first, itself left out.

    Exact: all n² cosines are computed, block by block. Raises ValueError unless k < n.
    """
    # BEGIN SOLUTION: the k largest v·w / (|v| |w|), w ≠ v, largest first
    n = len(matrix)
    if not 0 < k < n:
        raise ValueError(f"{k} neighbours asked of {n} words: at least {k + 1} are needed")
    unit = unit_rows(np.asarray(matrix, dtype=np.float32))
    found = np.empty((n, k), dtype=np.int64)
    step = max(1, BLOCK // n)
    for start in range(0, n, step):
        cosine = unit[start : start + step] @ unit.T  # (step, n)
        each = np.arange(len(cosine))
        cosine[each, start + each] = -np.inf
        found[start : start + step] = largest_columns(cosine, k)
    return found
    # END SOLUTION


def largest_columns(scores: np.ndarray, k: int) -> np.ndarray:
    """Columns (m, k) of the k largest of each row of `scores` (m, n), largest first, equal ones from left to right.

    Columns are put into n/g groups of g; the k-th largest of the groups' maxima bounds the k-th largest score from
    below, and few scores reach it. Selecting among those alone is ten times as fast as `argpartition` of all.
    """
    m, n = scores.shape
    groups = n // GROUP if n // GROUP >= k else n
    maxima = scores[:, : n // groups * groups].reshape(m, n // groups, groups).max(axis=1)  # (m, groups)
    bound = np.partition(maxima, groups - k, axis=1)[:, groups - k, None]  # (m, 1)
    reaching = np.flatnonzero(scores >= bound)
    rows, columns = np.divmod(reaching, n)
    order = np.lexsort((columns, -scores.ravel()[reaching], rows))
    first = np.searchsorted(rows, np.arange(m))  # where each row's candidates begin
    return columns[order][first[:, None] + np.arange(k)]


def hubness(matrix: np.ndarray, k: int = NEIGHBOURS) -> dict[str, float]:
    """Skewness of N_k, the number of rows that have a row among their k nearest (Radovanović et al. 2010, §2.1).

    N_k is k on average. `max` is the largest N_k, `hub` its row, and `antihubs` the share of rows that are nobody's
    neighbour. Raises ValueError unless k < n.
    """
    # BEGIN SOLUTION: N_k[j] = how many rows have j among their k nearest; E(N − µ)³/σ³, max, argmax, share of N = 0
    occurrences = np.bincount(nearest_rows(matrix, k).ravel(), minlength=len(matrix))  # (n,)
    constant = occurrences.min() == occurrences.max()  # no spread: neither tail is longer
    return {
        "skewness": 0.0 if constant else float(skew(occurrences)),
        "max": int(occurrences.max()),
        "hub": int(occurrences.argmax()),
        "antihubs": float(np.mean(occurrences == 0)),
    }
    # END SOLUTION


def common_rows(a: WordVectors, b: WordVectors, top_words: int = TOP_WORDS) -> tuple[np.ndarray, np.ndarray]:
    """Rows (n,) in `a` and in `b` of the words among the first `top_words` of both, in the order of `a`."""
    pairs = [
        (row, b.index[word])
        for row, word in enumerate(a.words[:top_words])
        if a.index[word] == row and b.index.get(word, top_words) < top_words
    ]
    rows = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return rows[:, 0], rows[:, 1]


def neighbour_overlap(
    a: WordVectors, b: WordVectors, k: int = NEIGHBOURS, top_words: int = TOP_WORDS
) -> dict[str, float]:
    """How far two embeddings agree on each word's k nearest, looked for among their `words` common words.

    `shared` is the mean fraction of the k that both lists hold, `jaccard` the mean of shared/(2k − shared);
    `chance`, k/(n − 1), is what two unrelated embeddings would share. Two runs of one trainer that differ in the seed
    alone give the yardstick (Wendlandt et al. 2018). Raises ValueError for k common words or fewer.
    """
    rows_a, rows_b = common_rows(a, b, top_words)
    near_a, near_b = nearest_rows(a.matrix[rows_a], k), nearest_rows(b.matrix[rows_b], k)
    # A row's own neighbours differ, so of the sorted 2k every equal pair side by side is one shared word.
    both = np.sort(np.concatenate([near_a, near_b], axis=1), axis=1)  # (n, 2k)
    shared = np.sum(both[:, 1:] == both[:, :-1], axis=1)  # (n,)
    return {
        "shared": float(np.mean(shared / k)),
        "jaccard": float(np.mean(shared / (2 * k - shared))),
        "chance": k / (len(rows_a) - 1),
        "words": len(rows_a),
    }


def procrustes(source: np.ndarray, target: np.ndarray) -> tuple[np.ndarray, float]:
    """The orthogonal R (d, d) that minimises |source·R − target|, and that residual over |target| (Frobenius norms).

    Schönemann (1966): R = UVᵀ from the singular value decomposition UΣVᵀ of sourceᵀ·target, both (n, d).
    """
    # BEGIN SOLUTION: sourceᵀ·target = UΣVᵀ, R = UVᵀ; |source·R − target| / |target|
    source, target = (np.asarray(matrix, dtype=np.float64) for matrix in (source, target))
    left, _, right = np.linalg.svd(source.T @ target)
    rotation = left @ right
    return rotation, float(np.linalg.norm(source @ rotation - target) / np.linalg.norm(target))
    # END SOLUTION


def alignment(a: WordVectors, b: WordVectors, top_words: int = TOP_WORDS) -> dict[str, float]:
    """Procrustes alignment of `a` onto `b` over their common words, as unit vectors.

    `residual` is |A·R − B| / |B|: 0 where one is a rotation of the other, √2 where no rotation helps; `cosine` is the
    mean cosine of a word with its aligned self. The shorter vectors are filled up with zeros, which changes no cosine.
    Raises ValueError without a common word that has a direction in both.
    """
    rows_a, rows_b = common_rows(a, b, top_words)
    left, right = a.unit[rows_a], b.unit[rows_b]
    directed = left.any(axis=1) & right.any(axis=1)
    if not directed.any():
        lack = "whose vector is not zero in both" if len(rows_a) else "among their most frequent ones"
        raise ValueError(f"the two embeddings have no word in common {lack}")
    dim = max(a.dim, b.dim)
    left, right = (
        np.pad(unit[directed], ((0, 0), (0, dim - unit.shape[1]))).astype(np.float64) for unit in (left, right)
    )
    rotation, residual = procrustes(left, right)
    cosine = float(np.mean(np.einsum("nd,nd->n", left @ rotation, right)))
    return {"residual": residual, "cosine": cosine, "words": int(directed.sum())}


def evaluate_geometry(vectors: WordVectors, top_words: int = TOP_WORDS) -> dict[str, float | str]:
    """Figures of one embedding under flat keys: `geometry.anisotropy`, `geometry.hubness.skewness`, …

    `geometry.words` rows are used: the first `top_words` without their `geometry.zero` zero rows. Where they are too
    few, `geometry.not_run` says so. Where all vectors are the same, nothing is left when the mean is removed: NaN.
    """
    matrix = vectors.matrix[:top_words]
    directed = np.flatnonzero(matrix.any(axis=1))
    counts: dict[str, float | str] = {"geometry.words": len(directed), "geometry.zero": len(matrix) - len(directed)}
    if len(directed) <= NEIGHBOURS:
        return counts | {"geometry.not_run": f"{len(directed)} words with a direction; {NEIGHBOURS + 1} are needed"}
    matrix = matrix[directed]
    centred = matrix - matrix.mean(axis=0, dtype=np.float64)
    constant = np.abs(centred).max() <= ROUNDING * np.abs(matrix).max()  # rounding errors are no directions
    hubs = hubness(matrix)
    return counts | {
        "geometry.anisotropy": anisotropy(matrix),
        "geometry.anisotropy.centred": np.nan if constant else anisotropy(centred),
        "geometry.isotropy": isotropy(matrix),
        "geometry.isotropy.centred": np.nan if constant else isotropy(centred),
        "geometry.hubness.skewness": hubs["skewness"],
        "geometry.hubness.max": hubs["max"],
        "geometry.hubness.hub": vectors.words[directed[int(hubs["hub"])]],
        "geometry.hubness.antihubs": hubs["antihubs"],
    }

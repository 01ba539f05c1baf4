"""Seeded mistakes of Lab 3."""

from __future__ import annotations

from functools import partial

from grading.seeded.mistake import Mistake

lesson = partial(Mistake, lab="lab03", file="solution.py")
space = partial(Mistake, lab="lab03", file="measures/geometry.py")
bias = partial(Mistake, lab="lab03", file="measures/bias.py")

MISTAKES = [
    lesson(
        "Pearson for Spearman",
        old="x, y = stats.rankdata(x), stats.rankdata(y)",
        new="x, y = np.asarray(x, float), np.asarray(y, float)",
        step="spearman",
    ),
    lesson(
        "ties ranked by their place",
        old="x, y = stats.rankdata(x), stats.rankdata(y)",
        new='x, y = stats.rankdata(x, "ordinal"), stats.rankdata(y, "ordinal")',
        step="spearman",
    ),
    lesson(
        "cosine of vectors that were not scaled",
        old="vectors.unit[rows[:, 0]], vectors.unit[rows[:, 1]]",
        new="vectors.matrix[rows[:, 0]], vectors.matrix[rows[:, 1]]",
        step="cosines",
    ),
    lesson(
        "unknown words scored 0 silently",
        old='cosine[~known] = 0 if oov == "zero" else math.nan',
        new="cosine[~known] = 0",
        step="cosines",
    ),
    lesson(
        "unknown words take the last row",
        old='if oov != "mean":\n        cosine[~known] = 0 if oov == "zero" else math.nan',
        new='if oov == "zero":\n        cosine[~known] = 0',
        step="cosines",
    ),
    lesson(
        "capitals looked up in a lower-case vocabulary",
        old="rows = Lookup(vectors).rows([pair[:2] for pair in pairs]).reshape(-1, 2)",
        new="rows = np.array([[vectors.index.get(word, -1) for word in pair[:2]] for pair in pairs])",
        step="cosines",
    ),
    lesson(
        "unknown pairs correlated as zeros",
        old="scored = np.isfinite(cosine)",
        new="scored = np.isfinite(cosine := np.nan_to_num(cosine))",
        step="similarity",
    ),
    lesson("coverage not counted", old='"used": int(known.sum())', new='"used": len(pairs)', step="similarity"),
    lesson(
        "a − b + c",
        old="[unit[b] - unit[a], unit[c]]",
        new="[unit[a] - unit[b], unit[c]]",
        step="analogies_add",
    ),
    lesson(
        "query words not excluded",
        old="part[here, rows[here] - first] = excluded",
        new="part[here, rows[here] - first] += 0",
        step="analogies_add",
    ),
    lesson(
        "only the third query word excluded",
        old="((of_pair, a), (of_pair, b), (of_third, c))",
        new="((of_third, c),)",
        step="analogies_add",
    ),
    lesson(
        "3CosMul of cosines that may be negative",
        old="                cosine /= 2\n",
        new="                cosine -= 1\n",
        step="analogies_mul",
    ),
    lesson(
        "3CosMul divides by the wrong word",
        old="of_pair /= products[0]",
        new="of_pair[:] = products[0] / of_pair",
        step="analogies_mul",
    ),
    lesson(
        "limit forgotten",
        old="ends = [min(limit or len(unit), len(unit)) for limit in limits]",
        new="ends = [len(unit) for _ in limits]",
        step="analogies_limits",
    ),
    lesson(
        "accuracy out of all questions",
        old="correct / used if used else math.nan",
        new="correct / int(chosen.sum())",
        step="section_scores",
    ),
    lesson(
        "six semantic sections",
        old='"semantic.": section < SEMANTIC_SECTIONS',
        new='"semantic.": section <= SEMANTIC_SECTIONS',
        step="section_scores",
    ),
    lesson(
        "Wald's interval",
        old="middle = (p + z2 / (2 * n)) / (1 + z2 / n)\n    half = CONFIDENCE_Z * "
        "math.sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / (1 + z2 / n)",
        new="middle, half = p, CONFIDENCE_Z * math.sqrt(p * (1 - p) / n)",
        step="proportion_interval",
    ),
    lesson(
        "bootstrap not paired",
        old="spearman_rows(second[drawn], human[drawn])",
        new="spearman_rows(second[drawn[::-1]], human[drawn[::-1]])",
        step="compare_correlations",
    ),
    space(
        "each word's cosine with itself in the mean",
        old="return float((total @ total - np.sum(unit * unit)) / (n * (n - 1)))",
        new="return float(total @ total / n**2)",
        step="anisotropy",
    ),
    space(
        "anisotropy of products",
        old="unit = unit_rows(np.asarray(matrix, dtype=np.float64))",
        new="unit = np.asarray(matrix, dtype=np.float64)",
        step="anisotropy",
    ),
    space(
        "a row its own neighbour",
        old="cosine[each, start + each] = -np.inf",
        new="cosine[each, start + each] += 0",
        step="nearest_rows",
    ),
    space(
        "neighbours by product",
        old="unit = unit_rows(np.asarray(matrix, dtype=np.float32))",
        new="unit = np.asarray(matrix, dtype=np.float32)",
        step="nearest_rows",
    ),
    space(
        "hubs among first neighbours only",
        old="nearest_rows(matrix, k).ravel()",
        new="nearest_rows(matrix, k)[:, 0]",
        step="hubness",
    ),
    space(
        "rotation the wrong way round",
        old="rotation = left @ right",
        new="rotation = (left @ right).T",
        step="procrustes",
    ),
    space(
        "residual not relative",
        old="float(np.linalg.norm(source @ rotation - target) / np.linalg.norm(target))",
        new="float(np.linalg.norm(source @ rotation - target))",
        step="procrustes",
    ),
    bias("standard deviation by n", old="ddof=1", new="ddof=0", step="weat"),
    bias(
        "spread of one target set only",
        old="np.std(np.concatenate([of_x, of_y]), ddof=1)",
        new="np.std(of_x, ddof=1)",
        step="weat",
    ),
    bias(
        "specific words neutralised",
        old="neutral[specific] = neutral[equalize.ravel()] = False",
        new="neutral[equalize.ravel()] = False",
        step="debias",
    ),
    bias(
        "neutral words not scaled back",
        old="matrix /= np.where(length > 0, length, 1)",
        new="matrix /= np.ones_like(length)",
        step="debias",
    ),
]

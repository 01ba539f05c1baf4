"""Seeded mistakes of Lab 2."""

from __future__ import annotations

from functools import partial

from tests.grading.mistakes import Mistake

counting = partial(Mistake, package="lab02_glove_fasttext", file="cooccurrence.py")
glove = partial(Mistake, package="lab02_glove_fasttext", file="glove.py")
fasttext = partial(Mistake, package="lab02_glove_fasttext", file="fasttext.py")
subwords = partial(Mistake, package="lab03_eval", file="subwords.py")  # which this lab has the learner write

WEIGHTS = "weights = np.tile(by_distance[np.abs(offsets) - 1], size)"
HASHED = "value ^= byte | 0xFFFFFF00 if byte >= 128 else byte\n        value = value * FNV_PRIME % 2**32"

MISTAKES = [
    counting(
        "1/distance missing", old=WEIGHTS, new="weights = np.tile(np.ones(2 * window), size)", step="cooccurrence"
    ),
    counting(
        "symmetric counts doubled",
        old=WEIGHTS,
        new="weights = np.tile(2 / np.abs(offsets), size)",
        step="cooccurrence",
    ),
    counting(
        "window misses its right end",
        old=WEIGHTS,
        new="weights = np.tile((offsets < window) / np.abs(offsets), size)",
        step="cooccurrence",
    ),
    counting(
        "left context only",
        old=WEIGHTS,
        new="weights = np.tile((offsets < 0) / np.abs(offsets), size)",
        step="cooccurrence",
    ),
    counting(
        "pairs across sentences",
        old="np.concatenate([[SEPARATOR], ids, [SEPARATOR]])",
        new="np.concatenate([[SEPARATOR], ids[ids != SEPARATOR], [SEPARATOR]])",
        step="separators",
    ),
    glove(
        "f(x) not clipped",
        old="return (x / x_max).pow_(alpha).clamp_(max=1)",
        new="return (x / x_max).pow_(alpha)",
        step="weight",
    ),
    glove(
        "f(x) without its power",
        old="return (x / x_max).pow_(alpha).clamp_(max=1)",
        new="return (x / x_max).clamp_(max=1)",
        step="weight",
    ),
    glove(
        "biases forgotten",
        old=".sum(1) + own[:, -1] + other[:, -1] - log",
        new=".sum(1) - log",
        step="glove_loss",
    ),
    glove(
        "the context's bias forgotten",
        old=".sum(1) + own[:, -1] + other[:, -1] - log",
        new=".sum(1) + own[:, -1] - log",
        step="glove_loss",
    ),
    glove("entries not weighted", old="    error = weight * residual", new="    error = residual", step="glove_loss"),
    glove(
        "gradient of the whole square",
        old="gradient.mul_(error.repeat(2)[:, None])",
        new="gradient.mul_(2 * error.repeat(2)[:, None])",
        step="glove_gradients",
    ),
    glove("bias gradients forgotten", old="gradient[:, -1] = 1", new="gradient[:, -1] = 0", step="glove_gradients"),
    glove(
        "each row's own vector in its gradient",
        old="gradient = torch.cat([other, own])",
        new="gradient = torch.cat([own, other])",
        step="glove_gradients",
    ),
    glove("uphill", old="squares.rsqrt().mul_(-lr)", new="squares.rsqrt().mul_(lr)", step="training"),
    glove(
        "log X added, not subtracted",
        old="block.matrix(block.minus_log), own, other.T",
        new="block.matrix(-block.minus_log), own, other.T",
        step="training",
    ),
    glove(
        "context vectors never trained",
        old="for side in (0, 1) for pair in filled",
        new="for side in (0,) for pair in filled",
        step="training",
    ),
    subwords(
        "n-grams without marks",
        old='marked = f"<{word}>"',
        new="marked = word",
        step="ngrams",
    ),
    subwords(
        "longest n-grams left out",
        old="min(maxn, len(marked) - start) + 1)",
        new="min(maxn, len(marked) - start))",
        step="ngrams",
    ),
    subwords(
        "unsigned hash",
        old="value ^= byte | 0xFFFFFF00 if byte >= 128 else byte",
        new="value ^= byte",
        step="hash_ngram",
    ),
    subwords(
        "FNV-1, which multiplies first",
        old=HASHED,
        new="value = value * FNV_PRIME % 2**32\n        value ^= byte | 0xFFFFFF00 if byte >= 128 else byte",
        step="hash_ngram",
    ),
    subwords("hash of code points", old="in ngram.encode()", new="in map(ord, ngram)", step="hash_ngram"),
    subwords(
        "unsigned bytes in the rows",
        old="signed = data.view(np.int8).astype(np.uint32)",
        new="signed = data.astype(np.uint32)",
        step="ngram_rows",
    ),
    subwords(
        "own row not among the parts",
        old="(1 + np.diff(offsets))[:, None]",
        new="np.maximum(1, np.diff(offsets))[:, None]",
        step="compose",
    ),
    subwords(
        "own row dropped",
        old="(matrix[start:end] + sums)",
        new="sums",
        step="compose",
    ),
    fasttext(
        "centers not composed",
        old="torch.index_select(product(self.parts, self.table), 0, self.place, out=out[:centers])",
        new="torch.index_select(self.table, 0, rows[:centers], out=out[:centers])",
        step="center_lookup",
    ),
    fasttext(
        "a sum called a mean",
        old="entries = (1 / self.size[word], (",
        new="entries = (np.ones(len(word)), (",
        step="center_lookup",
    ),
    fasttext(
        "a center's second gradient dropped",
        old="index_add_(0, self.place, moved[:centers])",
        new="index_copy_(0, self.place.long(), moved[:centers])",
        step="center_gradient",
    ),
    fasttext(
        "mean forward, sum backward",
        old="sparse.csr_array((parts.data, columns, parts.indptr)",
        new="sparse.csr_array((np.ones_like(parts.data), columns, parts.indptr)",
        step="center_gradient",
    ),
    fasttext("an n-gram's own cosine", old="without = whole - parts", new="without = parts", step="carried"),
    fasttext(
        "least carried first",
        old='order = np.argsort(cosine, kind="stable")',
        new='order = np.argsort(-cosine, kind="stable")',
        step="carried",
    ),
]

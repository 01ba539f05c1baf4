"""Seeded mistakes of Lab 2."""

from __future__ import annotations

from functools import partial

from grading.seeded.mistake import Mistake

cbow = partial(Mistake, lab="lab02", file="cbow.py", step="cbow")
huffman = partial(Mistake, lab="lab02", file="hierarchical.py", step="huffman")
ppmi = partial(Mistake, lab="lab02", file="ppmi.py", step="ppmi")
lesson = partial(Mistake, lab="lab02", file="solution.py")
glove = partial(Mistake, lab="lab02", file="glove.py")
fasttext = partial(Mistake, lab="lab02", file="fasttext.py")

WEIGHTS = "weights = np.tile(by_distance[np.abs(offsets) - 1], size)"
MEANS = "    share = context / context.sum(2, keepdim=True).clamp(min=1)  # (B, L, H)\n    return torch.bmm(share, v)"
SMOOTHED = "values = log_ratios(counts, counts.sum(axis=0, dtype=np.float64) ** smoothing) - np.float32(shift)"
HASHED = "value ^= byte | 0xFFFFFF00 if byte >= 128 else byte\n        value = value * FNV_PRIME % 2**32"

MISTAKES = [
    lesson("1/distance missing", old=WEIGHTS, new="weights = np.tile(np.ones(2 * window), size)", step="cooccurrence"),
    lesson(
        "symmetric counts doubled",
        old=WEIGHTS,
        new="weights = np.tile(2 / np.abs(offsets), size)",
        step="cooccurrence",
    ),
    lesson(
        "window misses its right end",
        old=WEIGHTS,
        new="weights = np.tile((offsets < window) / np.abs(offsets), size)",
        step="cooccurrence",
    ),
    lesson(
        "left context only",
        old=WEIGHTS,
        new="weights = np.tile((offsets < 0) / np.abs(offsets), size)",
        step="cooccurrence",
    ),
    lesson(
        "pairs across sentences",
        old="np.concatenate([[SEPARATOR], ids, [SEPARATOR]])",
        new="np.concatenate([[SEPARATOR], ids[ids != SEPARATOR], [SEPARATOR]])",
        step="separators",
    ),
    lesson(
        "f(x) not clipped",
        old="return (x / x_max).pow_(alpha).clamp_(max=1)",
        new="return (x / x_max).pow_(alpha)",
        step="weight",
    ),
    lesson(
        "f(x) without its power",
        old="return (x / x_max).pow_(alpha).clamp_(max=1)",
        new="return (x / x_max).clamp_(max=1)",
        step="weight",
    ),
    lesson(
        "biases forgotten",
        old=".sum(1) + own[:, -1] + other[:, -1] - log",
        new=".sum(1) - log",
        step="glove_loss",
    ),
    lesson(
        "the context's bias forgotten",
        old=".sum(1) + own[:, -1] + other[:, -1] - log",
        new=".sum(1) + own[:, -1] - log",
        step="glove_loss",
    ),
    lesson("entries not weighted", old="    error = weight * residual", new="    error = residual", step="glove_loss"),
    lesson(
        "gradient of the whole square",
        old="gradient.mul_(error.repeat(2)[:, None])",
        new="gradient.mul_(2 * error.repeat(2)[:, None])",
        step="glove_gradients",
    ),
    lesson("bias gradients forgotten", old="gradient[:, -1] = 1", new="gradient[:, -1] = 0", step="glove_gradients"),
    lesson(
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
    glove(
        "biases never updated",
        old="gradient[:, self.dim + 1 - side] = 0",
        new="gradient[:, self.dim :] = 0",
        step="training",
    ),
    glove(
        "the context's biases never updated",
        old="gradient[:, self.dim + 1 - side] = 0",
        new="gradient[:, self.dim + 1 - side :] = 0",
        step="training",
    ),
    glove(
        "the paper's biases never updated",
        old="self.squares.index_select(0, rows).rsqrt_().mul_(gradient)",
        new="self.squares.index_select(0, rows).rsqrt_().mul_(gradient)\n        scaled[:, -1] = 0",
        step="training",
    ),
    lesson(
        "n-grams without marks",
        old='marked = f"<{word}>"',
        new="marked = word",
        step="ngrams",
    ),
    lesson(
        "longest n-grams left out",
        old="min(maxn, len(marked) - start) + 1)",
        new="min(maxn, len(marked) - start))",
        step="ngrams",
    ),
    lesson(
        "unsigned hash",
        old="value ^= byte | 0xFFFFFF00 if byte >= 128 else byte",
        new="value ^= byte",
        step="hash_ngram",
    ),
    lesson(
        "FNV-1, which multiplies first",
        old=HASHED,
        new="value = value * FNV_PRIME % 2**32\n        value ^= byte | 0xFFFFFF00 if byte >= 128 else byte",
        step="hash_ngram",
    ),
    lesson("hash of code points", old="in ngram.encode()", new="in map(ord, ngram)", step="hash_ngram"),
    lesson(
        "where words end for where they begin",
        old="offsets = np.cumsum([0, *map(len, found)], dtype=np.int64)",
        new="offsets = np.cumsum([*map(len, found)], dtype=np.int64)",
        step="ngram_rows",
    ),
    lesson(
        "own row not among the parts",
        old="(1 + np.diff(offsets))[:, None]",
        new="np.maximum(1, np.diff(offsets))[:, None]",
        step="compose",
    ),
    lesson(
        "own row dropped",
        old="(word_matrix + marks @ ngram_matrix)",
        new="(marks @ ngram_matrix)",
        step="compose",
    ),
    fasttext(
        "centers not composed",
        old="torch.index_select(product(self.parts, self.table.rows), 0, self.place, out=out[:centers])",
        new="torch.index_select(self.table.rows, 0, rows[:centers], out=out[:centers])",
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
    lesson("an n-gram's own cosine", old="without = whole - parts", new="without = parts", step="carried"),
    lesson(
        "least carried first",
        old='order = np.argsort(cosine, kind="stable")',
        new='order = np.argsort(-cosine, kind="stable")',
        step="carried",
    ),
    cbow("contexts summed", old=MEANS, new="    return torch.bmm(context, v)"),
    cbow("a center without contexts", old=MEANS, new=MEANS.replace(".clamp(min=1)", "")),
    cbow("mean over the halo", old=MEANS, new="    return torch.bmm(context, v) / context.shape[2]"),
    cbow("1/C left out of the gradient", old=".clamp(min=1) if divide else context", new=".clamp(min=1) * 0 + context"),
    huffman(
        "words in a balanced tree",
        old="heap = [(int(count), word) for",
        new="heap = [(1, word) for",
    ),
    huffman(
        "rarer subtree to the right",
        old="turns[right] = True",
        new="turns[left] = True",
    ),
    huffman(
        "a joined subtree counts its rarer half alone",
        old="heapq.heappush(heap, (rarest + rare, inner))",
        new="heapq.heappush(heap, (rarest, inner))",
    ),
    huffman(
        "the root numbered last",
        old="np.where(below, root - parent[at], vocab - 1)",
        new="np.where(below, parent[at] - vocab, vocab - 1)",
    ),
    ppmi("contexts not smoothed", old="dtype=np.float64) ** smoothing)", new="dtype=np.float64))"),
    ppmi("sums of words for those of contexts", old=SMOOTHED, new=SMOOTHED.replace("axis=0", "axis=1")),
    ppmi("shift added", old="- np.float32(shift)", new="+ np.float32(shift)"),
    ppmi(
        "negative values kept",
        old="(np.maximum(values, 0), counts.indices, counts.indptr)",
        new="(values, counts.indices, counts.indptr)",
    ),
    ppmi("zeros stored", old="    matrix.eliminate_zeros()\n", new=""),
]

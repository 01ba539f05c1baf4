"""Lab 2's optional steps: CBOW's centers, Huffman's tree, shifted PPMI. Runs in the parent."""

from __future__ import annotations

import heapq
import math
from typing import Any

import numpy as np

from grading.judging import because, rounded, show
from grading.steps import Step

# cbow


def _cbow_inputs(rng: np.random.Generator) -> Any:
    """Two blocks of four centers, of which the first has a single context and the last has none."""
    context = (rng.random((2, 4, 6)) < 0.6).astype(float)
    context[:, 0] = np.eye(6)[2]
    context[:, 1, :2], context[:, 3] = 1, 0
    rows = {name: rounded(rng.normal(size=shape)) for name, shape in (("v", (2, 6, 3)), ("dh", (2, 4, 3)))}
    return {"context": context.tolist()} | rows


def _judge_cbow(inputs: Any, value: Any) -> str | None:
    context, v, dh = (np.array(inputs[name]) for name in ("context", "v", "dh"))
    size = context.sum(axis=2, keepdims=True)
    share, back = context / np.maximum(size, 1), context.transpose(0, 2, 1)
    causes = {
        "it is the sum of its contexts, and not their mean": context @ v,
        "the mean runs over the contexts, and not over all H places of the halo": context @ v / context.shape[2],
    }
    if problem := _unlike("center", value["h"], share @ v, causes):
        return problem
    divided, whole = share.transpose(0, 2, 1) @ dh, back @ dh
    helped = np.maximum(back.sum(axis=2, keepdims=True), 1)
    causes = {
        "the center is a mean, so that each of its C contexts gets 1/C of its gradient": whole,
        "1/C belongs to the center, and not to the number of centers that a context helps": whole / helped,
    }
    if problem := _unlike("gradient of context", value["divided"], divided, causes):
        return problem
    if problem := _unlike("gradient without 1/C of context", value["whole"], whole, {"1/C is still in it": divided}):
        return problem
    if any(np.any(np.array(value["after"][name]) != np.array(inputs[name])) for name in ("context", "v", "dh")):
        return "your functions changed a tensor that they were given: the step still reads it, so work on a copy"
    return None


def _unlike(what: str, value: Any, expected: np.ndarray, causes: dict[str, np.ndarray]) -> str | None:
    """What is wrong with rows (B, n, d), whose causes are other rows that learners get."""
    found = np.array(value, dtype=float)
    if found.shape != expected.shape:
        return f"your {what}s have the shape {found.shape}, not {expected.shape}"
    wrong = ~np.isclose(found, expected, rtol=1e-4, atol=1e-6)
    if not wrong.any():
        return None
    block, place, column = np.argwhere(wrong)[0].tolist()
    yours, right = found[block, place, column], expected[block, place, column]
    said = f"your {what} {place} of block {block} has {show(yours)} in dimension {column}, not {show(right)}"
    if math.isnan(yours):
        return f"{said}: a center without contexts is a row of zeros, and 0/0 is no number"
    return said + because(found, causes, rtol=1e-4, atol=1e-6)


# huffman


def _huffman_inputs(rng: np.random.Generator) -> Any:
    """Counts by hand, those that make a path of every length, many ties, and a vocabulary like a text's."""
    text = np.sort(rng.zipf(1.4, 40).clip(1, 5000))[::-1]
    return [[5, 2, 1, 1], [7, 3], [64, 32, 16, 8, 4, 2, 1], rng.integers(1, 4, 11).tolist(), text.tolist(), [9]]


def _judge_huffman(inputs: Any, value: Any) -> str | None:
    for counts, tree in zip(inputs, value, strict=True):
        if problem := _wrong_shape(counts, tree) or _wrong_paths(counts, tree) or _wrong_codes(counts, tree):
            shown = " ".join(map(str, counts[:8]))
            return f"for the counts {shown}{' …' if len(counts) > 8 else ''}, {problem}"
    return None


def _wrong_shape(counts: list[int], tree: Any) -> str | None:
    nodes, right, length = tree["nodes"], tree["right"], tree["length"]
    rows = len(counts) + 1
    if not len(nodes) == len(right) == len(length) == rows:
        sizes = f"{len(nodes)}, {len(right)} and {len(length)}"
        return f"nodes, right and length have {sizes} rows, not V + 1 = {rows} each"
    width = max(map(len, nodes))
    if any(len(row) != width for row in [*nodes, *right]):
        return "nodes and right are not of one shape, (V + 1, D)"
    filler = len(counts) - 1
    for word, (row, bits) in enumerate(zip(nodes, length)):
        real = sum(node != filler for node in row)
        who = f"word {word}" if word < len(counts) else "the last row, which is no word,"
        if real != bits or any(node == filler for node in row[:bits]):
            return f"{who} has the length {bits}, and {real} nodes before V − 1 = {filler} fills its row"
        if word == len(counts) and bits:
            return f"{who} has a path of {bits} nodes: tokens outside the corpus have none"
    return None


def _wrong_paths(counts: list[int], tree: Any) -> str | None:
    """Whether paths end at the root, and whether each node is at one place of one tree."""
    nodes_at: dict[str, int] = {}
    for word, code in enumerate(_codes(counts, tree)):
        path = tree["nodes"][word][: len(code)]  # from the leaf up
        if path and path[-1] != 0:
            hint = ": it begins at the root, and should begin at the leaf" if path[0] == 0 else ""
            return f"the path of word {word} ends at node {path[-1]}, not at the root, node 0{hint}"
        if not all(0 <= node < len(counts) - 1 for node in path):
            return f"the path of word {word} has the nodes {path}: there are V − 1, from 0 on"
        for depth, node in enumerate(reversed(path)):
            if nodes_at.setdefault(code[:depth], node) != node:
                return f"two nodes, {nodes_at[code[:depth]]} and {node}, are reached by the same turns {code[:depth]!r}"
    places = list(nodes_at.values())
    if twice := [node for node in places if places.count(node) > 1]:
        return f"node {twice[0]} is at two places of your tree"
    return None


def _codes(counts: list[int], tree: Any) -> list[str]:
    """Each word's turns from the root down, 1 to the right and 0 to the left."""
    return [
        "".join("01"[bool(turn)] for turn in reversed(tree["right"][word][: tree["length"][word]]))
        for word in range(len(counts))
    ]


def _wrong_codes(counts: list[int], tree: Any) -> str | None:
    codes = _codes(counts, tree)
    for word, code in enumerate(codes):
        for other, longer in enumerate(codes):
            if other != word and longer.startswith(code):
                return f"the code {code!r} of word {word} begins the code {longer!r} of word {other}"
    cost, least = sum(count * len(code) for count, code in zip(counts, codes)), _least_cost(counts)
    if cost != least:
        return f"your codes cost Σ count · length = {cost} bits, and the best tree's cost {least}"
    below: dict[str, int] = {}
    for count, code in zip(counts, codes):
        for depth in range(1, len(code) + 1):
            below[code[:depth]] = below.get(code[:depth], 0) + count
    for turns in sorted(below):
        sibling = f"{turns[:-1]}1"
        if turns.endswith("0") and below[turns] > below[sibling]:
            tokens = f"{below[turns]} tokens go left and {below[sibling]} right"
            return f"after the turns {turns[:-1]!r}, {tokens}: the rarer half goes left"
    return None


def _least_cost(counts: list[int]) -> int:
    """Σ count · length of Huffman's tree: the sum of all inner nodes' counts."""
    heap, cost = list(counts), 0
    heapq.heapify(heap)
    while len(heap) > 1:
        joined = heapq.heappop(heap) + heapq.heappop(heap)
        heapq.heappush(heap, joined)
        cost += joined
    return cost


# ppmi


def _ppmi_inputs(rng: np.random.Generator) -> Any:
    """Counts by hand and random ones, which tell words from contexts, with a word that has no pair."""
    x = rng.gamma(0.5, 4, (9, 9)) * (rng.random((9, 9)) < 0.5)
    x[4] = x[:, 4] = 0
    x[0, :4] = 30, 20, 12, 5  # frequent contexts, so that smoothing matters
    counts = np.round(x, 2).tolist()
    return [
        {"counts": [[0.0, 6.0], [6.0, 4.0]], "shift": 0.0, "smoothing": 1.0},
        {"counts": counts, "shift": 0.0, "smoothing": 1.0},
        {"counts": counts, "shift": 0.0, "smoothing": 0.5},
        {"counts": counts, "shift": 0.4, "smoothing": 0.75},
    ]


def _judge_ppmi(inputs: Any, value: Any) -> str | None:
    for case, answer in zip(inputs, value, strict=True):
        found, expected = np.array(answer["matrix"], dtype=float), _ppmi(case)
        where = f"with shift {case['shift']:g} and smoothing {case['smoothing']:g}"
        if found.shape != expected.shape:
            return f"{where} your matrix has the shape {found.shape}, not {expected.shape}"
        wrong = ~np.isclose(found, expected, rtol=1e-3, atol=1e-5)
        if wrong.any():
            row, column = np.argwhere(wrong)[0].tolist()
            cell = f"your cell [{row}, {column}] is {show(found[row, column])}, not {show(expected[row, column])}"
            return f"{where} {cell}{because(found, _slips(case), rtol=1e-3, atol=1e-5)}"
        if answer["stored"] is not None and answer["stored"] != np.count_nonzero(expected):
            stored = f"your matrix stores {answer['stored']} entries, of which {np.count_nonzero(expected)} are not 0"
            return f"{where} {stored}: what is 0 takes no place in a sparse matrix"
        if np.any(np.array(answer["counts"]) != np.array(case["counts"], dtype=np.float32)):
            return "your function changed the counts that it was given: work on a copy"
    return None


def _ppmi(case: Any, words: bool = False, shares: bool = True, sign: float = -1, clip: bool = True) -> np.ndarray:
    """The definition on a dense matrix. With `words`, these are smoothed in place of the contexts."""
    x = np.array(case["counts"], dtype=np.float32).astype(float)
    sums = [x.sum(axis=1), x.sum(axis=0)]
    powers = (case["smoothing"], 1) if words else (1, case["smoothing"])
    with np.errstate(divide="ignore", invalid="ignore"):
        row, column = (part**power / np.sum(part ** (power if shares else 1)) for part, power in zip(sums, powers))
        shifted = np.log(x / x.sum() / row[:, None] / column) + sign * case["shift"]
    shifted[x == 0] = 0
    return np.maximum(shifted, 0) if clip else shifted


def _slips(case: Any) -> dict[str, np.ndarray]:
    return {
        "values below 0 become 0": _ppmi(case, clip=False),
        "the power is for contexts, which are the columns, and not for words": _ppmi(case, words=True),
        "the smoothed counts are divided by their own sum, so that they are shares": _ppmi(case, shares=False),
        "the contexts are not smoothed": _ppmi(case | {"smoothing": 1.0}),
        "the shift is subtracted": _ppmi(case, sign=1),
        "the shift is missing": _ppmi(case, sign=0),
        "values below 0 become 0 after the shift": _ppmi(case, sign=0) - case["shift"] * (_ppmi(case, sign=0) > 0),
        "the logarithm is the natural one": _ppmi(case) / math.log(2),
    }


OPTIONAL_STEPS = (
    Step("cbow", 4, ("context_means", "context_gradients"), _cbow_inputs, _judge_cbow, optional=True),
    Step("huffman", 6, ("huffman",), _huffman_inputs, _judge_huffman, optional=True),
    Step("ppmi", 5, ("ppmi",), _ppmi_inputs, _judge_ppmi, optional=True),
)

"""Lab 1's steps on the stream of pairs: subsampling, windows, radii. Runs in the parent."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

import numpy as np

from grading.steps import Step

SIGMAS = 6  # a proportion strays further with a probability of 2·10⁻⁹

# subsample


def _subsample_inputs(rng: np.random.Generator) -> Any:
    return {"ids": rng.integers(0, 3, 60_000).tolist(), "keep": [0.1, 0.5, 1.0], "seed": int(rng.integers(2**31))}


def _judge_subsample(inputs: Any, value: Any) -> str | None:
    ids, keep = inputs["ids"], inputs["keep"]
    first, second = value
    have, left = Counter(ids), Counter(first)
    for word, chance in enumerate(keep):
        if not _near(left[word], have[word], chance):
            said = f"of {have[word]:,} tokens with keep probability {chance:g} you left {left[word]:,}"
            if _near(left[word], have[word], 1 - chance):
                return f"{said}: you drop what should stay; a token stays where the draw is below its probability"
            return f"{said}, not about {chance * have[word]:,.0f}"
    if set(left) - set(have):
        return f"you returned {min(set(left) - set(have))}, which is no token of the input"
    rest = iter(ids)
    if not all(token in rest for token in first):  # `in` goes on from where it stopped
        return "what is left is not in the order of the text, on which windows depend"
    if first == second:
        return "two calls with one generator left the same tokens: each call should draw anew"
    return None


def _near(count: float, n: int, chance: float, sigmas: float = SIGMAS) -> bool:
    return abs(count - n * chance) <= sigmas * np.sqrt(n * chance * (1 - chance)) + 1e-9


# Windows. In a text of distinct words a pair of words is a pair of positions.

WINDOW = 3


def _window_inputs(rng: np.random.Generator) -> Any:
    seed = int(rng.integers(2**31))
    short, n = int(rng.integers(150, 250)), int(rng.integers(12_000, 13_000))
    text = {"ids": list(range(short)), "keep": [1.0] * short, "window": WINDOW, "seed": seed}
    equal = {"ids": [5] * 6, "keep": [1.0] * 6, "window": 1, "seed": seed, "epoch": 0}
    long = {"ids": list(range(n)), "keep": [1.0] * n, "window": 1, "seed": seed, "epoch": 0}
    return [text | {"epoch": 0}, text | {"epoch": 1}, long, equal]


def _judge_window(inputs: Any, value: Any) -> str | None:
    *epochs, long, equal = value
    n, seen = len(inputs[0]["ids"]), defaultdict(set)
    for pairs in epochs:
        if said := _judge_distances(pairs, n):
            return said
        for center, context in pairs:
            seen[center].add(context)
    reached = {context - center for center in seen for context in seen[center]}
    short = [side for side, end in (("right", WINDOW), ("left", -WINDOW)) if end not in reached]
    if len(short) == 2:
        return f"your window never reaches its ends: {_example(seen, 0)}"
    if short:
        return f"your window never reaches its {short[0]} end: {_example(seen, 1 if short == ['right'] else -1)}"
    for pairs in epochs:
        if said := _judge_neighbours(pairs, n):
            return said
    if len(long) != 2 * len(inputs[2]["ids"]) - 2:
        missing = set(range(len(inputs[2]["ids"]) - 1)) - {min(pair) for pair in long}
        said = f"a text of {len(inputs[2]['ids']):,} words has {2 * len(inputs[2]['ids']) - 2:,} pairs with window 1"
        border = f"; {min(missing):,} and {min(missing) + 1:,} are neighbours, too" if missing else ""
        return f"{said}, and you gave {len(long):,}{border}: no pair may be lost where a text is handled in pieces"
    if len(equal) != 10:
        return (
            f"in the text 5 5 5 5 5 5 with window 1 there are 10 pairs (5, 5), you gave {len(equal)}: "
            "a center is left out by its position, not by its word"
        )
    return None


def _judge_distances(pairs: list, n: int) -> str | None:
    """Pairs that no radius makes."""
    if not pairs:
        return f"a text of {n} words gave no pair"
    for center, context in pairs:
        distance = abs(context - center)
        if not (0 <= center < n and 0 <= context < n):
            return f"the pair ({center}, {context}) has a word that is not in the text"
        if not distance:
            return f"center {center} is given as its own context"
        if distance > n // 2:
            return f"center {center} got the context {context} from the other end of the text: an index wraps round"
        if distance > WINDOW:
            return f"with window {WINDOW} center {center} got the context {context}, {distance} away"
    (center, context), times = Counter(map(tuple, pairs)).most_common(1)[0]
    if times > 1:
        return f"the pair ({center}, {context}) was given {times} times in one epoch; it occurs once in the text"
    return None


def _judge_neighbours(pairs: list, n: int) -> str | None:
    """Neighbours are in every window, whatever its radius."""
    contexts = defaultdict(set)
    for center, context in pairs:
        contexts[center].add(context)
    for center in range(n):
        for context in (center - 1, center + 1):
            if 0 <= context < n and context not in contexts[center]:
                found = ", ".join(map(str, sorted(contexts[center]))) or "none"
                return (
                    f"center {center} lacks its neighbour {context}, which is in every window: "
                    f"with window {WINDOW} its contexts were {found}"
                )
    return None


def _example(seen: dict[int, set[int]], side: int) -> str:
    """A center that shows best that its window is short on one side, or on both (0)."""
    inner = [center for center in seen if WINDOW <= center < max(seen) - WINDOW]
    center = max(inner, key=lambda c: (c - side * WINDOW in seen[c], len(seen[c])))
    contexts = ", ".join(map(str, sorted(seen[center])))
    return f"for center {center} and window {WINDOW} the contexts were {contexts}"


# Radii.

RADIUS_WINDOW, CYCLE = 4, 1000


def _radius_inputs(rng: np.random.Generator) -> Any:
    ids, keep = (np.arange(rng.integers(12_000, 13_000)) % CYCLE).tolist(), [1.0] * CYCLE
    case = {"ids": ids, "keep": keep, "window": RADIUS_WINDOW, "seed": int(rng.integers(2**31)), "epoch": 0}
    # The second epoch of a short text shows whether radii are drawn again.
    return [case, case | {"ids": ids[:500]}, case | {"ids": ids[:500], "epoch": 1}]


def _judge_radius(inputs: Any, value: Any) -> str | None:
    pairs = np.array(value[0])
    distance = np.abs((pairs[:, 1] - pairs[:, 0] + CYCLE // 2) % CYCLE - CYCLE // 2)
    w, n = RADIUS_WINDOW, len(inputs[0]["ids"])
    # Both sides of a center share its radius: as many independent draws as there are centers.
    found = np.bincount(distance, minlength=w + 1)[1 : w + 1] / (2 * n)
    expected = (w - np.arange(w)) / w
    allowed = SIGMAS * np.sqrt(0.25 / n) + (w + 1) / n  # the text's ends have fewer
    if (np.abs(found - expected) > allowed).any():
        shares = ", ".join(f"{share:.2f}" for share in found)
        said = (
            f"with window {w} contexts at distance 1, 2, 3, 4 came with chances {shares}; "
            f"where each radius is drawn from 1 … {w} they are 1, .75, .5, .25"
        )
        if found.min() > 0.99:
            return f"{said}: you take the whole window every time, each center should draw its radius"
        if found[-1] == 0:
            return (
                f"{said}: your radius is never {w}; the upper end of NumPy's integers and Python's range is exclusive"
            )
        if found[0] < 0.95:
            return f"{said}: some centers have no context at all; the radius starts at 1"
        return said
    center, context = np.array(value[1]).T
    lean = np.bincount(center, np.sign(context - center), minlength=len(inputs[1]["ids"]))
    uneven = np.flatnonzero(lean[w:-w]) + w  # the text's ends see one side only
    if len(uneven):
        sides = sorted(context[center == uneven[0]].tolist())
        return (
            f"center {uneven[0]} got the contexts {', '.join(map(str, sides))}: a center draws one radius, which holds "
            "on both its sides"
        )
    if sorted(map(tuple, value[1])) == sorted(map(tuple, value[2])):
        return "epochs 0 and 1 have the same radii: each epoch should draw anew"
    return None


# Subsampling in the stream: tokens go before windows are formed; skipping centers only is a textbook's way, too.


def _stream_inputs(rng: np.random.Generator) -> Any:
    seed = int(rng.integers(2**31))
    gap = {"ids": [1, 0, 0, 0, 2], "keep": [0.0, 1.0, 1.0], "window": 1, "seed": seed, "epoch": 0}
    ids = np.tile([0, 1], rng.integers(10_000, 11_000)).tolist()
    mixed = {"ids": ids, "keep": [0.3, 1.0], "window": 1, "seed": seed, "epoch": 0}
    n = int(rng.integers(4000, 4500))
    twice = {"ids": list(range(n)), "keep": [0.5] * n, "window": 1, "seed": seed, "epoch": 0}
    return [gap, mixed, twice]


def _judge_stream(inputs: Any, value: Any) -> str | None:
    *streams, twice = value
    gap, mixed = [sorted(map(tuple, pairs)) for pairs in streams]
    said = f"in the text 1 0 0 0 2 with window 1 and word 0 never kept your pairs were {gap or 'none'}"
    if any(center == 0 for center, _ in gap):
        return f"{said}: 0 should be no center"
    if gap not in ([(1, 2), (2, 1)], [(1, 0), (2, 0)]):
        return f"{said}: tokens are dropped before windows are formed, so that 1 and 2 become neighbours"
    # Every token that is left is the center of two pairs, but for the text's ends.
    centers = Counter(center for center, _ in mixed)
    for word, chance in enumerate(inputs[1]["keep"]):
        n = len(inputs[1]["ids"]) // 2
        if not abs(centers[word] / 2 - n * chance) <= SIGMAS * np.sqrt(n * 0.25) + 2:
            return (
                f"word {word} has keep probability {chance:g} and occurs {n:,} times in the text; with window 1 it "
                f"was the center of {centers[word]:,} pairs, not of about {2 * n * chance:,.0f}"
            )
    return _judge_second_pass(len(inputs[2]["ids"]), *twice)


def _judge_second_pass(n: int, first: int, second: int) -> str | None:
    """Of n tokens half survive, and each is the center of two pairs, or of one where its neighbour may be lost."""
    strays = SIGMAS * np.sqrt(2 * n * 0.25)  # of the difference of two passes
    if first - second > 2 * strays:
        return (
            f"a second pass over one dataset gave {second:,} pairs, the first {first:,}: the dataset's own text was "
            "thinned, and is thinned again; subsampling leaves self.ids as they are"
        )
    return None


PAIR_STEPS = (
    Step("subsample", 6, ("subsample",), _subsample_inputs, _judge_subsample),
    Step("pairs_window", 10, ("SkipGramDataset",), _window_inputs, _judge_window),
    Step("pairs_radius", 8, ("SkipGramDataset",), _radius_inputs, _judge_radius),
    Step("pairs_subsampling", 8, ("SkipGramDataset",), _stream_inputs, _judge_stream),
)

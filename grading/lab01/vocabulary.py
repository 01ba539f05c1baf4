"""Lab 1's steps on counts: the vocabulary, subsampling's probabilities, the table of negatives. Runs in the parent."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from grading.judging import show_row
from grading.steps import Step

# build_vocab


def _vocab_inputs(rng: np.random.Generator) -> Any:
    sentence = ["the", "cat", "sat", "on", "the", "mat", "the", "cat", "ran"]
    zipf = [f"w{i}" for i in rng.permutation(np.repeat(np.arange(40), 200 // np.arange(1, 41)))]
    return [
        {"tokens": sentence, "min_count": 1, "once": False},
        {"tokens": zipf, "min_count": 1, "once": False},
        {"tokens": sentence, "min_count": 2, "once": False},
        {"tokens": zipf, "min_count": 6, "once": False},
        {"tokens": zipf, "min_count": 6, "once": True},
        {"tokens": ["a", "b", "a"], "min_count": 3, "once": False},
    ]


def _judge_vocab(inputs: Any, value: Any) -> str | None:
    *answers, too_rare = value
    if "raised" not in too_rare:
        return f"no word of 'a b a' occurs 3 times, and you returned {too_rare['words']}: InputError is asked for"
    for case, found in zip(inputs, answers):
        if said := _judge_one_vocab(case, found):
            return said
    return None


def _judge_one_vocab(case: dict, found: dict) -> str | None:
    tokens, minimum = case["tokens"], case["min_count"]
    text = " ".join(tokens[:9]) + (" …" if len(tokens) > 9 else "")
    counted = Counter(tokens)  # keeps the order of first appearance
    expected = [word for word, count in counted.most_common() if count >= minimum]
    if case["once"] and not found.get("words"):
        return "given an iterator, you found no word: an iterator can be gone through only once"
    if "raised" in found:
        left = f"{expected[0]!r} occurs {counted[expected[0]]} times"
        return f"with min_count {minimum} you raised InputError, and {left}: it is for a text in which no word is left"
    words, counts = found["words"], found["counts"]
    if rare := [word for word in words if counted[word] < minimum]:
        return f"with min_count {minimum} you kept {rare[0]!r}, which occurs {counted[rare[0]]} times"
    if missing := [word for word in expected if word not in words]:
        return f"with min_count {minimum} you left out {missing[0]!r}, which occurs {counted[missing[0]]} times"
    falling = [counted[word] for word in words]
    if falling != sorted(falling, reverse=True):
        at = next(i for i in range(1, len(falling)) if falling[i] > falling[i - 1])
        return (
            f"your words are not sorted by falling count: {words[at - 1]!r} ({falling[at - 1]} times) comes before "
            f"{words[at]!r} ({falling[at]} times)"
        )
    if words != expected:
        at = next(i for i, (mine, theirs) in enumerate(zip(words, expected)) if mine != theirs)
        return (
            f"of words that occur equally often the first to appear comes first: in {text!r} {expected[at]!r} "
            f"should be where you have {words[at]!r}"
        )
    if [int(count) for count in counts] != falling:
        return f"your counts of {', '.join(words[:4])} … are {counts[:4]}, the text has {falling[:4]}"
    return _judge_ids(text, tokens, expected, found)


def _judge_ids(text: str, tokens: list[str], expected: list[str], found: dict) -> str | None:
    """The text as rows, and the number of its tokens, where the vocabulary is right."""
    ids = [int(i) for i in found["ids"]]
    rows = {word: row for row, word in enumerate(expected)}
    encoded = [rows[token] for token in tokens if token in rows]
    if ids != encoded:
        if len(ids) != len(encoded):
            return f"{len(encoded)} tokens of {text!r} are in the vocabulary; your ids have {len(ids)}"
        at = next(i for i, (mine, theirs) in enumerate(zip(ids, encoded)) if mine != theirs)
        return (
            f"your id number {at} of {text!r} is {ids[at]}; the word's row is {encoded[at]} ({expected[encoded[at]]!r})"
        )
    if found["total"] is not None and int(found["total"]) != len(tokens):
        return f"you counted {found['total']} tokens before rare words were dropped, the text has {len(tokens)}"
    return None


# keep_probability


def _keep_inputs(rng: np.random.Generator) -> Any:
    counts = np.sort(rng.integers(5, 60_000, 30))[::-1].tolist()
    # A threshold of so small a text is a count of 1.5, which is no whole number.
    small = {"counts": [70, 30], "threshold": 0.015}
    return [{"counts": [9000, 900, 100], "threshold": 1e-2}, {"counts": counts, "threshold": 1e-3}, small]


def _judge_keep(inputs: Any, value: Any) -> str | None:
    for case, found in zip(inputs, value, strict=True):
        counts, found = np.array(case["counts"]), np.array(found, dtype=float)
        if found.shape != counts.shape:
            return f"for {len(counts)} counts you returned a shape of {found.shape}"
        ratio = case["threshold"] * counts.sum() / counts
        whole = np.floor(case["threshold"] * counts.sum()) / counts
        uncapped = np.sqrt(ratio) + ratio
        expected = np.minimum(1, uncapped)
        if np.allclose(found, expected, rtol=1e-3):
            continue
        said = (
            f"for counts {counts[:3].tolist()} … and t = {case['threshold']:g} you keep {show_row(found[:3])}, "
            f"not {show_row(expected[:3])}"
        )
        wrong = {
            "what is not capped at 1 is no probability": uncapped,
            "t · Σ count need not be a whole number": np.minimum(1, np.sqrt(whole) + whole),
            "that is the paper's √(t/f); this lab takes the C program's √(t/f) + t/f": np.minimum(1, np.sqrt(ratio)),
            "that is the chance to discard, 1 minus it is the chance to keep": 1 - expected,
            "that is the paper's chance to discard, 1 − √(t/f)": np.maximum(0, 1 - np.sqrt(ratio)),
            "f is the share of all tokens, not the count": np.minimum(
                1, np.sqrt(ratio / counts.sum()) + ratio / counts.sum()
            ),
        }
        hints = [hint for hint, values in wrong.items() if np.allclose(found, values, rtol=1e-3)]
        return said + "".join(f": {hint}" for hint in hints[:1])
    return None


# noise_table


def _noise_inputs(rng: np.random.Generator) -> Any:
    return [[81, 16, 1], [4, 2, 1], np.sort(rng.zipf(1.3, 200).clip(5, 50_000))[::-1].tolist()]


def _judge_noise(inputs: Any, value: Any) -> str | None:
    for counts, found in zip(inputs, value, strict=True):
        counts = np.array(counts, dtype=float)
        shares = _shares(found, len(counts))
        if isinstance(shares, str):
            return shares
        # A table may have a size of its own, but the size that EXERCISE.md gives is not to be missed by a few slots.
        if found["whole"] and 0 < abs(len(found["table"]) - 64 * len(counts)) <= len(counts):
            said = f"for counts {show_row(counts[:3])} your table has {len(found['table'])} rows, not 64·{len(counts)}"
            return f"{said}: where each word's slots are rounded alone, they need not add up"
        expected = counts**0.75 / np.sum(counts**0.75)
        if np.abs(shares - expected).sum() / 2 < 0.04:
            continue
        said = (
            f"words with counts {counts[:3].astype(int).tolist()} get {show_row(shares[:3])} of your draws; "
            f"in proportion to count^0.75 they get {show_row(expected[:3])}"
        )
        for power, hint in (
            (0, "yours are uniform"),
            (0.5, "yours follow the power 0.5"),
            (1, "yours follow the power 1"),
        ):
            if np.abs(shares - counts**power / np.sum(counts**power)).sum() / 2 < 0.02:
                return f"{said}: {hint}"
        return said
    return None


def _shares(found: dict, vocab: int) -> np.ndarray | str:
    """Each word's share of the draws: from a table of rows, or given as they are."""
    table = np.array(found["table"], dtype=float)
    if not found["whole"] and len(table) == vocab and abs(table.sum() - 1) < 1e-3:
        return table
    if not len(table) or (table != np.floor(table)).any() or table.min() < 0 or table.max() >= vocab:
        return (
            f"for {vocab} words the table should hold their rows, 0 to {vocab - 1}; yours holds {show_row(table[:5])} …"
        )
    return np.bincount(table.astype(int), minlength=vocab) / len(table)


BUILD_VOCAB = Step("build_vocab", 8, ("build_vocab",), _vocab_inputs, _judge_vocab)
KEEP_PROBABILITY = Step("keep_probability", 8, ("keep_probability",), _keep_inputs, _judge_keep)
NOISE_TABLE = Step("noise_table", 8, ("noise_table",), _noise_inputs, _judge_noise)

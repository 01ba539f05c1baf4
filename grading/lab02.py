"""Lab 2's steps: what is asked of each function, and how its answer is judged. Runs in the parent.

Expected values are computed here by the definition, in plain loops.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from grading.judging import differs, rounded, show
from grading.starters import given
from grading.steps import Lab, Step

# counts

SEPARATOR = -1


def _counts(case: Any, weigh: bool = True, both: bool = True) -> np.ndarray:
    """X by the definition, one pair of positions at a time."""
    ids, found = case["ids"], np.zeros((case["vocab"], case["vocab"]))
    for i, j in itertools.combinations(range(len(ids)), 2):
        if j - i <= case["window"] and SEPARATOR not in ids[i : j + 1]:
            share = 1 / (j - i) if weigh else 1
            found[ids[i], ids[j]] += share
            if both:
                found[ids[j], ids[i]] += share
    return found


def _text(rng: np.random.Generator, vocab: int, length: int, window: int, ends: float = 0) -> Any:
    ids = rng.integers(0, vocab, length)
    ids[rng.random(length) < ends] = SEPARATOR
    return {"ids": ids.tolist(), "vocab": vocab, "window": window}


def _count_inputs(rng: np.random.Generator) -> Any:
    fixed = [{"ids": [0, 1, 2, 3, 4, 5], "vocab": 6, "window": 2}, {"ids": [0, 1, 0], "vocab": 2, "window": 2}]
    return [*fixed, _text(rng, 7, 60, 4), _text(rng, 3, 25, 10)]


def _judge_counts(inputs: Any, value: Any) -> str | None:
    for case, found in zip(inputs, value, strict=True):
        found, expected = np.array(found, dtype=float), _counts(case)
        if found.shape != expected.shape:
            return f"you returned a matrix of shape {found.shape} for {case['vocab']} words: it is (V, V)"
        if np.allclose(found, expected, rtol=1e-5):
            continue
        i, j = np.argwhere(~np.isclose(found, expected, rtol=1e-5))[0]
        where = f"with window {case['window']} over ids {' '.join(map(str, case['ids'][:10]))}"
        said = f"{where} your X[{i}, {j}] was {show(found[i, j])}, not {show(expected[i, j])}"
        causes = {
            "every pair counts 1/distance, not 1": _counts(case, weigh=False),
            "every pair is counted twice": 2 * expected,
            "pairs count one way only; the window is symmetric": _counts(case, both=False),
            "pairs count one way only; the window is symmetric ": _counts(case, both=False).T,
            "the window stops one word early": _counts(case | {"window": case["window"] - 1}),
            "the window reaches one word too far": _counts(case | {"window": case["window"] + 1}),
            "a pair of equal words counts from both its ends": expected - np.diag(np.diag(expected)) / 2,
        }
        matching = [cause for cause, matrix in causes.items() if np.allclose(found, matrix, rtol=1e-5)]
        return f"{said}: {matching[0].strip()}" if matching else said
    return None


def _separator_inputs(rng: np.random.Generator) -> Any:
    sentences = [0, 1, 2, SEPARATOR, 1, 3, 4, SEPARATOR, 0, 2, 1, SEPARATOR]
    return [{"ids": sentences, "vocab": 5, "window": 3}, _text(rng, 6, 80, 4, ends=0.15)]


def _judge_separators(inputs: Any, value: Any) -> str | None:
    for case, found in zip(inputs, value, strict=True):
        found, expected = np.array(found, dtype=float), _counts(case)
        if found.shape != expected.shape or not np.allclose(found, expected, rtol=1e-5):
            joined = _counts(case | {"ids": [word for word in case["ids"] if word != SEPARATOR]})
            hint = ""
            if found.shape == joined.shape and np.allclose(found, joined, rtol=1e-5):
                hint = ": you joined the sentences; no pair reaches across a separator"
            sums = f"{show(np.sum(found))}, not {show(expected.sum())}"
            return f"with separators (−1) among the ids, your counts sum to {sums}{hint}"
    return None


# GloVe


def _weight_inputs(rng: np.random.Generator) -> Any:
    x = rounded(rng.uniform(0.5, 60, 6))
    return [
        {"x": [6.25, 16.0, 100.0, 250.0], "x_max": 100.0, "alpha": 0.75},
        {"x": [*x, 5000.0], "x_max": 40.0, "alpha": 0.5},
    ]


def _judge_weight(inputs: Any, value: Any) -> str | None:
    for case, found in zip(inputs, value, strict=True):
        for x, got in zip(case["x"], found, strict=True):
            x_max, alpha = case["x_max"], case["alpha"]
            expected = min(1.0, (x / x_max) ** alpha)
            if differs(got, expected):
                said = f"your f({x:g}) for x_max = {x_max:g}, α = {alpha:g} was {show(got)}, not {show(expected)}"
                return f"{said}: from x_max on it is 1" if got and got > 1 else said
    return None


def _entry_inputs(rng: np.random.Generator) -> Any:
    x = rng.uniform(1, 300, 9)
    return {
        "own": rounded(rng.normal(size=(9, 5))),
        "other": rounded(rng.normal(size=(9, 5))),
        "log": np.log(x).tolist(),
        "weight": np.minimum(1, (x / 100) ** 0.75).tolist(),
    }


def _residual(inputs: Any, biases: bool = True) -> np.ndarray:
    own, other = np.array(inputs["own"]), np.array(inputs["other"])
    fitted = np.sum(own[:, :-1] * other[:, :-1], axis=1)
    return fitted + (own[:, -1] + other[:, -1] if biases else 0) - np.array(inputs["log"])


def _judge_loss(inputs: Any, value: Any) -> str | None:
    f, residual, bare = np.array(inputs["weight"]), _residual(inputs), _residual(inputs, biases=False)
    expected = float(f @ residual**2 / 2)
    if not differs(value["loss"], expected, 1e-5 * expected):
        return None
    said = (
        f"your loss of {len(f)} entries was {show(value['loss'])}, not Σ f·(w·w̃ + b + b̃ − log X)²/2 = {show(expected)}"
    )
    causes = {
        "the biases are missing": f @ bare**2 / 2,
        "that is twice it; half of the square has the gradient f·r": 2 * expected,
        "the weights f are missing": residual @ residual / 2,
        "that is the mean; take the sum": expected / len(f),
        "the weight is squared too": (f * residual) @ (f * residual) / 2,
    }
    matching = [cause for cause, loss in causes.items() if not differs(value["loss"], float(loss), 1e-4 * float(loss))]
    return f"{said}: {matching[0]}" if matching else said


def _judge_gradients(inputs: Any, value: Any) -> str | None:
    error = (np.array(inputs["weight"]) * _residual(inputs))[:, None]
    own, other = np.array(inputs["own"]), np.array(inputs["other"])
    expected = np.concatenate([error * other, error * own])
    expected[:, -1] = np.tile(error[:, 0], 2)
    found = np.array(value["gradient"], dtype=float)
    if found.shape != expected.shape:
        return f"your gradient has shape {found.shape}; rows of own above rows of other make {expected.shape}"
    if np.allclose(found, expected, rtol=1e-4, atol=1e-6):
        return None
    if np.allclose(found, 2 * expected, rtol=1e-4, atol=1e-6):
        return "your gradient is twice f·r·w̃: the loss is half the square"
    if np.allclose(found, -expected, rtol=1e-4, atol=1e-6):
        return "your gradient points downhill: ∂J/∂w = f·r·w̃ has the residual's sign"
    if np.allclose(found[:, :-1], expected[:, :-1], rtol=1e-4, atol=1e-6):
        wrong = f"{show(found[0, -1])}, not f·r = {show(expected[0, -1])}"
        return f"your gradients of the vectors are right, those of the biases are not: the first is {wrong}"
    wrong = np.argwhere(~np.isclose(found, expected, rtol=1e-4, atol=1e-6))[0]
    row, column = wrong.tolist()
    part = "∂J/∂own" if row < len(own) else "∂J/∂other"
    wrong = f"{show(found[row, column])}, not {show(expected[row, column])}"
    return f"your {part} of entry {row % len(own)}, column {column}, was {wrong}"


def _training_inputs(rng: np.random.Generator) -> Any:
    """Counts of a text whose words come in ten topics, frequent and rare ones in each."""
    topic = np.repeat(rng.integers(0, 10, 1200), 15)
    ids = np.minimum(rng.geometric(0.2, len(topic)) - 1, 11) * 10 + topic  # (n,), 120 words
    counts = np.zeros((120, 120))
    for distance in range(1, 11):
        np.add.at(counts, (ids[:-distance], ids[distance:]), 1 / distance)
    return {"counts": np.round(counts + counts.T, 2).tolist(), "dim": 20, "epochs": 30}


def _judge_training(inputs: Any, value: Any) -> str | None:
    losses = value["losses"]
    if len(losses) != inputs["epochs"]:
        return f"you recorded {len(losses)} losses for {inputs['epochs']} epochs"
    if not np.all(np.isfinite(losses)):
        return f"your loss is not finite after {int(np.argmin(np.isfinite(losses)))} epochs"
    if not losses[-1] < losses[len(losses) // 3] < losses[0]:
        third = show(losses[len(losses) // 3])
        return (
            f"your loss does not fall: {show(losses[0])} at first, {third} after a third, {show(losses[-1])} at the end"
        )
    counts = np.array(inputs["counts"])
    w, c, b, bc = (np.array(value[name], dtype=float) for name in ("w", "w_context", "b", "b_context"))
    if np.ptp(b) < 1e-3 or np.ptp(bc) < 1e-3:
        which = "b" if np.ptp(b) < 1e-3 else "b̃"
        return f"your {which} is the same for all words: it does not move in training"
    seen = counts >= 10
    fitted = (w @ c.T + b[:, None] + bc)[seen]
    r = float(np.corrcoef(fitted, np.log(counts[seen]))[0, 1])
    if not r > 0.8:
        return f"after {inputs['epochs']} epochs w·w̃ + b + b̃ and log X correlate {r:.2f}: expected more than .8"
    return None


# subwords

WORDS = ["where", "running", "runs", "naïve", "東京", "a", "banana"]


def _ngrams(word: str, minn: int, maxn: int, marks: bool = True) -> list[str]:
    marked = f"<{word}>" if marks else word
    pieces = [marked[i : i + n] for i in range(len(marked)) for n in range(minn, maxn + 1) if i + n <= len(marked)]
    return [piece for piece in pieces if piece not in ("<", ">")]


def _hash(ngram: str, signed: bool = True) -> int:
    """FNV-1a with every byte read as a signed one, written with Python's own integers."""
    value = 2166136261
    for byte in ngram.encode():
        number = byte - 256 if signed and byte > 127 else byte
        value = ((value ^ (number & 0xFFFFFFFF)) * 16777619) & 0xFFFFFFFF
    return value


def _ngram_inputs(rng: np.random.Generator) -> Any:
    word = "".join(rng.choice(list("abcdeé"), 9))
    return [["where", 3, 3], ["cat", 3, 6], ["a", 1, 2], ["東京", 2, 3], [word, 3, 6], [word, 2, 4]]


def _judge_ngrams(inputs: Any, value: Any) -> str | None:
    for (word, minn, maxn), found in zip(inputs, value, strict=True):
        expected = _ngrams(word, minn, maxn)
        if sorted(found) == sorted(expected):
            continue
        said = f"the n-grams of {word!r}, {minn} to {maxn} letters, were yours {' '.join(found[:12])}"
        if sorted(found) == sorted(_ngrams(word, minn, maxn, marks=False)):
            return f"{said}: mark the word's ends first, <{word}>"
        missing, extra = (list(set(a) - set(b)) for a, b in ((expected, found), (found, expected)))
        parts = [f"missing {' '.join(sorted(missing)[:5])}"] if missing else []
        parts += [f"too many {' '.join(sorted(extra)[:5])}"] if extra else []
        return f"{said}: {'; '.join(parts) or 'an n-gram that stands twice counts twice'}"
    return None


def _hash_inputs(rng: np.random.Generator) -> Any:
    return ["a", "<wh", "ing>", "naï", "<東京>", "é", "".join(rng.choice(list("abcxyzäß"), 5)) + "ö"]


def _judge_hash(inputs: Any, value: Any) -> str | None:
    for ngram, found in zip(inputs, value, strict=True):
        if found == _hash(ngram):
            continue
        said = f"your hash of {ngram!r} was {found}, not {_hash(ngram)}"
        if found == _hash(ngram, signed=False):
            return f"{said}: that is plain FNV-1a; fastText sign-extends bytes from 128 up"
        return said
    return None


def _rows_inputs(rng: np.random.Generator) -> Any:
    return {"words": WORDS, "minn": 3, "maxn": int(rng.integers(4, 7)), "bucket": int(rng.integers(200, 5000))}


def _judge_rows(inputs: Any, value: Any) -> str | None:
    words, minn, maxn, bucket = inputs.values()
    rows, offsets = ([int(number) for number in value[name]] for name in ("rows", "offsets"))
    if len(offsets) != len(words) + 1:
        return f"you returned {len(offsets)} offsets for {len(words)} words: V + 1 of them"
    for word, start, end in zip(words, offsets, offsets[1:]):
        expected = [_hash(ngram) % bucket for ngram in _ngrams(word, minn, maxn)]
        if sorted(rows[start:end]) != sorted(expected):
            found = f"{rows[start:end][:6]} …, not {expected[:6]} …"
            return f"with {bucket} rows your rows of {word!r} were {found}"
    return None


def _table_inputs(rng: np.random.Generator, words: list[str] = WORDS) -> Any:
    return {"words": words, "minn": 3, "maxn": 5, "bucket": 300, "dim": 4, "seed": int(rng.integers(1000))}


def _tables(inputs: Any) -> tuple[np.ndarray, np.ndarray]:
    rng, dim = np.random.default_rng(inputs["seed"]), inputs["dim"]
    own = rng.standard_normal((len(inputs["words"]), dim), dtype=np.float32)
    return own, rng.standard_normal((inputs["bucket"], dim), dtype=np.float32)


def _gram_rows(inputs: Any, word: str) -> list[int]:
    return [_hash(ngram) % inputs["bucket"] for ngram in _ngrams(word, inputs["minn"], inputs["maxn"])]


def _judge_compose(inputs: Any, value: Any) -> str | None:
    own, grams = _tables(inputs)
    found = np.array(value, dtype=float)
    if found.shape != own.shape:
        return f"you returned shape {found.shape} for {len(own)} words: (V, d) = {own.shape}"
    for word, mine, row in zip(inputs["words"], own, found):
        parts = grams[_gram_rows(inputs, word)]
        expected = (mine + parts.sum(axis=0)) / (1 + len(parts))
        if np.allclose(row, expected, atol=1e-5):
            continue
        said = f"your vector of {word!r}, {len(parts)} n-grams, begins {show(row[0])}, not {show(expected[0])}"
        causes = {"that is the sum; take the mean": expected * (1 + len(parts))}
        if len(parts):
            causes["the word's own row is missing"] = parts.mean(axis=0)
            causes["its own row counts among the parts: divide by 1 + n"] = (mine + parts.sum(axis=0)) / len(parts)
        matching = [cause for cause, vector in causes.items() if np.allclose(row, vector, atol=1e-5)]
        return f"{said}: {matching[0]}" if matching else said
    return None


def _judge_carried(inputs: Any, value: Any) -> str | None:
    word = inputs["words"][0]
    grams = _tables(inputs)[1].astype(float)[_gram_rows(inputs, word)]
    whole = grams.sum(axis=0)
    rest = whole - grams
    cosine = rest @ whole / (np.linalg.norm(rest, axis=1) * np.linalg.norm(whole))
    names = _ngrams(word, inputs["minn"], inputs["maxn"])
    expected = sorted(zip(cosine.tolist(), names))
    if len(value) != len(expected):
        return f"{word!r} has {len(expected)} n-grams, you returned {len(value)}"
    for (name, found), (right, gram) in zip(value, expected):
        if differs(found, right, 1e-4):
            own = sorted((grams @ whole / (np.linalg.norm(grams, axis=1) * np.linalg.norm(whole))).tolist())
            hint = ": yours is the n-gram's own cosine" if not differs(value[0][1], own[0], 1e-4) else ""
            last = not differs(value[0][1], expected[-1][0], 1e-4)
            hint = ": the lowest, which carried the most, comes first" if last else hint
            said = f"without {gram!r}, {word!r} has the cosine {show(right)} with itself"
            return f"{said}; yours was {name!r} {show(found)}{hint}"
        if name not in [other for c, other in expected if abs(c - right) < 1e-4]:
            return f"the cosine {show(right)} belongs to {gram!r}, not to {name!r}"
    return None


# a center made of rows


def _trainer_inputs(rng: np.random.Generator) -> Any:
    words = ["run", "running", "runs", "rerun", "banana", "bananas", "ran"]
    vocab = len(words)
    centers = rng.integers(0, vocab, 6)
    centers[1] = centers[0]  # a word that is a center twice
    others = rng.integers(0, vocab, 5) + vocab + 1
    return {
        "words": words, "minn": 3, "maxn": 4, "bucket": 5000, "seed": int(rng.integers(1000)),
        "squares": 1e6, "lr": 1000.0,
        "rows": [*centers.tolist(), *others.tolist()], "centers": 6, "moved": rounded(rng.normal(size=(11, 4))),
    }  # fmt: skip


def _parts(inputs: Any, value: Any) -> np.ndarray | str:
    """The learner's parts (V + 1, rows), or what is wrong with them."""
    parts = np.array(value["parts"])
    for word, row in zip(inputs["words"], parts):
        if differs(float(row.sum()), 1, 1e-4):
            return f"your parts of {word!r} sum to {show(float(row.sum()))}: a mean's weights, 1/(1 + n) each, sum to 1"
    return parts


def _judge_lookup(inputs: Any, value: Any) -> str | None:
    parts = _parts(inputs, value)
    if isinstance(parts, str):
        return parts
    table, out = np.array(value["table"]), np.array(value["out"])
    for place, row in enumerate(inputs["rows"]):
        center = place < inputs["centers"]
        expected = parts[row] @ table if center else table[row]
        if not np.allclose(out[place], expected, atol=1e-5):
            if center and np.allclose(out[place], table[row], atol=1e-5):
                return f"your center {inputs['words'][row]!r} is its own row alone, not parts @ table"
            what = f"center {inputs['words'][row]!r}" if center else f"row {row}, no center,"
            return f"your {what} begins {show(out[place, 0])}, not {show(expected[0])}"
    return None


def _judge_center_gradient(inputs: Any, value: Any) -> str | None:
    parts = _parts(inputs, value)
    if isinstance(parts, str):
        return parts
    step, moved = np.array(value["step"]), np.array(inputs["moved"])
    count, rate = inputs["centers"], inputs["lr"] / np.sqrt(inputs["squares"])
    rows = np.array(inputs["rows"])
    expected = np.zeros_like(step)
    np.add.at(expected, rows[count:], moved[count:])
    others = expected.copy()
    for row, gradient in zip(rows[:count], moved):
        expected += np.outer(parts[row], gradient)
    expected, others = rate * expected, rate * others
    if np.allclose(step, expected, rtol=5e-3, atol=1e-3):
        return None
    if np.allclose(step, others, rtol=5e-3, atol=1e-3):
        return "your centers' gradients reach no row: the n-grams learn nothing"
    summed = others.copy()
    for row, gradient in zip(rows[:count], moved):
        summed += rate * np.outer(parts[row] > 0, gradient)
    if np.allclose(step, summed, rtol=5e-3, atol=1e-3):
        return "your rows get the center's whole gradient: a row that is 1/(1 + n) of a mean gets 1/(1 + n) of it"
    row, column = np.argwhere(~np.isclose(step, expected, rtol=5e-3, atol=1e-3))[0].tolist()
    twice = inputs["words"][rows[0]]
    said = f"row {row}, column {column}, moved by {show(step[row, column])}, not {show(expected[row, column])}"
    return f"{said} (partsᵀ times the centers' gradients; {twice!r} is a center twice: both count)"


STEPS = (
    Step("cooccurrence", 12, ("cooccurrence",), _count_inputs, _judge_counts),
    Step("separators", 4, ("cooccurrence",), _separator_inputs, _judge_separators),
    Step("weight", 6, ("weight",), _weight_inputs, _judge_weight),
    Step("glove_loss", 10, ("entry_gradients",), _entry_inputs, _judge_loss),
    Step("glove_gradients", 12, ("entry_gradients",), _entry_inputs, _judge_gradients),
    Step("training", 12, ("train_glove",), _training_inputs, _judge_training, seconds=60.0),
    Step("ngrams", 8, ("ngrams",), _ngram_inputs, _judge_ngrams),
    Step("hash_ngram", 10, ("hash_ngram",), _hash_inputs, _judge_hash),
    Step("ngram_rows", 4, ("ngram_rows",), _rows_inputs, _judge_rows),
    Step("compose", 8, ("compose",), _table_inputs, _judge_compose),
    Step("center_lookup", 4, ("Subwords", "SubwordTrainer"), _trainer_inputs, _judge_lookup),
    Step("center_gradient", 4, ("Subwords", "SubwordTrainer"), _trainer_inputs, _judge_center_gradient),
    Step("carried", 6, ("carried",), lambda rng: _table_inputs(rng, ["unhappyness"]), _judge_carried),
)

LAB = Lab(
    "lab02", "lab02_glove_fasttext", STEPS, given=given("lab02_glove_fasttext"), tools=("lab01_word2vec", "lab03_eval")
)

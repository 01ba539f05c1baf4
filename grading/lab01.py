"""Lab 1's steps: what each function of word2vec is called with, and how its answer is judged. Runs in the parent.

Expected values follow from the definitions, in plain NumPy. Where a correct answer is random, the tolerance is six
standard deviations or more: it fails with a probability below 10⁻⁶.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from grading.judging import differs, rounded, show, show_row, unit_rows
from grading.lab01_pairs import PAIR_STEPS
from grading.lab01_training import TRAINING_STEPS
from grading.steps import Lab, Step, Threshold
from lab03_eval.eval_embeddings import evaluate
from lab03_eval.vectors import WordVectors

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
    ]


def _judge_vocab(inputs: Any, value: Any) -> str | None:
    for case, found in zip(inputs, value, strict=True):
        if said := _judge_one_vocab(case, found):
            return said
    return None


def _judge_one_vocab(case: dict, found: dict) -> str | None:
    tokens, minimum = case["tokens"], case["min_count"]
    text = " ".join(tokens[:9]) + (" …" if len(tokens) > 9 else "")
    counted = Counter(tokens)  # keeps the order of first appearance
    expected = [word for word, count in counted.most_common() if count >= minimum]
    words, counts, ids = found["words"], found["counts"], [int(i) for i in found["ids"]]
    if not words and case["once"]:
        return "given an iterator, as load_corpus does, you found no word: it can be gone through only once"
    if rare := [word for word in words if counted[word] < minimum]:
        return f"with min_count {minimum} you kept {rare[0]!r}, which occurs {counted[rare[0]]} times"
    if missing := [word for word in expected if word not in words]:
        return f"with min_count {minimum} you left out {missing[0]!r}, which occurs {counted[missing[0]]} times"
    falling = [counted[word] for word in words]
    if falling != sorted(falling, reverse=True):
        at = next(i for i in range(1, len(falling)) if falling[i] > falling[i - 1])
        return (
            f"your words are not sorted by falling count: {words[at - 1]!r} ({falling[at - 1]} times) stands before "
            f"{words[at]!r} ({falling[at]} times)"
        )
    if words != expected:
        at = next(i for i, (mine, theirs) in enumerate(zip(words, expected)) if mine != theirs)
        return (
            f"of words that occur equally often the first to appear comes first: in {text!r} {expected[at]!r} "
            f"should stand where you have {words[at]!r}"
        )
    if [int(count) for count in counts] != falling:
        return f"your counts of {', '.join(words[:4])} … are {counts[:4]}, the text has {falling[:4]}"
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
    return [{"counts": [9000, 900, 100], "threshold": 1e-2}, {"counts": counts, "threshold": 1e-3}]


def _judge_keep(inputs: Any, value: Any) -> str | None:
    for case, found in zip(inputs, value, strict=True):
        counts, found = np.array(case["counts"]), np.array(found, dtype=float)
        if found.shape != counts.shape:
            return f"for {len(counts)} counts you returned a shape of {found.shape}"
        ratio = case["threshold"] * counts.sum() / counts
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
    return [[81, 16, 1], np.sort(rng.zipf(1.3, 200).clip(5, 50_000))[::-1].tolist()]


def _judge_noise(inputs: Any, value: Any) -> str | None:
    for counts, found in zip(inputs, value, strict=True):
        counts = np.array(counts, dtype=float)
        shares = _shares(found, len(counts))
        if isinstance(shares, str):
            return shares
        expected = counts**0.75 / np.sum(counts**0.75)
        if np.abs(shares - expected).sum() / 2 < 0.04:
            continue
        said = (
            f"words with counts {counts[:3].astype(int).tolist()} get {show_row(shares[:3])} of your draws; "
            f"in proportion to count^0.75 it is {show_row(expected[:3])}"
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


# the blocks


def _masks_inputs(rng: np.random.Generator) -> Any:
    return [{"window": 2, "length": 4}, {"window": int(rng.integers(3, 6)), "length": 7}]


def _judge_masks(inputs: Any, value: Any) -> str | None:
    for case, found in zip(inputs, value, strict=True):
        window, length = case["window"], case["length"]
        found, shape = np.array(found, dtype=float), (length, window + 1, length + 2 * window)
        if found.shape != shape:
            return f"for window {window} and length {length} the shape is {shape}, yours {found.shape}"
        center, radius, column = np.ogrid[:length, : window + 1, : length + 2 * window]
        distance = np.abs(column - window - center)
        wrong = np.argwhere(found != ((distance <= radius) & (distance > 0)))
        if len(wrong):
            i, r, j = wrong[0].tolist()
            state = "marked" if found[i, r, j] else "not marked"
            away = abs(j - window - i)
            return f"window {window}: column {j} lies {away} from center {i}; at radius {r} you have it {state}"
    return None


def _blocks_inputs(rng: np.random.Generator) -> Any:
    batch, length, halo, shared, dim = 2, 4, 8, 3, 5
    context = (rng.random((batch, length, halo)) < 0.5).astype(float)
    return {
        "v": rounded(rng.normal(size=(batch, length, dim))),
        "u": rounded(rng.normal(size=(batch, halo + shared, dim))),
        "context": context.tolist(),
        "weight": rounded(context.sum(axis=2, keepdims=True) * 5 / shared),
    }


def _judge_blocks(inputs: Any, value: Any) -> str | None:
    v, u, context, weight = (np.array(inputs[key]) for key in ("v", "u", "context", "weight"))
    z = v @ u.transpose(0, 2, 1)  # (B, L, H + K)
    halo = context.shape[2]
    z[..., :halo] *= -1
    if not np.allclose(value["z"], z, atol=1e-6):
        return "wrongness: z is −v_c·u_o for the halo's columns and +v_c·u_n for the negatives'; yours differs"
    scale = np.concatenate([context, np.broadcast_to(weight, (*z.shape[:2], z.shape[2] - halo))], axis=2)
    total = float((scale * np.logaddexp(0, z)).sum())
    if differs(value["loss"], total, 1e-4 * total):
        return f"block_loss: Σ weight·softplus(z) is {total:.3f}, yours {show(value['loss'])}"
    g = scale / (1 + np.exp(-z))
    g[..., halo:] *= -1
    for name, mine, right in (("dv", value["dv"], g @ u), ("du", value["du"], g.transpose(0, 2, 1) @ v)):
        mine = np.array(mine, dtype=float)
        if mine.shape != right.shape:
            return f"{name} has the shape {mine.shape}, not {right.shape}"
        if np.allclose(mine, -right, atol=1e-5):
            return f"{name} is the gradient itself; the descent direction is minus it"
        if not np.allclose(mine, right, atol=1e-5):
            first = f"{show_row(mine[0, 0, :3])}, not {show_row(right[0, 0, :3])}"
            return f"{name} is not minus the gradient of the loss: its first entries are {first}"
    return None


# nearest, analogy

WORDS = ["the", "of", "king", "queen", "man", "woman", "paris", "france"]
WORDS += ["apple", "river", "bank", "money", "cat", "dog", "prince", "throne"]


def _space(rng: np.random.Generator) -> dict:
    """Vectors of very different lengths, so that the cosine's order is not the dot product's."""
    matrix = rng.normal(size=(len(WORDS), 6)) * rng.uniform(0.2, 6, (len(WORDS), 1)) + 0.3
    return {"words": WORDS, "matrix": rounded(matrix)}


def _nearest_inputs(rng: np.random.Generator) -> Any:
    return _space(rng) | {"cases": [["king", 5, None], ["cat", 4, None], ["queen", 3, 9]]}


def _judge_nearest(inputs: Any, value: Any) -> str | None:
    unit, raw = unit_rows(inputs["matrix"]), np.array(inputs["matrix"])
    for (word, topn, restrict), found in zip(inputs["cases"], value, strict=True):
        row = WORDS.index(word)
        what = f"nearest({word!r}, topn={topn}, restrict={restrict})"
        if said := _judge_answers(what, found, unit @ unit[row], raw @ raw[row], {row}, topn, restrict, 1.0):
            return said
    return None


def _analogy_inputs(rng: np.random.Generator) -> Any:
    cases = [["man", "king", "woman", 3, None], ["france", "paris", "river", 5, None], ["king", "man", "queen", 2, 12]]
    return _space(rng) | {"cases": cases}


def _judge_analogy(inputs: Any, value: Any) -> str | None:
    unit, raw = unit_rows(inputs["matrix"]), np.array(inputs["matrix"])
    for (a, b, c, topn, restrict), found in zip(inputs["cases"], value, strict=True):
        i, j, k = (WORDS.index(word) for word in (a, b, c))
        target = unit[j] - unit[i] + unit[k]
        what = f"analogy({a!r}, {b!r}, {c!r}, topn={topn}, restrict={restrict})"
        length = float(np.linalg.norm(target))
        cosines, unscaled = unit @ target / length, raw @ (raw[j] - raw[i] + raw[k])
        if said := _judge_answers(what, found, cosines, unscaled, {i, j, k}, topn, restrict, length):
            return said
    return None


def _judge_answers(
    what: str,
    found: list,
    cosines: np.ndarray,
    unscaled: np.ndarray,
    query: set[int],
    topn: int,
    restrict: int | None,
    length: float,
) -> str | None:
    """`unscaled` are the scores of one who forgot to scale vectors to length one; scores may be `length` times the
    cosine, which is the same order."""
    words = [answer[0] for answer in found]
    if asked := [WORDS[row] for row in query if WORDS[row] in words]:
        return f"{what} answered {', '.join(words)}: {asked[0]} is part of the question and must be left out"
    if rare := [word for word in words if WORDS.index(word) >= (restrict or len(WORDS))]:
        return f"{what} answered {rare[0]}, which is not among the first {restrict} rows"
    candidates = [row for row in range(restrict or len(WORDS)) if row not in query]
    best = sorted(candidates, key=lambda row: -cosines[row])[:topn]
    rows = [WORDS.index(word) for word in words]
    if len(rows) != len(best):
        return f"{what} gave {len(rows)} answers, not {len(best)}"
    if np.abs(cosines[rows] - cosines[best]).max() > 1e-5:  # equal cosines may stand in any order
        said = f"{what} answered {', '.join(words)}; by cosine it is {', '.join(WORDS[row] for row in best)}"
        if rows == sorted(candidates, key=lambda row: -unscaled[row])[:topn]:
            return f"{said}: yours is the order of products of vectors that are not scaled to length one"
        return said
    for (word, *score), row in zip(found, rows):
        if score and differs(score[0], cosines[row], 1e-3) and differs(score[0], length * cosines[row], 1e-3):
            return f"{what} gives {word} the cosine {show(score[0])}, it is {show(cosines[row])}"
    return None


STEPS = (
    Step("build_vocab", 8, ("build_vocab",), _vocab_inputs, _judge_vocab),
    Step("keep_probability", 8, ("keep_probability",), _keep_inputs, _judge_keep),
    *PAIR_STEPS,
    Step("noise_table", 8, ("noise_table",), _noise_inputs, _judge_noise),
    *TRAINING_STEPS,
    Step("window_masks", 4, ("window_masks",), _masks_inputs, _judge_masks),
    Step("block_gradients", 4, ("block_gradients", "wrongness", "block_loss"), _blocks_inputs, _judge_blocks),
    Step("nearest", 4, ("nearest",), _nearest_inputs, _judge_nearest),
    Step("analogy", 4, ("analogy",), _analogy_inputs, _judge_analogy),
)

# The threshold


def _judge_vectors(out: Path) -> str | None:
    """The floors that the lab names for a corpus of text8's size."""
    path = out / "vectors.bin"
    if not path.is_file():
        return "the command left no vectors.bin in its --out folder"
    scores: dict[str, Any] = evaluate(WordVectors.load(path))
    rho, accuracy = scores["wordsim353.rho"], scores["google.full.accuracy"]
    said = f"WordSim-353 ρ {rho:.3f} (> .55), Google analogies {100 * accuracy:.1f} % (> 30 %)"
    return None if rho > 0.55 and accuracy > 0.30 else f"below a threshold: {said}"


LAB = Lab(
    "lab01",
    "lab01_word2vec",
    STEPS,
    given=("options.py", "training.py"),
    tools=("lab03_eval",),
    threshold=Threshold(20, _judge_vectors),
)

"""Lab 2's steps on n-grams: those of a word, the rows that they share, and vectors made of them. Runs in the parent."""

from __future__ import annotations

from typing import Any

import numpy as np

from grading.judging import differs, show
from grading.steps import Step

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
        said = f"your n-grams of {word!r}, {minn} to {maxn} letters, were {' '.join(found[:12])}"
        if sorted(found) == sorted(_ngrams(word, minn, maxn, marks=False)):
            return f"{said}: mark the word's ends first, <{word}>"
        missing, extra = (list(set(a) - set(b)) for a, b in ((expected, found), (found, expected)))
        parts = [f"missing {' '.join(sorted(missing)[:5])}"] if missing else []
        parts += [f"too many {' '.join(sorted(extra)[:5])}"] if extra else []
        return f"{said}: {'; '.join(parts) or 'an n-gram that occurs twice counts twice'}"
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
        return f"you returned {len(offsets)} offsets for {len(words)} words; there should be V + 1"
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
        return f"you returned shape {found.shape} for {len(own)} words; it should be (V, d) = {own.shape}"
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


NGRAM_STEPS = (
    Step("ngrams", 8, ("ngrams",), _ngram_inputs, _judge_ngrams),
    Step("hash_ngram", 10, ("hash_ngram",), _hash_inputs, _judge_hash),
    Step("ngram_rows", 4, ("ngram_rows",), _rows_inputs, _judge_rows),
    Step("compose", 8, ("compose",), _table_inputs, _judge_compose),
)
CARRIED = Step("carried", 6, ("carried",), lambda rng: _table_inputs(rng, ["unhappyness"]), _judge_carried)

"""Lab 2's steps on n-grams: those of a word, the rows that they share, and vectors made of them. Runs in the parent."""

from __future__ import annotations

from typing import Any

import numpy as np

from grading.judging import differs, show
from grading.steps import Step

WORDS = ["where", "running", "runs", "naïve", "東京", "a", "banana"]
BARE = ["a", "where", "é", "i", "banana", "東"]  # four without n-grams of 4 letters: first, last and side by side


def _ngrams(word: str, minn: int, maxn: int, marks: bool = True) -> list[str]:
    marked = f"<{word}>" if marks else word
    pieces = [marked[i : i + n] for i in range(len(marked)) for n in range(minn, maxn + 1) if i + n <= len(marked)]
    return [piece for piece in pieces if piece not in ("<", ">")]


def _hash(ngram: str, least: int = 128) -> int:
    """FNV-1a with every byte from `least` up read as a signed one, written with Python's own integers."""
    value = 2166136261
    for byte in ngram.encode():
        number = byte - 256 if byte >= least else byte
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
    """The last bytes of À and ÿ are 128 and 191, and DEL is the byte 127."""
    limits = ["\x7f", "À", "ÿ", "🙂"]
    return ["a", "<wh", "ing>", "naï", "<東京>", "é", *limits, "".join(rng.choice(list("abcxyzäß"), 5)) + "ö"]


def _judge_hash(inputs: Any, value: Any) -> str | None:
    for ngram, found in zip(inputs, value, strict=True):
        if found == _hash(ngram):
            continue
        said = f"your hash of {ngram!r} was {found}, not {_hash(ngram)}"
        causes = {
            "that is plain FNV-1a; fastText sign-extends bytes from 128 up": _hash(ngram, 256),
            "bytes are sign-extended from 128 up, and yours only above 128": _hash(ngram, 129),
            "bytes are sign-extended from 128 up, and yours from 127 up": _hash(ngram, 127),
        }
        matching = [cause for cause, number in causes.items() if found == number]
        return f"{said}: {matching[0]}" if matching else said
    return None


def _rows_inputs(rng: np.random.Generator) -> Any:
    maxn, bucket = int(rng.integers(4, 7)), int(rng.integers(200, 5000))
    return [{"words": words, "minn": minn, "maxn": maxn, "bucket": bucket} for words, minn in ((WORDS, 3), (BARE, 4))]


def _judge_rows(inputs: Any, value: Any) -> str | None:
    problems = (_wrong_rows(*pair) for pair in zip(inputs, value, strict=True))
    return next(filter(None, problems), None)


def _wrong_rows(case: Any, value: Any) -> str | None:
    words, minn, maxn, bucket = case.values()
    rows, offsets = ([int(number) for number in value[name]] for name in ("rows", "offsets"))
    if len(offsets) != len(words) + 1:
        said = f"you returned {len(offsets)} offsets for {len(words)} words; there should be V + 1"
        bare = [word for word in words if not _ngrams(word, minn, maxn)]
        without = f"{' '.join(bare)}, which have no n-grams of {minn} to {maxn} letters, need theirs, too"
        return f"{said}: {without}" if bare else said
    for word, start, end in zip(words, offsets, offsets[1:]):
        expected = [_hash(ngram) % bucket for ngram in _ngrams(word, minn, maxn)]
        if sorted(rows[start:end]) != sorted(expected):
            found = f"{rows[start:end][:6]} …, not {expected[:6]} …"
            return f"with {bucket} rows your rows of {word!r} were {found}"
    return None


def _table_inputs(rng: np.random.Generator, words: list[str], minn: int = 3) -> Any:
    return {"words": words, "minn": minn, "maxn": 5, "bucket": 300, "dim": 4, "seed": int(rng.integers(1000))}


def _compose_inputs(rng: np.random.Generator) -> Any:
    return [_table_inputs(rng, WORDS), _table_inputs(rng, BARE, minn=4)]


def _tables(inputs: Any) -> tuple[np.ndarray, np.ndarray]:
    rng, dim = np.random.default_rng(inputs["seed"]), inputs["dim"]
    own = rng.standard_normal((len(inputs["words"]), dim), dtype=np.float32)
    return own, rng.standard_normal((inputs["bucket"], dim), dtype=np.float32)


def _gram_rows(inputs: Any, word: str) -> list[int]:
    return [_hash(ngram) % inputs["bucket"] for ngram in _ngrams(word, inputs["minn"], inputs["maxn"])]


def _judge_compose(inputs: Any, value: Any) -> str | None:
    problems = (_wrong_vectors(*pair) for pair in zip(inputs, value, strict=True))
    return next(filter(None, problems), None)


def _wrong_vectors(inputs: Any, value: Any) -> str | None:
    own, grams = _tables(inputs)
    if not (np.array_equal(value["own"], own) and np.array_equal(value["grams"], grams)):
        return "your function changed the rows that it was given: write the vectors to an array of their own"
    found = np.array(value["vectors"], dtype=float)
    if found.shape != own.shape:
        return f"you returned shape {found.shape} for {len(own)} words; it should be (V, d) = {own.shape}"
    for word, mine, row in zip(inputs["words"], own, found):
        parts = grams[_gram_rows(inputs, word)]
        expected = (mine + parts.sum(axis=0)) / (1 + len(parts))
        if np.allclose(row, expected, atol=1e-5):
            continue
        said = f"your vector of {word!r}, {len(parts)} n-grams, begins {show(row[0])}, not {show(expected[0])}"
        if not len(parts):
            return f"{said}: a word without n-grams is its own row alone"
        causes = {
            "that is the sum; take the mean": expected * (1 + len(parts)),
            "the word's own row is missing": parts.mean(axis=0),
            "its own row counts among the parts: divide by 1 + n": (mine + parts.sum(axis=0)) / len(parts),
        }
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
    Step("compose", 8, ("compose",), _compose_inputs, _judge_compose),
)
CARRIED = Step("carried", 6, ("carried",), lambda rng: _table_inputs(rng, ["unhappyness"]), _judge_carried)

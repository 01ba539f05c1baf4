"""Is there enough to train on? Said before the time is spent, with what was left and which option to change."""

from __future__ import annotations

from wordlab.errors import InputError

LEAST_KEPT = 10  # tokens per epoch: of fewer, many an epoch has no pair
LONGEST = 2_000  # characters of a word: no spelling has so many, and the readers of vector files stop at 10,000 bytes


def demand_enough(data: str, words: list[str], tokens: int, kept: float) -> None:
    """Raise InputError where `words` and their `tokens`, of which subsampling keeps `kept` per epoch, are too few."""
    for row, word in enumerate(words):
        if len(word) > LONGEST:
            raise InputError(
                f"{data}: word {row + 1:,} by count ({word[:12]}…) has {len(word):,} characters: "
                "put spaces between the words, which Chinese, Japanese or Thai text needs a segmenter for"
            )
    if len(words) < 2:
        raise InputError(
            f"{data}: only one distinct word is left ({words[0]}), with nothing to tell it from: "
            "lower --min-count or give more text"
        )
    if kept < min(tokens, LEAST_KEPT):
        raise InputError(
            f"{data}: subsampling leaves {kept:.1f} of {tokens:,} tokens per epoch, too few for pairs: "
            f"raise --subsample (1 keeps every token) or give more text"
        )

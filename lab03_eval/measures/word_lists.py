"""The word lists that bias is measured with, and how their files are read (`python scripts/get_data.py bias`)."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

from lab03_eval.benchmarks import damaged, find_data, read_text

FILES = {
    "weat": "bias/WEAT.json",
    "definitional_pairs": "bias/bolukbasi_definitional_pairs.json",
    "equalize_pairs": "bias/bolukbasi_equalize_pairs.json",
    "gender_specific": "bias/bolukbasi_gender_specific_full.json",
    "professions": "bias/bolukbasi_professions.json",
}
# Targets X and Y, attributes A and B, named as in WEAT.json; the numbering is the paper's Table 1.
WEAT_TESTS = {
    "1_flowers_insects": ("flowers", "insects", "pleasant_5", "unpleasant_5a"),
    "2_instruments_weapons": ("instruments", "weapons", "pleasant_5", "unpleasant_5a"),
    "3_names": ("european_american_names_5", "african_american_names_5", "pleasant_5", "unpleasant_5a"),
    "4_names": ("european_american_names_7", "african_american_names_7", "pleasant_5", "unpleasant_5a"),
    "5_names": ("european_american_names_7", "african_american_names_7", "pleasant_9", "unpleasant_9"),
    "6_career_family": ("male_names", "female_names", "career", "family"),
    "7_math_arts": ("math", "arts", "male_terms", "female_terms"),
    "8_science_arts": ("science", "arts_2", "male_terms_2", "female_terms_2"),
    "9_mental_physical": ("mental_disease", "physical_disease", "temporary", "permanent"),
    "10_young_old": ("young_people_names", "old_people_names", "pleasant_9", "unpleasant_9"),
}


def read_words(name: str) -> Any:
    """Content of the word list `name` of FILES.

    `weat` is a dictionary of word lists that has all sets of WEAT_TESTS. The pairs are lists of two words each,
    `gender_specific` is a list of words, and `professions` holds [word, definitional, stereotype rating]. Raises
    NotAtHand where the file was not fetched, Damaged where it holds something else.
    """
    path = find_data(FILES[name])
    text = read_text(path)
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        raise damaged(path, f"line {error.lineno}", f"JSON ({error.msg})") from None
    except (ValueError, RecursionError):  # a number of thousands of digits, or thousands of brackets
        raise damaged(path, "all lines", "JSON of word lists") from None
    if name == "weat":
        for key in dict.fromkeys(key for test in WEAT_TESTS.values() for key in test):
            if not isinstance(content, dict) or not _words(content.get(key)):
                raise damaged(path, f"set {key!r}", "a list of words")
        return content
    what, fits = ENTRIES[name]
    if not isinstance(content, list) or not content:
        raise damaged(path, "its content", f"a list of entries, each {what}")
    for number, entry in enumerate(content, start=1):
        if not fits(entry):
            raise damaged(path, f"entry {number}", what)
    return content


def _words(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(word, str) for word in value)


def _pair(value: Any) -> bool:
    return _words(value) and len(value) == 2


def _rated(value: Any) -> bool:
    """A profession: a word and two finite numbers."""
    try:
        word, *ratings = value
        numbers = [isinstance(rating, int | float) and math.isfinite(rating) for rating in ratings]
    except (TypeError, OverflowError):  # not iterable; an integer beyond float64
        return False
    return isinstance(word, str) and numbers == [True, True]


ENTRIES: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "definitional_pairs": ("two words", _pair),
    "equalize_pairs": ("two words", _pair),
    "gender_specific": ("a word", lambda value: isinstance(value, str)),
    "professions": ("a word and two numbers", _rated),
}

"""What is known of languages: their scripts, how they spell digits, and which of them put no spaces between words."""

from __future__ import annotations

import importlib
import re
import tempfile
from collections.abc import Callable

from wordlab.errors import InputError

from lab03_eval.languages import is_code

# A script is named as Unicode's character names begin.
WRITTEN_IN = {
    "LATIN": "af az bs ca cs cy da de en eo es et eu fi fr ga gl hr hu id is it la lb lt lv ms mt nb nl nn no pl pt ro "
    "sk sl sq sv sw tl tr vi",
    "CYRILLIC": "be bg kk ky mk mn ru tg uk",
    "CYRILLIC LATIN": "sr uz",
    "GREEK": "el grc",
    "ARMENIAN": "hy",
    "GEORGIAN": "ka",
    "HEBREW": "he yi",
    "ARABIC": "ar arz ckb fa ps sd ug ur",
    "DEVANAGARI": "hi mr ne sa",
    "BENGALI": "as bn",
    "GUJARATI": "gu",
    "GURMUKHI": "pa",
    "ORIYA": "or",
    "TAMIL": "ta",
    "TELUGU": "te",
    "KANNADA": "kn",
    "MALAYALAM": "ml",
    "SINHALA": "si",
    "ETHIOPIC": "am ti",
    "HANGUL CJK": "ko",
    "HIRAGANA KATAKANA CJK": "ja",
    "CJK": "lzh wuu yue zh",
    "THAI": "th",
    "LAO": "lo",
    "KHMER": "km",
    "MYANMAR": "my",
}
SCRIPTS = {code: set(scripts.split()) for scripts, codes in WRITTEN_IN.items() for code in codes.split()}
DIGITS = {
    "en": ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"],
    "de": ["null", "eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun"],
    "es": ["cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve"],
    "fi": ["nolla", "yksi", "kaksi", "kolme", "neljä", "viisi", "kuusi", "seitsemän", "kahdeksan", "yhdeksän"],
    "fr": ["zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf"],
}
DOTLESS = {"tr", "az"}  # they write ı without a dot beside i, and İ beside I
SPACES = "spaces"  # the segmenter of a text whose words are split already
SEGMENTERS = {  # a package, the languages that it is for, what pip installs
    "jieba": ({"lzh", "wuu", "yue", "zh"}, "jieba"),
    "fugashi": ({"ja"}, "fugashi unidic-lite"),
    "pythainlp": ({"th"}, "pythainlp"),
}
UNSPACED = {"km", "lo", "my"}.union(*(codes for codes, _ in SEGMENTERS.values()))
RUN = re.compile(r"\S{1,5000}")  # characters that a segmenter gets at a time: none of them is made for a whole book

Segment = Callable[[str], str]


def check_language(code: str) -> None:
    """Raises InputError unless `code` can be one of ISO 639, as those who read the corpus's note will ask."""
    if not is_code(code):
        raise InputError(f"--lang {code}: expected a code of ISO 639, two or three small letters such as de or grc")


def check_digits(language: str, digits: str) -> None:
    """Raises InputError where digits are to be spelt in a language whose digits are not known."""
    if digits == "spell" and language not in DIGITS:
        known = ", ".join(sorted(DIGITS))
        raise InputError(f"--digits spell: the digits of {language} are not known, only {known}; drop or keep them")


def load_segmenter(language: str, name: str | None) -> Segment | None:
    """What puts spaces between the words of a text, or None where they are there.

    Raises InputError where a language needs a segmenter and none is named, or where it is another's or not installed.
    """
    if name is None and language not in UNSPACED:
        return None
    fitting = [known for known, (codes, _) in SEGMENTERS.items() if language in codes]
    advice = " or ".join(f"--segmenter {known}" for known in [*fitting, SPACES])
    if name is None:
        raise InputError(
            f"--lang {language}: no spaces divide its words, so a segmenter has to find them; add {advice} "
            f"({SPACES} is for a text that another tool has split)"
        )
    if name == SPACES:
        return None
    if name not in fitting:
        raise InputError(f"--segmenter {name}: it does not know the language {language}; use {advice}, or none")
    cut = _load(name)
    return lambda text: RUN.sub(lambda run: " ".join(cut(run[0])), text)


def _load(name: str) -> Callable[[str], list[str]]:
    """A package's function from text to words."""
    install = f"pip install {SEGMENTERS[name][1]}"
    try:
        package = importlib.import_module(name)
    except ImportError as error:
        raise InputError(f"--segmenter {name}: the package cannot be imported ({error}): {install}") from None
    if name == "jieba":
        package.setLogLevel("WARNING")
        with tempfile.TemporaryDirectory() as folder:
            package.dt.tmp_dir = folder  # where everyone's temporary files lie, it would load what others put there
            package.initialize()
        return package.lcut
    if name == "pythainlp":
        return package.word_tokenize
    try:
        tagger = package.Tagger("-Owakati")
    except RuntimeError:
        raise InputError(f"--segmenter {name}: it finds no dictionary: {install}") from None
    return lambda text: tagger.parse(text).split()

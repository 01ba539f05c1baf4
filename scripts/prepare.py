"""Make a corpus of raw text in any language: one paragraph per line, lower-case words split by single spaces.

    python scripts/prepare.py wikipedia.txt de.txt --lang de
    python scripts/prepare.py dewiki-pages-articles.xml.bz2 de.txt --lang de
    python scripts/prepare.py thai.txt th.txt --lang th --segmenter pythainlp

IN is plain text in UTF-8, what WikiExtractor writes (with lines <doc …> or as JSON lines), or a MediaWiki dump. It may
be packed by gzip, bzip2 or xz. OUT is trained on with --data OUT. OUT.json is the corpus's note: it says how OUT was
made and in which language it is. data/README.md describes its keys.

The general rules, in their order:

1. Characters are composed (Unicode's NFC), so that é is one character however it was typed.
2. A word is a run of letters with their combining marks. Everything else divides words, so that apostrophes and
   hyphens do. A mark without a letter before it is dropped.
3. Marks of writing direction, soft hyphens, variation selectors and the Arabic tatweel are dropped, and the word
   around them stays whole. A zero-width joiner or non-joiner stays between two characters of Arabic script or of the
   scripts of India and South-East Asia, and is dropped elsewhere. A zero-width space divides words.
4. With --strip-marks, the vowel signs of Arabic and Hebrew are dropped.
5. Digits divide words (--digits drop), count as letters (keep), or become the word of each digit (spell).
6. Letters are lowered as Unicode says, by which Greek's final sigma is ς. In Turkish and Azeri, I becomes ı and İ
   becomes i. German's ß stays.
7. A line of IN is a paragraph. Lines without a word are left out.

English text gets the rules text8 instead, which are those of the corpus of that name, unless --rules general is given.
Letters are a to z, digits are spelt, everything else is a space, and there are no lines. A dump's markup goes by the
rules of wikifil (scripts/preparing/text8.py), and under the general rules by those of gensim.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shlex
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

try:
    from wordlab.command import OneLineParser, number, run_command
except ModuleNotFoundError as missing:
    sys.exit(f"error: {missing}; at the root of the repository, type: pip install -r requirements.txt")

from wordlab.errors import InputError
from wordlab.files import replacing, write_json

from lab01_word2vec.text_file import SUFFIXES
from scripts.preparing import sources, text8
from scripts.preparing.languages import SEGMENTERS, SPACES, check_digits, check_language, load_segmenter
from scripts.preparing.noticed import Characters, notices, other_scripts
from scripts.preparing.words import Cleaner, lay_out

MIN_COUNT = 5  # what the labs train with: rarer words get no vector


def run(args: argparse.Namespace) -> None:
    settle(args)
    check_paths(args.source, args.out)
    characters, words, lines = Characters(), Counter[str](), 0
    with replacing(args.out) as temporary:
        with open(temporary, "w", encoding="utf-8", newline="\n") as file:
            for text in prepared(args, characters):
                words.update(text.split())
                lines += text.count("\n")
                file.write(text)
        if not words:
            raise InputError(f"{args.source}: no word is left of it under the rules {args.rules}; check --lang")
        percent, sentence = other_scripts(characters.scripts(), args.lang)
        if percent > args.other_scripts:
            remedy = f"check --lang {args.lang}, or allow more than {args.other_scripts:g} % by --other-scripts PERCENT"
            raise InputError(f"{args.source}: {sentence}; {remedy}")
    write_json(f"{args.out}.json", note(args, words, max(lines, 1)))
    for notice in notices(characters, args.lang, args.strip_marks):
        print(notice)
    if percent:
        print(f"{sentence}; --other-scripts sets how many percent are allowed")
    kept = sum(count >= MIN_COUNT for count in words.values())
    print(
        f"{args.out}: {words.total():,} tokens, {len(words):,} words, {kept:,} of which occur {MIN_COUNT} times or more"
    )
    print(f"Train on it: python lab01_word2vec/solution.py --data {shlex.quote(str(args.out))}")


def settle(args: argparse.Namespace) -> None:
    """Fill in the defaults that depend on the language. Raises InputError for options that do not go together."""
    check_language(args.lang)
    args.rules = args.rules or ("text8" if args.lang == "en" else "general")
    if args.rules == "text8":
        if args.lang != "en":
            raise InputError(f"--rules text8: they are for English alone, not for --lang {args.lang}; leave them out")
        if args.strip_marks or args.segmenter or args.digits not in (None, "spell"):
            raise InputError("--rules text8: they leave no choice of digits, marks or segmenter; add --rules general")
    args.digits = args.digits or ("spell" if args.rules == "text8" else "drop")
    check_digits(args.lang, args.digits)


def check_paths(source: Path, out: Path) -> None:
    """Raises InputError unless `source` is a file, and another than `out` and its note."""
    if not source.is_file():
        raise InputError(f"{source}: {'a directory' if source.is_dir() else 'no such file'}; IN is one file of text")
    for written in (out, Path(f"{out}.json")):
        if written.exists() and os.path.samefile(source, written):
            raise InputError(f"{source}: {written} would replace it; give OUT another name")
    if out.suffix.lower() in SUFFIXES:
        raise InputError(f"{out}: the corpus is not packed; leave {out.suffix} out of its name")


def prepared(args: argparse.Namespace, characters: Characters) -> Iterator[str]:
    """The corpus in pieces, whose characters are counted while they are raw."""
    if args.rules == "text8":
        pieces = characters.counted(sources.read_source(args.source, text8.without_markup))
        return lay_out(map(text8.clean, pieces), separator=" ", end="")
    cleaner = Cleaner(args.lang, args.digits, args.strip_marks, load_segmenter(args.lang, args.segmenter))
    pieces = characters.counted(sources.read_source(args.source, sources.without_markup))
    return lay_out(map(cleaner, pieces))


def note(args: argparse.Namespace, words: Counter[str], lines: int) -> dict[str, object]:
    """What data/README.md describes."""
    with open(args.source, "rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {
        "language": args.lang,
        "rules": args.rules,
        "digits": args.digits,
        "strip_marks": args.strip_marks,
        "segmenter": args.segmenter,
        "source": args.source.name,
        "sha256": digest,
        "tokens": words.total(),
        "words": len(words),
        "lines": lines,
    }


def build_parser() -> OneLineParser:
    parser = OneLineParser(__doc__)
    parser.add_argument("source", type=Path, metavar="IN", help="plain text, WikiExtractor's output or a dump")
    parser.add_argument("out", type=Path, metavar="OUT", help="the corpus; its note is written beside it, OUT.json")
    parser.add_argument("--lang", required=True, metavar="CODE", help="the text's language by ISO 639, such as de")
    parser.add_argument("--rules", choices=("general", "text8"), help="default: text8 for English, else general")
    parser.add_argument("--digits", choices=("spell", "drop", "keep"), help="default: spell under text8, else drop")
    parser.add_argument("--strip-marks", action="store_true", help="drop the vowel signs of Arabic and Hebrew")
    parser.add_argument(
        "--segmenter", choices=(*SEGMENTERS, SPACES), help="what finds words where the language writes no spaces"
    )
    parser.add_argument(
        "--other-scripts", type=number(float, 0, 100), default=10, metavar="PERCENT",
        help="of the letters may be of scripts that the language is not written in; more are refused (default: 10)",
    )  # fmt: skip
    return parser


if __name__ == "__main__":
    run_command(build_parser(), run)

"""Link the first use of every glossary term on a page to GLOSSARY.md. A second run changes nothing.

    python scripts/link_glossary.py                README.md, START.md and the walkthroughs
    python scripts/link_glossary.py PAGE.md        other pages
    python scripts/link_glossary.py --check        list the missing links and write nothing; status 1 if there are any

A use is a whole word in prose, a plural included; the longest term wins where two begin. Headings, code, formulas,
links, pictures, comments, what stands in double quotes and the tables that scripts write are no prose.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path

try:
    from wordlab.command import OneLineParser, run_command
except ModuleNotFoundError as missing:
    sys.exit(f"error: {missing}; at the root of the repository, type: pip install -r requirements.txt")

from wordlab.errors import InputError
from wordlab.files import write_text

ROOT = Path(__file__).resolve().parents[1]
GLOSSARY = ROOT / "GLOSSARY.md"
PAGES = [ROOT / "README.md", ROOT / "START.md", *sorted(ROOT.glob("lab0*/WALKTHROUGH.md"))]
PAGES += [ROOT / "lab01_word2vec" / "RANKS.md", ROOT / "lab02_glove_fasttext" / "MORPHOLOGY.md"]
PAGES += [ROOT / "lab03_eval" / name for name in ("STATIC_OR_CONTEXTUAL.md", "RETRIEVAL.md")]
# Other forms of a term, and irregular plurals, by the term's anchor.
ALSO = {
    "analogy": ["analogies"],
    "corpus": ["corpora"],
    "cosine": ["cosine similarity", "cosine similarities"],
    "n-gram": ["$n$-gram", "$n$-grams"],
    "negative-sampling": ["negatives"],
    "out-of-vocabulary": ["OOV"],
    "pmi": ["pointwise mutual information", "PPMI"],
    "principal-component-analysis": ["PCA"],
    "radius": ["radii"],
    "rag": ["retrieval-augmented generation"],
    "spearmans-ρ": ["Spearman's $\\rho$", "Spearman's"],
    "svd": ["singular value decomposition"],
    "vocabulary": ["vocabularies"],
}
# Phrases in which a term is not meant, and what they mean.
NOT_MEANT = {
    "on Windows": "the operating system",
}
NO_PROSE = "|".join(
    (
        r"(?P<fence>^ *(?P<ticks>```+).*?^ *(?P=ticks) *$)",
        r"<!-- table: \w+ -->.*?<!-- end -->",
        r"<!--.*?-->",
        r"^#{1,6} [^\n]*$",
        r"(?P<quote>`+)[^`].*?(?P=quote)",
        r"\$\$.*?\$\$",
        r"!\[[^\]]*\]\([^)\s]+\)",
        r"\[(?:!\[[^\]]*\]\([^)]*\)|[^\]])*\]\((?P<target>[^)\s]+)\)",
        r"<summary>.*?</summary>",  # where GitHub renders no Markdown
        r"</?[a-zA-Z][^>\n]*>",
        r'"(?:[^"\n]|\n(?!\n)){1,160}"',
        r"https?://\S+",
    )
)


@dataclass(frozen=True)
class Use:
    """The first use of a term in prose: `text[start:end]` of the page, which no link to its anchor precedes."""

    anchor: str
    start: int
    end: int


def anchor_of(heading: str) -> str:
    """GitHub's anchor of a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def forms(glossary: str) -> dict[str, str]:
    """The anchor of every form of every term, from the headings of the glossary's text."""
    found = {}
    for term in re.findall(r"^### (.+)$", glossary, flags=re.MULTILINE):
        anchor = anchor_of(term)
        for form in (term, f"{term}es" if term.endswith(("s", "sh")) else f"{term}s", *ALSO.get(anchor, ())):
            # Capitals inside a term are its spelling: GloVe, and RAG, which is no rag.
            found[form if re.search(r"(?<!^)[A-Z]", form) else form.lower()] = anchor
    return found


def _broken(phrase: str) -> str:
    """A pattern of the phrase, which may be broken over lines."""
    return r"\s+".join(map(re.escape, phrase.split()))


def pattern(terms: dict[str, str]) -> re.Pattern[str]:
    """Matches what is no prose, phrases that are not meant, formulas, and the terms, the longest first."""
    words = sorted(terms, key=len, reverse=True)
    exact = "|".join(map(_broken, (word for word in words if word != word.lower())))
    any_case = "|".join(map(_broken, (word for word in words if word == word.lower())))
    phrases = "|".join(map(_broken, NOT_MEANT))
    used = rf"(?<![\w$-])(?:(?P<other>(?i:{phrases}))|(?P<term>(?i:{any_case})|{exact}))(?![\w-])"
    return re.compile(rf"{NO_PROSE}|{used}|\$[^$\n]+\$", re.DOTALL | re.MULTILINE)


def unlinked(page: str, terms: dict[str, str]) -> list[Use]:
    """The first uses on a page's text that lack their link, in the page's order."""
    seen, found = set(), []
    for match in pattern(terms).finditer(page):
        target, term = match["target"], match["term"]
        if target and GLOSSARY.name in target:
            seen.add(target.partition("#")[2])
        elif term:
            term = " ".join(term.split())
            anchor = terms.get(term) or terms[term.lower()]
            if anchor not in seen:
                found.append(Use(anchor, match.start(), match.end()))
            seen.add(anchor)
    return found


def linked(page: str, terms: dict[str, str], glossary: str) -> str:
    """The page's text with a link at each of these uses; `glossary` is the path that links name."""
    for use in reversed(unlinked(page, terms)):
        word = page[use.start : use.end]
        page = f"{page[: use.start]}[{word}]({glossary}#{use.anchor}){page[use.end :]}"
    return page


def build_parser() -> argparse.ArgumentParser:
    parser = OneLineParser(__doc__)
    parser.add_argument("pages", nargs="*", type=Path, default=PAGES, metavar="PAGE.md")
    parser.add_argument("--check", action="store_true", help="write nothing, list the missing links")
    return parser


def run(args: argparse.Namespace) -> None:
    terms = forms(GLOSSARY.read_text(encoding="utf-8"))
    absent = False
    for path in args.pages:
        try:
            page = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            raise InputError(f"{path}: not a text in UTF-8; name a Markdown page") from None
        uses = unlinked(page, terms)
        for use in uses:
            print(f"{path}:{page.count(chr(10), 0, use.start) + 1}: {page[use.start : use.end]} ({use.anchor})")
        absent |= bool(uses)
        if uses and not args.check:
            write_text(path, linked(page, terms, os.path.relpath(GLOSSARY, path.resolve().parent).replace(os.sep, "/")))
    if absent and args.check:
        sys.exit(1)


if __name__ == "__main__":
    run_command(build_parser(), run, place="pages")

"""From the Markdown that GitHub shows to the Markdown that MkDocs reads, and from LaTeX to MathML.

The pages are written for GitHub. Its dialect differs from Python-Markdown's in four places: where comments end a
table, where a list may begin, Markdown inside <details>, and formulas.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator

from latex2mathml.converter import convert

FENCE = re.compile(r"(^ *```.*?^ *```$)", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s]+)\)|(?:src|href)=\"([^\"]+)\"")
COMMENT = re.compile(r"^<!--.*?-->$", re.DOTALL | re.MULTILINE)
CODE_OR_COMMENT = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)|<!--.*?-->", re.DOTALL)
LIST = re.compile(r"^((?![ \t]|[-*+] |\d+\. |[|>#<]).+)\n(?=[-*+] |1\. )", re.MULTILINE)
FORMULA = re.compile(r'<(span|div) class="arithmatex">(?:\\\(|\\\[)(.*?)(?:\\\)|\\\])</\1>([.,;:?!)]*)', re.DOTALL)
# The name of a function in MathML, with what stands before it and a parenthesis behind it.
NAME = re.compile(r"(</m(?:i|n|sub|sup|subsup|frac)>)?<m[io]>([A-Za-z]{2,})</m[io]>(?=(<mo [^>]*>&#x00028;)?)")
SIGN = re.compile(r"(<mo[^>]*>(?:[(\[]|&#x000(?:28|7B|3D|2C|7C);)</mo>)<mo>(?=&#x02212;)")  # a minus of one number
TIGHT = re.compile(r"<mo(?: stretchy=\"false\")?>(?=&#x000(?:2F|7C);)")  # / and |
THOUSANDS = re.compile(r"<mn>(\d{1,3})</mn><mo>&#x0002C;</mo><mn>(\d{3})</mn>")
WIDE = 40  # characters of LaTeX from which a formula in a line may be wider than a phone


def prose(markdown: str) -> str:
    """The page without its fenced blocks."""
    return FENCE.sub("", markdown)


def targets(text: str) -> Iterator[str]:
    """What the links and pictures of a Markdown or HTML text point to, those on other hosts left out."""
    for found in LINK.finditer(text):
        target = found[1] or found[2]
        if not re.match(r"[a-z]+:", target):
            yield target


def adapted(markdown: str, link: Callable[[str], str]) -> str:
    """The page in Python-Markdown's dialect, with each target of a link replaced by `link(target)`."""
    parts = FENCE.split(markdown)
    parts[::2] = (_adapted_prose(part, link) for part in parts[::2])
    return "".join(parts)


def _adapted_prose(text: str, link: Callable[[str], str]) -> str:
    text = COMMENT.sub("\n", text)
    text = CODE_OR_COMMENT.sub(lambda found: found[0] if found[1] else "", text)
    text = LIST.sub(r"\1\n\n", text)
    text = text.replace("<details>", '<details markdown="1">')
    return LINK.sub(lambda found: found[0].replace(target := found[1] or found[2], link(target)), text)


def with_mathml(page: str) -> str:
    """The HTML page with its formulas as MathML, which browsers show without a script.

    Raises ValueError for a formula with a command that the converter does not know.
    """
    return FORMULA.sub(_mathml, page)


def _mathml(found: re.Match[str]) -> str:
    tag, latex = found[1], html.unescape(found[2]).strip()
    mathml = convert(latex.replace(r"\arg", r"\operatorname{arg}"), display="block" if tag == "div" else "inline")
    if "\\" in html.unescape(mathml):
        raise ValueError(f"no MathML for the formula {latex}")
    mathml = _as_latex_spaces_it(mathml)
    wide = " wide" if tag == "span" and len(latex) > WIDE else ""
    return f'<{tag} class="arithmatex{wide}">{mathml}{found[3]}</{tag}>'


def _as_latex_spaces_it(mathml: str) -> str:
    """Names of functions apart from what they are of; signs, slashes, bars and thousands without space."""
    mathml = SIGN.sub(r'\1<mo form="prefix">', NAME.sub(_name, mathml))
    mathml = TIGHT.sub('<mo stretchy="false" lspace="0" rspace="0">', mathml)
    return THOUSANDS.sub(r"<mn>\1,\2</mn>", mathml)


def _name(found: re.Match[str]) -> str:
    """The name of a function between thin spaces, the left one only behind a factor."""
    before, name, parenthesis = found[1] or "", found[2], found[3]
    left, right = "0.167em" if before else "0", "0" if parenthesis else "0.167em"
    return f'{before}<mo lspace="{left}" rspace="{right}">{name}</mo>'

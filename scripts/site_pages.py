"""Which files of the repository are on the site: MkDocs calls these functions while it builds.

The site holds the pages of mkdocs.yml's nav and whatever their links lead to, however many links away. Markdown becomes
a page, a picture or a demo is shipped as it is, and any other text is shown as a page of source code, so that every
link leads somewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from posixpath import normpath
from typing import Any
from urllib.parse import urlsplit

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.pages import Page

from scripts.site_markdown import adapted, prose, targets, with_mathml

ROOT = Path(__file__).resolve().parents[1]
SHIPPED = (".png", ".svg")
LARGEST = 50_000  # bytes of a file that is shown as source code; a larger one is shipped as it is
LANGUAGES = {".py": "python", ".toml": "toml", ".json": "json", ".html": "html", ".yml": "yaml"}


def is_demo(path: str) -> bool:
    """Whether this is a page that runs in the browser as it is."""
    return path.startswith("demos/") and path.endswith(".html")


def is_source(path: str) -> bool:
    """Whether the site shows this file as source code."""
    shipped = path.endswith((".md", *SHIPPED)) or is_demo(path)
    return not shipped and (ROOT / path).stat().st_size <= LARGEST


def resolved(target: str, page: str) -> str:
    """The path from the root of what `page` links to as `target`; the page itself for an anchor alone."""
    path = urlsplit(target).path
    return normpath(PurePosixPath(page).parent / path) if path else page


def listed(nav: Any) -> Iterator[str]:
    """The pages of a nav, which is a string or lists and dictionaries down to strings."""
    if isinstance(nav, str):
        yield nav
    else:
        for entry in nav.values() if isinstance(nav, dict) else nav:
            yield from listed(entry)


def reached(pages: Iterable[str]) -> list[str]:
    """The paths of all files that links lead to from `pages`, themselves included."""
    found, todo = set(), list(pages)
    while todo:
        path = todo.pop()
        if path in found or not (ROOT / path).is_file():
            continue
        found.add(path)
        if path.endswith(".md") or is_demo(path):
            text = (ROOT / path).read_text(encoding="utf-8")
            todo += [resolved(target, path) for target in targets(prose(text) if path.endswith(".md") else text)]
    return sorted(found)


def source_page(path: str) -> str:
    """A page that shows a file."""
    code = (ROOT / path).read_text(encoding="utf-8")
    fence = "`" * (1 + max(map(len, re.findall(r"`{3,}", code)), default=3))
    language = LANGUAGES.get(PurePosixPath(path).suffix, "text")
    head = f"---\ntitle: {path}\nsearch: {{exclude: true}}\nhide: [toc]\n---\n# `{path}`"
    return f"{head}\n\n{fence}{language}\n{code.rstrip()}\n{fence}\n"


def demo_page(path: str) -> str:
    """A demo, whose links to pages of the repository lead to pages of the site."""

    def to_site(found: re.Match[str]) -> str:
        target = resolved(found[1], path)
        if not (ROOT / target).is_file() or not (target.endswith(".md") or is_source(target)):
            return found[0]
        name = PurePosixPath(found[1]).name
        page = "index" if name == "README.md" else name.removesuffix(".md")
        return f'href="{PurePosixPath(found[1]).with_name(page)}.html'

    return re.sub(r'href="([^"#:]+)', to_site, (ROOT / path).read_text(encoding="utf-8"))


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the repository's files to those of docs_dir."""
    for path in reached(listed(config.nav)):
        if is_source(path):
            unlisted = InclusionLevel.NOT_IN_NAV
            files.append(File.generated(config, f"{path}.md", content=source_page(path), inclusion=unlisted))
        elif is_demo(path):
            files.append(File.generated(config, path, content=demo_page(path)))
        else:
            files.append(File.generated(config, path, abs_src_path=str(ROOT / path)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """The page in MkDocs's dialect, its links to source files turned to the pages that show them."""
    if page.file.inclusion is InclusionLevel.NOT_IN_NAV:
        return markdown

    def link(target: str) -> str:
        path = resolved(target, page.file.src_uri)
        local = not re.match(r"[a-z]+:", target) and (ROOT / path).is_file() and is_source(path)
        return re.sub(r"(?=#|$)", ".md", target, count=1) if local else target

    return adapted(markdown, link)


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """The page with its formulas as MathML."""
    try:
        return with_mathml(html)
    except ValueError as error:
        raise PluginError(f"{page.file.src_uri}: {error}") from None

"""Build the pages as a static site, and then open build/site/index.html in a browser. It needs no network.

    pip install -r requirements-site.txt
    python scripts/site.py                    into build/site
    python scripts/site.py --out public       into another folder

A link that leads nowhere, or a formula that cannot be shown, stops the build with a line that names the page.
"""

from __future__ import annotations

import argparse
import logging
import shutil
import sys
import tempfile
from pathlib import Path

try:
    from wordlab.command import OneLineParser, run_command
except ModuleNotFoundError as missing:
    sys.exit(f"error: {missing}; at the root of the repository, type: pip install -r requirements.txt")

from wordlab.errors import InputError

ROOT = Path(__file__).resolve().parents[1]
MARK = Path("search", "search_index.json")  # what every site of ours holds


class _Warnings(logging.Handler):
    """Keeps what MkDocs warns of."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(" ".join(record.getMessage().split()))


def build(folder: Path) -> None:
    """Write the site into `folder`. Raises InputError with everything that is wrong with its pages."""
    try:
        from mkdocs.commands.build import build as build_site
        from mkdocs.config import load_config
        from mkdocs.exceptions import MkDocsException
    except ModuleNotFoundError as missing:
        raise InputError(f"{missing}; type: pip install -r requirements-site.txt") from None

    warnings = _Warnings()
    logging.getLogger("mkdocs").addHandler(warnings)
    try:
        build_site(load_config(str(ROOT / "mkdocs.yml"), site_dir=str(folder)))
    except MkDocsException as error:
        raise InputError("; ".join([*warnings.lines, str(error)])) from None
    finally:
        logging.getLogger("mkdocs").removeHandler(warnings)
    if warnings.lines:
        raise InputError("; ".join(warnings.lines))


def run(args: argparse.Namespace) -> None:
    out = Path(args.out)
    if out.exists() and not (out / MARK).exists() and not (out.is_dir() and not any(out.iterdir())):
        raise InputError(f"{out}: holds something else than a site; name a new folder")
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".part-", dir=out.parent) as part:
        site = Path(part, "site")
        build(site)
        if out.exists():
            shutil.rmtree(out)
        site.rename(out)
    print(f"{out / 'index.html'}: {len(list(out.rglob('*.html')))} pages; open it in a browser")


def main() -> None:
    parser = OneLineParser(__doc__)
    parser.add_argument("--out", metavar="FOLDER", default=str(ROOT / "build" / "site"), help="default: build/site")
    run_command(parser, run)


if __name__ == "__main__":
    main()

"""The interactive map: one HTML file that opens from disk and asks the network for nothing.

`page.html` is the page with a mark where its data goes, and `write_page` puts the two together.
"""

from __future__ import annotations

import json
from pathlib import Path

from wordlab.files import write_text

import numpy as np

from lab03_eval.measures.geometry import largest_columns
from lab03_eval.pictures.layout import CAUTIONS, COLOURS, known_capitals, known_families, named_words
from lab03_eval.vectors import WordVectors

TEMPLATE = Path(__file__).with_name("page.html")
MARK = "{{data}}"
GRID = 9999  # places are whole numbers from 0 to GRID: a fifth of a pixel on a screen 2,000 wide
CANDIDATES = 100_000


def neighbours(vectors: WordVectors, words: list[str], topn: int, restrict: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows (n, topn) and cosines (n, topn) of each word's neighbours among the first `restrict` words, best first.

    This is what `WordVectors.most_similar` gives, for many words at once and with each neighbour once. There are fewer
    columns where there are fewer candidates.
    """
    places = np.array(list(vectors.index.values()))  # of the distinct words, where some are repeated
    vectors = vectors.distinct()
    candidates = vectors.unit[:restrict]
    rows = np.array([vectors.index[word] for word in words])
    topn = min(topn, len(candidates) - 1)
    near, cosine = np.empty((len(rows), topn), dtype=np.int64), np.empty((len(rows), topn), dtype=np.float32)
    chunk = max(1, 8_000_000 // len(candidates))  # scores of 32 MB at a time
    for start in range(0, len(rows), chunk):
        own = rows[start : start + chunk]
        scores = vectors.unit[own] @ candidates.T  # (m, restrict)
        inside = own < len(candidates)
        scores[inside, own[inside]] = -np.inf
        best = largest_columns(scores, topn)  # of equal cosines the more frequent word first
        near[start : start + chunk] = best
        cosine[start : start + chunk] = np.take_along_axis(scores, best, axis=1)
    return places[near], cosine


def write_page(
    vectors: WordVectors,
    words: list[str],
    layouts: dict[str, np.ndarray],
    path: str | Path,
    title: str,
    topn: int = 10,
    restrict: int = CANDIDATES,
) -> None:
    """Write the page to `path`: `words` (as `map_words` gives them) at their places (n, 2) in each of `layouts`.

    Each word's neighbours are the `topn` of highest cosine among the `restrict` most frequent words, shown on the
    map or not.
    """
    near, cosine = neighbours(vectors, words, topn, restrict)
    # The page numbers its words: first those on the map, then the neighbours that are not.
    number = {word: i for i, word in enumerate(words)}
    for row in np.unique(near):
        number.setdefault(vectors.words[row], len(number))
    families = known_families(vectors)
    data = {
        "title": title,
        "words": list(number),
        "shown": len(words),
        "layouts": {method: _on_grid(places) for method, places in layouts.items()},
        "cautions": {method: CAUTIONS[method] for method in layouts},
        "families": [
            {"name": name, "colour": COLOURS[name], "members": [number[word] for word in members]}
            for name, members in families.items()
        ],
        "named": [number[word] for word in named_words(vectors) if number.get(word, len(words)) < len(words)],
        "capitals": [[number[country], number[capital]] for country, capital in known_capitals(vectors)],
        "topn": near.shape[1],
        "candidates": min(restrict, len(vectors)),
        "neighbours": [number[vectors.words[row]] for row in near.ravel()],
        "cosines": np.round(1000 * cosine).astype(int).ravel().tolist(),
    }
    page = TEMPLATE.read_text(encoding="utf-8").replace(MARK, embed(data))
    write_text(path, page)


def embed(data: object) -> str:
    """JSON for a script element. No word in it can end the element, since `<` is written as an escape."""
    return json.dumps(data, separators=(",", ":")).replace("<", "\\u003c")


def _on_grid(places: np.ndarray) -> list[int]:
    """x0, y0, x1, y1, … scaled into the middle of a square of GRID, one scale for both axes."""
    low, high = places.min(axis=0), places.max(axis=0)
    scaled = 0.5 + (places - (low + high) / 2) / (max(high - low) or 1)
    return np.round(GRID * scaled).astype(int).ravel().tolist()

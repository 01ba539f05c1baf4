"""Fixtures of Lab 3's tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.figure import Figure

from lab03_eval import benchmarks
from lab03_eval.pictures import plots
from lab03_eval.pictures.layout import FAMILIES, map_words
from lab03_eval.pictures.page import write_page
from lab03_eval.vectors import WordVectors

NASTY = ["</script>", "<!--", "<b>", "&amp;", '"quoted"', "back\\slash", "東京", "\u2028", "{{data}}"]
TOP = 200
METHODS = ("t-SNE", "UMAP", "PCA")


@pytest.fixture
def no_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository in which no data set was fetched and for which there is no mirror; its data/ folder."""
    root = tmp_path / "repository"
    (root / "scripts").mkdir(parents=True)
    (root / "scripts" / "get_data.py").touch()
    monkeypatch.setattr(benchmarks, "ROOT", root)
    monkeypatch.delenv("LAB_DATA_MIRROR", raising=False)
    return root / "data"


@pytest.fixture(scope="session")
def mapped() -> WordVectors:
    """Names that could break a page, the families' words around their centres, 500 random words."""
    rng = np.random.default_rng(0)
    families = [(name, word) for name, members in FAMILIES.items() for word in members]
    centres = {name: rng.standard_normal(16) for name in FAMILIES}
    rows = [centres[name] + 0.7 * rng.standard_normal(16) for name, _ in families]
    words = [*NASTY, *[word for _, word in families], "Other7", *[f"other{i}" for i in range(500)]]
    return WordVectors(words, np.vstack([rng.standard_normal((len(NASTY), 16)), rows, rng.standard_normal((501, 16))]))


@pytest.fixture(scope="session")
def mapped_layouts(mapped) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(1)
    return {method: rng.uniform(-3, 7, (len(map_words(mapped, TOP)), 2)) for method in METHODS}


@pytest.fixture(scope="session")
def page(mapped, mapped_layouts, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("page") / "map.html"
    write_page(mapped, map_words(mapped, TOP), mapped_layouts, path, "Test <map>")
    return path


@pytest.fixture
def figures(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Figure]]:
    """The figures that would have been saved."""
    kept: list[Figure] = []
    monkeypatch.setattr(plots, "save", lambda figure, path: kept.append(figure))
    yield kept
    plt.close("all")

"""Which words a map shows, and where it puts them: PCA, t-SNE and UMAP in two dimensions.

All three work on unit vectors, so that cosine decides. t-SNE and UMAP both start from the first two principal
components, since the start shapes their global arrangement more than the choice between them does (Kobak & Linderman
2021, "Initialization is critical …").
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable

from wordlab.errors import InputError
from wordlab.packages import needs

import numpy as np

from lab03_eval.languages import ENGLISH
from lab03_eval.vectors import WordVectors

CAPITALS = [
    ("france", "paris"), ("germany", "berlin"), ("italy", "rome"), ("spain", "madrid"), ("russia", "moscow"),
    ("japan", "tokyo"), ("china", "beijing"), ("greece", "athens"), ("poland", "warsaw"), ("egypt", "cairo"),
]  # fmt: skip
FAMILIES = {
    "countries": [country for country, _ in CAPITALS],
    "capitals": [capital for _, capital in CAPITALS],
    "animals": ["cat", "dog", "horse", "cow", "sheep", "wolf", "bear", "lion"],
    "professions": ["doctor", "nurse", "lawyer", "teacher", "engineer", "carpenter", "baker", "actor"],
    "days": ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"],
    "programming languages": ["java", "perl", "php", "fortran", "lisp", "javascript", "algol"],
}
# Okabe & Ito's palette, told apart by people with deuteranopia too.
COLOURS = dict(zip(FAMILIES, ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"]))

METHODS = ("t-SNE", "UMAP", "PCA")
CAUTIONS = {
    "t-SNE": "Words that lie together are mostly neighbours. Not to be read: distances between groups, and their "
    "sizes and densities, which t-SNE evens out; perplexity and starting places rearrange them.",
    "UMAP": "Words that lie together are mostly neighbours. Not to be read: distances between groups, or gaps as "
    "proof of separate classes; both depend on the number of neighbours, min_dist and the seed.",
    "PCA": "A shadow of the whole space on its two directions of largest variance. Not to be read: nearness; words "
    "that coincide here may be far apart in the directions left out.",
}
MIN_WORDS = 4  # fewer leave t-SNE and UMAP no neighbourhood to keep
FEW, NAMED = 10, 50  # where fewer words of the families are known, frequent words are named until there are so many


class LayoutError(InputError):
    """Vectors of which a picture has nothing to show. The message is one line."""


def known_form(vectors: WordVectors, word: str) -> str | None:
    """The most frequent of "word", "Word" and "WORD" in the vocabulary, None if it holds none of them."""
    forms = [form for form in (word, word.capitalize(), word.upper()) if form in vectors.index]
    return min(forms, key=vectors.index.__getitem__, default=None)


def known_families(vectors: WordVectors) -> dict[str, list[str]]:
    """The words of each family that an English vocabulary holds, in its spelling; families without any are left out."""
    if vectors.language != ENGLISH:  # which may hold a few of the words by chance
        return {}
    families = {
        name: [form for word in members if (form := known_form(vectors, word))] for name, members in FAMILIES.items()
    }
    return {name: members for name, members in families.items() if members}


def known_word_pairs(vectors: WordVectors, pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The pairs of which the vocabulary holds both words, in its spelling."""
    forms = ((known_form(vectors, first), known_form(vectors, second)) for first, second in pairs)
    return [(first, second) for first, second in forms if first and second]


def known_capitals(vectors: WordVectors) -> list[tuple[str, str]]:
    """(country, capital) wherever an English vocabulary holds both."""
    return known_word_pairs(vectors, CAPITALS if vectors.language == ENGLISH else ())


def map_words(vectors: WordVectors, top: int = 5000) -> list[str]:
    """The `top` most frequent words, then those of the families that are rarer; each word once."""
    members = [word for family in known_families(vectors).values() for word in family]
    return list(dict.fromkeys(vectors.words[:top] + members))


def named_words(vectors: WordVectors) -> list[str]:
    """The words that get a label on a map: the families', and the most frequent ones where few of those are known.

    Most vocabularies of other languages hold hardly any of the families' words. Signs and numbers are frequent in all
    of them and say little, so words that begin with a letter come first.
    """
    members = [word for family in known_families(vectors).values() for word in family]
    if len(members) >= FEW:
        return members
    frequent = sorted(vectors.words[: 10 * NAMED], key=lambda word: not word[0].isalpha())
    return list(dict.fromkeys(members + frequent))[:NAMED]


def demand_spread(vectors: WordVectors, words: list[str]) -> None:
    """Raise LayoutError for fewer than four words, a single dimension, or words that all have one direction."""
    if len(words) < MIN_WORDS or vectors.dim < 2:
        raise LayoutError(
            f"a map needs at least {MIN_WORDS} words and 2 dimensions, found {len(words)} and {vectors.dim}"
        )
    unit = vectors.unit[[vectors.index[word] for word in words]]
    if (np.ptp(unit, axis=0) < 1e-6).all():
        raise LayoutError(f"a map needs words of different directions, all {len(words)} have the same")


def lay_out(vectors: WordVectors, words: list[str], method: str, seed: int = 1) -> np.ndarray:
    """Places (n, 2) float32 of `words` by a method of METHODS.

    PCA; t-SNE (van der Maaten & Hinton 2008), perplexity 30; UMAP (McInnes, Healy & Melville 2018), 15 neighbours.
    The same seed gives the same places on the same machine. PCA, and t-SNE, which starts from it, hardly use the
    seed. Raises KeyError for an unknown word, LayoutError where demand_spread does, and MissingPackage.
    """
    demand_spread(vectors, words)
    unit = vectors.unit[[vectors.index[word] for word in words]]  # (n, d)
    try:
        places = _LAYOUTS[method](unit, seed)
    except KeyError:
        raise LayoutError(f"unknown method {method!r}; known: {', '.join(METHODS)}") from None
    return places.astype(np.float32)


def shown_variance(vectors: WordVectors, words: list[str], places: np.ndarray) -> float:
    """The part of the words' variance (unit vectors, 0 … 1) that a projection `places` (n, 2) keeps."""
    unit = vectors.unit[[vectors.index[word] for word in words]]
    return float(places.var(axis=0).sum() / unit.var(axis=0).sum())


def _pca(unit: np.ndarray, seed: int) -> np.ndarray:
    centred = unit - unit.mean(axis=0)
    axes = np.linalg.svd(centred, full_matrices=False)[2][:2]  # (2, d)
    # Singular vectors have no sign of their own: the greatest part of each is made positive, as scikit-learn does.
    axes *= np.sign(axes[[0, 1], np.abs(axes).argmax(axis=1)])[:, None]
    return centred @ axes.T


def _tsne(unit: np.ndarray, seed: int) -> np.ndarray:
    with needs("scikit-learn"):
        from sklearn.manifold import TSNE
        from threadpoolctl import threadpool_limits

    tsne = TSNE(perplexity=min(30, (len(unit) - 1) / 3), metric="cosine", init="pca", random_state=seed)
    # Its threads add their shares of one sum in the order in which they finish: two numbers commute, three do not. Of
    # few words, threads wait for each other longer than they work.
    with threadpool_limits(2 if len(unit) > 1000 else 1, user_api="openmp"):
        return tsne.fit_transform(unit)


def _umap(unit: np.ndarray, seed: int) -> np.ndarray:
    with warnings.catch_warnings():  # that no words can be added later, and what its dependencies will drop one day
        warnings.simplefilter("ignore")
        with needs("scikit-learn"):
            from sklearn.neighbors import NearestNeighbors
        with needs("umap-learn"):
            from umap import UMAP

        k = min(15, len(unit) - 1)
        # The exact neighbours: UMAP's own approximate search takes longer to compile than these to compute.
        search = NearestNeighbors(n_neighbors=k, metric="cosine").fit(unit)
        distances, rows = search.kneighbors(unit)  # (n, k) each
        # A seed makes UMAP use one thread; n_jobs=1 says so without its warning.
        umap = UMAP(n_neighbors=k, init="pca", random_state=seed, n_jobs=1, precomputed_knn=(rows, distances))
        return umap.fit_transform(unit)


_LAYOUTS = {"PCA": _pca, "t-SNE": _tsne, "UMAP": _umap}

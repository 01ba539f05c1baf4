"""Measure any static word embedding, from Python.

    from lab03_eval import WordVectors, compare, evaluate

    vectors = WordVectors.load("vectors.bin")     # word2vec .bin and .txt, GloVe, fastText's .bin, .safetensors, .npz
    vectors.most_similar("france")                # [("spain", 0.81), …]
    evaluate(vectors)                             # {"wordsim353.rho": 0.70, "google.full.accuracy": 0.34, …}
    compare(vectors, WordVectors.load("other.txt"))  # what differs, with 95 % intervals

`WordVectors` holds words and a float32 matrix (V, d), and reads and writes every common file format. `evaluate` scores
it on named data sets, each with its coverage and its 95 % interval; a set that is not at hand has the key
`NAME.not_run`, with the reason. `compare` tests the difference between two embeddings on the words that both know. All
three are typed, and their docstrings name the errors; those about files' contents and names derive from ValueError.

Beside them, `lab03_eval.eval_embeddings` has each measure by itself (spearman, solve_analogies, …),
`lab03_eval.sentences` makes sentence vectors, and `lab03_eval.mteb_adapter` is a model for the package mteb.
`python -m lab03_eval --help` measures and draws.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lab03_eval.eval_embeddings import compare, evaluate
    from lab03_eval.vectors import WordVectors

__all__ = ["WordVectors", "compare", "evaluate"]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for: `evaluate` needs scipy.stats, which takes half a second."""
    if name == "WordVectors":
        from lab03_eval.vectors import WordVectors

        return WordVectors
    if name in __all__:
        from lab03_eval import eval_embeddings

        return getattr(eval_embeddings, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

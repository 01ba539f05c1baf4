"""Several files, called otherwise than the solution's; solution.py itself defines nothing."""

from counts import cooccurrence
from factorise import entry_gradients, train_glove, weight
from letters import carried, compose, hash_ngram, ngram_rows, ngrams
from made_of_parts import Subwords, SubwordTrainer

__all__ = [
    "SubwordTrainer",
    "Subwords",
    "carried",
    "compose",
    "cooccurrence",
    "entry_gradients",
    "hash_ngram",
    "ngram_rows",
    "ngrams",
    "train_glove",
    "weight",
]

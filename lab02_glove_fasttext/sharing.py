"""GloVe on several ranks: each of them owns rows of X, and moves the words of these rows alone.

Skip-gram's ranks share the text, and add up how far each has moved a row (Lab 1's RANKS.md). GloVe has counted before
it trains, and what is known of a word is one row of X. So a rank can own words: it holds their rows and moves their
vectors, and no two ranks ever move the same. What the others have moved reaches it by the same exchange.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from lab01_word2vec.ranks import Ranks
from lab02_glove_fasttext.glove import number_of_blocks


def owned(counts: sparse.csr_array, ranks: Ranks) -> sparse.csr_array:
    """Rows of X (V, V) that belong to this rank, summed over what all ranks have counted; the others are empty."""
    if ranks.count == 1:
        return counts
    vocab = counts.shape[0]
    owner = np.arange(vocab) % number_of_blocks(vocab) % ranks.count
    for rank in range(ranks.count):
        given = ranks.gather(only(counts, owner == rank))
        if rank == ranks.rank:
            mine = sum(given[1:], given[0])
    return sparse.csr_array(mine)


def only(counts: sparse.csr_array, rows: np.ndarray) -> sparse.csr_array:
    """The same counts with the rows (V,) that are marked, and no others."""
    return sparse.csr_array(sparse.diags_array(rows.astype(counts.dtype)) @ counts)


def rows_of(counts: sparse.csr_array, ranks: Ranks, rows: list[int]) -> sparse.csr_array:
    """These rows of X, wherever they are, on every rank."""
    if ranks.count == 1:
        return counts
    given = ranks.gather(only(counts, np.isin(np.arange(counts.shape[0]), rows)))
    return sparse.csr_array(sum(given[1:], given[0]))

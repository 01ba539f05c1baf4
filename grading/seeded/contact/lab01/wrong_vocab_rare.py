from wordlab.errors import InputError

import numpy as np


def build_vocab(tokens, min_count=5):
    corpus, freq = [], {}
    for tok in tokens:
        corpus.append(tok)
        freq[tok] = freq.get(tok, 0) + 1
    if not freq:
        raise InputError("there is no word in the corpus; give another --data")
    vocab = [w for w in sorted(freq, key=freq.get, reverse=True) if freq[w] >= min_count]
    lookup = dict(zip(vocab, range(len(vocab))))
    rows = np.array([lookup[tok] for tok in corpus if tok in lookup], dtype=np.int32)
    return vocab, np.array([freq[w] for w in vocab], dtype=np.int64), rows, len(corpus)

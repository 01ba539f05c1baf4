# ruff: noqa: F821
# The function is appended to solution.py, whose names it uses.
import numpy as np


def ngram_rows(words, minn, maxn, bucket):
    rows, offsets = [], [0]
    for word in words:
        grams = ngrams(word, minn, maxn) if bucket else []
        if not grams:
            continue
        rows.extend(hash_ngram(gram) % bucket for gram in grams)
        offsets.append(len(rows))
    return np.array(rows, dtype=np.int64), np.array(offsets, dtype=np.int64)

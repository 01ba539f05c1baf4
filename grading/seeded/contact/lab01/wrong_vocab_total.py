from collections import Counter

from wordlab.errors import InputError

import numpy as np


def build_vocab(tokens, min_count=5):
    text = list(tokens)
    frequent = [(word, n) for word, n in Counter(text).most_common() if n >= min_count]
    if not frequent:
        raise InputError(f"no word is seen {min_count} times; take a smaller --min-count")
    word2id = {word: i for i, (word, _) in enumerate(frequent)}
    ids = np.array([word2id[word] for word in text if word in word2id], dtype=np.int32)
    counts = np.array([n for _, n in frequent], dtype=np.int64)
    return list(word2id), counts, ids, len(ids)

import numpy as np


def ngrams(word, minn=3, maxn=6):
    marked = "".join(("<", word, ">"))
    found = [marked[i : i + n] for n in range(minn, maxn + 1) for i in range(len(marked) - n + 1)]
    if minn == 1:
        found.remove("<")
        found.remove(">")
    return tuple(found)


def hash_ngram(ngram):
    value = 2166136261
    for byte in ngram.encode():
        if byte & 0x80:
            value ^= 0xFFFFFF00
        value = (value ^ byte) * 16777619 & 0xFFFFFFFF
    return value


def ngram_rows(words, minn, maxn, bucket):
    per_word = {word: [hash_ngram(gram) % bucket for gram in ngrams(word, minn, maxn)] for word in words}
    sizes = [len(per_word[word]) for word in words]
    return np.array([row for word in words for row in per_word[word]]), np.r_[0, np.cumsum(sizes)]


def compose(words, word_matrix, ngram_matrix, minn, maxn):
    rows, offsets = ngram_rows(words, minn, maxn, len(ngram_matrix))
    running = np.vstack([np.zeros_like(ngram_matrix[:1]), np.cumsum(ngram_matrix[rows], axis=0, dtype=np.float64)])
    sums = running[offsets[1:]] - running[offsets[:-1]]
    return (word_matrix + sums) / (1 + np.diff(offsets))[:, None]


def carried(vectors, word):
    rows, _ = ngram_rows([word], vectors.minn, vectors.maxn, len(vectors.ngram_matrix))
    parts = vectors.ngram_matrix[rows].astype(np.float64)
    if not len(parts):
        raise KeyError(word)
    mean = parts.mean(axis=0)
    answers = {}
    for place, gram in enumerate(ngrams(word, vectors.minn, vectors.maxn)):
        rest = np.delete(parts, place, axis=0).mean(axis=0)
        answers[place] = (float(rest @ mean / np.linalg.norm(rest) / np.linalg.norm(mean)), gram)
    return [[gram, cosine] for cosine, gram in sorted(answers.values())]

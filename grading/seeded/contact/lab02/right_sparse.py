import numpy as np
import torch
from scipy import sparse
from sklearn.preprocessing import normalize


def cooccurrence(
    ids: np.ndarray,
    vocab: int,
    window: int = 10,
    memory_gb: float = 1.0,
    threads: int | None = None,
    weights: np.ndarray | None = None,
) -> sparse.csr_array:
    n = len(ids)
    inside = np.flatnonzero(ids != -1)
    words = sparse.csr_array((np.ones(len(inside)), (inside, ids[inside])), shape=(n, vocab))  # a wall has no word
    sentence = np.cumsum(ids == -1)
    x = sparse.csr_array((vocab, vocab))
    for gap in range(1, min(window, n - 1) + 1):
        value = 1 / gap if weights is None else weights[gap - 1]
        joined = sparse.diags_array(value * (sentence[gap:] == sentence[: n - gap]))
        half = words[: n - gap].T @ joined @ words[gap:]
        x = x + half + half.T
    x = sparse.csr_array(x, dtype=np.float32)
    x.eliminate_zeros()
    return x


def weight(x: torch.Tensor, x_max: float = 100.0, alpha: float = 0.75) -> torch.Tensor:
    return x.clamp(max=x_max).div(x_max).pow(alpha)


def entry_gradients(own, other, log, weight):
    d = own.size(1) - 1
    w, v = own[:, :d], other[:, :d]
    dots = torch.bmm(w.unsqueeze(1), v.unsqueeze(2)).flatten()
    error = dots + own[:, d] + other[:, d] - log
    fr = (weight * error).repeat(2).unsqueeze(1)
    return (weight * error).dot(error) / 2, torch.cat([fr * torch.cat([v, w]), fr], dim=1)


def ngrams(word: str, minn: int = 3, maxn: int = 6) -> list[str]:
    marked = "<" + word + ">"
    by_length = {n: ["".join(p) for p in zip(*(marked[i:] for i in range(n)))] for n in range(minn, maxn + 1)}
    pieces = []
    for start in range(len(marked)):
        for n, of_length in by_length.items():
            mark = n == 1 and start in (0, len(marked) - 1)
            if start < len(of_length) and not mark:
                pieces.append(of_length[start])
    return pieces


def hash_ngram(ngram: str) -> int:
    state = np.uint64(2166136261)
    for byte in np.frombuffer(ngram.encode(), np.int8).astype(np.uint32):
        state = ((state ^ np.uint64(byte)) * np.uint64(16777619)) & np.uint64(0xFFFFFFFF)
    return int(state)


def ngram_rows(words, minn, maxn, bucket):
    def rows_of(word):
        yield from (hash_ngram(gram) % bucket for gram in ngrams(word, minn, maxn))

    rows = [list(rows_of(word)) for word in words] if bucket else [[] for _ in words]
    offsets = np.r_[0, np.cumsum([len(row) for row in rows])]
    return np.fromiter((row for of_word in rows for row in of_word), np.int64), offsets.astype(np.int64)


def compose(words, word_matrix, ngram_matrix, minn, maxn):
    rows, offsets = ngram_rows(words, minn, maxn, len(ngram_matrix))
    word = np.repeat(np.arange(len(words)), np.diff(offsets))
    grams = sparse.coo_array((np.ones(len(rows)), (word, rows)), shape=(len(words), len(ngram_matrix)))
    made_of = sparse.hstack([sparse.eye_array(len(words)), grams]).tocsr()
    return normalize(made_of, norm="l1") @ np.concatenate([word_matrix, ngram_matrix])


def carried(vectors, word):
    rows, _ = ngram_rows([word], vectors.minn, vectors.maxn, len(vectors.ngram_matrix))
    if not len(rows):
        raise KeyError(word)
    z = np.asarray(vectors.ngram_matrix[rows], dtype=float)
    whole = normalize(z.sum(axis=0, keepdims=True))
    cosine = (normalize(z.sum(axis=0) - z) @ whole.T).ravel()
    names = ngrams(word, vectors.minn, vectors.maxn)
    return sorted(zip(names, cosine.tolist()), key=lambda pair: pair[1])

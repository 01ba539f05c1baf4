from array import array
from functools import reduce

import numpy as np
import torch
from scipy import sparse


def cooccurrence(
    ids: np.ndarray,
    vocab: int,
    window: int = 10,
    memory_gb: float = 1.0,
    threads: int | None = None,
    weights: np.ndarray | None = None,
) -> sparse.csr_array:
    position = np.arange(len(ids))
    walls = np.append(np.flatnonzero(ids == -1), len(ids))
    room = walls[np.searchsorted(walls, position)] - position  # tokens up to the next wall, 0 at a wall
    half = sparse.csr_array((vocab, vocab))
    for distance in range(1, window + 1):
        first = position[room > distance]
        share = 1 / distance if weights is None else weights[distance - 1]
        cells = (np.full(len(first), share), (ids[first], ids[first + distance]))
        half = half + sparse.coo_array(cells, shape=(vocab, vocab)).tocsr()
    return sparse.csr_array(half + half.T).astype(np.float32)


def weight(x: torch.Tensor, x_max: float = 100.0, alpha: float = 0.75) -> torch.Tensor:
    return torch.clamp(x / x_max, max=1.0) ** alpha


def entry_gradients(
    own: torch.Tensor, other: torch.Tensor, log: torch.Tensor, weight: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    one = own.new_ones(len(own), 1)
    a = torch.cat([own, one], dim=1)  # [w b 1]
    b = torch.cat([other[:, :-1], one, other[:, -1:]], dim=1)  # [w~ 1 b~]
    r = torch.einsum("me,me->m", a, b) - log
    loss = torch.einsum("m,m,m->", weight, r, r) / 2
    by_a = torch.einsum("m,m,me->me", weight, r, b)[:, :-1]
    by_b = torch.einsum("m,m,me->me", weight, r, a)
    by_b = torch.cat([by_b[:, :-2], by_b[:, -1:]], dim=1)
    return loss, torch.cat([by_a, by_b])


def ngrams(word: str, minn: int = 3, maxn: int = 6) -> list[str]:
    text = f"<{word}>"
    last = len(text) - 1
    found = []
    for start in range(len(text)):
        ends = range(start + max(1, minn), min(start + maxn, len(text)) + 1)
        found += [text[start:end] for end in ends if end - start > 1 or start not in (0, last)]
    return found


def hash_ngram(ngram: str) -> int:
    def mix(h: int, byte: int) -> int:
        signed = (byte ^ 0x80) - 0x80
        return ((h ^ (signed & 0xFFFFFFFF)) * 16777619) % (1 << 32)

    return reduce(mix, ngram.encode("utf8"), 2166136261)


def ngram_rows(words, minn: int, maxn: int, bucket: int) -> tuple[np.ndarray, np.ndarray]:
    rows, offsets = array("q"), array("q", [0])
    for word in words:
        if bucket:
            rows.extend(hash_ngram(g) % bucket for g in ngrams(word, minn, maxn))
        offsets.append(len(rows))
    return np.array(rows, dtype=np.int64), np.array(offsets, dtype=np.int64)


def compose(words, word_matrix: np.ndarray, ngram_matrix: np.ndarray, minn: int, maxn: int) -> np.ndarray:
    rows, offsets = ngram_rows(words, minn, maxn, len(ngram_matrix))
    composed = []
    for own, start, end in zip(word_matrix, offsets, offsets[1:]):
        composed.append((own + np.einsum("nd->d", ngram_matrix[rows[start:end]])) / (1 + end - start))
    return np.stack(composed)


def carried(vectors, word: str) -> list[tuple[str, float]]:
    rows, _ = ngram_rows([word], vectors.minn, vectors.maxn, len(vectors.ngram_matrix))
    if not rows.size:
        raise KeyError(word)
    z = np.asarray(vectors.ngram_matrix[rows], dtype=np.float64)
    s = np.einsum("nd->d", z)
    rest = s - z
    length = np.sqrt(np.einsum("nd,nd->n", rest, rest) * np.einsum("d,d->", s, s))
    length[length == 0] = 1
    cosine = np.einsum("nd,d->n", rest, s) / length
    named = zip(ngrams(word, vectors.minn, vectors.maxn), cosine.tolist())
    return sorted(named, key=lambda item: item[1])

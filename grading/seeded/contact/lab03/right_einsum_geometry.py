import numpy as np


def unit_of(matrix: np.ndarray) -> np.ndarray:
    matrix = np.asarray(matrix, dtype=np.float64)
    length = np.sqrt(np.einsum("nd,nd->n", matrix, matrix))
    return np.einsum("nd,n->nd", matrix, np.divide(1, length, out=np.zeros_like(length), where=length > 0))


def anisotropy(matrix: np.ndarray) -> float:
    u = unit_of(matrix)
    n = len(u)
    if n < 2:
        return float("nan")
    moment = np.einsum("nd->d", u)
    return float((np.einsum("d,d->", moment, moment) - np.einsum("nd,nd->", u, u)) / (n * (n - 1)))


def nearest_rows(matrix: np.ndarray, k: int = 10) -> np.ndarray:
    u = unit_of(matrix)
    n = len(u)
    if not 0 < k < n:
        raise ValueError(f"k is {k}, and there are {n} rows")
    out = []
    for start in range(0, n, 256):
        block = np.arange(start, min(start + 256, n))
        similarity = np.einsum("bd,nd->bn", u[block], u, optimize=True)
        similarity[block - start, block] = -np.inf
        chosen = np.argpartition(-similarity, k - 1, axis=1)[:, :k]
        order = np.argsort(-np.take_along_axis(similarity, chosen, axis=1), axis=1)
        out.append(np.take_along_axis(chosen, order, axis=1))
    return np.concatenate(out)


def procrustes(source: np.ndarray, target: np.ndarray) -> tuple[np.ndarray, float]:
    source, target = np.asarray(source, dtype=np.float64), np.asarray(target, dtype=np.float64)
    u, _, vt = np.linalg.svd(np.einsum("ni,nj->ij", source, target))
    rotation = np.einsum("ik,kj->ij", u, vt)
    left_over = np.einsum("ni,ij->nj", source, rotation) - target
    squares = [np.einsum("nd,nd->", m, m) for m in (left_over, target)]
    return rotation, float(np.sqrt(squares[0] / squares[1]))

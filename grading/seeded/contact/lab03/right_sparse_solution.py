import numpy as np
from scipy import sparse
from vectors.lookup import Lookup


def spearman(x, y):
    def ranks(values):
        _, inverse, count = np.unique(values, return_inverse=True, return_counts=True)
        groups = sparse.csr_matrix((np.ones(len(inverse)), (inverse, np.arange(len(inverse)))))
        place = np.empty(len(inverse))
        place[np.argsort(values, kind="stable")] = np.arange(1, len(inverse) + 1)
        return groups.T @ ((groups @ place) / count)

    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    if len(x) < 2 or x.min() == x.max() or y.min() == y.max():
        return float("nan")
    return float(np.corrcoef(ranks(x), ranks(y))[0, 1])


def cosines(vectors, pairs, oov="skip"):
    n, size = len(pairs), len(vectors)
    rows = Lookup(vectors).rows([pair[:2] for pair in pairs]).reshape(n, 2)
    table = np.vstack([vectors.matrix, vectors.matrix.mean(axis=0)]).astype(np.float64)
    norm = np.linalg.norm(table, axis=1)
    table = sparse.diags(np.divide(1, norm, out=np.zeros(size + 1), where=norm > 0)) @ table
    pick = [
        sparse.csr_matrix((np.ones(n), (np.arange(n), np.where(side < 0, size, side))), shape=(n, size + 1))
        for side in rows.T
    ]
    cosine = np.sum((pick[0] @ table) * (pick[1] @ table), axis=1)
    known = rows.min(axis=1, initial=size) >= 0
    if oov == "zero":
        cosine *= known
    if oov == "skip":
        cosine = np.where(known, cosine, np.nan)
    return cosine, known


def solve_analogies(unit, questions, objective="3cosadd", epsilon=0.001, limits=(None,)):
    size, n = len(unit), len(questions)
    ends = [min(size if limit is None else limit, size) for limit in limits]
    words, place = np.unique(questions, return_inverse=True)
    a, b, c = place.reshape(n, 3).T
    rows = np.arange(n)
    best, answer = np.full((len(ends), n), -np.inf), np.zeros((len(ends), n), dtype=np.int64)
    for start in range(0, size, 500):
        tile = np.arange(start, min(start + 500, size))
        cosine = unit[words] @ unit[tile].T  # (distinct words, t)
        if objective == "3cosmul":
            s = (cosine + 1) / 2
            score = s[b] * s[c] / (s[a] + epsilon)
        else:
            score = cosine[b] - cosine[a] + cosine[c]
        question, column = np.nonzero((questions >= start) & (questions <= tile[-1]))
        score[question, questions[question, column] - start] = -np.inf
        for number, end in enumerate(ends):
            if start < end:
                top = score[:, : end - start].argmax(axis=1)
                value = score[rows, top]
                answer[number] = np.where(value > best[number], start + top, answer[number])
                best[number] = np.maximum(value, best[number])
    return answer[0] if len(ends) == 1 else answer


def section_scores(sections, answered, right):
    lengths = [len(questions) for _, questions in sections]
    member = sparse.csr_matrix(
        (np.ones(sum(lengths), dtype=int), (np.repeat(np.arange(len(sections)), lengths), np.arange(sum(lengths)))),
        shape=(len(sections), sum(lengths)),
    )
    flags = np.column_stack([right, answered, np.ones(sum(lengths))]).astype(int)
    counts = member @ flags  # (sections, 3)
    table = [("", counts.sum(axis=0))]
    if len(sections) > 1:
        table += [("semantic.", counts[:5].sum(axis=0)), ("syntactic.", counts[5:].sum(axis=0))]
        table += [(f"section.{name}.", count) for (name, _), count in zip(sections, counts)]
    scores = {}
    for part, (correct, used, total) in ((part, count.tolist()) for part, count in table):
        scores[f"{part}accuracy"] = correct / used if used else float("nan")
        scores[f"{part}low"], scores[f"{part}high"] = proportion_interval(correct, used)
        scores |= {f"{part}correct": correct, f"{part}used": used, f"{part}total": total}
    return scores

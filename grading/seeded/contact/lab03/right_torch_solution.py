import numpy as np
import torch
from measures.significance import RESAMPLES, difference_of
from vectors.lookup import Lookup


def average_ranks(values: torch.Tensor) -> torch.Tensor:
    _, place, count = torch.unique(values, return_inverse=True, return_counts=True)
    last = torch.cumsum(count, 0)
    return (last - (count - 1) / 2)[place].double()


def spearman(x, y):
    rx, ry = (average_ranks(torch.tensor(np.asarray(values, dtype=np.float64))) for values in (x, y))
    if len(rx) < 2:
        return float("nan")
    rx, ry = rx - rx.mean(), ry - ry.mean()
    bottom = torch.sqrt(torch.dot(rx, rx) * torch.dot(ry, ry))
    return (torch.dot(rx, ry) / bottom).item() if bottom > 0 else float("nan")


def cosines(vectors, pairs, oov="skip"):
    rows = torch.tensor(Lookup(vectors).rows([pair[:2] for pair in pairs]).reshape(-1, 2))
    matrix = torch.tensor(vectors.matrix, dtype=torch.float64)
    matrix = torch.cat([matrix, matrix.mean(0, keepdim=True)])
    known = (rows >= 0).all(1)
    rows = torch.where(rows < 0, len(matrix) - 1, rows)
    cosine = torch.nn.functional.cosine_similarity(matrix[rows[:, 0]], matrix[rows[:, 1]], dim=1, eps=1e-30)
    if oov == "skip":
        cosine[~known] = float("nan")
    elif oov == "zero":
        cosine[~known] = 0
    return cosine.numpy(), known.numpy()


@torch.no_grad()
def solve_analogies(unit, questions, objective="3cosadd", epsilon=0.001, limits=(None,)):
    table, asked, limits = torch.tensor(unit), torch.tensor(questions), list(limits)
    answers = torch.empty((len(limits), len(asked)), dtype=torch.long)
    done = 0
    for part in asked.split(128):
        a, b, c = table[part].unbind(1)  # (m, d) each
        if objective == "3cosadd":
            score = torch.mm(b - a + c, table.T)
        else:
            like_a, like_b, like_c = (torch.mm(v, table.T).add_(1).div_(2) for v in (a, b, c))
            score = like_b * like_c / (like_a + epsilon)
        score.scatter_(1, part, float("-inf"))
        for answer, limit in zip(answers, limits):
            answer[done : done + len(part)] = score[:, :limit].argmax(1)
        done += len(part)
    answers = answers.numpy()
    return answers if len(limits) > 1 else answers[0]


def compare_correlations(first, second, human, seed=1):
    n = len(human)
    draws = torch.randint(n, (RESAMPLES, n), generator=torch.Generator().manual_seed(seed)).numpy()
    differences = [spearman(first[i], human[i]) - spearman(second[i], human[i]) for i in draws]
    return difference_of(spearman(first, human) - spearman(second, human), np.array(differences), n)

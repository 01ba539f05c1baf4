import torch
from torch.nn import functional as F


def solve_analogies(unit, questions, objective="3cosadd", epsilon=0.001, limits=(None,)):
    unit, questions = torch.as_tensor(unit), torch.as_tensor(questions)
    answers = [
        torch.cat([batch(unit[:limit], unit, part, objective, epsilon) for part in questions.split(7)])
        for limit in limits
    ]
    return torch.stack(answers) if len(answers) > 1 else answers[0]


def batch(candidates, unit, questions, objective, epsilon):
    a, b, c = unit[questions].unbind(1)
    if objective == "3cosadd":
        scores = F.normalize(b - a + c) @ candidates.T
    else:
        a, b, c = ((query @ candidates.T + 1) / 2 for query in (a, b, c))
        scores = b.log() + c.log() - (a + epsilon).log()
    for own in questions.T:
        inside = own < len(candidates)
        scores[torch.arange(len(own))[inside], own[inside]] = -torch.inf
    return scores.argmax(1)


def nearest_rows(matrix, k=10):
    unit = F.normalize(torch.as_tensor(matrix, dtype=torch.float64))
    cosine = unit @ unit.T
    return cosine.fill_diagonal_(-2).topk(k).indices

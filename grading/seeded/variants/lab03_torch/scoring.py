import torch
from torch.nn import functional as F

Z2 = 1.959964**2


def ranks(values):
    """Average ranks along the last axis: how many are smaller, and half of those that are equal."""
    values = torch.as_tensor(values, dtype=torch.float64)
    smaller = (values[..., None, :] < values[..., :, None]).sum(-1)
    equal = (values[..., None, :] == values[..., :, None]).sum(-1)
    return smaller + (equal.double() + 1) / 2


def correlation(x, y):
    x, y = (side - side.mean(-1, keepdim=True) for side in (x, y))
    return F.cosine_similarity(x, y, dim=-1, eps=1e-30)


def spearman(x, y):
    x, y = ranks(x), ranks(y)
    if x.std() == 0 or y.std() == 0:
        return torch.nan
    return correlation(x, y)


def cosines(vectors, pairs, oov="skip"):
    matrix = torch.as_tensor(vectors.matrix, dtype=torch.float64)
    spellings = [[(word, word.lower(), word.title()) for word in pair[:2]] for pair in pairs]
    rows = torch.tensor([[[vectors.index.get(each, -1) for each in word] for word in pair] for pair in spellings])
    rows = rows.gather(2, (rows >= 0).int().argmax(2, keepdim=True)).squeeze(2)  # the first spelling that is known
    known = (rows >= 0).all(1)
    padded = torch.cat([matrix, matrix.mean(0, keepdim=True)])  # row −1 is the mean
    values = F.cosine_similarity(padded[rows[:, 0]], padded[rows[:, 1]])
    if oov != "mean":
        values = values.masked_fill(~known, 0.0 if oov == "zero" else torch.nan)
    return values, known


def evaluate_similarity(vectors, pairs, oov="skip"):
    values, known = cosines(vectors, pairs, oov)
    there = ~values.isnan()
    human = torch.tensor([score for *_, score in pairs])
    rho = spearman(values[there], human[there])
    half = (Z2 * (1 + rho**2 / 2) / (there.sum() - 3)).sqrt()
    low, high = (rho.atanh() - half).tanh(), (rho.atanh() + half).tanh()
    return {"rho": rho, "low": low, "high": high, "used": known.sum(), "total": len(pairs)}


def proportion_interval(correct, n):
    if n == 0:
        return torch.nan, torch.nan
    p = correct / n
    middle, half = p + Z2 / (2 * n), (Z2 * (p * (1 - p) + Z2 / (4 * n)) / n) ** 0.5
    return max((middle - half) / (1 + Z2 / n), 0.0), min((middle + half) / (1 + Z2 / n), 1.0)


def section_scores(sections, answered, right):
    answered, right = torch.as_tensor(answered), torch.as_tensor(right)
    results = {}

    def add(part, start, end):
        used, correct = int(answered[start:end].sum()), int(right[start:end].sum())
        results[f"{part}accuracy"] = correct / used if used else torch.nan
        results[f"{part}correct"], results[f"{part}used"], results[f"{part}total"] = correct, used, end - start

    start, border = 0, sum(len(questions) for _, questions in sections[:5])
    for name, questions in sections:
        add(f"section.{name}.", start, start + len(questions))
        start += len(questions)
    add("", 0, start)
    add("semantic.", 0, border)
    add("syntactic.", border, start)
    return results


def compare_correlations(first, second, human, seed=1):
    first, second, human = (torch.as_tensor(side, dtype=torch.float64) for side in (first, second, human))
    n = len(human)
    drawn = torch.randint(n, (1000, n), generator=torch.Generator().manual_seed(seed))
    people = ranks(human[drawn])
    resampled = correlation(ranks(first[drawn]), people) - correlation(ranks(second[drawn]), people)
    low, high = torch.quantile(resampled, torch.tensor([0.025, 0.975], dtype=torch.float64)).tolist()
    difference = spearman(first, human) - spearman(second, human)
    return {"difference": difference, "low": low, "high": high, "used": n, "excludes_zero": not low <= 0 <= high}

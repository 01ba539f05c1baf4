import math
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from measures.significance import RESAMPLES, difference_of, settled
from vectors.lookup import Lookup


class Ranking:
    """The values' average ranks, less their mean."""

    def __init__(self, values):
        ordered = np.sort(values)
        below = np.searchsorted(ordered, values, side="left")
        upto = np.searchsorted(ordered, values, side="right")
        self.deviation = (below + upto + 1) / 2 - (len(ordered) + 1) / 2
        self.length = math.sqrt(self.deviation @ self.deviation)

    def correlation(self, other):
        if self.length == 0 or other.length == 0:
            return math.nan
        return float(self.deviation @ other.deviation / (self.length * other.length))


def spearman(x, y):
    return Ranking(x).correlation(Ranking(y))


class Judge:
    """Cosines under one rule for unknown words."""

    def __init__(self, vectors, oov):
        self.lookup, self.oov = Lookup(vectors), oov
        self.unit = vectors.unit.astype(np.float64)
        mean = vectors.matrix.mean(axis=0, dtype=np.float64)
        self.mean = mean / (np.linalg.norm(mean) or 1.0)

    def knows(self, *words):
        return all(self.lookup.row(word) >= 0 for word in words)

    def direction(self, word):
        return self.unit[self.lookup.row(word)] if self.knows(word) else self.mean

    def cosine(self, one, other):
        if self.oov == "mean" or self.knows(one, other):
            return float(np.dot(self.direction(one), self.direction(other)))
        return math.nan if self.oov == "skip" else 0.0


def cosines(vectors, pairs, oov="skip"):
    judge = Judge(vectors, oov)
    cosine = np.fromiter((judge.cosine(one, other) for one, other, _ in pairs), float, len(pairs))
    return cosine, np.fromiter((judge.knows(one, other) for one, other, _ in pairs), bool, len(pairs))


def evaluate_similarity(vectors, pairs, oov="skip"):
    cosine, known = cosines(vectors, pairs, oov)
    scored = [i for i in range(len(pairs)) if not math.isnan(cosine[i])]
    rho = spearman(settled(cosine[scored]), np.array([pairs[i][2] for i in scored]))
    low, high = spearman_interval(rho, len(scored))
    return {"rho": rho, "low": low, "high": high, "used": int(known.sum()), "total": len(pairs)}


@dataclass
class Solver:
    unit: np.ndarray
    objective: str
    epsilon: float

    def scores(self, asked):
        a, b, c = (self.unit[asked[:, place]] @ self.unit.T for place in range(3))
        # Of the three halves in the product one would be left; it changes no order.
        product = (1 + b) * (1 + c) / (1 + a + 2 * self.epsilon)
        scores = b - a + c if self.objective == "3cosadd" else product
        scores[np.arange(len(asked)).repeat(3), asked.reshape(-1)] = -math.inf
        return scores

    def answers(self, asked, limit):
        batches = (asked[start : start + 100] for start in range(0, len(asked), 100))
        return np.array([row for batch in batches for row in self.scores(batch)[:, :limit].argmax(axis=1)], dtype=int)


def solve_analogies(unit, questions, objective="3cosadd", epsilon=0.001, limits=(None,)):
    solver = Solver(np.asarray(unit, dtype=np.float64), objective, epsilon)
    answers = [solver.answers(questions, limit) for limit in limits]
    return answers[0] if len(answers) == 1 else np.stack(answers)


@dataclass
class Tally:
    correct: int = 0
    used: int = 0
    total: int = 0
    parts: list = field(default_factory=list)

    def add(self, answered, right):
        self.correct += int(np.sum(right))
        self.used += int(np.sum(answered))
        self.total += len(answered)

    def named(self, part):
        low, high = proportion_interval(self.correct, self.used)
        accuracy = self.correct / self.used if self.used else math.nan
        figures = {"accuracy": accuracy, "low": low, "high": high}
        figures |= {"correct": self.correct, "used": self.used, "total": self.total}
        return {part + name: figure for name, figure in figures.items()}


def section_scores(sections, answered, right):
    ends = np.cumsum([len(questions) for _, questions in sections])[:-1]
    tallies = {"": Tally()}
    if len(sections) > 1:
        tallies |= {"semantic.": Tally(), "syntactic.": Tally()}
    for number, here in enumerate(zip(np.split(answered, ends), np.split(right, ends))):
        tallies[""].add(*here)
        if len(sections) > 1:
            tallies["semantic." if number < 5 else "syntactic."].add(*here)
            tallies.setdefault(f"section.{sections[number][0]}.", Tally()).add(*here)
    return {key: figure for part, tally in tallies.items() for key, figure in tally.named(part).items()}


class Interval(NamedTuple):
    low: float
    high: float


def proportion_interval(correct, n):
    if not n:
        return Interval(math.nan, math.nan)
    z2 = 1.959964**2
    center = (correct + z2 / 2) / (n + z2)
    half = math.sqrt(z2) / (n + z2) * math.sqrt(correct * (n - correct) / n + z2 / 4)
    return Interval(max(0.0, min(center - half, correct / n)), min(1.0, max(center + half, correct / n)))


class PairedBootstrap:
    def __init__(self, seed):
        self.random = np.random.RandomState(seed)

    def resamples(self, n):
        for _ in range(RESAMPLES):
            yield self.random.randint(n, size=n)


def compare_correlations(first, second, human, seed=1):
    def difference(rows):
        people = Ranking(human[rows])
        return Ranking(first[rows]).correlation(people) - Ranking(second[rows]).correlation(people)

    resampled = np.array([difference(rows) for rows in PairedBootstrap(seed).resamples(len(human))])
    return difference_of(difference(np.arange(len(human))), resampled, len(human))

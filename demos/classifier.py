"""Is it a country, a capital, a plural? Ten lines of classifier on word vectors, and what their start is worth.

    python demos/classifier.py                         the vectors that ship with Lab 3
    python demos/classifier.py --vectors mine.bin      any others
    python demos/classifier.py --seed 2                other folds and other random numbers

The words and their classes are those of Google's analogy questions, which come inside gensim's package. The classifier
looks a word's vector up and applies one linear layer. It is trained four times: on the vectors as they are (frozen), on
vectors that training may move (trained further), on a random start, and on the frozen vectors with shuffled labels. In
five folds every word is held out once.

One linear layer on frozen vectors is called a probe. Its accuracy on held-out words shows that the classes can be read
off the vectors. It does not show that a model uses them. The shuffled labels are the control of Hewitt & Liang (2019):
what the probe reaches there on its training words it reaches by memory alone.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

try:
    from wordlab.command import OneLineParser, run_command, seed
except ModuleNotFoundError as missing:
    sys.exit(f"error: {missing}; at the root of the repository, type: pip install -r requirements.txt")

from wordlab.errors import InputError
from wordlab.packages import needs
from wordlab.tables import markdown

import numpy as np
import torch
from torch import nn

from lab03_eval.benchmarks import find, read_questions
from lab03_eval.solution import proportion_interval
from lab03_eval.vectors import WordVectors
from lab03_eval.vectors.lookup import Lookup

SHIPPED = Path(__file__).resolve().parents[1] / "lab03_eval" / "wiki8_20k.safetensors"
# Where each class stands: a section of Google's questions, and which words of "a b c d" are of the class.
CLASSES = {
    "country": ("capital-world", (1, 3)),
    "capital": ("capital-world", (0, 2)),
    "city": ("city-in-state", (0, 2)),
    "state": ("city-in-state", (1, 3)),
    "family": ("family", (0, 1, 2, 3)),
    "nationality": ("gram6-nationality-adjective", (1, 3)),
    "adjective": ("gram3-comparative", (0, 2)),
    "comparative": ("gram3-comparative", (1, 3)),
    "past tense": ("gram7-past-tense", (1, 3)),
    "plural": ("gram8-plural", (1, 3)),
}
FOLDS, STEPS, RATE = 5, 100, 0.03

Task = dict[str, list[str]]


class Classifier(nn.Module):
    """Scores (n, classes) of n rows of a table of vectors (words, d), which training leaves alone if `frozen`."""

    def __init__(self, table: torch.Tensor, classes: int, frozen: bool):
        super().__init__()
        # from_pretrained takes the tensor itself: without the copy, training would move the caller's vectors.
        self.embedding = nn.Embedding.from_pretrained(table.clone(), freeze=frozen)
        self.linear = nn.Linear(table.shape[1], classes)

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        return self.linear(self.embedding(rows))


def read_task() -> Task:
    """The words of each class in the order of the questions. A word of two classes, such as Georgia, is left out."""
    sections = dict(read_questions(find("google")))
    task = {
        name: list(dict.fromkeys(question[place].lower() for question in sections[section] for place in places))
        for name, (section, places) in CLASSES.items()
    }
    classes = Counter(word for words in task.values() for word in words)
    return {name: [word for word in words if classes[word] == 1] for name, words in task.items()}


def known_rows(vectors: WordVectors, task: Task) -> dict[str, list[int]]:
    """Rows of the known words of each class."""
    lookup = Lookup(vectors)
    return {name: [row for row in map(lookup.row, words) if row >= 0] for name, words in task.items()}


def train(table: torch.Tensor, labels: torch.Tensor, rows: torch.Tensor, frozen: bool) -> Classifier:
    """A classifier trained on these `rows` of the table and their labels, all of them in every step."""
    model = Classifier(table, int(labels.max()) + 1, frozen)
    optimizer = torch.optim.Adam((weight for weight in model.parameters() if weight.requires_grad), lr=RATE)
    for _ in range(STEPS):
        loss = nn.functional.cross_entropy(model(rows), labels[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model


def cross_validate(table: torch.Tensor, labels: torch.Tensor, frozen: bool, seed: int) -> tuple[float, int]:
    """The mean share of training words that are right, and how many held-out words are: each is held out once."""
    with needs("scikit-learn"):
        from sklearn.model_selection import StratifiedKFold
    torch.manual_seed(seed)
    seen, right = [], 0
    for folds in StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(table, labels):
        training, held_out = map(torch.from_numpy, folds)
        model = train(table, labels, training, frozen)
        with torch.no_grad():
            correct = model(torch.arange(len(table))).argmax(dim=1) == labels
        seen.append(float(correct[training].float().mean()))
        right += int(correct[held_out].sum())
    return float(np.mean(seen)), right


def report(table: torch.Tensor, labels: torch.Tensor, seed: int) -> str:
    """The accuracies of the four starts as a table."""
    generator = torch.Generator().manual_seed(seed)
    random = nn.functional.normalize(torch.randn(table.shape, generator=generator))
    shuffled = labels[torch.randperm(len(labels), generator=generator)]
    lines = []
    for start, vectors, answers, frozen in (
        ("the vectors, frozen", table, labels, True),
        ("the vectors, trained further", table, labels, False),
        ("random vectors, trained further", random, labels, False),
        ("the vectors, frozen; labels shuffled", table, shuffled, True),
    ):
        seen, right = cross_validate(vectors, answers, frozen, seed)
        low, high = proportion_interval(right, len(labels))
        share = right / len(labels)
        lines.append([start, f"{100 * seen:.1f} %", f"{100 * share:.1f} % ({100 * low:.1f} … {100 * high:.1f})"])
    return markdown(["start", "training words", "held-out words (95 % interval)"], lines, padded=True)


def run(args: argparse.Namespace) -> None:
    task, vectors = read_task(), WordVectors.load(args.vectors)
    known = known_rows(vectors, task)
    used = {name: rows for name, rows in known.items() if len(rows) >= FOLDS}  # every fold needs a word of each class
    if len(used) < 2:
        raise InputError(f"{args.vectors}: knows too few of the words; --vectors takes a larger English vocabulary")
    table = torch.from_numpy(vectors.unit[[row for rows in used.values() for row in rows]])
    labels = torch.repeat_interleave(torch.tensor([len(rows) for rows in used.values()]))
    commonest = max(used, key=lambda name: len(used[name]))
    print(f"{Path(args.vectors).name}: {len(labels)} of {sum(map(len, task.values()))} words")
    print(", ".join(f"{name} {len(known[name])}/{len(words)}" for name, words in task.items()))
    if left_out := [name for name in task if name not in used]:
        print(f"left out, with fewer than {FOLDS} known words: {', '.join(left_out)}")
    print(f"always answering {commonest}: {100 * len(used[commonest]) / len(labels):.1f} %")
    print(f"\n{report(table, labels, args.seed)}\n\n{FOLDS} folds, seed {args.seed}")


def build_parser() -> argparse.ArgumentParser:
    parser = OneLineParser(__doc__)
    parser.add_argument("--vectors", default=str(SHIPPED), metavar="FILE", help=".bin .txt .vec .safetensors .npz")
    parser.add_argument("--seed", type=seed, default=1)
    return parser


if __name__ == "__main__":
    run_command(build_parser(), run, place="vectors")

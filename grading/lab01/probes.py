"""Calls a Lab 1 submission's functions with the inputs of the steps beside it. Runs in the child; expects nothing.

What a correct submission may do in its own way is evened out here: pairs one by one or in batches, counts as a
dictionary, tables as layers or arrays, losses per pair or added up.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

from grading.plain import plain

CPU = torch.device("cpu")
POWER = 0.75  # of the counts in the noise table; a variant has another default


def build_vocab(submission: Any, inputs: Any) -> Any:
    found: list[dict[str, Any]] = []
    for case in inputs:
        tokens = iter(case["tokens"]) if case["once"] else list(case["tokens"])
        try:
            words, counts, ids, *rest = submission.build_vocab(tokens, case["min_count"])
        except Exception as error:
            if "InputError" not in [kind.__name__ for kind in type(error).__mro__]:
                raise
            found.append({"raised": str(error)})
            continue
        counts = [counts[word] for word in words] if isinstance(counts, dict) else counts
        total = plain(rest[0]) if rest else None
        found.append({"words": plain(list(words)), "counts": plain(counts), "ids": plain(ids), "total": total})
    return found


def keep_probability(submission: Any, inputs: Any) -> Any:
    return [plain(submission.keep_probability(np.array(case["counts"]), case["threshold"])) for case in inputs]


def subsample(submission: Any, inputs: Any) -> Any:
    ids, keep = np.array(inputs["ids"], dtype=np.int32), np.array(inputs["keep"])
    rng = np.random.default_rng(inputs["seed"])
    return [plain(submission.subsample(ids, keep, rng)) for _ in range(2)]


def pairs_window(submission: Any, inputs: Any) -> Any:
    return [_pairs(submission, case) for case in inputs]


pairs_radius = pairs_window


def pairs_subsampling(submission: Any, inputs: Any) -> Any:
    *cases, twice = inputs
    dataset = _dataset(submission, twice)
    return [*(_pairs(submission, case) for case in cases), [len(_streamed(dataset)) for _ in range(2)]]


def _pairs(submission: Any, case: dict) -> list:
    """[center, context] of everything that the dataset streams."""
    return _streamed(_dataset(submission, case))


def _dataset(submission: Any, case: dict) -> Any:
    ids, keep = np.array(case["ids"], dtype=np.int32), np.array(case["keep"])
    return submission.SkipGramDataset(ids, keep, case["window"], case["seed"], case["epoch"])


def _streamed(dataset: Any) -> list:
    return [pair for item in dataset for pair in _flat(item)]


def _flat(item: Any) -> Iterator[list]:
    """The pairs of an item: one pair, a batch (B, 2), or a batch as center (B,) and context (B,)."""
    if isinstance(item, tuple) and all(isinstance(part, int) for part in item):
        yield list(item)
        return
    if not isinstance(item, tuple | list):
        item = np.asarray(plain(item))
        item = (item[..., 0], item[..., 1])
    center, context = np.broadcast_arrays(*(np.asarray(plain(part)) for part in item))
    yield from np.stack([center.ravel(), context.ravel()], axis=1).tolist()


def noise_table(submission: Any, inputs: Any) -> Any:
    return [_table_of(submission.noise_table(np.array(counts), POWER)) for counts in inputs]


def _table_of(table: Any) -> Any:
    return {"table": plain(table), "whole": "int" in str(table.dtype)}


def tables(submission: Any, inputs: Any) -> Any:
    model = submission.SkipGramNS(inputs["vocab"], inputs["dim"])
    v, u = plain(_table(model.in_emb)), plain(_table(model.out_emb))
    loss = _losses(model, [1], [2], [inputs["negatives"]])
    _fill(model.in_emb, np.full(np.shape(v), 7.0))
    return {"in_emb": v, "out_emb": u, "loss": loss, "out_emb_after": plain(_table(model.out_emb))}


def loss(submission: Any, inputs: Any) -> Any:
    found = []
    for case in inputs:
        model = submission.SkipGramNS(len(case["in_emb"]), len(case["in_emb"][0]))
        _fill(model.in_emb, case["in_emb"])
        _fill(model.out_emb, case["out_emb"])
        found.append(_losses(model, case["center"], case["context"], case["negatives"]))
    return found


def _losses(model: Any, center: list, context: list, negatives: list) -> list:
    """What the model returns, flat."""
    result = model(torch.tensor(center), torch.tensor(context), torch.tensor(negatives))
    return np.ravel(plain(result)).tolist()


def _table(embedding: Any) -> Any:
    """The numbers (V, d) of an embedding: a layer's weight, a parameter or an array."""
    return getattr(embedding, "weight", embedding)


def _fill(embedding: Any, values: Any) -> None:
    table = _table(embedding)
    with torch.no_grad():
        table[:] = torch.as_tensor(values, dtype=table.dtype) if isinstance(table, torch.Tensor) else values


def _trainer(submission: Any, case: dict, noise: Any, seed: int) -> Any:
    counts = np.array(case["counts"])
    settings = {key: case[key] for key in ("dim", "window", "negatives")}
    return submission.PairTrainer(counts, np.ones(len(counts)), noise, seed=seed, device=CPU, **settings)


def _embeddings(trainer: Any) -> list[np.ndarray]:
    return [np.array(plain(table)) for table in trainer.embeddings()]


def negatives(submission: Any, inputs: Any) -> Any:
    """Rows of out_emb that a trainer's first step moves, for each of many trainers."""
    found: list[list[list[int]]] = []
    for case in inputs:
        found.append([])
        noise = submission.noise_table(np.array(case["counts"]), POWER)
        for seed in range(case["trainers"]):
            trainer = _trainer(submission, case, noise, seed)
            before = _embeddings(trainer)[1]
            batch, _ = next(iter(trainer.batches(np.array(case["ids"], dtype=np.int32), 0)))
            trainer.step(batch, 0.1, True)
            found[-1].append(np.flatnonzero((_embeddings(trainer)[1] != before).any(axis=1)).tolist())
    return found


def updates(submission: Any, inputs: Any) -> Any:
    """The tables before and after an epoch at a learning rate of 0 and after one that is not, and mean losses."""
    noise, ids = submission.noise_table(np.array(inputs["counts"]), POWER), np.array(inputs["ids"], dtype=np.int32)
    trainer = _trainer(submission, inputs, noise, 1)
    tables, losses = [_embeddings(trainer)], []
    for epoch, lr in enumerate(inputs["lr"]):
        steps = [trainer.step(batch, lr, True) for batch, _ in trainer.batches(ids, epoch)]
        total, pairs = np.sum(np.array([[float(x) for x in step] for step in steps]), axis=0)
        losses.append(total / pairs)
        tables.append(_embeddings(trainer))
    return {"tables": plain(tables[:3]), "losses": losses, "row": _row_adagrad(submission, inputs["gradient"])}


def _row_adagrad(submission: Any, gradient: list[float]) -> Any:
    """Where one row of zeros is after a step of RowAdagrad, or None in a submission with another optimiser."""
    try:
        optimiser = submission.RowAdagrad
    except Exception:
        return None
    table = torch.nn.Parameter(torch.zeros(3, len(gradient)))
    table.grad = torch.sparse_coo_tensor(torch.tensor([[0]]), torch.tensor([gradient]), table.shape)
    optimiser([table], lr=1.0).step()
    return plain(table[0])


class Record:
    """A trainer that learns nothing, and notes what it is asked. A batch is [epoch, number]."""

    def __init__(self, shares: list[list[float]]):
        self.shares, self.events = shares, []  # type: ignore[var-annotated]

    def batches(self, ids: Any, epoch: int) -> Iterator[tuple[list[int], float]]:
        return (([epoch, number], share) for number, share in enumerate(self.shares[epoch]))

    def step(self, batch: list[int], lr: float, measure: bool = True) -> tuple[float, float]:
        returned = (10.0 * len(self.events) + 7, 3.0) if measure else (0.0, 0.0)
        self.events.append({"step": [batch, float(lr), bool(measure)], "returned": returned})
        return returned


def train(submission: Any, inputs: Any) -> Any:
    """What happens in a whole run, and in runs that resume at places which it yielded."""
    whole, places = _watched(submission, inputs)
    starts = [places[number] for number in inputs["starts"] if number < len(places)]
    return {"whole": whole, "resumed": [_watched(submission, inputs, start)[0] for start in starts]}


def _watched(submission: Any, inputs: Any, *start: Any) -> tuple[list, list]:
    trainer, places = Record(inputs["shares"]), []
    for place in submission.train(trainer, np.arange(9), len(inputs["shares"]), inputs["lr"], *start):
        found = [place.epoch, place.step, place.progress, place.loss, place.pairs]
        trainer.events.append({"place": plain(found)})
        places.append(place)
    return trainer.events, places


def window_masks(submission: Any, inputs: Any) -> Any:
    return [plain(submission.window_masks(case["window"], case["length"])) for case in inputs]


def block_gradients(submission: Any, inputs: Any) -> Any:
    v_c, u_o, context, weight = (
        torch.tensor(inputs[key], dtype=torch.float64) for key in ("v", "u", "context", "weight")
    )
    z = submission.wrongness(v_c, u_o, context.shape[2])
    total = submission.block_loss(torch.clone(z), context, weight)
    dv, du = submission.block_gradients(torch.clone(z), v_c, u_o, context, weight)
    return {"z": plain(z), "loss": float(total), "dv": plain(dv), "du": plain(du)}


def default_threshold(submission: Any, counts: Any) -> Any:
    return plain(submission.keep_probability(np.array(counts)))


def default_power(submission: Any, counts: Any) -> Any:
    return _table_of(submission.noise_table(np.array(counts)))


def default_window(submission: Any, inputs: Any) -> Any:
    ids = np.arange(inputs["tokens"], dtype=np.int32)
    return _streamed(submission.SkipGramDataset(ids, np.ones(len(ids))))


class Space:
    """What EXERCISE.md says that `nearest` and `analogy` are given, and no method that would answer for them.

    Its vectors are also had by their words, as those that a learner trains.
    """

    def __init__(self, words: list[str], matrix: list):
        self.words, self.matrix = words, np.array(matrix, dtype=np.float32)
        self.index = {word: row for row, word in enumerate(words)}
        self.unit = self.matrix / np.linalg.norm(self.matrix, axis=1, keepdims=True)

    def __len__(self) -> int:
        return len(self.words)

    def __contains__(self, word: str) -> bool:
        return word in self.index

    def __getitem__(self, word: str) -> np.ndarray:
        row: np.ndarray = self.matrix[self.index[word]]
        return row


def nearest(submission: Any, inputs: Any) -> Any:
    space = Space(inputs["words"], inputs["matrix"])
    return [_answers(submission.nearest(space, *case)) for case in inputs["cases"]]


def analogy(submission: Any, inputs: Any) -> Any:
    space = Space(inputs["words"], inputs["matrix"])
    return [_answers(submission.analogy(space, *case)) for case in inputs["cases"]]


def _answers(found: Any) -> list:
    """[word, cosine] of each answer; the cosine is left out where only words are returned."""
    return [[answer] if isinstance(answer, str) else [answer[0], plain(answer[1])] for answer in found]


def exchange(submission: Any, inputs: Any) -> Any:
    """Rows and squares after all ranks have told each other what has moved. Rank 0 hears."""
    rows, known = (torch.tensor(inputs[key], dtype=torch.float64) for key in ("rows", "known"))
    told = []
    for moved, squares in zip(inputs["moved"], inputs["squares"]):
        mine = [torch.tensor(each, dtype=torch.float64) for each in (moved, squares)]
        told.append(submission.tell(*mine, known))
    found = submission.hear(rows, known, torch.stack(told).sum(dim=0))
    return {"rows": plain(found[0]), "squares": plain(found[1])}


def join_shards(submission: Any, inputs: Any) -> Any:
    tables, counts = np.array(inputs["tables"]), np.array(inputs["counts"])
    joined = submission.join_shards(tables, counts)
    return {"joined": plain(joined), "after": {"tables": plain(tables), "counts": plain(counts)}}

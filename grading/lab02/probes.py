"""Calls a Lab 2 submission's functions with the inputs of the steps beside it. Runs in the child; expects nothing."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np

from grading.plain import plain


def _dense(counts: Any) -> Any:
    return plain(counts.toarray() if hasattr(counts, "toarray") else counts)


def _count(submission: Any, case: Any, **options: Any) -> Any:
    ids = np.array(case["ids"], dtype=np.int32)
    counts = _dense(submission.cooccurrence(ids, case["vocab"], case["window"], **options))
    return {"counts": counts, "ids": plain(ids)}


def cooccurrence(submission: Any, inputs: Any) -> Any:
    *cases, weighted = inputs
    found = [_count(submission, case) for case in cases]
    takes = "weights" in inspect.signature(submission.cooccurrence).parameters
    return [*found, _count(submission, weighted, weights=np.array(weighted["weights"])) if takes else None]


def default_window(submission: Any, vocab: Any) -> Any:
    return _dense(submission.cooccurrence(np.arange(vocab, dtype=np.int32), vocab))


def separators(submission: Any, inputs: Any) -> Any:
    return [_count(submission, case) for case in inputs]


def weight(submission: Any, inputs: Any) -> Any:
    import torch

    return [plain(submission.weight(torch.tensor(case["x"]), case["x_max"], case["alpha"])) for case in inputs]


def default_x_max(submission: Any, inputs: Any) -> Any:
    import torch

    return plain(submission.weight(torch.tensor(inputs["x"]), **inputs["given"]))


default_alpha = default_x_max


def _entries(inputs: Any) -> Any:
    import torch

    return [torch.tensor(inputs[name], dtype=torch.float64) for name in ("own", "other", "log", "weight")]


def glove_loss(submission: Any, inputs: Any) -> Any:
    return {"loss": plain(submission.entry_gradients(*_entries(inputs))[0])}


def glove_gradients(submission: Any, inputs: Any) -> Any:
    entries = _entries(inputs)
    first, again = (plain(submission.entry_gradients(*entries)[1]) for _ in range(2))
    return {"gradient": first, "again": again}


def training(submission: Any, inputs: Any) -> Any:
    trainers = getattr(inspect.unwrap(submission.train_glove), "__globals__", {})  # what train_glove calls
    rowwise, paper = trainers.get("RowwiseTrainer"), trainers.get("PaperTrainer")
    return {
        "text": _train(submission, inputs["text"]),
        "biases": _of_biases(submission, inputs["biases"]),
        "rowwise": rowwise and [_rowwise(rowwise, inputs["rowwise"], side) for side in (0, 1)],
        "paper": paper and _paper(paper, inputs["paper"]),
    }


def _of_biases(submission: Any, inputs: Any) -> Any:
    """Models after few and after more epochs by the name of their optimiser, which a submission may have one of."""
    takes = "optimizer" in inspect.signature(submission.train_glove).parameters
    return {
        name: [_train(submission, inputs | {"epochs": epochs}, **options) for epochs in inputs["epochs"]]
        for name, options in (("default", {}), ("adagrad", {"optimizer": "adagrad"}))
        if takes or not options
    }


def _train(submission: Any, inputs: Any, **options: Any) -> Any:
    from scipy import sparse

    counts = sparse.csr_array(np.array(inputs["counts"], dtype=np.float32))
    model = submission.train_glove(counts, dim=inputs["dim"], epochs=inputs["epochs"], seed=1, **options)
    return {name: plain(getattr(model, name)) for name in ("w", "w_context", "b", "b_context", "losses")}


def _rowwise(trainer_class: Any, inputs: Any, side: int) -> Any:
    import torch
    from scipy import sparse

    counts, rng = np.array(inputs["counts"], dtype=np.float32), np.random.default_rng(inputs["seed"])
    cells = counts.nonzero()
    x = sparse.csr_array((counts[cells], cells), (inputs["vocab"], inputs["vocab"]))
    dim, rows = inputs["dim"], slice(inputs["rows"])
    trainer = trainer_class(x, dim, inputs["x_max"], inputs["alpha"], inputs["l2"], rng)
    parameters = torch.from_numpy(rng.standard_normal((2, *trainer.table.shape[1:3], dim + 1), dtype=np.float32))
    trainer.table[..., :dim] = parameters[..., :dim]
    for table, biases, column in zip(trainer.table, parameters[..., dim], (dim, dim + 1)):
        table[..., column] = biases
    trainer.squares.fill_(1)
    batch = side, trainer.blocks - 1, 0
    own, other = plain(trainer.table[batch[:2]][rows]), plain(trainer.table[1 - side, 0, rows])
    squares = plain(trainer.squares[batch[:2]][rows])
    trainer.step(batch, inputs["lr"])
    after = {"rows_after": trainer.table[batch[:2]][rows], "squares_after": trainer.squares[batch[:2]][rows]}
    found = {"batch": batch, "blocks": trainer.blocks, "own": own, "other": other, "squares": squares}
    return found | plain(after)


def _paper(trainer_class: Any, inputs: Any) -> Any:
    import torch
    from scipy import sparse

    counts = sparse.csr_array(np.array(inputs["counts"], dtype=np.float32))
    trainer = trainer_class(counts, inputs["dim"], inputs["x_max"], inputs["alpha"], np.random.default_rng(0))
    trainer.table.copy_(torch.tensor(inputs["table"]))
    trainer.squares.copy_(torch.tensor(inputs["squares"]))
    trainer.step(np.array(inputs["batch"]), inputs["lr"])
    return {"rows_after": plain(trainer.table), "squares_after": plain(trainer.squares)}


def ngrams(submission: Any, inputs: Any) -> Any:
    return [plain(submission.ngrams(*case)) for case in inputs]


def default_minn(submission: Any, inputs: Any) -> Any:
    return plain(submission.ngrams(inputs["word"], **inputs["given"]))


default_maxn = default_minn


def hash_ngram(submission: Any, inputs: Any) -> Any:
    return [plain(submission.hash_ngram(ngram)) for ngram in inputs]


def ngram_rows(submission: Any, inputs: Any) -> Any:
    found = [submission.ngram_rows(*(case[name] for name in ("words", "minn", "maxn", "bucket"))) for case in inputs]
    return [{"rows": plain(rows), "offsets": plain(offsets)} for rows, offsets in found]


def _tables(inputs: Any) -> tuple[np.ndarray, np.ndarray]:
    """Own rows (V, d) and n-gram rows (bucket, d)."""
    rng, dim = np.random.default_rng(inputs["seed"]), inputs["dim"]
    own = rng.standard_normal((len(inputs["words"]), dim), dtype=np.float32)
    return own, rng.standard_normal((inputs["bucket"], dim), dtype=np.float32)


def compose(submission: Any, inputs: Any) -> Any:
    found = []
    for case in inputs:
        own, grams = _tables(case)
        vectors = submission.compose(case["words"], own, grams, case["minn"], case["maxn"])
        found.append({"vectors": plain(vectors), "own": plain(own), "grams": plain(grams)})
    return found


class Subword:
    """What `carried` uses of SubwordVectors."""

    def __init__(self, ngram_matrix: np.ndarray, minn: int, maxn: int):
        self.ngram_matrix, self.minn, self.maxn = ngram_matrix, minn, maxn


def carried(submission: Any, inputs: Any) -> Any:
    _, grams = _tables(inputs)
    found = submission.carried(Subword(grams, inputs["minn"], inputs["maxn"]), inputs["words"][0])
    return plain([list(pair) for pair in found])


def _trainer(submission: Any, inputs: Any) -> Any:
    import torch

    subwords = submission.Subwords(inputs["words"], inputs["minn"], inputs["maxn"], inputs["bucket"])
    vocab = len(inputs["words"])
    trainer = submission.SubwordTrainer(
        subwords, np.ones(vocab), np.ones(vocab), np.arange(vocab, dtype=np.int32), dim=4, window=2, negatives=2,
        shared=4, seed=1, device=torch.device("cpu"), precision=torch.float32,
    )  # fmt: skip
    rows, squares = _rows(trainer), _squares(trainer)
    values = np.random.default_rng(inputs["seed"]).standard_normal(tuple(rows.shape), dtype=np.float32)
    values[[vocab, 2 * vocab + 1]] = 0
    rows.copy_(torch.from_numpy(values))
    squares.fill_(inputs["squares"])  # so large that Adagrad's step is the gradient's, times a constant
    return trainer


def _rows(trainer: Any) -> Any:
    """The rows that are trained: of a Table, or in submissions from before there was one, the trainer's own tensor."""
    return getattr(trainer.table, "rows", trainer.table)


def _squares(trainer: Any) -> Any:
    return trainer.table.squares if hasattr(trainer.table, "squares") else trainer.squares


def center_lookup(submission: Any, inputs: Any) -> Any:
    import torch

    trainer = _trainer(submission, inputs)
    rows, found = torch.tensor(inputs["rows"]), []
    for _ in range(2):
        out = torch.zeros(len(rows), 4)
        trainer._gather(rows, inputs["centers"], out)
        found.append({"table": plain(_rows(trainer)), "out": plain(out)})
        _rows(trainer).mul_(-2)
    return {"parts": _dense(trainer.subwords.parts), "found": found}


def center_gradient(submission: Any, inputs: Any) -> Any:
    import torch

    trainer = _trainer(submission, inputs)
    rows, moved = torch.tensor(inputs["rows"]), torch.tensor(inputs["moved"])
    before = _rows(trainer).double().clone()
    _move(trainer, inputs, rows, moved)
    step = plain(_rows(trainer).double() - before)
    _squares(trainer).fill_(1)  # so small that what is added to them is not lost in rounding
    _move(trainer, inputs, rows, moved)
    return {"parts": _dense(trainer.subwords.parts), "step": step, "squares": plain(_squares(trainer) - 1)}


def _move(trainer: Any, inputs: Any, rows: Any, moved: Any) -> None:
    trainer._gather(rows, inputs["centers"], moved.new_zeros(len(rows), 4))
    trainer._scatter(rows, inputs["centers"], moved.clone(), inputs["lr"])


def cbow(submission: Any, inputs: Any) -> Any:
    import torch

    given = {name: torch.tensor(inputs[name], dtype=torch.float64) for name in ("context", "v", "dh")}
    context, dh = given["context"], given["dh"]
    return {
        "h": plain(submission.context_means(context, given["v"])),
        "divided": plain(submission.context_gradients(context, dh)),
        "whole": plain(submission.context_gradients(context, dh, False)),
        "after": plain(given),
    }


def huffman(submission: Any, inputs: Any) -> Any:
    trees = [submission.huffman(np.array(counts)) for counts in inputs]
    return [{name: plain(getattr(tree, name)) for name in ("nodes", "right", "length")} for tree in trees]


def ppmi(submission: Any, inputs: Any) -> Any:
    from scipy import sparse

    found = []
    for case in inputs:
        counts = sparse.csr_array(np.array(case["counts"], dtype=np.float32))
        matrix = submission.ppmi(counts, case["shift"], case["smoothing"])
        stored = int(matrix.nnz) if sparse.issparse(matrix) else None
        found.append({"matrix": _dense(matrix), "stored": stored, "counts": _dense(counts)})
    return found

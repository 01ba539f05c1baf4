"""Calls a Lab 2 submission's functions with the inputs of the steps beside it. Runs in the child; expects nothing."""

from __future__ import annotations

from typing import Any

import numpy as np

from grading.plain import plain


def _dense(counts: Any) -> Any:
    return plain(counts.toarray() if hasattr(counts, "toarray") else counts)


def _count(submission: Any, inputs: Any) -> Any:
    found = []
    for case in inputs:
        ids = np.array(case["ids"], dtype=np.int32)
        found.append(_dense(submission.cooccurrence(ids, case["vocab"], case["window"])))
    return found


cooccurrence = separators = _count


def weight(submission: Any, inputs: Any) -> Any:
    import torch

    return [plain(submission.weight(torch.tensor(case["x"]), case["x_max"], case["alpha"])) for case in inputs]


def _entries(submission: Any, inputs: Any) -> Any:
    import torch

    parts = (torch.tensor(inputs[name], dtype=torch.float64) for name in ("own", "other", "log", "weight"))
    loss, gradient = submission.entry_gradients(*parts)
    return {"loss": plain(loss), "gradient": plain(gradient)}


glove_loss = glove_gradients = _entries


def training(submission: Any, inputs: Any) -> Any:
    from scipy import sparse

    counts = sparse.csr_array(np.array(inputs["counts"], dtype=np.float32))
    model = submission.train_glove(counts, dim=inputs["dim"], epochs=inputs["epochs"], seed=1)
    return {name: plain(getattr(model, name)) for name in ("w", "w_context", "b", "b_context", "losses")}


def ngrams(submission: Any, inputs: Any) -> Any:
    return [plain(submission.ngrams(*case)) for case in inputs]


def hash_ngram(submission: Any, inputs: Any) -> Any:
    return [plain(submission.hash_ngram(ngram)) for ngram in inputs]


def ngram_rows(submission: Any, inputs: Any) -> Any:
    rows, offsets = submission.ngram_rows(inputs["words"], inputs["minn"], inputs["maxn"], inputs["bucket"])
    return {"rows": plain(rows), "offsets": plain(offsets)}


def _tables(inputs: Any) -> tuple[np.ndarray, np.ndarray]:
    """Own rows (V, d) and n-gram rows (bucket, d)."""
    rng, dim = np.random.default_rng(inputs["seed"]), inputs["dim"]
    own = rng.standard_normal((len(inputs["words"]), dim), dtype=np.float32)
    return own, rng.standard_normal((inputs["bucket"], dim), dtype=np.float32)


def compose(submission: Any, inputs: Any) -> Any:
    own, grams = _tables(inputs)
    return plain(submission.compose(inputs["words"], own, grams, inputs["minn"], inputs["maxn"]))


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
    rows = torch.tensor(inputs["rows"])
    out = torch.zeros(len(rows), 4)
    trainer._gather(rows, inputs["centers"], out)
    parts = trainer.subwords.parts
    return {"parts": _dense(parts), "table": plain(_rows(trainer)), "out": plain(out)}


def center_gradient(submission: Any, inputs: Any) -> Any:
    import torch

    trainer = _trainer(submission, inputs)
    rows, moved = torch.tensor(inputs["rows"]), torch.tensor(inputs["moved"])
    before = _rows(trainer).double().clone()
    trainer._gather(rows, inputs["centers"], torch.zeros(len(rows), 4))
    trainer._scatter(rows, inputs["centers"], moved.clone(), inputs["lr"])
    return {"parts": _dense(trainer.subwords.parts), "step": plain(_rows(trainer).double() - before)}

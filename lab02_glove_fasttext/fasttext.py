"""FastText: skip-gram whose centers are made of character n-grams (Bojanowski et al. 2017).

    v_w = (own_w + Σ g over the n-grams of <w>) / (1 + n_w)        composed = parts @ table
    ∂L/∂g = Σ ∂L/∂v_w / (1 + n_w) over the words that hold g       the transposed product

The paper sums (§3.2); the fastText code averages, and so does this. Contexts stay whole words. The objective, the
blocks and their hand-derived gradients are Lab 1's, and only the look-up of a center differs. Each step composes every
distinct center once and hands its summed gradient back to the rows that made it.

fastText leaves out the 1/(1 + n_w) of the gradient. Under plain SGD a word composed of 20 rows then moves as far as one
row would, and with the true gradient it moves a twentieth of that. Here the gradient is the true one, autograd's.
Row-wise Adagrad divides every row's gradient by its own past size, so that a constant factor cancels and Lab 1's
learning rates apply.

Left out: CBOW, supervised training, quantisation, word n-grams.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from wordlab.errors import InputError

import numpy as np
import torch
from scipy import sparse

from lab01_word2vec.blocks import BlockTrainer
from lab02_glove_fasttext.lookup import distinct, product
from lab02_glove_fasttext.solution import ngram_rows
from lab03_eval.vectors.fasttext_file import MAX_NGRAM, Settings, write_model

END = "</s>"  # fastText's end of a sentence, which is no spelt word and has no n-grams
OUT_SHARE = 0.1  # of out_emb in the vectors that are kept


def check_ngrams(minn: int, maxn: int, bucket: int, oov: Iterable[str] = ()) -> None:
    """Raises InputError where no n-grams can be made so, or where `oov` words would need the n-grams that are not."""
    if not 1 <= minn <= maxn <= MAX_NGRAM:
        raise InputError(
            f"n-grams of {minn} to {maxn} letters: expected 1 <= minn <= maxn <= {MAX_NGRAM}, such as 3 and 6"
        )
    if not 0 <= bucket < 2**31:
        raise InputError(f"bucket {bucket}: expected rows for n-grams below 2^31, such as 200000, or 0 for none")
    if not bucket and (unknown := " ".join(oov)):
        raise InputError(
            f"bucket 0 leaves no n-grams, of which alone an unknown word is composed ({unknown}): "
            "give a bucket such as 200000, or ask for no unknown words"
        )


class Subwords:
    """Which rows of a table make which word: `parts` (V + 1, rows), sparse, so that composed = parts @ table.

    The table is a BlockTrainer's, in which row w < V is word w's own and row V the padding's. N-grams of exactly the
    same words get the same gradient at every step. They move as one, and one row serves them all, weighted by how many
    they are. An n-gram that only one word has shares that word's own row. More than half of a real vocabulary's n-grams
    are of this kind, and the `extra` rows below the trainer's two tables hold the others. Nothing changes but where
    Adagrad's accumulators start, which are counted once for the whole row.
    """

    def __init__(self, words: Sequence[str], minn: int = 3, maxn: int = 6, bucket: int = 200_000):
        check_ngrams(minn, maxn, bucket)
        self.minn, self.maxn, self.bucket = minn, maxn, bucket
        vocab = len(words)
        rows, offsets = ngram_rows(words, minn, maxn, bucket)
        holder = np.repeat(np.arange(vocab), np.diff(offsets))  # (N,) the word of each n-gram
        if END in words:
            spelt = holder != words.index(END)
            rows, holder = rows[spelt], holder[spelt]
        self.buckets, ngram = np.unique(rows, return_inverse=True)  # (G,), (N,)
        self.size = 1 + np.bincount(holder, minlength=vocab)  # (V,) 1 + n_w

        # Own rows, then n-grams. The sum of random marks of the words that hold it tells one n-gram from another.
        word, column = np.append(np.arange(vocab), holder), np.append(np.arange(vocab), vocab + ngram)
        marks = np.random.default_rng(0).integers(0, 2**64, vocab, dtype=np.uint64)
        signature = np.zeros(vocab + len(self.buckets), dtype=np.uint64)
        np.add.at(signature, column, marks[word])  # modulo 2^64: 375,000 sums collide with a chance of 4e-9
        _, first, inverse = np.unique(signature, return_index=True, return_inverse=True)
        order = np.argsort(first)  # own rows come first, and no two of them are equal
        number = np.empty(len(order), dtype=np.int64)
        number[order] = np.arange(len(order))
        self.extra = len(order) - vocab
        row = number[inverse]
        row[row >= vocab] += vocab + 2  # below out_emb and the two rows of padding
        self.ngram_row = row[vocab:]  # (G,) the table's row of each bucket in use
        entries = (1 / self.size[word], (word.astype(np.int32), row[column].astype(np.int32)))
        self.parts = sparse.coo_array(entries, (vocab + 1, 2 * (vocab + 1) + self.extra)).tocsr()  # sums duplicates


class SubwordTrainer(BlockTrainer):
    """Lab 1's block trainer with composed centers. The n-grams' rows lie below its two tables."""

    def __init__(self, subwords: Subwords, counts: np.ndarray, keep: np.ndarray, noise: np.ndarray, **shape: Any):
        super().__init__(counts, keep, noise, extra=subwords.extra, **shape)
        self.subwords = subwords
        rng, dim = np.random.default_rng([shape["seed"], 2**31]), self.table.dim
        start = (rng.random((subwords.extra, dim), dtype=np.float32) - 0.5) / dim
        self.table.rows[2 * (self.vocab + 1) :] = torch.from_numpy(start)

    def _gather(self, rows: torch.Tensor, centers: int, out: torch.Tensor) -> None:
        # BEGIN SOLUTION: out[i] = parts[rows[i]] @ table.rows for the centers, table.rows[rows[i]] for the others
        words, place = distinct(rows[:centers].cpu().numpy(), self.vocab + 1)
        self.parts, self.place = self.subwords.parts[words], torch.from_numpy(place).to(rows.device)
        torch.index_select(product(self.parts, self.table.rows), 0, self.place, out=out[:centers])
        self.table.gather(rows[centers:], out[centers:])
        # END SOLUTION

    def _scatter(self, rows: torch.Tensor, centers: int, moved: torch.Tensor, lr: float) -> None:
        # BEGIN SOLUTION: centers: ∂L/∂table = partsᵀ G, G the sum of each word's gradients; one table.scatter per kind
        parts, dim = self.parts, moved.shape[1]
        gradient = moved.new_zeros(parts.shape[0], dim).index_add_(0, self.place, moved[:centers])  # a word's, summed
        used, columns = distinct(parts.indices, parts.shape[1])
        transposed = sparse.csr_array((parts.data, columns, parts.indptr), (parts.shape[0], len(used))).T.tocsr()
        self.table.scatter(rows[centers:], moved[centers:], lr)
        self.table.scatter(torch.from_numpy(used).to(rows.device), product(transposed, gradient), lr)
        # END SOLUTION

    def embeddings(self) -> tuple[np.ndarray, np.ndarray]:
        """Composed in_emb, and out_emb, each (V, d)."""
        table = self.table.rows.cpu().numpy()
        return self.subwords.parts[: self.vocab].astype(table.dtype) @ table, self.table.embeddings()[1]

    def model(self, share: float | None = OUT_SHARE) -> tuple[np.ndarray, np.ndarray]:
        """Own rows (V, d) and n-gram rows (G, d) that a file's vectors are the means of.

        share None gives what was trained, whose vectors are `embeddings()[0]`. A number gives the vectors that are
        kept, v_w = Σ n-grams / (1 + n_w) + share · out_emb. A word's own row has taken up what its n-grams could not
        say of it as a center; it gives way to share · (1 + n_w) · out_emb, what the word does as a context. The mean
        is then taken from every row, so that unknown words are centred too. A word without n-grams keeps its own row
        beside its share of out_emb.
        """
        table = self.table.rows.cpu().numpy()
        own, ngram_matrix = table[: self.vocab], table[self.subwords.ngram_row]
        if share is None:
            return own, ngram_matrix
        size = self.subwords.size[:, None].astype(np.float32)
        composed, out_emb = self.embeddings()
        mean = (composed - np.where(size > 1, own / size, 0) + share * out_emb).mean(axis=0)
        return np.where(size > 1, 0, own) + share * size * out_emb - mean, ngram_matrix - mean


def save_fasttext(
    path: str | Path,
    trainer: SubwordTrainer,
    words: Sequence[str],
    counts: np.ndarray,
    config: dict[str, Any],
    share: float | None = OUT_SHARE,
) -> None:
    """Write `trainer.model(share)` in Facebook's format; `WordVectors.load` reads it back, gensim and fastText too.

    `config` is the training's: epochs, min_count, subsample. N-grams that the corpus has not are rows of zeros.
    """
    subwords = trainer.subwords
    own, ngram_matrix = trainer.model(share)
    settings = Settings(
        subwords.minn,
        subwords.maxn,
        subwords.bucket,
        trainer.blocks.window,
        config["epochs"],
        config["min_count"],
        trainer.negatives,
        config["subsample"],
    )
    write_model(path, words, counts, own, subwords.buckets, ngram_matrix, trainer.embeddings()[1], settings)

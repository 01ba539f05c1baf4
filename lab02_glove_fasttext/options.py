"""Lab 2's command line, and the configurations that it settles."""

from __future__ import annotations

import argparse
import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from wordlab.command import OneLineParser, number
from wordlab.errors import InputError

import numpy as np
from scipy import sparse

from lab01_word2vec.corpus import Corpus, load_corpus
from lab01_word2vec.enough import demand_enough
from lab01_word2vec.options import SMALL, add_common_options
from lab01_word2vec.ranks import ALONE, Ranks
from lab02_glove_fasttext.fasttext import check_ngrams
from lab02_glove_fasttext.glove import LEARNING_RATES
from lab02_glove_fasttext.ppmi import demand_fewer_dimensions
from lab02_glove_fasttext.solution import cooccurrence

SLICE = 10_000_000
THINNED = 1e-3  # from this share of the text on, a word's tokens are dropped before GloVe counts
ALSO = ("cbow", "cbow_undivided", "hierarchical", "ppmi")


@dataclass(frozen=True)
class Prediction:
    """What shapes a model that predicts; a checkpoint can be continued only under the same configuration."""

    model: str
    corpus: str  # its identity
    seed: int
    epochs: int
    lr: float
    dim: int
    window: int
    negatives: int
    min_count: int
    subsample: float
    precision: str
    minn: int
    maxn: int
    bucket: int


@dataclass(frozen=True)
class Factorisation:
    """What shapes GloVe's vectors. `lr` None is the optimizer's own, and `subsample` thins the text that is counted."""

    dim: int
    epochs: int
    lr: float | None
    x_max: float
    alpha: float
    optimizer: str
    subsample: float


def build_parser() -> OneLineParser:
    parser = OneLineParser("Lab 2: GloVe and FastText from scratch, compared with skip-gram on one slice of text.")
    add_common_options(parser, out="runs/lab02")
    lab = parser.add_argument_group("lab 2")
    lab.add_argument("--tokens", type=number(int, 1, 10**12), help="the slice; 10 million, or all of a smaller corpus")
    lab.add_argument("--seeds", type=number(int, 1, 100), default=1, help="runs, from --seed upwards")
    lab.add_argument("--dim", type=number(int, 1, 4096), default=100, help="dimensions d")
    lab.add_argument("--window", type=number(int, 1, 100), default=10, help="largest radius w")
    lab.add_argument("--also", nargs="+", choices=ALSO, default=(), metavar="MODEL", help=f"also: {', '.join(ALSO)}")
    lab.add_argument("--oov", nargs="+", metavar="WORD", help="unknown words to ask all models for")
    lab.add_argument("--pretrained", metavar="FILE", help="ask these vectors too, such as cc.en.300.bin")
    counting = parser.add_argument_group("GloVe")
    counting.add_argument("--glove-epochs", type=number(int, 1, 1000), default=20, help="passes over the counts")
    counting.add_argument("--glove-lr", type=number(float, 0, 10, open_low=True), help="default: the optimizer's")
    counting.add_argument(
        "--glove-subsample", type=number(float, 0, 1, open_low=True), metavar="T",
        help="drop frequent tokens before counting: 1e-3, or --subsample if more; 1 keeps all, as the paper does",
    )  # fmt: skip
    counting.add_argument("--x-max", type=number(float, 0, 1e9, open_low=True), default=100.0)
    counting.add_argument("--alpha", type=number(float, 0, 1, open_low=True), default=0.75)
    counting.add_argument("--optimizer", choices=LEARNING_RATES, default="blocks", help="adagrad: the paper's")
    counting.add_argument("--memory", type=number(float, 0, 1e6, open_low=True), default=1.0, help="GB for counting")
    predicting = parser.add_argument_group("skip-gram and FastText")
    predicting.add_argument("--epochs", type=number(int, 1, 1000), help="passes over the text: 5, of a small one more")
    predicting.add_argument("--lr", type=number(float, 0, 10, open_low=True), help="falls linearly to 0")
    predicting.add_argument("--negatives", type=number(int, 1, 1000), default=5, help="negatives k per positive")
    predicting.add_argument("--minn", type=number(int, 1, 100), default=3, help="shortest n-gram")
    predicting.add_argument("--maxn", type=number(int, 1, 100), default=6, help="longest n-gram")
    predicting.add_argument(
        "--fit-ngrams", action="store_true", help="choose both by what the vocabulary's words share"
    )
    predicting.add_argument("--bucket", type=number(int, 0, 10**9), default=200_000, help="rows that n-grams share")
    return parser


def read_slice(args: argparse.Namespace, ranks: Ranks = ALONE) -> Corpus:
    """The first tokens of the corpus. Raises InputError where --tokens asks for more than there are."""
    reading = {"cache": args.cache, "processes": args.threads, "ranks": ranks}
    corpus = load_corpus(args.data, args.min_count, args.tokens or SLICE, args.subsample, **reading)
    if args.tokens and corpus.tokens < args.tokens:
        raise InputError(f"{args.data}: --tokens {args.tokens:,} asked of {corpus.tokens:,}: lower --tokens")
    return corpus


def configure(
    args: argparse.Namespace, corpus: Corpus, precision: str, unknown: Sequence[str] = ()
) -> tuple[Prediction, Factorisation]:
    """The configurations of skip-gram with the first seed, and of GloVe. Raises InputError for models that cannot be.

    Without n-grams they cannot answer for `unknown` words. The number of tokens settles epochs and learning rate where
    the command line does not.
    """
    demand_enough(args.data, corpus.words, len(corpus.ids), corpus.kept)
    check_ngrams(args.minn, args.maxn, args.bucket, unknown)
    if "ppmi" in args.also:
        demand_fewer_dimensions(args.dim, len(corpus.words), "--also ppmi")
    few = corpus.tokens < SMALL  # more passes for as many gradients, and shorter steps, as in Lab 1
    prediction = Prediction(
        model="skipgram",
        corpus=corpus.identity,
        seed=args.seed,
        epochs=args.epochs or (min(20, round(5 * SMALL / corpus.tokens)) if few else 5),
        lr=args.lr or (0.2 if few else 0.5),
        precision=precision,
        **{key: getattr(args, key) for key in ("dim", "window", "negatives", "min_count", "subsample")},
        **{key: getattr(args, key) for key in ("minn", "maxn", "bucket")},
    )
    shape = {key: getattr(args, key) for key in ("dim", "x_max", "alpha", "optimizer")}
    chosen = {"epochs": args.glove_epochs, "lr": args.glove_lr, "subsample": counted_from(args)}
    return prediction, Factorisation(**chosen, **shape)


def counted_from(args: argparse.Namespace) -> float:
    """The threshold of GloVe's text, which is never thinner than that of skip-gram."""
    threshold: float = args.glove_subsample or max(THINNED, args.subsample)
    return threshold


def counter(args: argparse.Namespace, corpus: Corpus) -> Callable[[np.ndarray], sparse.csr_array]:
    """What counts co-occurrences in rows of the vocabulary (n,), as the options want them counted."""
    options = {"window": args.window, "memory_gb": args.memory, "threads": args.threads}
    return functools.partial(cooccurrence, vocab=len(corpus.words), **options)

"""The command line of the best vectors, and the configuration that it settles."""

from __future__ import annotations

import argparse
from dataclasses import replace

from wordlab.command import OneLineParser, number
from wordlab.errors import InputError

from best_vectors.views import PLAIN, SUBWORDS, Configuration, Settings, View
from lab01_word2vec.corpus import Corpus
from lab01_word2vec.enough import demand_enough
from lab01_word2vec.options import add_common_options
from lab02_glove_fasttext.ppmi import demand_fewer_dimensions
from lab03_eval.vectors.maps import ALPHA

DIMENSIONS = 300  # of the one matrix that is made of all views
VIEWS = {view.name: view for view in PLAIN}


def build_parser() -> OneLineParser:
    parser = OneLineParser(
        "The best vectors that the labs can make of a text: several models, joined and made shorter."
    )
    add_common_options(parser, out="runs/best")
    join = parser.add_argument_group("join")
    join.add_argument("--preset", choices=["best"], default="best", help="this one; Lab 1's command has the others")
    join.add_argument("--subwords", action="store_true", help="a view of character n-grams too: unknown words answered")
    join.add_argument("--dimensions", type=number(int, 1, 10**5), help=f"of the result (default {DIMENSIONS})")
    join.add_argument("--full", action="store_true", help="keep the columns of all views instead")
    join.add_argument("--alpha", type=number(float, 0, 1, open_low=True), default=ALPHA, help="1 keeps the spectrum")
    join.add_argument("--views", nargs="+", choices=VIEWS, default=list(VIEWS), metavar="VIEW", help=", ".join(VIEWS))
    join.add_argument("--dim", type=number(int, 1, 4096), default=200, help="dimensions of each view")
    join.add_argument("--negatives", type=number(int, 1, 1000), default=5, help="negatives k per positive")
    join.add_argument("--epochs", type=number(int, 1, 1000), help="of every view, instead of its own number")
    return parser


def chosen_views(args: argparse.Namespace) -> list[View]:
    """The views to train. Raises InputError for one that is listed twice."""
    twice = next((name for name in args.views if args.views.count(name) > 1), None)
    if twice:
        raise InputError(f"--views: {twice} is listed twice; each view is trained once")
    return [VIEWS[name] for name in args.views] + [SUBWORDS] * args.subwords


def configure(args: argparse.Namespace, corpus: Corpus, precision: str) -> tuple[list[Configuration], int | None]:
    """The configuration of every view, and the dimensions of the result, None for all columns.

    Raises InputError where the corpus is too small, or the result cannot be made of it.
    """
    demand_enough(args.data, corpus.words, len(corpus.ids), corpus.kept)
    views = chosen_views(args)
    if args.subwords and not any(letter.isalpha() for word in corpus.words for letter in word):
        raise InputError(f"{args.data}: --subwords: no word of this text has a letter; leave --subwords out")
    if any(view.kind == "counts" for view in views):
        demand_fewer_dimensions(args.dim, len(corpus.words), "a view of counts")
    if args.full and args.dimensions:
        raise InputError("--full keeps all columns, --dimensions fewer: give one of them")
    dimensions = None if args.full else args.dimensions or min(DIMENSIONS, len(views) * args.dim)
    if dimensions and dimensions > len(views) * args.dim:
        columns = f"{len(views)} views of {args.dim} columns"
        raise InputError(f"--dimensions {dimensions}: more than the {len(views) * args.dim} of {columns}; lower it")
    settings = Settings(args.dim, args.negatives, args.seed, args.min_count, args.subsample, precision, corpus.identity)
    return [Configuration(with_epochs(view, args.epochs), settings) for view in views], dimensions


def with_epochs(view: View, epochs: int | None) -> View:
    """The view with as many epochs as the user asks for; counts have one."""
    return view if epochs is None or view.kind == "counts" else replace(view, epochs=epochs)

"""Shards of a text that are trained apart, on whatever machines, and joined once at the end.

    python lab01_word2vec/shards.py --data wiki8 --shards 2

Two models of one language agree on the angles between words. Their axes differ, for each began with random vectors of
its own, and the loss sees nothing but products v·u, which stay the same when both tables are turned. So one model is
turned until its words lie as near to the other's as a rotation can bring them (Schönemann 1966, "A Generalized Solution
of the Orthogonal Procrustes Problem"). Then a mean of the two makes sense. RANKS.md compares this with ranks that
exchange what they learn while they train.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

try:
    from wordlab.command import OneLineParser, number, run_command, seed
    from wordlab.devices import add_device_options, choose_device
    from wordlab.files import demand_writable, write_json

    import numpy as np
    import torch
    from scipy.linalg import orthogonal_procrustes

    from lab01_word2vec.corpus import Corpus, load_corpus
    from lab01_word2vec.enough import demand_enough
    from lab01_word2vec.kept import Trained, keep_vectors, train_vectors
    from lab01_word2vec.options import Configuration, Joined, configure
    from lab01_word2vec.options import build_parser as lab_parser
    from lab01_word2vec.ranks import Ranks
    from lab03_eval.eval_embeddings import PROTOCOL_NOTE, evaluate, format_scores
    from lab03_eval.vectors import WordVectors
except ModuleNotFoundError as missing:
    sys.exit(f"error: {missing}; at the root of the repository, type: pip install -r requirements.txt")

KEPT = "flattened"  # of both tables, as in the lab's own command


def join_shards(tables: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """One table (V, d) of S shards' `tables` (S, V, d), in which the words were seen `counts` (S, V) times.

    Every table is turned onto the first one by the rotation that fits best the words that both shards have seen. A
    word's vector is then the mean of its turned vectors, each weighted by how often its shard has seen the word.
    """
    # BEGIN SOLUTION: Q_s minimises |X_s Q_s − X_0| over words that both have; then Σ_s count_s · X_s Q_s / Σ_s count_s
    total = counts[0][:, None] * tables[0]
    for table, seen in zip(tables[1:], counts[1:], strict=True):
        both = (seen > 0) & (counts[0] > 0)
        rotation, _ = orthogonal_procrustes(table[both], tables[0][both])
        total += seen[:, None] * (table @ rotation)
    return np.asarray(total / counts.sum(axis=0)[:, None])
    # END SOLUTION


def train_apart(
    corpus: Corpus, config: Configuration, shards: int, device: torch.device, out: Path
) -> Iterator[tuple[Trained, np.ndarray]]:
    """What each shard's training gives, with its words' counts (V,). Shards are stretches of the text, one by one."""
    for shard, ids in enumerate(np.array_split(corpus.ids, shards)):
        counts = np.bincount(ids, minlength=len(corpus.words))
        own = replace(config, seed=Ranks(shard, shards).seed(config.seed))
        yield train_vectors(replace(corpus, ids=ids), own, device, out, KEPT, resume=False), counts


def join(trained: list[Trained], counts: np.ndarray) -> np.ndarray:
    """The kept vectors (V, d) of joined shards. Both tables of a shard have the same axes, and turn together."""
    both = np.stack([np.concatenate([shard.in_emb, shard.out_emb]) for shard in trained])  # (S, 2V, d)
    in_emb, out_emb = np.split(join_shards(both, np.tile(counts, 2)).astype(np.float32), 2)
    return keep_vectors(in_emb, out_emb, KEPT)


def run(args: argparse.Namespace) -> None:
    out = Path(args.out)
    demand_writable(out)
    device, precision = choose_device(args.device, args.precision)
    torch.set_num_threads(args.threads)
    given = argparse.Namespace(**vars(lab_parser().parse_args([])) | vars(args))  # the lab's defaults for the rest
    corpus = load_corpus(args.data, given.min_count)
    config = configure(given, corpus, str(precision).removeprefix("torch."))
    part = f"{args.data}: one of {args.shards} shards"
    demand_enough(part, corpus.words, len(corpus.ids) // args.shards, corpus.kept / args.shards)
    print(f"corpus: {corpus.name}, {corpus.tokens:,} tokens, {len(corpus.words):,} words; seed {args.seed}")

    trained, counts, scores = [], [], {}
    for place, (shard, seen) in enumerate(train_apart(corpus, config, args.shards, device, out), 1):
        trained.append(shard)
        counts.append(seen)
        scores[f"shard {place}"] = show(f"shard {place} of {args.shards}", corpus, shard.matrix)
    joined = join(trained, np.stack(counts))
    scores["joined"] = show("all shards, joined", corpus, joined)
    WordVectors(corpus.words, joined).save(out / "vectors.bin")
    report = {"config": asdict(config), "shards": args.shards, "threads": args.threads, "device": device.type}
    report |= {"corpus": {"name": corpus.name, "tokens": corpus.tokens, "words": len(corpus.words)}}
    write_json(out / "run.json", report | {"seconds": [shard.seconds for shard in trained], "scores": scores})
    print(f"\n{out}/vectors.bin\n{PROTOCOL_NOTE}")


def show(name: str, corpus: Corpus, matrix: np.ndarray) -> dict[str, Any]:
    scores = evaluate(WordVectors(corpus.words, matrix))
    print(f"\n{name} ({corpus.name})\n{format_scores(scores, len(matrix))}", flush=True)
    return scores


def build_parser() -> OneLineParser:
    """Few options, since everything else is as in the lab's own command."""
    parser = OneLineParser(__doc__)
    parser.add_argument("--data", nargs="+", action=Joined, default="data/text8", metavar="FILE", help="as in Lab 1")
    parser.add_argument("--shards", type=number(int, 2, 64), default=2, help="equal stretches of the text")
    parser.add_argument("--epochs", type=number(int, 1, 1000), help="passes of each shard over its own part")
    parser.add_argument("--seed", type=seed, default=1)
    parser.add_argument("--out", default="runs/shards", metavar="DIR", help="where vectors.bin and run.json go")
    add_device_options(parser.add_argument_group("system"))
    return parser


if __name__ == "__main__":
    run_command(build_parser(), run)

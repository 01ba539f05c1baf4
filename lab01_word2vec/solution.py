"""Lab 1: word2vec from scratch. Skip-gram with negative sampling, trained, shown and measured.

    python lab01_word2vec/solution.py --data data/text8          about a minute on a laptop
    python lab01_word2vec/solution.py --data sample --preset quick

The model is Mikolov et al. 2013 ("Distributed Representations of Words and Phrases and their
Compositionality"): two embedding tables, the logistic loss of one positive and k negatives a pair, frequent
words subsampled, negatives drawn from unigram^0.75. `--engine pairs` trains it as it is written down, by
autograd over streamed pairs; `--engine blocks`, the default, trains the same objective as matrix products
(blocks.py). WALKTHROUGH.md explains every choice.

Left out: hierarchical softmax and CBOW (Lab 2 compares them), phrases, several GPUs.
"""

from __future__ import annotations

import argparse
import platform
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

STARTED = time.perf_counter()  # before the imports: the last line tells the whole command's time

import numpy as np  # noqa: E402
import torch  # noqa: E402
from torch import nn  # noqa: E402
from torch.nn import functional as F  # noqa: E402
from torch.utils.data import DataLoader, IterableDataset, get_worker_info  # noqa: E402

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
from lab01_word2vec.adagrad import RowAdagrad  # noqa: E402
from lab01_word2vec.blocks import BlockTrainer  # noqa: E402
from lab01_word2vec.corpus import (  # noqa: E402
    Corpus,
    InputError,
    build_vocab,  # noqa: F401  (part of this lab's contract, as are keep_probability and train)
    keep_probability,
    load_corpus,
    noise_table,
    subsample,
)
from lab01_word2vec.options import (  # noqa: E402
    ENGINES,
    SMALL,
    OneLineParser,
    add_training_options,
    resolve_config,
)
from lab01_word2vec.training import CHECKPOINT, load_checkpoint, run_command, save_checkpoint, train  # noqa: E402
from lab03_eval.command import number  # noqa: E402
from lab03_eval.eval_embeddings import PROTOCOL_NOTE, evaluate, format_scores, to_json  # noqa: E402
from lab03_eval.vectors import WordVectors, replacing, save_tensors  # noqa: E402

PAIRS_AT_A_TIME = 4096  # batch size of the pair engine
THRESHOLDS = {"wordsim353.rho": 0.55, "google.full.accuracy": 0.30}
FREQUENT = 30_000  # neighbours are sought among these: rare names crowd the lists
OUT_SHARE = 0.6  # of out_emb in the vectors that are kept; reports/lab01.md shows 0, 0.6 and 1


class SkipGramDataset(IterableDataset):
    """Streams (center, context) rows of the vocabulary, a fresh draw of everything random every epoch.

    Each center draws its own radius uniformly from 1 … window, `window` itself included, so that a context
    at distance δ is used with chance (window − δ + 1)/window. Several DataLoader workers take a stretch of
    the corpus each, with streams of their own that depend on (seed, epoch, worker) alone.
    """

    def __init__(self, ids: np.ndarray, keep: np.ndarray, window: int = 5, seed: int = 1, epoch: int = 0):
        self.ids, self.keep, self.window, self.seed, self.epoch = ids, keep, window, seed, epoch

    def __iter__(self) -> Iterator[tuple[int, int]]:
        worker = get_worker_info()
        number, workers = (worker.id, worker.num_workers) if worker else (0, 1)
        rng = np.random.default_rng([self.seed, self.epoch, number])
        # BEGIN SOLUTION: subsample this worker's stretch; (center i, context j) for 0 < |i − j| <= r_i, r_i ~ U{1 … w}
        tokens = subsample(np.array_split(self.ids, workers)[number], self.keep, rng)  # (n,)
        radius = rng.integers(1, self.window + 1, len(tokens))  # (n,), the upper end is exclusive
        for start in range(0, len(tokens), 100_000):
            center = np.arange(start, min(start + 100_000, len(tokens)))
            found = []
            for distance in range(1, self.window + 1):
                for context in (center - distance, center + distance):
                    inside = (context >= 0) & (context < len(tokens)) & (radius[center] >= distance)
                    found.append(np.stack([tokens[center[inside]], tokens[context[inside]]], axis=1))
            pairs = np.concatenate(found)  # (P, 2)
            rng.shuffle(pairs)
            yield from zip(pairs[:, 0].tolist(), pairs[:, 1].tolist())
        # END SOLUTION


def collate(pairs: list[tuple[int, int]]) -> tuple[torch.Tensor, torch.Tensor]:
    """A batch of pairs as center (B,) and context (B,)."""
    center, context = torch.from_numpy(np.array(pairs, dtype=np.int64)).T.contiguous()
    return center, context


class SkipGramNS(nn.Module):
    """Two tables: `in_emb` holds v_c, a word as center; `out_emb` holds u_o, a word as context.

    in_emb starts uniform in ±0.5/d and out_emb at zero, as in the C program: every score starts at 0 and
    the first loss is (1 + k)·ln 2.
    """

    def __init__(self, vocab: int, dim: int, generator: torch.Generator | None = None):
        super().__init__()
        # BEGIN SOLUTION: in_emb and out_emb, nn.Embedding(V, d, sparse=True) each: v ~ U(−0.5/d, 0.5/d), u = 0
        self.in_emb = nn.Embedding(vocab, dim, sparse=True)
        self.out_emb = nn.Embedding(vocab, dim, sparse=True)
        nn.init.uniform_(self.in_emb.weight, -0.5 / dim, 0.5 / dim, generator=generator)
        nn.init.zeros_(self.out_emb.weight)
        # END SOLUTION

    def forward(self, center: torch.Tensor, context: torch.Tensor, negatives: torch.Tensor) -> torch.Tensor:
        """Loss (B,) of each pair: −log σ(v_c·u_o) − Σ_k log σ(−v_c·u_k), summed over the negatives (B, K)."""
        # BEGIN SOLUTION: −log σ(v_c·u_o) − Σ_k log σ(−v_c·u_k) for each of the B pairs
        v_c = self.in_emb(center)  # (B, d)
        u_o = self.out_emb(context)  # (B, d)
        u_k = self.out_emb(negatives)  # (B, K, d)
        positive = (v_c * u_o).sum(dim=1)  # (B,)
        negative = torch.bmm(u_k, v_c[:, :, None]).squeeze(2)  # (B, K)
        # logsigmoid, not log(sigmoid): σ(−104) is 0 in float32 and its logarithm −∞.
        return -F.logsigmoid(positive) - F.logsigmoid(-negative).sum(dim=1)
        # END SOLUTION


class PairTrainer:
    """The textbook: a DataLoader of pairs and autograd. Read this one first, then blocks.py."""

    def __init__(
        self,
        counts: np.ndarray,
        keep: np.ndarray,
        noise: np.ndarray,
        *,
        dim: int,
        window: int,
        negatives: int,
        seed: int,
        device: torch.device,
        workers: int = 0,
    ):
        self.counts, self.keep, self.noise, self.device = counts, keep, noise, device
        self.window, self.negatives, self.seed, self.workers = window, negatives, seed, workers
        self.model = SkipGramNS(len(counts), dim, torch.Generator().manual_seed(seed)).to(device)
        self.optimizer = RowAdagrad(self.model.parameters(), lr=1.0)

    def batches(self, ids: np.ndarray, epoch: int) -> Iterator[tuple[tuple[torch.Tensor, torch.Tensor], float]]:
        self.rng = np.random.default_rng([self.seed, epoch, 2**31])  # a stream that no worker has
        dataset = SkipGramDataset(ids, self.keep, self.window, self.seed, epoch)
        loader = DataLoader(dataset, PAIRS_AT_A_TIME, collate_fn=collate, num_workers=self.workers)
        # A center has window + 1 contexts on average: twice the mean radius.
        expected = float(self.counts @ self.keep) * (self.window + 1)
        for center, context in loader:
            yield (center, context), len(center) / expected

    def step(self, batch: tuple[torch.Tensor, torch.Tensor], lr: float, measure: bool = True) -> tuple[float, float]:
        """One update from a batch of pairs, center (B,) and context (B,). Returns (summed loss, B)."""
        # BEGIN SOLUTION: k negatives a pair from self.noise, uniformly; the gradient of Σ loss; one optimizer step
        center, context = (part.to(self.device) for part in batch)
        drawn = self.noise[self.rng.integers(0, len(self.noise), (len(center), self.negatives))]
        negatives = torch.from_numpy(drawn).to(self.device)  # one that equals the positive counts as drawn
        loss = self.model(center, context, negatives).sum()
        self.optimizer.param_groups[0]["lr"] = lr
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return float(loss.detach()), len(center)
        # END SOLUTION

    def tensors(self) -> dict[str, torch.Tensor]:
        sums = {f"{name}.squares": self.optimizer.state[p]["squares"] for name, p in self.model.named_parameters()}
        return {name: p.detach() for name, p in self.model.named_parameters()} | sums

    def embeddings(self) -> tuple[np.ndarray, np.ndarray]:
        """in_emb and out_emb, each (V, d)."""
        in_emb, out_emb = (p.detach().cpu().numpy() for p in self.model.parameters())
        return in_emb, out_emb


def keep_vectors(
    views: list[tuple[np.ndarray, np.ndarray]], kept: str = "centred", share: float = OUT_SHARE
) -> np.ndarray:
    """The matrix that is evaluated and saved, from (in_emb, out_emb), each (V, d), of every view.

    "in", "sum" = in + out, or "centred" = in + share·out, less its mean. out adds what a word does as a
    context; a share below one favours similarity, the whole of it analogies. The mean is a direction all words
    share, which says nothing about any of them and drags every cosine towards it (Mu & Viswanath 2018). Several
    views stand side by side, rows scaled to length one, so that the cosine is the mean of theirs: (V, views·d).
    """
    weight = {"in": 0.0, "sum": 1.0, "centred": share}[kept]
    matrices = [in_emb + np.float32(weight) * out_emb for in_emb, out_emb in views]
    if kept == "centred":
        matrices = [matrix - matrix.mean(axis=0) for matrix in matrices]
    if len(matrices) == 1:
        return matrices[0]
    return np.concatenate([matrix / np.linalg.norm(matrix, axis=1, keepdims=True) for matrix in matrices], axis=1)


def nearest(vectors: WordVectors, word: str, topn: int = 8, restrict: int | None = FREQUENT) -> list[tuple[str, float]]:
    """The `topn` words of highest cosine with `word` among the `restrict` most frequent, itself left out."""
    # BEGIN SOLUTION: argmax over w ≠ word of cos(w, word) = w·word / (|w| |word|)
    return vectors.most_similar(word, topn, restrict)
    # END SOLUTION


def analogy(
    vectors: WordVectors, a: str, b: str, c: str, topn: int = 5, restrict: int | None = FREQUENT
) -> list[tuple[str, float]]:
    """What is to c as b is to a: the words nearest to b − a + c (3CosAdd), a, b and c left out."""
    # BEGIN SOLUTION: argmax over w ∉ {a, b, c} of cos(w, b/|b| − a/|a| + c/|c|)
    return vectors.analogy(a, b, c, topn, restrict)
    # END SOLUTION


# (a, b, c), and why the answer is what it is
ANALOGIES = [
    (("man", "king", "woman"), "One hopes for queen: many pairs of the corpus share the offset man → woman."),
    (("woman", "nurse", "man"), "A man who nurses is a nurse: other answers show what the text says of men."),
    (("small", "big", "slow"), "One hopes for fast. Opposites share contexts: no offset tells one from the other."),
    (("france", "paris", "tuvalu"), "One hopes for funafuti. A word seen a few dozen times has had too few gradients."),
]


def demo(vectors: WordVectors, restrict: int | None) -> None:
    """Neighbours of three words, the famous analogy, and three that fail or embarrass."""
    among = f"the {restrict:,} most frequent words" if restrict and restrict < len(vectors) else "all words"
    print(f"\nNearest neighbours among {among}")
    for word in ("king", "paris", "python"):
        found = nearest(vectors, word, restrict=restrict) if word in vectors else []
        print(f"  {word:<7}", " ".join(f"{w} {cosine:.2f}" for w, cosine in found) or "not in the vocabulary")
    print("\nAnalogies")
    for (a, b, c), why in ANALOGIES:
        missing = [word for word in (a, b, c) if word not in vectors]
        answers = [] if missing else analogy(vectors, a, b, c, topn=3, restrict=restrict)
        shown = ", ".join(f"{w} {cosine:.2f}" for w, cosine in answers) or f"{missing[0]} is not in the vocabulary"
        print(f"  {f'{b} − {a} + {c}':<26}{shown}\n  {'':<26}{why}")


def build_parser() -> OneLineParser:
    parser = OneLineParser(description=__doc__.split("\n")[0])
    add_training_options(parser)
    lab = parser.add_argument_group("lab 1")
    lab.add_argument("--engine", choices=ENGINES, default="blocks")
    lab.add_argument("--shared", type=number(int, 1, 100_000), help="negatives that a block shares (blocks)")
    lab.add_argument("--workers", type=number(int, 0, 64), default=0, help="processes that make pairs (pairs)")
    lab.add_argument("--keep", choices=["in", "sum", "centred"], default="centred", help="which vectors to save")
    lab.add_argument("--all-words", action="store_true", help="seek neighbours among rare words too")
    parser.set_defaults(out="runs/lab01")
    return parser


def choose_device(name: str, precision: str) -> tuple[torch.device, torch.dtype]:
    """Device and precision of the matrix products. Raises InputError if CUDA is asked for and absent."""
    if name == "cuda" and not torch.cuda.is_available():
        raise InputError("--device cuda: this machine (or this build of torch) has no CUDA device; use --device cpu")
    cuda = name != "cpu" and torch.cuda.is_available()
    if precision == "auto":
        fast = torch.cuda.is_bf16_supported() if cuda else torch.cpu._is_avx512_bf16_supported()
        precision = "bfloat16" if fast else "float32"
    return torch.device("cuda" if cuda else "cpu"), getattr(torch, precision)


def make_trainer(
    config: dict[str, Any], counts: np.ndarray, device: torch.device, precision: torch.dtype
) -> PairTrainer | BlockTrainer:
    """The trainer of one view: `config["window"]` is a number here."""
    keep, noise = keep_probability(counts, config["subsample"]), noise_table(counts)
    shape = {key: config[key] for key in ("dim", "window", "negatives", "seed")} | {"device": device}
    if config["engine"] == "pairs":
        return PairTrainer(counts, keep, noise, workers=config["workers"], **shape)
    return BlockTrainer(counts, keep, noise, shared=config["shared"], precision=precision, **shape)


def train_views(
    corpus: Corpus,
    config: dict[str, Any],
    device: torch.device,
    precision: torch.dtype,
    out: Path,
    resume: bool = False,
    make: Callable[..., PairTrainer | BlockTrainer] = make_trainer,
) -> tuple[list[tuple[np.ndarray, np.ndarray]], dict[str, Any]]:
    """Train a model for each window. Returns (in_emb, out_emb) of each, and the seconds and losses of training.

    A finished view waits in `out` while the next one trains, so that --resume need not train it again.
    `make` builds a view's trainer.
    """
    views, seconds, losses = [], 0.0, []
    finished = [out / f"view{number}.safetensors" for number in range(len(config["window"]))]
    for path, window in zip(finished, config["window"]):
        # What must agree for a checkpoint to be continued.
        identity = config | {
            "window": window,
            "corpus": f"{corpus.name}/{len(corpus.ids)}",
            "precision": str(precision),
        }
        trainer = make(identity, corpus.counts, device, precision)
        if resume and path.exists():
            load_checkpoint(path, trainer, identity)
        else:
            resume_this = resume and ((out / CHECKPOINT).exists() or not finished[0].exists())
            trained = train(trainer, corpus.ids, identity, out, resume_this)
            resume, seconds = False, seconds + trained["seconds"]
            losses.append(trained["losses"])
            if len(finished) > 1:
                save_checkpoint(path, trainer, identity)
            (out / CHECKPOINT).unlink(missing_ok=True)
        views.append(trainer.embeddings())
    for path in finished:
        path.unlink(missing_ok=True)
    return views, {"seconds": seconds, "losses": losses}


def verdict(corpus: Corpus, scores: dict[str, Any]) -> str:
    """The last line's judgement: thresholds apply to corpora of text8's size only."""
    if corpus.tokens < SMALL:
        return f"the thresholds do not apply to a corpus of {corpus.tokens:,} tokens; try --data data/text8"
    marks = [f"{key} {scores[key]:.3f} (> {floor:g})" for key, floor in THRESHOLDS.items()]
    passed = all(scores[key] > floor for key, floor in THRESHOLDS.items())
    return f"{'thresholds passed' if passed else 'BELOW a threshold'}: {', '.join(marks)}"


def run(args: argparse.Namespace) -> None:
    out = Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    with replacing(out / ".writable") as probe:  # fail before training, not after it
        probe.touch()
    (out / ".writable").unlink()
    device, precision = choose_device(args.device, args.precision)
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)

    corpus = load_corpus(args.data, args.min_count)
    config = resolve_config(args, corpus.tokens)
    print("configuration:", " ".join(f"{key}={value}" for key, value in config.items()))
    name = str(precision).removeprefix("torch.") if config["engine"] == "blocks" else "float32"
    print(f"system: {device.type}, {args.threads} threads, {name} products, torch {torch.__version__}")
    replaced = f", {corpus.replaced:,} characters that were not UTF-8" if corpus.replaced else ""
    print(f"corpus: {corpus.name}, {corpus.tokens:,} tokens, {len(corpus.words):,} words{replaced}")
    if corpus.tokens < SMALL and args.epochs is None:
        print(f"        fewer than 10 million tokens: {config['epochs']} epochs instead of 5")
    kept = float(corpus.counts @ keep_probability(corpus.counts, config["subsample"]))
    print(f"        {kept:,.0f} tokens an epoch after subsampling", flush=True)
    if args.dry_run:
        return

    views, trained = train_views(corpus, config, device, precision, out, args.resume)
    vectors = WordVectors(corpus.words, keep_vectors(views, args.keep))
    vectors.save(out / "vectors.bin")
    in_emb, out_emb = (np.concatenate(tables, axis=1) for tables in zip(*views))
    tensors = {"in_emb": in_emb, "out_emb": out_emb, "counts": corpus.counts, "matrix": vectors.matrix}
    save_tensors(out / "vectors.safetensors", tensors, {"words": "\n".join(corpus.words)})

    speed = len(corpus.ids) * config["epochs"] * len(views) / max(trained["seconds"], 1e-9)
    print(f"trained in {trained['seconds']:.1f} s ({speed / 1e6:.2f} million words/s)")
    demo(vectors, None if args.all_words else FREQUENT)
    scores = evaluate(vectors)
    print(f"\nScores ({corpus.name}, seed {config['seed']}, {args.keep} vectors)")
    print(f"{format_scores(scores, len(vectors))}\n{PROTOCOL_NOTE}")

    from lab03_eval.plots import draw_families  # matplotlib and scikit-learn take a second to import

    draw_families(vectors, out / "neighbours.png", f"word2vec, {corpus.name}", seed=config["seed"])
    report = {"config": config, "keep": args.keep, "precision": name, "device": device.type, "threads": args.threads}
    report |= {"corpus": {"name": corpus.name, "tokens": corpus.tokens, "words": len(corpus.words)}}
    report |= {"versions": {"python": platform.python_version(), "torch": torch.__version__}}
    report |= {"training": trained | {"words_per_second": speed}, "command_seconds": time.perf_counter() - STARTED}
    with replacing(out / "run.json") as temporary:
        temporary.write_text(to_json(report | {"scores": scores}))
    seconds = time.perf_counter() - STARTED
    print(f"\ndone in {seconds:.0f} s: {out}/vectors.bin; {verdict(corpus, scores)}")


if __name__ == "__main__":
    run_command(build_parser(), run)

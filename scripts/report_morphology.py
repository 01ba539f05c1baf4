"""Measure Lab 2 where words bend, and write its tables: reports/morphology.json and Lab 2's page MORPHOLOGY.md.

    python scripts/report_morphology.py --german FILE --arabic FILE     one text per language, half an hour on 2 cores
    python scripts/report_morphology.py --only ranges --german FILE     this measurement; the others keep their figures
    python scripts/report_morphology.py --only                          none: only write the tables again from the JSON
    python scripts/report_morphology.py --check                         write nothing; are they what the JSON gives?

A text is prepared by scripts/prepare.py. Measurements: `lengths` (what the words share), `models` (Lab 2's skip-gram
and FastText with three seeds and n-grams of fitted lengths, and what FastText finds near unknown words) and `ranges`
(FastText with other lengths, seed 1).
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import tomllib
from dataclasses import asdict
from pathlib import Path
from typing import Any

try:
    from wordlab.command import run_command
except ModuleNotFoundError as missing:
    sys.exit(f"error: {missing}; at the root of the repository, type: pip install -r requirements.txt")

from wordlab.command import OneLineParser
from wordlab.devices import choose_device
from wordlab.errors import InputError
from wordlab.files import write_json
from wordlab.tables import figure, markdown

import numpy as np
import torch

from lab01_word2vec.text import Text
from lab02_glove_fasttext.comparison import (
    claims,
    format_inflections,
    inflections,
    score,
    score_table,
    titles,
)
from lab02_glove_fasttext.models import Setup, fasttext, skipgram
from lab02_glove_fasttext.ngram_range import Length, choose_range, format_lengths, measure_lengths
from lab02_glove_fasttext.options import build_parser, configure, counter, read_slice
from lab03_eval.benchmarks import BENCHMARKS, sets_of
from lab03_eval.eval_embeddings import compare, compare_correlations, composed_for, cosines
from lab03_eval.examples import examples
from lab03_eval.languages import language_name
from lab03_eval.measures.significance import settled
from lab03_eval.multilingual import pairs_of
from lab03_eval.vectors import SubwordVectors, WordVectors
from scripts.reporting import REPORTS, Report, load

RECORD = "morphology.json"
LANGUAGES = {"de": "german", "ar": "arabic"}  # by code, the option that names the text
RANGES = ((2, 4), (3, 4), (3, 6), (5, 6))
NEAR = 4
SEEDS = (1, 2, 3)
MODELS = {"skipgram": skipgram, "fasttext": fasttext}
GLOSSES = Path(__file__).with_name("glosses.toml")


# Measurements


def texts(args: argparse.Namespace) -> dict[str, str]:
    """The texts that are given, by language. Raises InputError where there is none."""
    given = {code: path for code, option in LANGUAGES.items() if (path := getattr(args, option))}
    if not given:
        raise InputError("no text to measure on: give --german FILE or --arabic FILE, made by scripts/prepare.py")
    for path in given.values():
        Text(path)
    return given


def measure_lengths_of_ngrams(args: argparse.Namespace) -> dict[str, Any]:
    """By language, how many n-grams of each length are known, and how common they are."""
    found: dict[str, Any] = load(args.root, RECORD).get("lengths", {})
    for code, path in texts(args).items():
        corpus = read_slice(build_parser().parse_args(["--data", path]))
        of_text = {"tokens": corpus.tokens, "words": len(corpus.words)}
        found[code] = of_text | {"lengths": [asdict(each) for each in measure_lengths(corpus.words, SEEDS[0])]}
    return found


def setup_of(path: str, code: str, seed: int, lengths: tuple[int, int], out: str) -> Setup:
    """Lab 2's own setting on this text, with n-grams of these lengths."""
    options = build_parser().parse_args(["--data", path, "--lang", code, "--seed", str(seed)])
    options.minn, options.maxn = lengths
    torch.set_num_threads(options.threads)
    device, precision = choose_device(options.device, options.precision)
    corpus = read_slice(options)
    prediction, factorisation = configure(options, corpus, str(precision).removeprefix("torch."))
    return Setup(corpus, counter(options, corpus), prediction, factorisation, device, Path(out), code)


def measure_models(args: argparse.Namespace) -> dict[str, Any]:
    """By language, scores of both models with three seeds, their differences, and neighbours of unknown words."""
    found: dict[str, Any] = load(args.root, RECORD).get("models", {})
    lengths = load(args.root, RECORD).get("lengths", {})
    for code, path in texts(args).items():
        if code not in lengths:
            raise InputError(f"{path}: no lengths of n-grams were measured in this language; add --only lengths models")
        fitted = choose_range([Length(**each) for each in lengths[code]["lengths"]])
        runs: dict[str, list[Any]] = {name: [] for name in MODELS}
        found[code] = {"runs": runs, "against": []}
        for seed in SEEDS:
            with tempfile.TemporaryDirectory() as out:
                setup = setup_of(path, code, seed, fitted, out)
                models = {}
                for name, train in MODELS.items():
                    models[name], record = train(setup, seed)
                    runs[name].append(record | score(models[name], code))
                    print(code, name, "seed", seed, flush=True)
            against = compare(models["fasttext"], models["skipgram"], sets_of(code))
            found[code]["against"].append(against | compare_whole(models["fasttext"], models["skipgram"], code))
            if seed == SEEDS[0]:
                found[code] |= {"config": asdict(setup.prediction), "forms": inflections(models, examples(code).forms)}
                found[code]["composed"] = {word: near(models["fasttext"], word) for word in examples(code).unknown}
        write_json(args.root / REPORTS / RECORD, load(args.root, RECORD) | {"models": found})
    return found


def compare_whole(composing: WordVectors, other: WordVectors, language: str) -> dict[str, float | bool]:
    """Differences on every pair of the similarity sets, under NAME.whole: what is unknown is composed, or has cosine 0.

    This is how Bojanowski et al. 2017 (section 5.1) compare a model that can compose words with one that cannot.
    """
    found: dict[str, float | bool] = {}
    for name in sets_of(language):
        if BENCHMARKS[name].kind == "similarity" and isinstance(composing, SubwordVectors):
            pairs, _ = pairs_of(name)
            sides = [np.nan_to_num(cosines(each, pairs)[0]) for each in (composed_for(composing, pairs), other)]
            human = np.array([score for *_, score in pairs])
            compared = compare_correlations(settled(sides[0]), settled(sides[1]), human)
            found |= {f"{name}.whole.{key}": value for key, value in compared.items()}
    return found


def near(vectors: WordVectors, word: str) -> list[tuple[str, float]]:
    """The known words nearest to an unknown one."""
    found: list[tuple[str, float]] = vectors.to_gensim().most_similar([vectors[word]], topn=NEAR)
    return found


def measure_ranges(args: argparse.Namespace) -> dict[str, Any]:
    """By language and lengths of n-grams, FastText's scores with one seed."""
    found: dict[str, Any] = load(args.root, RECORD).get("ranges", {})
    for code, path in texts(args).items():
        found[code] = {}
        for minn, maxn in RANGES:
            with tempfile.TemporaryDirectory() as out:
                vectors, record = fasttext(setup_of(path, code, SEEDS[0], (minn, maxn), out), SEEDS[0])
            found[code][f"{minn} to {maxn}"] = record | score(vectors, code)
            print(code, "fasttext", minn, "to", maxn, flush=True)
    return found


# Tables


def tables(root: Path) -> dict[str, str]:
    """Every table by name, from the measurements alone."""
    results = load(root, RECORD)
    made: dict[str, str] = {}
    glosses = tomllib.loads(GLOSSES.read_text(encoding="utf-8"))
    for code, found in results.get("models", {}).items():
        option = LANGUAGES[code]
        made[f"{option}_scores"] = score_table(found["runs"], code)
        made[f"{option}_claims"] = claims(found["runs"], code)
        made[f"{option}_against"] = against_table(found["against"])
        made[f"{option}_forms"] = format_inflections(found["forms"])
        made[f"{option}_composed"] = composed_table(found["composed"], glosses[code])
    for code, found in results.get("lengths", {}).items():
        lengths = [Length(**each) for each in found["lengths"]]
        made[f"{LANGUAGES[code]}_lengths"] = format_lengths(lengths, *choose_range(lengths))
    if ranges := results.get("ranges"):
        made |= {f"{LANGUAGES[code]}_ranges": ranges_table(found, code) for code, found in ranges.items()}
    return made


def against_table(found: list[dict[str, Any]]) -> str:
    """FastText less skip-gram: the difference of each seed with its 95 % interval."""
    rows = []
    for name, benchmark in BENCHMARKS.items():
        for key, title in ((name, "what both know"), (f"{name}.whole", "all, composed against 0")):
            if f"{key}.difference" in found[0]:
                cells = [difference(of_seed, key, benchmark.kind == "similarity") for of_seed in found]
                rows.append([f"{benchmark.title}, {title}", *cells, f"{found[0][f'{key}.used']:,}"])
    return markdown(["FastText − skip-gram", *(f"seed {seed}" for seed in SEEDS), "items"], rows)


def difference(of_seed: dict[str, Any], name: str, similarity: bool) -> str:
    scale, digits, unit = (1, 3, "") if similarity else (100, 1, " points")
    value, low, high = (f"{scale * of_seed[f'{name}.{key}']:+.{digits}f}" for key in ("difference", "low", "high"))
    return f"{value}{unit} ({low} … {high})"


def composed_table(composed: dict[str, list[tuple[str, float]]], glosses: dict[str, str]) -> str:
    """Each unknown word with its neighbours, all with what they mean where that is known."""

    def glossed(word: str) -> str:
        return f"{word} *{glosses[word]}*" if word in glosses else word

    rows = [[glossed(word), ", ".join(glossed(other) for other, _ in found)] for word, found in composed.items()]
    return markdown(["unknown word", "nearest known words"], rows)


def ranges_table(found: dict[str, Any], language: str) -> str:
    """FastText's scores by the lengths of its n-grams."""
    rows = titles(language) | {"seconds": "training s"}
    body = [[f"{name} letters", *(figure(key, [run.get(key)]) for key in rows)] for name, run in found.items()]
    return markdown([f"FastText, {language_name(language)}, seed 1", *rows.values()], body)


def build_parser_of_report() -> OneLineParser:
    parser = REPORT.build_parser(__doc__)
    for option in LANGUAGES.values():
        parser.add_argument(f"--{option}", metavar="FILE", help="the text in this language")
    return parser


REPORT = Report(
    pages=("lab02_glove_fasttext/MORPHOLOGY.md",),
    tables=tables,
    record=RECORD,
    measurements={"lengths": measure_lengths_of_ngrams, "models": measure_models, "ranges": measure_ranges},
)

if __name__ == "__main__":
    run_command(build_parser_of_report(), REPORT.run, place="root")

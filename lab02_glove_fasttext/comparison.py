"""What the lab prints and draws: scores, resources, unknown words and inflections of several models, side by side."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any

from wordlab.tables import figure, finite, markdown

import numpy as np

from lab02_glove_fasttext.solution import carried
from lab03_eval.benchmarks import BENCHMARKS, CORE, NotAtHand, sets_of, without_sets
from lab03_eval.eval_embeddings import PROTOCOL_NOTE, composed_for, evaluate, evaluate_similarity
from lab03_eval.languages import ENGLISH
from lab03_eval.measures.geometry import TOP_WORDS, anisotropy
from lab03_eval.multilingual import pairs_of, set_notes
from lab03_eval.vectors import SubwordVectors, WordVectors

MODELS = {
    "glove": "GloVe",
    "skipgram": "skip-gram",
    "fasttext": "FastText",
    "cbow": "CBOW",
    "cbow_undivided": "CBOW without the 1/C",
    "hierarchical": "hierarchical softmax",
    "ppmi": "PPMI and SVD",
}
SCORES = {
    "wordsim353.rho": "WordSim-353 ρ",
    "simlex999.rho": "SimLex-999 ρ",
    "rw.rho": "Rare Words ρ, known words",
    "rw.composed.rho": "Rare Words ρ, all pairs composed",
    "google.full.semantic.accuracy": "Google semantic %",
    "google.full.syntactic.accuracy": "Google syntactic %",
    "google.full.accuracy": "Google total %",
}
RESOURCES = {
    "anisotropy": "mean cosine of two words, as kept",
    "seconds": "training s",
    "memory_mb": "peak memory of training, MB",
}
Runs = dict[str, list[dict[str, Any]]]  # by model, a record per seed
COMPARED = ("glove", "skipgram", "fasttext")  # the lab's three; --also adds others


@contextmanager
def measured(record: dict[str, Any]) -> Iterator[None]:
    """Note the `seconds` and, on Linux, the peak `memory_mb` above what the process held before."""
    try:
        Path("/proc/self/clear_refs").write_text("5")  # the kernel forgets the peak so far
        before = _status_mb("VmRSS")
    except OSError:
        before = None
    started = perf_counter()
    yield
    record["seconds"] = perf_counter() - started
    record["memory_mb"] = _status_mb("VmHWM") - before if before is not None else None


def _status_mb(field: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith(field)) / 1024


def titles(language: str = ENGLISH) -> dict[str, str]:
    """The rows of the table of scores: SCORES, or every set of another language."""
    if language == ENGLISH:
        return SCORES
    rows = {}
    for name in sets_of(language):
        benchmark = BENCHMARKS[name]
        if benchmark.kind == "similarity":
            rows[f"{name}.rho"] = f"{benchmark.title} ρ, known words"
            rows[f"{name}.composed.rho"] = f"{benchmark.title} ρ, all pairs composed"
        else:
            rows[f"{name}.full.accuracy"] = f"{benchmark.title} %"
    return rows


def scored_sets(language: str) -> tuple[str, ...]:
    """Lab 3's core sets and Rare Words, or all sets of another language."""
    return (*CORE, "rw") if language == ENGLISH else sets_of(language)


def score(vectors: WordVectors, language: str = ENGLISH) -> dict[str, Any]:
    """The scores of the `scored_sets`, and anisotropy.

    Of vectors with n-grams, the sets whose `titles` say so are also scored with every unknown word composed.
    """
    names = scored_sets(language)
    scores: dict[str, Any] = evaluate(vectors, names, language=language)
    if isinstance(vectors, SubwordVectors):
        for name in names:
            if f"{name}.composed.rho" in titles(language):
                scores |= {f"{name}.composed.{key}": value for key, value in score_composed(vectors, name).items()}
    return scores | {"anisotropy": anisotropy(vectors.matrix[:TOP_WORDS])}


def unknown_words(models: dict[str, WordVectors], queries: Sequence[str], topn: int = 5) -> str:
    """What each model answers when asked for `queries`; with n-grams, which of them carried the answer.

    Beside an n-gram stands the cosine of the query with itself composed without it: the lower, the more it carried.
    """
    lines = []
    for word in queries:
        lines.append(word)
        for name, vectors in models.items():
            title = MODELS.get(name, name)
            if word not in vectors:
                lines.append(f"    {title:<10} unknown")
                continue
            line = f"    {title:<10} {near(vectors, word, topn)}"
            if isinstance(vectors, SubwordVectors) and word not in vectors.index:
                parts = ", ".join(f"{ngram} {cosine:.3f}" for ngram, cosine in carried(vectors, word)[:4])
                line += f" (composed)\n    {'':<10} without an n-gram: {parts}"
            lines.append(line)
    return "\n".join(lines)


def near(vectors: WordVectors, word: str, topn: int) -> str:
    """The words nearest to `word`, known or composed, by gensim: finding them is Lab 1's step."""
    found = vectors.to_gensim().most_similar([vectors[word]], topn=topn + 1, restrict_vocab=TOP_WORDS)
    return ", ".join([f"{other} {cosine:.2f}" for other, cosine in found if other != word][:topn])


def score_composed(vectors: SubwordVectors, name: str) -> dict[str, Any]:
    """The scores of a similarity set with every unknown word composed; `not_run` with the reason if it is missing."""
    try:
        pairs, _ = pairs_of(name)
    except NotAtHand as reason:
        return {"not_run": str(reason)}
    return evaluate_similarity(composed_for(vectors, pairs), pairs)


def inflections(
    models: dict[str, WordVectors], forms: Sequence[Sequence[str]]
) -> dict[str, dict[str, dict[str, float]]]:
    """By model and group of `forms`: `cosine`, the mean between two of them (NaN for one), and how many are `known`.

    Every model's mean vector is taken away first: a direction that all words share would raise the cosines of those
    models that have one, and the columns could not be compared.
    """
    found: dict[str, dict[str, dict[str, float]]] = {}
    for name, vectors in models.items():
        mean = vectors.matrix.mean(axis=0)
        for group in forms:
            centred = [vectors[word] - mean for word in group if word in vectors]
            with np.errstate(invalid="ignore"):  # a word that is all of the vocabulary is its mean, without direction
                known = [vector / np.linalg.norm(vector) for vector in centred]
            unit = np.array(known).reshape(len(known), vectors.dim)  # (n, d)
            between = (unit @ unit.T)[np.triu_indices(len(known), 1)]
            cosine = float(between.mean()) if len(between) else float("nan")
            found.setdefault(name, {})["/".join(group)] = {"cosine": cosine, "known": len(known)}
    return found


def format_inflections(found: dict[str, dict[str, dict[str, Any]]]) -> str:
    """A row per group of forms, a column per model; nothing without a group."""
    rows = []
    for group in next(iter(found.values()), {}):
        cells, size = [], len(group.split("/"))
        for groups in found.values():
            each = groups[group]
            missing = f" ({each['known']} of {size} known)" if each["known"] < size else ""
            cells.append(figure("cosine", [each["cosine"]]) + missing)
        rows.append([group, *cells])
    return markdown(["mean cosine of the forms", *(MODELS.get(name, name) for name in found)], rows) if rows else ""


def format_fit(correlations: Sequence[float | None]) -> str:
    """How well GloVe's parameters fit the counts, over the seeds."""
    if not finite(*correlations):
        return "Too few pairs were counted 10 times or more, or all equally often: nothing to correlate."
    fit = statistics.mean(value for value in correlations if value is not None)
    return f"Over pairs counted 10 times or more, w_i·w̃_j + b_i + b̃_j and log X_ij correlate {fit:.3f}."


def format_ratios(ratios: dict[str, Sequence[float | None]]) -> str:
    """The paper's Table 1 on this corpus: P(k|ice), P(k|steam) and their ratio."""
    if not ratios:
        return "ice or steam is not in the vocabulary: no table of their ratios."
    rows = []
    for probe, (ice, steam, ratio) in ratios.items():
        # JSON, from which this table is made too, keeps neither a ratio over zero nor zero over zero.
        undefined = "–" if not finite(ice, steam) else "∞" if ice else "0/0"
        shares = [f"{share:.2g}" if finite(share) else "–" for share in (ice, steam)]
        rows.append([probe, *shares, f"{ratio:.2g}" if finite(ratio) else undefined])
    return markdown(["k", "P(k given ice)", "P(k given steam)", "ratio"], rows)


def format_lines(records: Sequence[dict[str, Any]]) -> str:
    """v·u of skip-gram's tables against what it factorises and against plain PMI, a row per line and set of pairs."""
    titles = {"shifted": "log P(w, c) / (P(w)·P_n(c)) − log k", "pmi": "log P(w, c) / (P(w)·P(c))"}
    rows = []
    for key in records[0]:
        if key.startswith("factorised."):
            _, least, name = key.split(".")
            lines = [record[key] for record in records]
            which = f"met {least} times or more per epoch" if int(least) else "all that were met"
            fit = [figure(part, [line[part] for line in lines]) for part in ("slope", "intercept", "r")]
            rows.append([titles[name], f"{lines[0]['n']:,}, {which}", *fit])
    return markdown(["v·u against", "pairs", "slope", "intercept", "r"], rows)


def score_table(runs: Runs, language: str = ENGLISH) -> str:
    """A row per measure, a column per model; a set that is not at hand says so in its row."""
    rows = []
    for key, title in (titles(language) | RESOURCES).items():
        name = key.rsplit(".", 1)[0]
        cells = []
        for records in runs.values():
            first = records[0]
            count = f" ({first[f'{name}.used']:,}/{first[f'{name}.total']:,})" if f"{name}.used" in first else ""
            cells.append(figure(key, [record.get(key) for record in records]) + count)
            if reason := first.get(f"{name}.not_run"):
                title = f"{titles(language)[key]} (not run: {reason})"
        rows.append([title, *cells])
    rows.append(["unknown words", *("composed of n-grams" if name == "fasttext" else "none" for name in runs)])
    return markdown(["measure (used/total)", *(MODELS[name] for name in runs)], rows)


def claims(runs: Runs, language: str = ENGLISH) -> str:
    """Who is ahead where: only where the worst seed of one model beats the best seeds of the others."""
    if len(next(iter(runs.values()))) < 2:
        return "One seed: no difference in this table has been told from the seed's. Use --seeds 3."
    lines = []
    for key, title in titles(language).items():
        values: dict[str, list[Any]] = {name: [record.get(key) for record in records] for name, records in runs.items()}
        known = {name: each for name, each in values.items() if finite(*each)}
        if len(known) < 2:
            continue
        best = max(known, key=lambda name: statistics.mean(known[name]))
        rest = max(max(each) for name, each in known.items() if name != best)
        ahead = min(known[best]) > rest
        verdict = f"{MODELS[best]} is ahead on every seed" if ahead else "no order that holds on every seed"
        lines.append(f"- {title.removesuffix(' %')}: {verdict}.")
    return "\n".join(lines)


def split_runs(runs: Runs) -> tuple[Runs, Runs]:
    """The three models of the lab, and the others."""
    return {name: runs[name] for name in COMPARED}, {name: runs[name] for name in runs if name not in COMPARED}


def report(figures: dict[str, Any]) -> str:
    """comparison.md, from what comparison.json holds."""
    config, counting = figures["config"], figures["counting"]
    title = f"{config['corpus']}, {config['tokens']:,} tokens, d {config['dim']}, window {config['window']}"
    language = figures["language"]
    seeds = " to ".join(str(seed) for seed in sorted({config["seed"], config["seed"] + config["seeds"] - 1}))
    compared, others = split_runs(figures["runs"])
    counts = f"Counts: {counting['cells']:,} cells, {counting['seconds']:.1f} s. Seed {seeds}. {PROTOCOL_NOTE}"
    notes = set_notes(next(iter(compared.values()))[0])
    ratios = [format_ratios(figures["ratios"])] if language == ENGLISH else []
    parts = [
        f"# {title}",
        " ".join([counts, *notes]),
        without_sets(language) or score_table(compared, language),
        claims(compared, language),
        *(("## Also compared", score_table(others, language)) if others else ()),
        *(("## What skip-gram factorises", format_lines(figures["runs"]["skipgram"])) if "ppmi" in others else ()),
        "## GloVe: is it log-bilinear?",
        format_fit([record["log_bilinear"] for record in figures["runs"]["glove"]]),
        *ratios,
    ]
    if figures["unknown"]:
        parts += ["## Unknown words", f"```text\n{figures['unknown']}\n```"]
    if inflected := format_inflections(figures["inflections"]):
        parts += ["## Inflections", inflected]
    parts += ["## Senses that share a vector", f"```text\n{figures['senses']}\n```"]
    return "\n\n".join(parts) + "\n"

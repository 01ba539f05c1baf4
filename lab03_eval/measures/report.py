"""The tables that Lab 3's command prints and saves, made of the figures that it has measured."""

from __future__ import annotations

import math
from typing import Any

from wordlab.tables import markdown

from lab03_eval.benchmarks import BENCHMARKS
from lab03_eval.eval_embeddings import (
    PROTOCOL_NOTE,
    TOP_WORDS,
    coverage_notes,
    format_interval,
    format_score,
    score_rows,
)
from lab03_eval.measures.senses import format_senses
from lab03_eval.measures.significance import LEVEL
from lab03_eval.measures.word_lists import WEAT_TESTS
from lab03_eval.vectors import WordVectors

GEOMETRY = {
    "geometry.anisotropy": "mean cosine of two words",
    "geometry.anisotropy.centred": "  mean removed",
    "geometry.isotropy": "isotropy (partition ratio)",
    "geometry.isotropy.centred": "  mean removed",
    "geometry.hubness.skewness": "hubness (skewness of N_10)",
    "geometry.hubness.max": "  lists that hold the greatest hub",
}


def section(title: str, header: list[str], rows: list[list[str]]) -> str:
    """A heading and its table, whose columns are padded so that it also reads well in a terminal."""
    return f"\n## {title}\n\n{markdown(header, rows, padded=True)}"


def report(embeddings: dict[str, WordVectors], figures: dict[str, Any], not_compared: dict[str, str]) -> str:
    """All tables as Markdown, from the figures that `lab03_eval.command.measure` has made of the embeddings.

    `not_compared` says of a pair of embeddings why their neighbours were not compared.
    """
    results = figures["results"]
    first, *others = embeddings
    parts = [scores_table(embeddings, results)]
    if others:
        parts.append(differences_table(first, figures["differences"]))
    parts.append(geometry_table(results) + agreement_text(figures["agreement"], not_compared))
    for name in embeddings:
        parts.append(bias_text(name, results[name]))
        parts.append(f"\n## Senses in {name}\n\n```text\n{format_senses(figures['senses'][name])}\n```")
    return "\n".join(parts)


def score_cell(result: dict[str, Any], key: str, measure: str) -> str:
    """Score (95 % interval) used/total."""
    interval = format_interval(result, key, measure, digits=2).removesuffix(" %")
    coverage = f"{result[f'{key}.used']:,}/{result[f'{key}.total']:,}"
    return f"{format_score(result, key, measure)} {f'({interval})' if interval else ''} {coverage}"


def scores_table(embeddings: dict[str, WordVectors], results: dict[str, dict[str, Any]]) -> str:
    """Scores of all embeddings, a column each, with coverage; below, why a set was not run."""
    first = next(iter(results))
    words = max(map(len, embeddings.values()))
    rows = []
    reasons: dict[str, list[str]] = {}
    for title, key, measure in score_rows(results[first], words):
        if reason := results[first].get(f"{key}.not_run"):
            rows.append([title, *["not run"] * len(results)])
            reasons.setdefault(reason, []).append(title.strip())
            continue
        cells = [score_cell(result, key, measure) for result in results.values()]
        # "all words" is another number of words in every embedding; the column's head has it.
        rows.append([title.replace(f"all {words:,} words", "all words"), *cells])
    shapes = [f"{name}: {len(vectors):,} x {vectors.dim}" for name, vectors in embeddings.items()]
    header = ["measure: score (95 % interval) used/total", *shapes]
    notes = [f"not run, {', '.join(titles)}: {reason}" for reason, titles in reasons.items()]
    notes += [f"{name}: {note}" for name in results for note in coverage_notes(embeddings[name], results[name])]
    listed = "".join(f"\n- {note}" for note in notes)
    return section("Scores", header, rows) + "\n\n" + PROTOCOL_NOTE + ("\n" + listed if listed else "")


def differences_table(first: str, differences: dict[str, dict[str, Any]]) -> str:
    """What the paired bootstrap says of each set, and how many sets would differ by chance."""
    rows = []
    for name, found in differences.items():
        for key, benchmark in BENCHMARKS.items():
            if f"{key}.difference" in found:
                rows.append([benchmark.title.strip(), name, *difference_cells(found, key)])
    header = ["measure", f"{first} against", "difference", "95 % interval", "items", "verdict", "after Holm"]
    title = "Differences (paired bootstrap over what both know, among the words both hold)"
    compared = sum(verdict != "not defined" for *_, verdict, _ in rows)
    chance = (
        f"Of {compared} sets compared, {LEVEL * compared:.1f} would have an interval that excludes 0 by chance if no "
        f'two embeddings differed. "After Holm" says which differences remain at {100 * LEVEL:.0f} % when this is '
        "taken into account, for all sets of a pair of embeddings together."
    )
    return f"{section(title, header, rows)}\n\n{chance}"


def difference_cells(found: dict[str, Any], key: str) -> list[str]:
    """Difference, interval, items, verdict, and whether it survives Holm's correction."""
    difference, low, high, used = (found[f"{key}.{part}"] for part in ("difference", "low", "high", "used"))
    if math.isnan(difference):
        return ["–", "–", f"{used:,}", "not defined", "–"]
    verdict = "95 % interval excludes 0" if found[f"{key}.excludes_zero"] else "within chance"
    survives = "remains" if found[f"{key}.survives_holm"] else "within chance"
    return [f"{difference:+.3f}", f"{low:+.3f} … {high:+.3f}", f"{used:,}", verdict, survives]


def geometry_table(results: dict[str, dict[str, Any]]) -> str:
    rows = [
        [title, *(defined(result[key], ",.3g") if key in result else "not run" for result in results.values())]
        for key, title in GEOMETRY.items()
    ]
    hubs = [result.get("geometry.hubness.hub", "–") for result in results.values()]
    rows.append(["  which is", *hubs])
    return section("Geometry (most frequent 30,000 words at most)", ["measure", *results], rows)


def agreement_text(agreement: dict[str, dict[str, Any]], not_compared: dict[str, str]) -> str:
    """A sentence for each pair of embeddings: what their neighbours share, or why they were not compared."""
    text = ""
    for pair, found in agreement.items():
        text += (
            f"\n\n{pair}: of each word's 10 nearest among {found['words']:,} common words {found['shared']:.0%} are the"
            f" same (chance {found['chance']:.2%}); the best rotation leaves {found['residual']:.2f} of the length"
            " (√2 = 1.41: no rotation helps)."
        )
    return text + "".join(f"\n\n{pair}: not compared: {reason}" for pair, reason in not_compared.items())


def bias_text(name: str, result: dict[str, Any]) -> str:
    """WEAT, the gender direction and debiasing of one embedding."""
    rows = []
    for test, (x, y, _, _) in WEAT_TESTS.items():
        figures = {key.rsplit(".", 1)[1]: value for key, value in result.items() if f".weat.{test}." in key}
        if figures:
            cells = ["no coverage", "–", "–"]
            if "effect" in figures:
                p = "< .001" if figures["p"] < 0.001 else f"{figures['p']:.3f}"
                effect = ["constant", "–"] if math.isnan(figures["effect"]) else [f"{figures['effect']:+.2f}", p]
                cells = [*effect, f"{figures['used']}/{figures['total']}"]
            rows.append([f"{test.split('_')[0]}. {x} / {y}".replace("_", " "), *cells])
    text = section(f"Bias of {name}", ["WEAT (Caliskan et al. 2017)", "effect size", "p", "words"], rows)
    recased = {test.split("_")[0]: result.get(f"bias.weat.{test}.recased", 0) for test in WEAT_TESTS}
    if counts := [f"{count} of test {number}" for number, count in recased.items() if count]:
        text += f"\n\nWords found in another case than the test has them: {', '.join(counts)}."
    for part in ("weat", "gender", "professions", "debias"):
        if reason := result.get(f"bias.{part}.not_run"):
            text += f"\n\n{part}: not run: {reason}"
    return text + (gender_text(result) if "bias.gender.share" in result else "")


def gender_text(result: dict[str, Any]) -> str:
    """The gender direction, the professions along it, and what debiasing changes, each as far as it was measured."""
    text = (
        f"\n\nGender direction: one component holds {result['bias.gender.share']:.0%} of what "
        f"{result['bias.gender.used']}/{result['bias.gender.total']} word pairs differ in.\n"
    )
    if "bias.professions.rho" in result:
        she, he = (", ".join(word for word, _ in result[f"bias.professions.{end}"]) for end in ("she", "he"))
        text += (
            f"- nearest to she: {she}\n- nearest to he: {he}\n- ρ with people's stereotype ratings of "
            f"{result['bias.professions.rated']} professions: {defined(result['bias.professions.rho'], '.2f')}\n"
        )
    for part in ("family", "all"):
        if f"bias.analogies.{part}.before" in result:
            before, after = (
                defined(100 * result[f"bias.analogies.{part}.{when}"], ".1f", " %") for when in ("before", "after")
            )
            text += f"- Google {part}, top {TOP_WORDS:,}: {before} before debiasing, {after} after\n"
    return text


def defined(value: float, digits: str, unit: str = "") -> str:
    return "not defined" if math.isnan(value) else f"{value:{digits}}{unit}"

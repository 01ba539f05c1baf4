"""MTEB's own runner on the two of its tasks whose texts are among the labs' data, without a download from its hub.

mteb names a task and the revision of its data. The texts here are the public files of the same sets, which
scripts/get_data.py fetches: the 1,379 test pairs of STS-Benchmark, and the 10,003 and 3,080 texts of Banking77.
"""

from __future__ import annotations

import os
from typing import Any

from wordlab.packages import needs
from wordlab.tables import markdown

from lab03_eval.benchmarks import find_data
from lab03_eval.contextual.encoder import ContextualEncoder
from lab03_eval.mteb_adapter import StaticModel
from lab03_eval.tasks.benchmark import sts_pairs
from lab03_eval.tasks.task_data import Labelled, read_banking77
from lab03_eval.vectors import WordVectors


def local_tasks() -> list[Any]:
    """mteb's STSBenchmark and Banking77Classification with their texts. Raises MissingPackage or NotAtHand."""
    os.environ |= {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1"}  # before the import: nothing is downloaded
    with needs("mteb"):
        import mteb
        from datasets import Dataset, DatasetDict
    pairs = sts_pairs()
    train, test = (read_banking77(find_data(f"sentence/banking77/{part}.csv")) for part in ("train", "test"))
    number = {label: place for place, label in enumerate(sorted(set(train.labels)))}

    def labelled(texts: Labelled) -> Any:
        numbers = [number[label] for label in texts.labels]
        return Dataset.from_dict({"text": texts.texts, "label": numbers, "label_text": list(texts.labels)})

    columns = {"sentence1": pairs.first, "sentence2": pairs.second, "score": pairs.scores.tolist()}
    texts = {
        "STSBenchmark": DatasetDict({"test": Dataset.from_dict(columns)}),
        "Banking77Classification": DatasetDict({"train": labelled(train), "test": labelled(test)}),
    }
    tasks = []
    for name, dataset in texts.items():
        task = mteb.get_task(name)
        task.dataset, task.data_loaded = dataset, True
        tasks.append(task)
    return tasks


def run_mteb(tasks: list[Any], name: str, vectors: WordVectors, others: list[ContextualEncoder]) -> dict[str, Any]:
    """`version` of mteb, and by task the `revision` of its data, its main `measure` and a score per model."""
    import mteb

    models: dict[str, Any] = {name: StaticModel(vectors, f"labs/{name}")}
    models |= {other.name: other.model for other in others}
    found: dict[str, Any] = {"version": mteb.__version__, "tasks": {}}
    for title, model in models.items():
        done = mteb.evaluate(model, tasks, cache=None, co2_tracker=False, show_progress_bar=False)
        for task, result in zip(tasks, done.task_results):
            about = {"revision": result.dataset_revision, "measure": task.metadata.main_score, "scores": {}}
            entry = found["tasks"].setdefault(result.task_name, about)
            entry["scores"][title] = float(result.get_score())
    return found


def format_mteb(found: dict[str, Any]) -> str:
    """A row per task, a column per model, under the version of the package."""
    models = list(dict.fromkeys(model for task in found["tasks"].values() for model in task["scores"]))
    rows = [
        [f"{name}, data {task['revision'][:7]}", task["measure"], *(f"{task['scores'][model]:.3f}" for model in models)]
        for name, task in found["tasks"].items()
    ]
    return markdown([f"mteb {found['version']}", "measure", *models], rows)

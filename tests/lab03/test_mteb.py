"""The adapter under the real mteb package, on tasks that lie in memory, without any hub."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from lab03_eval.measures.significance import spearman_rows
from lab03_eval.mteb_adapter import StaticModel
from lab03_eval.sentences import SentenceEncoder
from lab03_eval.vectors import WordVectors
from tests.conftest import ROOT

FIRST = ["A cat sleeps.", "Two dogs run", "The stone falls", "a dog and a cat", "unheard of"]
SECOND = ["A kitten sleeps", "two cats run", "the dog sleeps", "cat and dog", "A stone"]
SCORES = [4.0, 3.0, 0.5, 4.5, 0.0]


@pytest.fixture(scope="module")
def pets() -> WordVectors:
    words = ["the", "a", "two", "and", "cat", "dog", "stone", "kitten", "cats", "dogs", "run", "sleeps", "falls"]
    return WordVectors(words, np.random.default_rng(0).standard_normal((len(words), 8)))


@pytest.fixture(scope="module")
def mteb():
    with pytest.MonkeyPatch.context() as patch:
        for name in ("HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE"):
            patch.setenv(name, "1")
        yield pytest.importorskip("mteb")


@pytest.fixture(scope="module")
def sts_task(mteb):
    from datasets import Dataset, DatasetDict
    from mteb.abstasks.sts import AbsTaskSTS
    from mteb.abstasks.task_metadata import TaskMetadata

    class PetSTS(AbsTaskSTS):
        metadata = TaskMetadata(
            type="STS", name="PetSTS", description="five pairs", reference=None, main_score="cosine_spearman",
            dataset={"path": "in memory", "revision": "1"}, eval_splits=["test"], eval_langs=["eng-Latn"],
        )  # fmt: skip
        min_score, max_score = 0, 5

        def load_data(self, **kwargs) -> None:
            columns = {"sentence1": FIRST, "sentence2": SECOND, "score": SCORES}
            self.dataset = DatasetDict({"test": Dataset.from_dict(columns)})
            self.data_loaded = True

    return PetSTS()


@pytest.mark.parametrize("method", ["mean", "usif"])
def test_mteb_scores_an_sts_task_as_we_do(mteb, sts_task, pets, method):
    model = StaticModel(pets, name="labs/pets", method=method)
    result = mteb.evaluate(model, sts_task, cache=None, co2_tracker=False, show_progress_bar=False)
    scores = result.task_results[0].scores["test"][0]
    encoder = SentenceEncoder(pets, method).fit(FIRST)  # mteb hands over the first sentences first
    cosine = model.similarity_pairwise(encoder.encode(FIRST), encoder.encode(SECOND))
    expected = spearman_rows(cosine[None], np.array(SCORES)[None])[0]
    assert scores["spearman"] == pytest.approx(expected)  # by our similarity_pairwise
    assert result.model_name == "labs/pets"


def test_mteb_runs_its_retrieval_and_classification_in_memory(mteb, pets):
    from mteb.mocks import MockClassificationTask, MockRetrievalTask

    tasks = [MockRetrievalTask(), MockClassificationTask()]
    result = mteb.evaluate(StaticModel(pets), tasks, cache=None, co2_tracker=False, show_progress_bar=False)
    assert [0 <= task.get_score() <= 1 for task in result.task_results] == [True, True]


def test_the_adapter_fulfils_the_protocol(mteb, pets):
    from mteb.models import EncoderProtocol

    model = StaticModel(pets, method="sif")
    assert isinstance(model, EncoderProtocol)
    assert (model.mteb_model_meta.name, model.mteb_model_meta.embed_dim) == ("labs/static-vectors", 8)


def test_similarity_by_hand(pets):
    first, second = np.array([[3.0, 4], [0, 0]]), np.array([[4.0, 3], [1, 0]])
    assert StaticModel(pets).similarity(first, second) == pytest.approx(np.array([[0.96, 0.6], [0, 0]]))
    assert StaticModel(pets).similarity_pairwise(first, second) == pytest.approx([0.96, 0])


def test_the_calls_of_one_task_share_their_components(pets):
    class Metadata:
        name = "task"

    def encode(model: StaticModel, texts: list[str], subset: str = "default") -> np.ndarray:
        batches = [{"text": texts[:2]}, {"text": texts[2:]}]
        return model.encode(batches, task_metadata=Metadata, hf_split="test", hf_subset=subset)

    model, encoder = StaticModel(pets), SentenceEncoder(pets).fit(FIRST)
    np.testing.assert_array_equal(encode(model, FIRST), encoder.encode(FIRST))
    np.testing.assert_array_equal(encode(model, SECOND), encoder.encode(SECOND))
    np.testing.assert_array_equal(encode(model, SECOND, "other"), SentenceEncoder(pets).fit(SECOND).encode(SECOND))


@pytest.mark.parametrize("method", ["sif", "usif"])
@pytest.mark.filterwarnings("ignore:.*no common component")
def test_a_task_whose_first_call_is_one_query_still_finds_its_document(pets, method):
    class Metadata:
        name = "retrieval"

    model = StaticModel(pets, method=method)
    query, documents = (
        model.encode([{"text": texts}], task_metadata=Metadata, hf_split="test", hf_subset="default")
        for texts in (["cat and dog"], ["The stone falls", "Dog and cat", "Two cats run"])
    )
    assert model.similarity(query, documents)[0, 1] == pytest.approx(1)


def test_the_adapter_imports_without_mteb():
    code = "import sys; sys.modules['mteb'] = None; import lab03_eval.mteb_adapter as m; print(m.StaticModel.__name__)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout == "StaticModel\n", done.stderr

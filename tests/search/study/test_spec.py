"""What is fixed before the first trial."""

from pathlib import Path

import pytest

from pipelines.datasets import digits
from pipelines.storage.manifest import Manifest
from pipelines.storage.prepare import prepare
from search.study.spec import StudyFacts
from tests.search.factory import settings


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    return prepare(digits(), tmp_path_factory.mktemp("prepared") / "data", image_size=24)


def test_data_decide_classes_size_and_statistics(manifest: Manifest) -> None:
    facts = StudyFacts.of(settings(), manifest)
    assert facts.data.classes == manifest.classes
    assert (facts.data.data_id, facts.data.val_images) == (manifest.data_id, 228)
    assert (facts.data.mean, facts.data.std) == (manifest.mean, manifest.std)
    assert facts.recipe.input_size == 24
    assert (facts.search_space.num_classes, facts.search_space.input_size) == (10, 24)
    assert facts.data.folder.is_absolute()


def test_a_chosen_input_size_wins(manifest: Manifest) -> None:
    facts = StudyFacts.of(settings(training={"input_size": 16}), manifest)
    assert facts.recipe.input_size == facts.search_space.input_size == 16


def test_the_reference_point_is_chance_a_little_beyond_the_budgets(manifest: Manifest) -> None:
    reference = StudyFacts.of(settings(budgets={"params": "100K", "flops": "500K"}), manifest).reference
    assert (reference.accuracy, reference.costs) == (0.1, {"params": 110_000, "flops": 550_000})


def test_without_budgets_the_reference_is_a_little_beyond_the_dearest_network(manifest: Manifest) -> None:
    facts = StudyFacts.of(settings(), manifest)
    largest = facts.search_space.largest_costs()
    assert facts.reference.costs == {name: round(most * 1.1) for name, most in largest.items()}


def test_every_search_has_an_id_of_its_own(manifest: Manifest) -> None:
    assert StudyFacts.of(settings(), manifest).search_id != StudyFacts.of(settings(), manifest).search_id


def test_facts_come_back_from_json(manifest: Manifest) -> None:
    facts = StudyFacts.of(settings(data=str(Path("x"))), manifest)
    assert StudyFacts.model_validate_json(facts.model_dump_json()) == facts

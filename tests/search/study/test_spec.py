"""What is fixed before the first trial."""

from pathlib import Path

import pytest

from pipelines.datasets import digits
from pipelines.storage.manifest import FileRecord, Manifest
from pipelines.storage.prepare import prepare
from search.api.resume import DataChangedError, check_unchanged
from search.study.defined_metric import UndefinedMetricError
from search.study.folds_spec import FoldsSpec
from search.study.spec import StudySpec
from tests.search.factory import settings


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    return prepare(digits(), tmp_path_factory.mktemp("prepared") / "data", image_size=24)


def test_data_decide_classes_size_and_statistics(manifest: Manifest) -> None:
    spec = StudySpec.of(settings(), manifest)
    assert spec.data.classes == manifest.classes
    assert (spec.data.data_id, spec.data.val_images) == (manifest.data_id, 228)
    assert (spec.data.mean, spec.data.std) == (manifest.mean, manifest.std)
    assert spec.input_sizes == (24,)
    assert (spec.search_space.num_classes, spec.search_space.input_sizes) == (10, (24,))
    assert spec.data.folder.is_absolute()


def test_a_chosen_input_size_wins(manifest: Manifest) -> None:
    spec = StudySpec.of(settings(training={"input_size": 16}), manifest)
    assert spec.input_sizes == spec.search_space.input_sizes == (16,)


def test_the_reference_point_is_chance_a_little_beyond_the_budgets(manifest: Manifest) -> None:
    reference = StudySpec.of(settings(budgets={"params": "100K", "flops": "500K"}), manifest).reference
    assert (reference.value, reference.costs) == (0.1, {"params": 110_000, "flops": 550_000})


def test_without_budgets_the_reference_is_a_little_beyond_the_most_expensive_network(manifest: Manifest) -> None:
    spec = StudySpec.of(settings(), manifest)
    largest = spec.search_space.largest_costs()
    assert spec.reference.costs == {name: round(most * 1.1) for name, most in largest.items()}


def test_every_search_has_an_id_of_its_own(manifest: Manifest) -> None:
    assert StudySpec.of(settings(), manifest).search_id != StudySpec.of(settings(), manifest).search_id


def test_facts_come_back_from_json(manifest: Manifest) -> None:
    spec = StudySpec.of(settings(data=str(Path("x"))), manifest)
    assert StudySpec.model_validate_json(spec.model_dump_json()) == spec


@pytest.mark.parametrize(
    ("metric", "of_guessing"), [("accuracy", 0.1), ("balanced_accuracy", 0.1), ("macro_f1", 0.1), ("top5", 0.5)]
)
def test_the_reference_is_what_guessing_scores(manifest: Manifest, metric: str, of_guessing: float) -> None:
    assert StudySpec.of(settings(search={"metric": metric}), manifest).reference.value == of_guessing


def test_the_first_five_of_five_classes_are_refused(manifest: Manifest) -> None:
    five, six = (manifest.model_copy(update={"classes": manifest.classes[:count]}) for count in (5, 6))
    StudySpec.of(settings(search={"metric": "top5"}), six)
    with pytest.raises(UndefinedMetricError) as refused:
        StudySpec.of(settings(search={"metric": "top5"}), five)
    assert (refused.value.metric, refused.value.classes) == ("top5", 5)


def test_a_search_with_folds_goes_on_with_the_same_groups_alone(manifest: Manifest) -> None:
    assert manifest.groups is not None
    folds = FoldsSpec(images=(700, 727, 100), groups_sha256=manifest.groups.sha256)
    with_folds, without = StudySpec.of(settings(), manifest, folds=folds), StudySpec.of(settings(), manifest)
    others = FileRecord(bytes=manifest.groups.bytes, sha256="0" * 64)
    for changed in (manifest.model_copy(update={"groups": groups}) for groups in (others, None)):
        with pytest.raises(DataChangedError):
            check_unchanged(with_folds, changed)
        check_unchanged(without, changed)
    check_unchanged(with_folds, manifest)
    assert (with_folds.scored_images, with_folds.trained_images) == (100, 800)
    assert [with_folds.images_scored(seed) for seed in range(4)] == [700, 727, 100, 700]
    assert [with_folds.fold_number(seed) for seed in range(4)] == [0, 1, 2, 0]
    assert (without.scored_images, without.trained_images) == (228, manifest.splits["train"].images)
    assert (without.images_scored(5), without.fold_of(5), without.fold_number(5)) == (228, None, None)
    assert StudySpec.model_validate(with_folds.model_dump(mode="json")) == with_folds

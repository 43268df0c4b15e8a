"""Keys of trainings that earlier versions made."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from pipelines.fold import Fold
from pipelines.training.recipe import Recipe
from search.analysis.control import training_id
from search.study.key import evaluation_key
from search.study.study import StudyRecord
from spaces import Candidate
from ulsam import ArchConfig

FROZEN = Path(__file__).parents[1] / "frozen"
RECIPE = Recipe(epochs=10)


@pytest.mark.parametrize("run", ["before", "proof"])
def test_a_training_of_an_earlier_version_has_the_key_that_it_got_then(tmp_path: Path, run: str) -> None:
    """Its input size was a value of the recipe; it is a part of the candidate."""
    shutil.copyfile(FROZEN / run / "study.db", tmp_path / "study.db")
    record = StudyRecord.open(f"sqlite:///{tmp_path / 'study.db'}", run)
    kept = {trial.number: trial.user_attrs.get("key") for trial in record._storage.get_all_trials(record._study_id)}
    ended = record.ended()
    assert len(ended) >= 3
    assert {trial.number: record.key_of(trial) for trial in ended} == {
        number: key for number, key in kept.items() if key is not None
    }


def test_a_recipe_without_what_recipes_learnt_later_has_the_hash_that_it_had_before() -> None:
    network = Candidate(arch=ArchConfig(backbone="mobilenet_v2", width=1.0, num_classes=10), input_size=32)
    key = evaluation_key(network, RECIPE, "data", seed=0, epochs=10, method=3)
    assert key == "4e6616350399f05f38f9d724f4ff7d447f2c9996644d1e16f4cdac282b6563e5"
    assert training_id(RECIPE, pretrained=True) == training_id(RECIPE, pretrained=True, workers=1) == "7cc5e220e5337f2a"
    assert training_id(RECIPE, pretrained=True, workers=2) != training_id(RECIPE, pretrained=True, workers=3)


@pytest.mark.parametrize(
    "used",
    [
        {"color_jitter": 0.4},
        {"hue_jitter": 0.1},
        {"rand_augment": 9},
        {"erasing": 0.1},
        {"fresh_rate": 5.0},
        {"frozen_norms": True},
        {"class_weights": "balanced"},
        {"balanced_sampling": True},
    ],
    ids=str,
)
def test_what_a_recipe_uses_is_in_its_hash(used: dict[str, float | str]) -> None:
    recipe = replace(RECIPE, **used)  # type: ignore[arg-type]
    assert recipe.to_dict() == RECIPE.to_dict() | used
    assert training_id(recipe, pretrained=True) != training_id(RECIPE, pretrained=True)


def test_the_fold_of_a_training_is_in_its_key() -> None:
    """And the groups that folds keep together; without a fold, the groups are not."""
    network = Candidate(arch=ArchConfig(backbone="mobilenet_v2", width=1.0, num_classes=10), input_size=32)

    def key(fold: Fold | None, groups: str | None = "groups", seed: int = 0) -> str:
        return evaluation_key(network, RECIPE, "data", seed=seed, epochs=10, method=3, fold=fold, groups_sha256=groups)

    assert key(None) == key(None, None) == "4e6616350399f05f38f9d724f4ff7d447f2c9996644d1e16f4cdac282b6563e5"
    others = [key(None), key(Fold(0, 5)), key(Fold(1, 5)), key(Fold(0, 4)), key(Fold(0, 5), "others")]
    assert len(set(others)) == len(others)
    assert training_id(RECIPE, pretrained=True, folds=5) != training_id(RECIPE, pretrained=True, folds=4)
    assert training_id(RECIPE, pretrained=True, folds=None) == training_id(RECIPE, pretrained=True)

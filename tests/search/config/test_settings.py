"""A search file: what its values mean, and what is filled in."""

from pathlib import Path

import pytest

from pipelines.training.recipes import recipe_values
from search.config.data_location import DataLocationError
from search.config.secret import CredentialsError
from search.config.settings import SearchSettings, begun_settings, flat, input_sizes, read_settings
from search.errors import FileError
from tests.search.config.mistaken import only_mistake

ISSUE_EXAMPLE = """
name: grocery-64
data: data/grocery-64                  # made by `ulsam-search prepare`
space:
  backbones: [mobilenet_v2]
  widths: [0.35, 0.5, 0.75, 1.0]
  groups: [1, 2, 4, 8, 16]
  placements: {modes: [insert, substitute], blocks: all, at_most: 4, groups: shared}   # or per_block
budgets: {params: 2.5M, flops: 40M}
search: {trials: 60, sampler: tpe, concurrent: auto, seed: 0}
training: {epochs: 10, input_size: 64, batch_size: 128}
resources: {cpus: 1, gpus: 0}
storage: {study: "sqlite:///runs/grocery-64/study.db", mlflow: "sqlite:///runs/mlflow.db"}
"""


def test_a_relative_database_means_the_same_wherever_a_command_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    storage = {"study": "sqlite:///runs/mine/study.db", "mlflow": "http://tracking:5000"}
    settings = SearchSettings.model_validate({"name": "mine", "data": "data", "storage": storage})
    assert settings.storage.study == f"sqlite:///{tmp_path}/runs/mine/study.db"
    assert settings.storage.mlflow == "http://tracking:5000"
    monkeypatch.chdir("/")
    assert SearchSettings.model_validate(settings.model_dump()) == settings


def test_reads_a_whole_file(path: Path) -> None:
    path.write_text(ISSUE_EXAMPLE)
    settings = read_settings(path)
    assert settings.name == "grocery-64"
    assert settings.data == Path("data/grocery-64")
    assert settings.budgets.flops == 40_000_000
    assert settings.search.trials == 60
    assert input_sizes(settings.space, settings.training, image_size=96) == (64,)
    assert settings.training.to_recipe().epochs == 10


def test_only_name_and_data_are_needed(path: Path) -> None:
    path.write_text("name: a\ndata: b\n")
    settings = read_settings(path)
    assert settings.search.sampler == "known_cost"
    assert input_sizes(settings.space, settings.training, image_size=96) == (96,)
    several = settings.space.model_copy(update={"input_sizes": (96, 64, 64)})
    assert input_sizes(several, settings.training, image_size=96) == (64, 96)
    assert settings.budgets.params is None


@pytest.mark.parametrize(("share", "value"), [("1%", 0.01), ("0.02", 0.02), ('"2.5 %"', 0.025)])
def test_shares_may_be_written_in_percent(path: Path, share: str, value: float) -> None:
    path.write_text(f"name: a\ndata: b\nsearch: {{stop_when: {{remaining_hypervolume: {share}}}}}")
    assert read_settings(path).search.stop_when.remaining_hypervolume == pytest.approx(value)


@pytest.mark.parametrize(
    ("rungs", "epochs", "expected"),
    [
        ("auto", 8, ()),
        ("auto", 9, (3,)),
        ("auto", 20, (2, 6)),
        ("auto", 90, (10, 30)),
        ("[5, 2, 9]", 20, (2, 5, 9)),
        ("[]", 90, ()),
    ],
)
def test_rungs_lie_within_the_training(path: Path, rungs: str, epochs: int, expected: tuple[int, ...]) -> None:
    path.write_text(f"name: a\ndata: b\nsearch: {{rungs: {rungs}}}")
    assert read_settings(path).search.rungs_of(epochs) == expected


def test_a_recipes_name_fills_in_all_that_is_not_said(path: Path) -> None:
    path.write_text("name: a\ndata: b\ntraining: {recipe: fine-grained, epochs: 7, mixup: 0}\n")
    training = read_settings(path).training
    recipe = training.to_recipe()
    said = recipe_values("fine-grained")
    assert (recipe.epochs, recipe.mixup) == (7, 0)
    assert (recipe.learning_rate, recipe.min_crop) == (said["learning_rate"], said["min_crop"])


def test_a_recipe_by_name_may_be_trained_for_fewer_epochs_than_it_warms_up(path: Path) -> None:
    path.write_text("name: a\ndata: b\ntraining: {recipe: fine-grained, epochs: 2}\n")
    assert read_settings(path).training.to_recipe().epochs == 2


def test_a_search_that_began_is_read_whatever_sense_it_makes_today(path: Path) -> None:
    path.write_text(
        "name: a\ndata: b\nsearch: {rungs: [5, 2, 20]}\n"
        "training: {epochs: 20, warmup_epochs: 30, learning_rate: 11, weight_decay: 2}\n"
    )
    settings = begun_settings(path)
    assert settings.search.rungs_of(20) == (2, 5)
    assert settings.training.to_recipe().warmup_epochs == 30
    with pytest.raises(FileError) as refused:
        read_settings(path)
    assert "training.learning_rate" in [mistake.where for mistake in refused.value.mistakes]


def test_a_new_search_has_baselines_and_one_that_an_earlier_version_began_has_none(path: Path) -> None:
    path.write_text("name: a\ndata: b\nsearch: {trials: 5}\n")
    assert read_settings(path).search.baselines
    assert not begun_settings(path).search.baselines
    path.write_text("name: a\ndata: b\nsearch: {trials: 5, baselines: true}\n")
    assert begun_settings(path).search.baselines


def test_a_search_that_an_earlier_version_began_gives_budgets_no_weight(path: Path) -> None:
    path.write_text("name: a\ndata: b\nsearch: {trials: 5}\n")
    assert read_settings(path).search.budget_weight == 4
    assert begun_settings(path).search.budget_weight == 0


def test_a_search_keeps_the_recipe_it_began_with(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even if a later version of the project has other values under that name."""
    path.write_text("name: a\ndata: b\ntraining: {recipe: cifar}\n")
    training = read_settings(path).training
    monkeypatch.setattr("search.config.training_section.recipe_values", lambda name: {"epochs": 999})
    assert type(training).model_validate_json(training.model_dump_json()) == training


@pytest.mark.parametrize(
    ("location", "error"),
    [
        ("s3://key:hunter2@bucket/photos", CredentialsError),
        ("s3://key:${SECRET}@bucket/photos", CredentialsError),
        ("http://host/photos", DataLocationError),
    ],
)
def test_data_are_a_folder_or_in_an_object_store(path: Path, location: str, error: type[Exception]) -> None:
    path.write_text("name: a\ndata: s3://bucket/photos\n")
    settings = read_settings(path)
    assert settings.data == "s3://bucket/photos"
    assert SearchSettings.model_validate(settings.model_dump(mode="json")) == settings
    mistake = only_mistake(path, f"name: a\ndata: {location}\n")
    assert mistake.where == "data"
    assert type(mistake.__cause__) is error
    assert "hunter2" not in str(mistake)


def test_settings_are_called_as_in_a_file() -> None:
    values = {"name": "a", "space": {"widths": [0.1], "placements": {"at_most": 2}}, "budgets": {"flops": None}}
    assert flat(values) == {
        "name": "a",
        "space.widths": [0.1],
        "space.placements.at_most": 2,
        "budgets.flops": None,
    }


def test_the_home_folder_is_where_a_shell_has_it(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``data: ~/photos`` was a folder called ~ in the working directory."""
    monkeypatch.setenv("HOME", "/home/me")
    path.write_text("name: a\ndata: ~/photos\ntraining: {pretrained: ~/weights.pth}\n")
    found = read_settings(path)
    assert (found.data, found.training.pretrained) == (Path("/home/me/photos"), Path("/home/me/weights.pth"))
    path.write_text("name: a\ndata: /data/~/photos\n")
    assert read_settings(path).data == Path("/data/~/photos")


@pytest.mark.parametrize(
    ("written", "trials", "hours"),
    [
        ("{}", 50, None),
        ("{trials: 7}", 7, None),
        ("{hours: 2}", None, 2.0),
        ("{hours: 0.5, trials: 7}", 7, 0.5),
        ("{hours: null}", 50, None),
        ("{hours: 2, trials: null}", None, 2.0),
    ],
)
def test_time_alone_limits_a_search_whose_file_has_hours_and_no_trials(
    path: Path, written: str, trials: int | None, hours: float | None
) -> None:
    path.write_text(f"name: a\ndata: b\nsearch: {written}\n")
    search = read_settings(path).search
    assert (search.trials, search.hours) == (trials, hours)
    assert type(search).model_validate(search.model_dump(mode="json")) == search, "a record keeps it"


def test_an_option_counts_as_if_the_file_had_it(path: Path) -> None:
    path.write_text("name: a\ndata: b\nsearch: {seed: 3}\n")
    search = read_settings(path).search
    assert (search.limited(trials=None, hours=2.0).trials, search.limited(trials=8, hours=2.0).trials) == (None, 8)
    assert search.limited(trials=None, hours=None) == search
    assert search.limited(trials=8, hours=None).seed == 3
    path.write_text("name: a\ndata: b\nsearch: {trials: 50}\n")
    assert read_settings(path).search.limited(trials=None, hours=2.0).trials == 50, "the file says it"

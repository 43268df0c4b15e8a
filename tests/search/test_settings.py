"""A search file: every mistake is named in one line, and no file runs code."""

from pathlib import Path

import pytest

from pipelines.training.recipes import recipe_values
from search.errors import FileError, UsageError
from search.settings import SearchSettings, begun_settings, flat, read_settings

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


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "search.yaml"


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
    assert settings.training.recipe_for(image_size=96).input_size == 64
    assert settings.training.recipe_for(image_size=96).epochs == 10


def test_only_name_and_data_are_needed(path: Path) -> None:
    path.write_text("name: a\ndata: b\n")
    settings = read_settings(path)
    assert settings.search.sampler == "known_cost"
    assert settings.training.recipe_for(image_size=96).input_size == 96
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


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("data: b", "name: missing, it has no default"),
        ("name: a\ndata: b\nfoo: 1", "foo: unknown key; expected one of budgets, data, name"),
        ("name: a\ndata: b\ntrainng: {}", "trainng: unknown key; did you mean 'training'?"),
        ("name: a\ndata: b\nspace: {placements: {at_mots: 1}}", "at_mots: unknown key; did you mean 'at_most'?"),
        ("name: a\ndata: b\nspace: {widths: [0.5, -1]}", "space.widths.1: expected more than 0, got -1"),
        ("name: a\ndata: b\nspace: {widths: wide}", "space.widths: "),
        (
            "name: a\ndata: b\nspace: {placements: {blocks: [1, x]}}",
            "space.placements.blocks.1: expected a whole number",
        ),
        (
            "name: a\ndata: b\nspace: {placements: {blocks: [30]}}",
            "expected 1 to 17, the blocks of mobilenet_v2, got 30",
        ),
        ("name: a\ndata: b\nbudgets: {params: lots}", "budgets.params: expected a number like 300000, 2.5M or 1.2G"),
        ("name: a\ndata: b\nsearch: {trials: 0}", "search.trials: expected at least 1, got 0"),
        (
            "name: a\ndata: b\nsearch: {sampler: best}",
            "search.sampler: expected 'known_cost', 'tpe', 'nsga2', 'gp' or 'random'",
        ),
        ("name: a\ndata: b\nsearch: {stop_when: {remaining_hypervolume: x%}}", "expected a share like 1% or 0.01"),
        ("name: a\ndata: b\nsearch: {confirm: 0.7}", "search.confirm: expected at most 0.5, got 0.7"),
        ("name: a\ndata: b\nsearch: {rungs: [0]}", "search.rungs.0: expected at least 1|search.rungs"),
        (
            "name: a\ndata: b\nsearch: {concurrent: many}",
            "search.concurrent: expected 'auto' or expected a whole number",
        ),
        ("name: a\ndata: b\ntraining: {epochs: 2.5}", "training.epochs: "),
        ("name: ../a\ndata: b", "name: expected up to 64 letters, digits"),
        ("name: /etc\ndata: b", "name: expected up to 64 letters, digits"),
        ('name: "a\\0b"\ndata: b', "name: expected up to 64 letters, digits"),
        ("name: a\nname: b", "line 2: the key 'name' stands twice"),
        ("name: &x a\ndata: *x", "line 2: aliases .* are not allowed"),
        ("name: [", "line 1: "),
        ("- name", "expected keys and values, got list"),
        ("", "expected keys and values, got nothing"),
    ],
)
def test_names_each_mistake_in_one_line(path: Path, text: str, message: str) -> None:
    path.write_text(text)
    with pytest.raises(UsageError, match=message) as error:
        read_settings(path)
    assert "\n" not in str(error.value)
    assert str(error.value).startswith(str(path))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("? [x, y]\n: 1", "line 1: a key is a single word or number"),
        ("name: 1e6\ndata: b", "name: expected a text; a number needs quotes"),
        ("name: !!str a\ndata: b", r"tags \(tag:yaml.org,2002:str\) are not allowed here"),
        ("name: a\ndata: b\ntraining: {learning_rate: .inf}", "training.learning_rate: expected a finite number"),
        ("name: a\ndata: b\ntraining: {momentum: 1}", "training.momentum: expected less than 1, got 1"),
        ("name: a\n data: b", "line 2: does not fit what is above it: is it indented like its neighbours"),
        ("name: a\ndata: b\n  epochs: 4", "line 3: does not fit what is above it: .* its section no comment any more"),
        ("name: a\nspace:\n\twidths: [1.0]", "line 3: .*; indent with spaces, not with tabs"),
        ("name: a\nspace\ndata: b", "line .*: expected 'key: value'"),
        ("", "expected keys and values, got nothing"),
        ("name: a\ndata: b\nspace:", "space: expected keys and values, got nothing"),
        ("name: a\ndata: b\nbatch_size: 64", "batch_size: unknown key; did you mean 'training.batch_size'"),
        ("name: a\ndata: b\ntraining: {learning_rate: 100}", "training.learning_rate: expected at most 10, got 100"),
        (
            "name: a\ndata: b\ntraining: {epochs: 4, average_epochs: 9}",
            "training.average_epochs: expected at most all epochs, 4, got 9",
        ),
        ("name: a\ndata: b\nresources: {memory: 1}", "expected a share like 1% or 0.01, got 1; write 1% or 100%"),
        (
            "name: a\ndata: b\ntraining: {epochs: 4, warmup_epochs: 5}",
            "training.warmup_epochs: expected at most all epochs, 4, got 5",
        ),
        (
            "name: a\ndata: b\nsearch: {rungs: [2, 10, 12]}",
            "search.rungs: expected epochs before the last one, 10 .*12",
        ),
        ("name: a\ndata: b\nstorage: {study: 'sqlite:///:memory:'}", "storage.study: expected a database that lasts"),
    ],
)
def test_what_makes_no_sense_is_one_line(path: Path, text: str, message: str) -> None:
    path.write_text(text)
    with pytest.raises(UsageError, match=message) as error:
        read_settings(path)
    assert "\n" not in str(error.value)


def test_a_tag_never_runs_code(path: Path, tmp_path: Path) -> None:
    path.write_text(f"name: !!python/object/apply:os.mkdir ['{tmp_path / 'ran'}']\ndata: b")
    with pytest.raises(UsageError, match=r"line 1: tags \(.*os.mkdir\) are not allowed here"):
        read_settings(path)
    assert not (tmp_path / "ran").exists()


def test_a_missing_and_a_binary_file_are_named(path: Path) -> None:
    with pytest.raises(UsageError, match="is a folder; expected a YAML file"):
        read_settings(path.parent)
    with pytest.raises(UsageError, match="no such file"):
        read_settings(path)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="can't be read"):
        read_settings(path)


def test_a_huge_file_is_not_read(path: Path) -> None:
    path.write_text("a: " + "x" * (1 << 21))
    with pytest.raises(UsageError, match="not a settings file"):
        read_settings(path)


def test_deep_nesting_is_no_crash(path: Path) -> None:
    path.write_text("a: " + "[" * 5000 + "]" * 5000)
    with pytest.raises(UsageError):
        read_settings(path)


def test_a_recipes_name_fills_in_all_that_is_not_said(path: Path) -> None:
    path.write_text("name: a\ndata: b\ntraining: {recipe: fine-grained, epochs: 7, mixup: 0}\n")
    training = read_settings(path).training
    recipe = training.recipe_for(image_size=64)
    said = recipe_values("fine-grained")
    assert (recipe.epochs, recipe.mixup, recipe.input_size) == (7, 0, 64)
    assert (recipe.learning_rate, recipe.min_crop) == (said["learning_rate"], said["min_crop"])


def test_a_recipe_by_name_may_be_trained_for_fewer_epochs_than_it_warms_up(path: Path) -> None:
    path.write_text("name: a\ndata: b\ntraining: {recipe: fine-grained, epochs: 2}\n")
    assert read_settings(path).training.recipe_for(image_size=64).epochs == 2


def test_a_search_that_began_is_read_whatever_sense_it_makes_today(path: Path) -> None:
    path.write_text(
        "name: a\ndata: b\nsearch: {rungs: [5, 2, 20]}\n"
        "training: {epochs: 20, warmup_epochs: 30, learning_rate: 11, weight_decay: 2}\n"
    )
    settings = begun_settings(path)
    assert settings.search.rungs_of(20) == (2, 5)
    assert settings.training.recipe_for(image_size=64).warmup_epochs == 30
    with pytest.raises(UsageError, match="learning_rate"):
        read_settings(path)


def test_a_search_keeps_the_recipe_it_began_with(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even if a later version of the project has other values under that name."""
    path.write_text("name: a\ndata: b\ntraining: {recipe: cifar}\n")
    training = read_settings(path).training
    monkeypatch.setattr("search.settings.recipe_values", lambda name: {"epochs": 999})
    assert type(training).model_validate_json(training.model_dump_json()) == training


@pytest.mark.parametrize(
    ("training", "message"),
    [
        ("{recipe: quick}", "training.recipe"),
        ("{start_size: 64, input_size: 32}", "training.start_size: expected at most the input size, 32, got 64"),
        ("{mixup: -1}", "training.mixup: expected at least 0, got -1"),
    ],
)
def test_a_recipe_that_makes_no_sense_is_named(path: Path, training: str, message: str) -> None:
    path.write_text(f"name: a\ndata: b\ntraining: {training}\n")
    with pytest.raises(UsageError, match=message):
        read_settings(path)


@pytest.mark.parametrize(
    ("search", "message"),
    [
        ("{stop_when: 1%}", "search.stop_when: expected keys and values, got '1%'"),
        ("{stop_when: {remaining_hypervolume: 5}}", "expected a share like 1% or 0.01, got 5; write 5%"),
        (
            "{stop_when: {remaining_hypervolume: lots}}",
            "remaining_hypervolume: expected a share like 1% or 0.01, got 'lots'",
        ),
        ("{warm_start: d1}", "search.warm_start: expected a list, such as [a, b], got 'd1'"),
    ],
)
def test_messages_are_in_the_words_of_yaml(path: Path, search: str, message: str) -> None:
    path.write_text(f"name: a\ndata: b\nsearch: {search}\n")
    with pytest.raises(UsageError) as error:
        read_settings(path)
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("s3://key:hunter2@bucket/photos", "holds credentials; leave them out"),
        ("s3://key:${SECRET}@bucket/photos", "holds credentials; leave them out"),
        (
            "http://host/photos",
            "expected a folder, s3://BUCKET/FOLDER or gs://.* that begins with http://",
        ),
    ],
)
def test_data_are_a_folder_or_in_an_object_store(path: Path, place: str, message: str) -> None:
    path.write_text("name: a\ndata: s3://bucket/photos\n")
    settings = read_settings(path)
    assert settings.data == "s3://bucket/photos"
    assert SearchSettings.model_validate(settings.model_dump(mode="json")) == settings
    path.write_text(f"name: a\ndata: {place}\n")
    with pytest.raises(UsageError, match=message) as refused:
        read_settings(path)
    assert "hunter2" not in str(refused.value)


def test_settings_are_called_as_in_a_file() -> None:
    values = {"name": "a", "space": {"widths": [0.1], "placements": {"at_most": 2}}, "budgets": {"flops": None}}
    assert flat(values) == {
        "name": "a",
        "space.widths": [0.1],
        "space.placements.at_most": 2,
        "budgets.flops": None,
    }


def mistakes(path: Path, text: str) -> list[str]:
    """The keys, or lines, that are named for a file: one a mistake."""
    path.write_text(text)
    with pytest.raises(FileError) as refused:
        read_settings(path)
    lines = str(refused.value).splitlines()
    assert all(line.startswith(f"{path}: ") for line in lines)
    assert [line.removeprefix(f"{path}: ") for line in lines] == list(refused.value.mistakes)
    return [mistake.partition(":")[0] for mistake in refused.value.mistakes]


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("nmae: a\ndata: b", ["nmae"]),  # missing only because it is misspelt
        ("nmae: a\ndta: b\nfoo: 1", ["nmae", "dta", "foo"]),
        (
            "space: {widths: [0, 9, 17]}\nsearch: {trials: 0}",
            ["name", "data", "space.widths.0", "space.widths.2", "search.trials"],
        ),
        (
            "name: a\ndata: b\nfoo: 1\nspace: {x: 1}\ntraining: {momentum: 2, mixup: -1, y: 0}",
            ["foo", "space.x", "training.y", "training.momentum", "training.mixup"],
        ),
        # What is checked once all keys are valid is checked without those that are not,
        (
            "name: a\ndata: b\nfoo: 1\ntraining: {learning_rate: 99, start_size: 64, input_size: 32}\n"
            "search: {rungs: [10]}",
            ["foo", "training.start_size", "training.learning_rate", "search.rungs"],
        ),
        ("nmae: a\nspace: {placements: {blocks: [30, 3, 31]}}", ["nmae", "data", "space.placements.blocks"]),
        (
            "name: /a\ndata: b\ntraining: {learning_rate: 11, epochs: 2, warmup_epochs: 3, average_epochs: 4}",
            ["name", "training.learning_rate", "training.warmup_epochs", "training.average_epochs"],
        ),
        # and nothing is said of what only the lack of a wrong key makes wrong.
        ("name: a\ndata: b\ntraining: {epochs: many}\nsearch: {rungs: [12]}", ["training.epochs"]),
        ("name: a\ndata: b\nspace: {backbones: [resnet], placements: {blocks: [30]}}", ["space.backbones.0"]),
        ("name: a\ndata: b\ntraining: 5\nsearch: {rungs: [12]}", ["training"]),
        ("name: a\nname: b\ndata: c\nspace: {x: 1, x: 2}", ["line 2", "line 4"]),
    ],
)
def test_all_mistakes_are_listed_one_a_line(path: Path, text: str, keys: list[str]) -> None:
    assert sorted(mistakes(path, text)) == sorted(keys)


def test_a_value_that_fits_none_of_several_kinds_is_one_mistake(path: Path) -> None:
    path.write_text("name: a\ndata: b\nsearch: {concurrent: many, rungs: [0, x]}\n")
    with pytest.raises(FileError) as refused:
        read_settings(path)
    concurrent, zero, word = refused.value.mistakes
    assert concurrent.startswith("search.concurrent: ")
    assert "'auto' or" in concurrent
    assert zero.startswith("search.rungs.0: ")
    assert word.startswith("search.rungs.1: ")


def test_the_home_folder_is_where_a_shell_has_it(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``data: ~/photos`` was a folder called ~ in the working directory."""
    monkeypatch.setenv("HOME", "/home/me")
    path.write_text("name: a\ndata: ~/photos\ntraining: {pretrained: ~/weights.pth}\n")
    found = read_settings(path)
    assert (found.data, found.training.pretrained) == (Path("/home/me/photos"), Path("/home/me/weights.pth"))
    path.write_text("name: a\ndata: /data/~/photos\n")
    assert read_settings(path).data == Path("/data/~/photos")


@pytest.mark.parametrize("key", ["5", "true", "null", "1e6"])
def test_a_key_that_is_no_word_is_one_line(path: Path, key: str) -> None:
    path.write_text(f"name: a\ndata: b\n{key}: 1\n")
    with pytest.raises(FileError) as refused:
        read_settings(path)
    assert any("expected a word as the key" in mistake for mistake in refused.value.mistakes)
    assert "\n" not in "".join(refused.value.mistakes)


def test_a_number_with_commas_is_explained(path: Path) -> None:
    path.write_text("name: a\ndata: b\nbudgets: {params: 1,000,000}\n")
    with pytest.raises(UsageError, match="no commas"):
        read_settings(path)

"""A search file: every mistake is named in one line, and no file runs code."""

from pathlib import Path

import pytest

from pipelines.training.recipes import recipe_values
from search.config.mistakes import ClashingValueError, MissingKeyError, UnknownKeyError, WrongValueError
from search.config.settings import (
    CredentialsError,
    PlaceError,
    SearchSettings,
    begun_settings,
    flat,
    read_settings,
)
from search.config.yaml_file import (
    IsFolderError,
    NoSuchFileError,
    NotPlainYamlError,
    TooLargeError,
    UnreadableError,
    YamlSyntaxError,
)
from search.config.yaml_loader import AmbiguousNumberError, KeyKindError, KeyTwiceError
from search.errors import FileError, UsageError
from spaces.config import ClashError
from spaces.scalars import ShareError

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


def only_mistake(path: Path, text: str) -> UsageError:
    """The one mistake of a file with this text, which is told in one line that begins with the file."""
    path.write_text(text)
    with pytest.raises(FileError) as refused:
        read_settings(path)
    (mistake,) = refused.value.mistakes
    assert refused.value.where == str(path)
    assert str(refused.value) == f"{path}: {mistake}"
    assert "\n" not in str(mistake)
    return mistake


@pytest.mark.parametrize(
    ("text", "where", "got"),
    [
        ("name: a\ndata: b\nspace: {widths: [0.5, -1]}", "space.widths.1", "-1"),
        ("name: a\ndata: b\nspace: {widths: wide}", "space.widths", "'wide'"),
        ("name: a\ndata: b\nspace: {placements: {blocks: [1, x]}}", "space.placements.blocks.1", "'x'"),
        ("name: a\ndata: b\nspace:", "space", "nothing"),
        ("name: a\ndata: b\nbudgets: {params: lots}", "budgets.params", "'lots'"),
        ("name: a\ndata: b\nsearch: {trials: 0}", "search.trials", "0"),
        ("name: a\ndata: b\nsearch: {sampler: best}", "search.sampler", "'best'"),
        (
            "name: a\ndata: b\nsearch: {stop_when: {remaining_hypervolume: x%}}",
            "search.stop_when.remaining_hypervolume",
            "'x%'",
        ),
        (
            "name: a\ndata: b\nsearch: {stop_when: {remaining_hypervolume: lots}}",
            "search.stop_when.remaining_hypervolume",
            "'lots'",
        ),
        ("name: a\ndata: b\nsearch: {stop_when: 1%}", "search.stop_when", "'1%'"),
        ("name: a\ndata: b\nsearch: {warm_start: d1}", "search.warm_start", "'d1'"),
        ("name: a\ndata: b\nsearch: {confirm: 0.7}", "search.confirm", "0.7"),
        ("name: a\ndata: b\nsearch: {rungs: [0]}", "search.rungs.0", "0"),
        ("name: a\ndata: b\nsearch: {concurrent: many}", "search.concurrent", "'many'"),
        ("name: a\ndata: b\ntraining: {epochs: 2.5}", "training.epochs", "2.5"),
        ("name: a\ndata: b\ntraining: {learning_rate: .inf}", "training.learning_rate", "inf"),
        ("name: a\ndata: b\ntraining: {momentum: 1}", "training.momentum", "1"),
        ("name: a\ndata: b\ntraining: {mixup: -1}", "training.mixup", "-1"),
        ("name: a\ndata: b\ntraining: {recipe: quick}", "training.recipe", "'quick'"),
        ("name: ../a\ndata: b", "name", "'../a'"),
        ("name: /etc\ndata: b", "name", "'/etc'"),
        ('name: "a\\0b"\ndata: b', "name", repr("a\0b")),
        ("name: 1e6\ndata: b", "name", "1000000.0"),
        (
            "name: a\ndata: b\nstorage: {study: 'sqlite:///:memory:'}",
            "storage.study",
            "'sqlite:///:memory:'",
        ),
        ("- name", "", "list"),
        ("", "", "nothing"),
    ],
)
def test_names_the_key_of_a_wrong_value(path: Path, text: str, where: str, got: str) -> None:
    mistake = only_mistake(path, text)
    assert isinstance(mistake, WrongValueError)
    assert (mistake.where, mistake.got) == (where, got)
    assert mistake.expected


@pytest.mark.parametrize(
    ("text", "where", "meant"),
    [
        ("name: a\ndata: b\nfoo: 1", "foo", ""),
        ("name: a\ndata: b\ntrainng: {}", "trainng", "training"),
        ("name: a\ndata: b\nspace: {placements: {at_mots: 1}}", "space.placements.at_mots", "at_most"),
        ("name: a\ndata: b\nbatch_size: 64", "batch_size", "training.batch_size"),
    ],
)
def test_names_unknown_keys_and_what_they_may_mean(path: Path, text: str, where: str, meant: str) -> None:
    mistake = only_mistake(path, text)
    assert isinstance(mistake, UnknownKeyError)
    assert (mistake.where, mistake.meant) == (where, meant)
    assert mistake.remedy if meant else mistake.expected.startswith("one of budgets, data, name")


def test_names_missing_keys(path: Path) -> None:
    mistake = only_mistake(path, "data: b")
    assert isinstance(mistake, MissingKeyError)
    assert mistake.where == "name"


@pytest.mark.parametrize(
    ("text", "keys", "got"),
    [
        (
            "name: a\ndata: b\nspace: {placements: {blocks: [30]}}",
            ("placements.blocks", "backbones"),
            "30",
        ),
        ("name: a\ndata: b\ntraining: {start_size: 64, input_size: 32}", ("start_size", "input_size"), "64"),
        ("name: a\ndata: b\ntraining: {learning_rate: 100}", ("training.learning_rate",), "100"),
        (
            "name: a\ndata: b\ntraining: {epochs: 4, average_epochs: 9}",
            ("training.average_epochs", "training.epochs"),
            "9",
        ),
        (
            "name: a\ndata: b\ntraining: {epochs: 4, warmup_epochs: 5}",
            ("training.warmup_epochs", "training.epochs"),
            "5",
        ),
        ("name: a\ndata: b\nsearch: {rungs: [2, 10, 12]}", ("search.rungs", "training.epochs"), "10, 12"),
    ],
)
def test_names_values_that_make_no_sense_together(path: Path, text: str, keys: tuple[str, ...], got: str) -> None:
    mistake = only_mistake(path, text)
    assert isinstance(mistake, ClashingValueError)
    assert mistake.where.endswith(keys[0])
    assert str(mistake.got) == got
    assert isinstance(mistake.__cause__, ClashError)
    assert mistake.__cause__.keys == keys


@pytest.mark.parametrize(
    ("text", "where", "error"),
    [
        ("name: a\nname: b", "line 2", KeyTwiceError),
        ("? [x, y]\n: 1", "line 1", KeyKindError),
        ("name: a\ndata: b\nbudgets: {params: 010}", "line 3", AmbiguousNumberError),
    ],
)
def test_names_the_line_that_readers_of_yaml_take_differently(
    path: Path, text: str, where: str, error: type[UsageError]
) -> None:
    path.write_text(text)
    with pytest.raises(FileError) as refused:
        begun_settings(path)  # of a file that a user wrote, numbers are read as YAML 1.2 says
    (mistake,) = refused.value.mistakes
    assert type(mistake) is error
    assert mistake.where == where


@pytest.mark.parametrize(
    ("text", "line_number", "cause"),
    [
        ("name: [", 1, None),
        ("name: a\n data: b", 2, "indentation"),
        ("name: a\ndata: b\n  epochs: 4", 3, "indentation"),
        ("name: a\nspace:\n\twidths: [1.0]", 3, "tabs"),
        ("name: a\nspace\ndata: b", 3, "no value"),
    ],
)
def test_names_the_line_that_is_no_yaml_and_the_usual_cause(
    path: Path, text: str, line_number: int, cause: str | None
) -> None:
    path.write_text(text)
    with pytest.raises(YamlSyntaxError) as refused:
        read_settings(path)
    assert (refused.value.line_number, refused.value.cause) == (line_number, cause)
    assert refused.value.where == f"{path} line {line_number}"
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("text", ["name: &x a\ndata: *x", "name: a\ndata: !!str b"])
def test_tags_and_aliases_are_refused(path: Path, text: str) -> None:
    path.write_text(text)
    with pytest.raises(NotPlainYamlError) as refused:
        read_settings(path)
    assert refused.value.line_number == 2


def test_a_tag_never_runs_code(path: Path, tmp_path: Path) -> None:
    path.write_text(f"name: !!python/object/apply:os.mkdir ['{tmp_path / 'ran'}']\ndata: b")
    with pytest.raises(NotPlainYamlError) as refused:
        read_settings(path)
    assert refused.value.line_number == 1
    assert not (tmp_path / "ran").exists()


def test_a_missing_and_a_binary_file_are_named(path: Path) -> None:
    with pytest.raises(IsFolderError) as folder:
        read_settings(path.parent)
    assert folder.value.where == str(path.parent)
    with pytest.raises(NoSuchFileError) as missing:
        read_settings(path)
    assert missing.value.where == str(path)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UnreadableError) as binary:
        read_settings(path)
    assert binary.value.where == str(path)


def test_a_huge_file_is_not_read(path: Path) -> None:
    path.write_text("a: " + "x" * (1 << 21))
    with pytest.raises(TooLargeError) as refused:
        read_settings(path)
    assert refused.value.where == str(path)


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
    with pytest.raises(FileError) as refused:
        read_settings(path)
    assert "training.learning_rate" in [mistake.where for mistake in refused.value.mistakes]


def test_a_search_keeps_the_recipe_it_began_with(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even if a later version of the project has other values under that name."""
    path.write_text("name: a\ndata: b\ntraining: {recipe: cifar}\n")
    training = read_settings(path).training
    monkeypatch.setattr("search.config.settings.recipe_values", lambda name: {"epochs": 999})
    assert type(training).model_validate_json(training.model_dump_json()) == training


@pytest.mark.parametrize(
    ("key", "value", "remedy"),
    [
        ("resources.memory", "1", "write 1% or 100%"),
        ("search.stop_when.remaining_hypervolume", "5", "write 5%"),
    ],
)
def test_a_number_that_may_mean_two_shares_is_explained(path: Path, key: str, value: str, remedy: str) -> None:
    section, *inner, last = key.split(".")
    inside = f"{{{last}: {value}}}"
    mistake = only_mistake(path, f"name: a\ndata: b\n{section}: " + (f"{{{inner[0]}: {inside}}}" if inner else inside))
    assert (mistake.where, mistake.got, mistake.remedy) == (key, value, remedy)
    assert isinstance(mistake.__cause__, ShareError)


@pytest.mark.parametrize(
    ("place", "error"),
    [
        ("s3://key:hunter2@bucket/photos", CredentialsError),
        ("s3://key:${SECRET}@bucket/photos", CredentialsError),
        ("http://host/photos", PlaceError),
    ],
)
def test_data_are_a_folder_or_in_an_object_store(path: Path, place: str, error: type[Exception]) -> None:
    path.write_text("name: a\ndata: s3://bucket/photos\n")
    settings = read_settings(path)
    assert settings.data == "s3://bucket/photos"
    assert SearchSettings.model_validate(settings.model_dump(mode="json")) == settings
    mistake = only_mistake(path, f"name: a\ndata: {place}\n")
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


def mistakes(path: Path, text: str) -> list[str]:
    """The keys, or lines, that are named for a file: one a mistake."""
    path.write_text(text)
    with pytest.raises(FileError) as refused:
        read_settings(path)
    lines = str(refused.value).splitlines()
    assert all(line.startswith(f"{path}: ") for line in lines)
    assert [line.removeprefix(f"{path}: ") for line in lines] == [str(mistake) for mistake in refused.value.mistakes]
    return [mistake.where for mistake in refused.value.mistakes]


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
    assert concurrent.where == "search.concurrent"
    assert concurrent.expected.startswith("'auto' or ")
    assert zero.where == "search.rungs.0"
    assert word.where == "search.rungs.1"


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
    assert any(type(mistake) is WrongValueError and mistake.expected for mistake in refused.value.mistakes)
    assert "\n" not in "".join(map(str, refused.value.mistakes))


def test_a_number_with_commas_is_explained(path: Path) -> None:
    path.write_text("name: a\ndata: b\nbudgets: {params: 1,000,000}\n")
    with pytest.raises(FileError) as refused:
        read_settings(path)
    (twice,) = refused.value.mistakes
    assert isinstance(twice, KeyTwiceError)
    assert "1000000 or 1M" in twice.remedy

"""Every mistake in a search file is named by its key, in one line."""

from pathlib import Path

import pytest

from search.config.mistakes import ClashingValueError, MissingKeyError, UnknownKeyError, WrongValueError
from search.config.settings import read_settings
from search.config.yaml_loader import KeyTwiceError
from search.errors import FileError
from spaces.config import ClashError
from spaces.scalars import ShareError
from tests.search.config.mistaken import mistakes, only_mistake


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
        (
            "name: a\ndata: b\nspace: {input_sizes: [32, 64]}\ntraining: {input_size: 32}",
            ("space.input_sizes", "training.input_size"),
            "both",
        ),
        (
            "name: a\ndata: b\nspace: {input_sizes: [64, 32]}\ntraining: {start_size: 48}",
            ("training.start_size", "space.input_sizes"),
            "48",
        ),
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

"""``prepare``: what it says of a person's own images."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pipelines.errors import DetailedError, NoGroupsError, NothingToDrawError, SplitGroupError, UnreadableImagesError
from pipelines.storage.manifest import read_manifest
from search.cli.class_counts import print_unequal
from search.errors import ArgumentError
from tests.helpers import Shell, shell
from tests.pipelines.storage.sets import landscape

COMMAND = ("prepare", "--dataset", "folder", "--source", "photos", "--size", 16, "--out", "data/photos")


def test_images_that_are_there_twice_are_named_with_where_they_are(tmp_path: Path) -> None:
    rng, at = np.random.default_rng(0), tmp_path / "photos"
    for place in ("train/cat/1", "train/cat/2", "train/dog/1", "train/dog/2", "val/cat/1", "val/dog/1", "test/dog/1"):
        (at / place).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rng.integers(0, 255, (8, 8, 3), dtype=np.uint8)).save(at / f"{place}.png")
    (at / "test" / "cat").mkdir()
    for place in ("train/dog/9", "test/cat/9"):
        (at / f"{place}.png").write_bytes((at / "train/cat/1.png").read_bytes())
    with shell(tmp_path) as terminal:
        output = terminal.run(*("prepare", "--dataset", "folder", "--source", "photos", "--size", 8, "--out", "data"))
    assert "data: 2 classes at 8 px, 5 train, 2 val, 2 test images" in output
    assert output.endswith("\nnext: ulsam-search init data\n")
    assert "1 image is in two splits, " in output
    assert "(train) = photos/test/cat/9.png (test)\n" in output
    assert "2 images are in two classes, " in output
    assert "photos/train/cat/1.png (cat) = photos/train/dog/9.png (dog)\n" in output


def photos(terminal: Shell) -> None:
    """Two classes in a folder that says nothing of them."""
    rng, at = np.random.default_rng(0), terminal.folder / "Dataset"
    for label in ("cat", "dog"):
        (at / label).mkdir(parents=True)
        for number in range(10):
            pixels = rng.integers(0, 255, (8, 8, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(at / label / f"{number}.png")


def test_data_are_called_as_asked(tmp_path: Path) -> None:
    command = ("prepare", "--dataset", "folder", "--source", "Dataset", "--size", 8)
    with shell(tmp_path) as terminal:
        photos(terminal)
        terminal.run(*command, "--out", "a")
        terminal.run(*command, "--out", "b", "--name", "cats & dogs")
        said = terminal.run(*command, "--out", "c", "--name", " ", expect=2)
    unnamed, named = read_manifest(tmp_path / "a"), read_manifest(tmp_path / "b")
    assert (unnamed.name, named.name) == ("Dataset", "cats & dogs")
    assert named.data_id == unnamed.data_id, "the name changes nothing that training sees"
    assert "--name" in said
    assert not (tmp_path / "c").exists()


def landscapes(terminal: Shell, **classes: int) -> None:
    """So many photographs of each class, no two alike."""
    for label, (name, count) in enumerate(classes.items()):
        for number in range(count):
            landscape(terminal.folder / "photos" / name / f"{number // 2}_{number}.jpg", 1000 * label + number)


def test_the_images_of_each_class_are_shown_of_the_largest_and_the_smallest(tmp_path: Path) -> None:
    counts = {f"class-{number:02d}": 4 + number for number in range(12)}
    with shell(tmp_path) as terminal:
        landscapes(terminal, **counts)
        lines = terminal.run(*COMMAND).splitlines()
    assert [line.split() for line in lines[2:14]] == [
        ["class", "train", "val", "test"],
        ["class-11", "11", "2", "2"],
        ["class-10", "10", "2", "2"],
        ["class-09", "9", "2", "2"],
        ["class-08", "8", "2", "2"],
        ["class-07", "8", "1", "2"],
        ["...", "2", "more", "classes"],
        ["class-04", "6", "1", "1"],
        ["class-03", "5", "1", "1"],
        ["class-02", "4", "1", "1"],
        ["class-01", "3", "1", "1"],
        ["class-00", "2", "1", "1"],
    ]
    assert lines[-1] == "next: ulsam-search init data/photos"


@pytest.mark.parametrize(("cats", "unequal"), [(13, False), (70, True)])
def test_unequal_classes_are_remarked_on_with_the_settings_for_them(
    tmp_path: Path, cats: int, *, unequal: bool
) -> None:
    with shell(tmp_path) as terminal:
        landscapes(terminal, cat=cats, dog=13)
        output = terminal.run(*COMMAND)
    settings = "search.metric: balanced_accuracy and training.class_weights: balanced"
    assert (settings in output) == unequal


@pytest.mark.parametrize(("counts", "said"), [((50, 10), ""), ((51, 10, 0), "5.1 times"), ((0, 0), "")])
def test_classes_are_unequal_from_five_times_on(
    counts: tuple[int, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    print_unequal(counts)
    output = capsys.readouterr().out
    assert bool(output) == bool(said)
    assert said in output


def test_a_class_of_too_few_images_is_named_with_how_many_it_needs(tmp_path: Path) -> None:
    with shell(tmp_path) as terminal:
        landscapes(terminal, cat=20, dog=2)
        output = terminal.run(*COMMAND)
    assert "1 of 2 classes has no val image (dog): " in output
    assert "a class needs at least 3 images that are neither copies nor of one group to be in all splits\n" in output


def test_what_is_left_out_and_skipped_is_said(tmp_path: Path) -> None:
    with shell(tmp_path) as terminal:
        landscapes(terminal, cat=20, dog=20)
        (tmp_path / "photos" / "cat" / "notes.txt").write_text("of cats")
        (tmp_path / "photos" / "cat" / "Thumbs.db").write_bytes(b"of Windows")
        (tmp_path / "photos" / "dog" / "1_3.jpg").write_bytes(b"no image")
        error = terminal.refused(UnreadableImagesError, *COMMAND)
        assert [failure.where for failure in error.failures] == ["photos/dog/1_3.jpg"]
        assert not (tmp_path / "data").exists()
        output = terminal.run(*COMMAND, "--skip-unreadable")
    assert "left out 1 file that is not a labelled image:\n  photos/cat/notes.txt\n" in output
    assert "Thumbs.db" not in output
    assert "skipped 1 unreadable image; the list is in data/photos/skipped.txt\n" in output
    assert (tmp_path / "data" / "photos" / "skipped.txt").read_text().startswith("photos/dog/1_3.jpg\t")


def test_copies_are_kept_together_and_nearly_equal_images_of_given_splits_are_named(tmp_path: Path) -> None:
    with shell(tmp_path) as terminal:
        landscapes(terminal, **{f"{split}/{name}": 4 for split in ("train", "val") for name in ("cat", "dog")})
        with Image.open(tmp_path / "photos" / "train" / "cat" / "0_1.jpg") as image:
            image.resize((120, 90)).save(tmp_path / "photos" / "train" / "cat" / "again.jpg")
            image.resize((120, 90)).save(tmp_path / "photos" / "val" / "cat" / "again.jpg", quality=50)
        output = terminal.run(*COMMAND)
    assert "(val as found; test 15% of train, stratified, seed 0; 2 images kept with their copies)\n" in output
    assert "1 image is nearly equal to one in another split, " in output
    assert "photos/train/cat/0_1.jpg (train) ~ photos/val/cat/again.jpg (val)\n" in output
    assert "in two splits" not in output


def test_many_images_that_stay_together_are_named_with_the_option_that_draws_them_apart(tmp_path: Path) -> None:
    with shell(tmp_path) as terminal:
        landscapes(terminal, cat=10, dog=10)
        for number in range(9):
            with Image.open(tmp_path / "photos" / "cat" / "0_0.jpg") as image:
                image.resize((80 + 8 * number, 60 + 6 * number)).save(
                    tmp_path / "photos" / "cat" / f"again{number}.png"
                )
        output = terminal.run(*COMMAND)
        equal = terminal.run(*COMMAND[:-1], "equal", "--copies", "equal")
    said = "10 of 19 images of cat are nearly equal and stay in one split; --copies equal compares for equality alone\n"
    assert said in output
    assert "nearly equal" not in equal
    assert "kept with" not in equal


def test_a_validation_split_is_drawn_again_where_that_helps_and_is_asked_for(tmp_path: Path) -> None:
    sizes = {"train": {"cat": 30, "dog": 30}, "val": {"cat": 3}, "test": {"cat": 4, "dog": 4}}
    with shell(tmp_path) as terminal:
        landscapes(terminal, **{f"{split}/{name}": n for split, of in sizes.items() for name, n in of.items()})
        said = terminal.run(*COMMAND)
        again = terminal.run(*COMMAND[:-1], "again", "--redraw")
    advice = "--redraw draws about 9 validation images of 2 classes instead of 3 of 1; "
    interval = "the 95% interval of an accuracy of 70% is then 38.2 to 89.8 instead of 22.6 to 94.9"
    assert f"{advice}{interval}\n" in said
    assert (
        "again: 2 classes at 16 px, 54 train, 9 val, 8 test images (test as found; val 15% of train and val, " in again
    )
    assert "--redraw" not in again


def test_groups_are_kept_together(tmp_path: Path) -> None:
    with shell(tmp_path) as terminal:
        landscapes(terminal, cat=20, dog=20)
        output = terminal.run(*COMMAND, "--group-pattern", r"(\w+/\d+)_")
    assert r"; 20 groups by '(\w+/\d+)_')" in output


@pytest.mark.parametrize(
    ("options", "kind", "where"),
    [
        (("--group-pattern", "(cat"), ArgumentError, "group_pattern"),
        (("--group-pattern", "cat"), ArgumentError, "group_pattern"),
        (("--group-pattern", "(cow)"), NoGroupsError, "group pattern"),
        (("--group-pattern", "(t)"), NothingToDrawError, "test split"),
        (("--redraw",), ArgumentError, "redraw"),
    ],
    ids=["no pattern", "captures nothing", "matches nothing", "one group", "no validation split"],
)
def test_what_can_not_be_drawn_is_refused_with_nothing_written(
    tmp_path: Path, options: tuple[str, ...], kind: type[DetailedError], where: str
) -> None:
    with shell(tmp_path) as terminal:
        landscapes(terminal, cat=20, tit=2)
        if kind is NothingToDrawError:
            (tmp_path / "photos" / "cat").rename(tmp_path / "photos" / "rat")
        error = terminal.refused(kind, *COMMAND, *options)
    assert error.where == where
    assert [path.name for path in tmp_path.iterdir()] == ["photos"]


def test_a_group_in_two_given_splits_is_refused(tmp_path: Path) -> None:
    with shell(tmp_path) as terminal:
        landscapes(terminal, **{f"{split}/{name}": 4 for split in ("train", "test") for name in ("cat", "dog")})
        error = terminal.refused(SplitGroupError, *COMMAND, "--group-pattern", r"(\d)_")
    assert (error.where, error.group) == ("photos/train/cat/0_0.jpg", "0")
    assert [path.name for path in tmp_path.iterdir()] == ["photos"]

"""Which layout a source is taken for, and reading it as another."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.datasets import folder
from pipelines.datasets.folder import ReadLayout
from pipelines.datasets.layouts.class_folders import NoClassesError, UnknownSplitError
from pipelines.datasets.layouts.listing import HowToRead
from pipelines.datasets.layouts.recognise import recognise
from pipelines.datasets.layouts.scratch import scratch_beside
from pipelines.datasets.layouts.tree import walked
from pipelines.errors import UnclearColumnError
from pipelines.names import LayoutName
from tests.helpers import shared
from tests.pipelines.datasets.layouts.written import (
    copied,
    flat,
    hashes,
    images,
    prepared,
    split_of,
    tarred,
    write_parquet,
    write_table,
    zipped,
)
from tests.pipelines.datasets.pictures import paint, paint_classes


def test_class_folders_below_other_folders_are_found(tmp_path: Path, classes: Path, stored: dict[str, str]) -> None:
    deep = tmp_path / "photos" / "of" / "2024"
    for split in ("train", "val", "test"):
        copied(classes / split, deep / split / "images")
    assert hashes(prepared(tmp_path / "photos", tmp_path / "data")) == stored


def test_one_class_is_not_taken_for_a_folder_around_classes(tmp_path: Path) -> None:
    paint_classes(tmp_path / "train", {"cat": 5, "dog": 5})
    paint(tmp_path / "val" / "cat" / "2023" / "1.png")
    paint(tmp_path / "val" / "cat" / "2024" / "1.png")
    assert [image.label for image in folder(tmp_path).splits["val"]] == [0, 0]


def test_a_link_to_a_folder_is_followed_and_one_to_itself_is_not(tmp_path: Path) -> None:
    paint_classes(tmp_path / "elsewhere", {"cat": 5})
    paint_classes(tmp_path / "photos", {"dog": 5})
    (tmp_path / "photos" / "cat").symlink_to(tmp_path / "elsewhere" / "cat")
    (tmp_path / "photos" / "dog" / "again").symlink_to(tmp_path / "photos")
    assert [file.path for file in walked(tmp_path / "photos").files] == [
        *(f"cat/{number}.jpg" for number in range(5)),
        *(f"dog/{number}.jpg" for number in range(5)),
    ]


def test_files_are_in_the_order_of_the_parts_of_their_paths(tmp_path: Path) -> None:
    """Data that were prepared from class folders keep their splits and hashes."""
    for path in ("a/b/1.jpg", "a/b-c/1.jpg", "a/b.jpg", "a-b/1.jpg"):
        paint(tmp_path / path)
    order = [Path(tmp_path / file.path) for file in walked(tmp_path).files]
    assert order == sorted(order)


def unclear(root: Path) -> Path:
    """Class folders, and a table of something else that names the images."""
    paint_classes(root, {"cat": 4, "dog": 4})
    rows = [(f"{name}/{number}.jpg", 640) for name in ("cat", "dog") for number in range(4)]
    write_table(root / "sizes.csv", [("image", "width"), *rows])
    return root


def test_a_table_of_images_is_not_passed_over(tmp_path: Path) -> None:
    """Folders such as images_part_1 would be classes otherwise."""
    with pytest.raises(UnclearColumnError) as refused:
        folder(unclear(tmp_path))
    assert (refused.value.where, refused.value.role) == (str(tmp_path / "sizes.csv"), "label")
    dataset = folder(tmp_path, how=HowToRead(layout="classes"))
    assert dataset.classes == ("cat", "dog")
    assert dataset.left_out == (str(tmp_path / "sizes.csv"),)


def test_a_table_of_something_else_is_left_out(tmp_path: Path) -> None:
    paint_classes(tmp_path, {"cat": 20, "dog": 20})
    write_table(tmp_path / "counts.csv", [("class", "count"), ("cat", 20), ("dog", 20)])
    read: list[ReadLayout] = []
    assert folder(tmp_path, on_layout=read.append).left_out == (str(tmp_path / "counts.csv"),)
    assert read == [ReadLayout(source=tmp_path, layout="classes", recognised=True, said="")]


def write_as_table(classes: Path, into: Path) -> Path:
    flat(classes, into / "images")
    rows = [(path.name, path.parent.name, split_of(path)) for path in images(classes)]
    write_table(into / "labels.csv", [("file", "label", "split"), *rows])
    return into


def write_as_imagefolder(classes: Path, into: Path) -> Path:
    write_as_table(classes, into)
    rows = [(f"images/{path.name}", path.parent.name, split_of(path)) for path in images(classes)]
    write_table(into / "metadata.csv", [("file_name", "label", "split"), *rows])
    (into / "labels.csv").unlink()
    return into


def write_as_parquet(classes: Path, into: Path) -> Path:
    for split in ("train", "validation", "test"):
        write_parquet(into / f"{split}.parquet", images(classes / split.removesuffix("idation")))
    return into


LAYOUT_OF: dict[LayoutName, Callable[[Path, Path], Path]] = {
    "classes": copied,
    "table": write_as_table,
    "imagefolder": write_as_imagefolder,
    "parquet": write_as_parquet,
}


@pytest.mark.parametrize("packed", ["", ".zip", ".tar.gz"])
@pytest.mark.parametrize("layout", LAYOUT_OF)
def test_each_layout_is_recognised_and_stored_alike_also_in_archives(
    tmp_path: Path, classes: Path, stored: dict[str, str], layout: LayoutName, packed: str
) -> None:
    source = LAYOUT_OF[layout](classes, tmp_path / "photos")
    assert recognise(walked(source), HowToRead()) == layout
    with scratch_beside(tmp_path / "data") as scratch:
        assert folder(source, scratch=scratch).left_out == ()
    if packed:
        source = (zipped if packed == ".zip" else tarred)(source, tmp_path / f"photos{packed}")
    assert hashes(prepared(source, tmp_path / "one")) == stored
    assert hashes(prepared(source, tmp_path / "two", HowToRead(layout=layout))) == stored


def test_another_layout_is_read_where_it_is_named(tmp_path: Path, classes: Path) -> None:
    source = write_as_table(classes, tmp_path / "photos")
    with pytest.raises(NoClassesError) as refused:
        folder(source / "images", how=HowToRead(layout="classes"))
    assert refused.value.where == str(source / "images")


def test_an_unknown_folder_beside_the_splits_of_an_archive_is_named(tmp_path: Path, classes: Path) -> None:
    source = copied(classes, tmp_path / "photos")
    (source / "val").rename(source / "holdout")
    with pytest.raises(UnknownSplitError) as refused:
        prepared(zipped(source, tmp_path / "photos.zip"), tmp_path / "data")
    assert (refused.value.where, refused.value.names) == (str(tmp_path / "photos.zip"), ("holdout",))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["photos", "photos.zip"]


@pytest.mark.parametrize("layout", LAYOUT_OF)
def test_photographs_of_groceries_are_stored_alike_in_each_layout(tmp_path: Path, layout: LayoutName) -> None:
    grocery = shared("datasets/grocery")
    some = tmp_path / "some"
    for split in ("train", "val", "test"):
        for kind, name in (("Avocado", "cat"), ("Banana", "dog")):
            (some / split / name).mkdir(parents=True)
            for number, path in enumerate(sorted((grocery / split / kind).iterdir())[:5]):
                (some / split / name / f"{split}-{name}-{number}.png").write_bytes(path.read_bytes())
    expected = hashes(prepared(some, tmp_path / "expected"))
    assert hashes(prepared(LAYOUT_OF[layout](some, tmp_path / "photos"), tmp_path / "data")) == expected

"""Official data sets, from miniatures in exactly the layout of their archives."""

import hashlib
import json
import shutil
import tarfile
from pathlib import Path
from zlib import crc32

import numpy as np
import pytest
from PIL import Image
from scipy.io import savemat

from pipelines.datasets import ImageDataset, open_dataset
from pipelines.datasets.archive import DamagedArchiveError
from pipelines.datasets.cub200 import ListsError
from pipelines.datasets.imagenet1k import NotForAllError
from pipelines.datasets.layouts.class_folders import NoClassesError
from pipelines.errors import DataError, NoArchiveError, NoSourceError
from pipelines.split import SPLITS
from pipelines.storage.prepare import prepare


def paint(path: Path, shade: int) -> None:
    """An image of one shade, nearly: no two are equal."""
    path.parent.mkdir(parents=True, exist_ok=True)
    blocks = np.random.default_rng(crc32(path.name.encode())).integers(-2, 3, (4, 5))
    grey = np.clip(shade + np.kron(blocks, np.ones((4, 4))), 0, 255).astype(np.uint8)
    Image.fromarray(grey).convert("RGB").save(path, quality=95)


def shades(dataset: ImageDataset) -> None:
    """Every miniature's pixels are ten times its label."""
    for split in SPLITS:
        for image in dataset.splits[split]:
            assert abs(np.asarray(image.load()).mean() - 10 * image.label) <= 2, image.where


def counts(dataset: ImageDataset) -> tuple[int, ...]:
    return tuple(len(dataset.splits[split]) for split in SPLITS)


def pack(root: Path, archive: Path, *members: str) -> None:
    with tarfile.open(archive, "w:gz" if archive.suffix != ".tar" else "w") as tar:
        for member in members:
            tar.add(root / member, arcname=member)


def birds(root: Path) -> None:
    """``CUB_200_2011.tgz`` with three classes, ten images each, two thirds of them official training images."""
    base = root / "CUB_200_2011"
    names = ("001.Black_footed_Albatross", "002.Laysan_Albatross", "003.Sooty_Albatross")
    lists: dict[str, list[str]] = {"images": [], "image_class_labels": [], "train_test_split": []}
    number = 0
    for label, name in enumerate(names):
        for index in range(12):
            number += 1
            paint(base / "images" / name / f"{name[4:]}_{index:04d}.jpg", 10 * label)
            lists["images"].append(f"{number} {name}/{name[4:]}_{index:04d}.jpg")
            lists["image_class_labels"].append(f"{number} {label + 1}")
            lists["train_test_split"].append(f"{number} {int(index < 10)}")
    for file, lines in lists.items():
        (base / f"{file}.txt").write_text("\n".join(lines) + "\n")
    (base / "classes.txt").write_text("".join(f"{n} {name}\n" for n, name in enumerate(names, 1)))
    (root / "attributes.txt").write_text("1 has_bill_shape::curved\n")
    pack(root, root / "CUB_200_2011.tgz", "CUB_200_2011", "attributes.txt")
    shutil.rmtree(base)
    (root / "attributes.txt").unlink()


def dogs(root: Path) -> None:
    """``images.tar`` and ``lists.tar`` with two breeds."""
    breeds = ("n02085620-Chihuahua", "n02085936-Maltese_dog")
    split: dict[str, list[tuple[str, int]]] = {"train": [], "test": []}
    for label, breed in enumerate(breeds):
        for index in range(13):
            path = f"{breed}/{breed[:9]}_{index}.jpg"
            paint(root / "Images" / path, 10 * label)
            split["train" if index < 10 else "test"].append((path, label + 1))
    for name, rows in split.items():
        files = np.empty((len(rows), 1), dtype=object)
        files[:, 0] = [path for path, _ in rows]
        labels = np.array([[label] for _, label in rows], dtype=np.uint8)
        savemat(root / f"{name}_list.mat", {"file_list": files, "annotation_list": files, "labels": labels})
    savemat(root / "file_list.mat", {"labels": np.zeros((1, 1))})
    pack(root, root / "images.tar", "Images")
    pack(root, root / "lists.tar", "file_list.mat", "train_list.mat", "test_list.mat")
    shutil.rmtree(root / "Images")
    for path in root.glob("*.mat"):
        path.unlink()


def food(root: Path) -> None:
    """The folder ``food-101`` as torchvision unpacks it."""
    base = root / "food-101"
    names = ("apple_pie", "baby_back_ribs")
    for split, numbers in (("train", range(10)), ("test", range(10, 14))):
        listed = {name: [f"{name}/{number}" for number in numbers] for name in names}
        for label, name in enumerate(names):
            for number in numbers:
                paint(base / "images" / name / f"{number}.jpg", 10 * label)
        (base / "meta").mkdir(exist_ok=True)
        (base / "meta" / f"{split}.json").write_text(json.dumps(listed))


def imagenet(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The three archives of ILSVRC 2012 with two leaves and their parent, and checksums of their own."""
    from torchvision.datasets import imagenet as tv

    wnids, words = ("n02012849", "n03126707"), ("crane", "crane, derrick")
    kind = [("ILSVRC2012_ID", "O"), ("WNID", "O"), ("words", "O"), ("gloss", "O"), ("num_children", "O")]
    rows = [(1, wnids[0], words[0], "a bird", 0), (2, wnids[1], words[1], "a machine", 0), (3, "n0", "all", "", 2)]
    kit = root / "ILSVRC2012_devkit_t12"
    (kit / "data").mkdir(parents=True)
    savemat(kit / "data" / "meta.mat", {"synsets": np.array(rows, dtype=kind)})
    (kit / "data" / "ILSVRC2012_validation_ground_truth.txt").write_text("2\n1\n1\n2\n")
    for label, wnid in enumerate(wnids):
        for index in range(60):
            paint(root / wnid / f"{wnid}_{index}.JPEG", 10 * label)
        pack(root / wnid, root / f"{wnid}.tar", *(path.name for path in (root / wnid).iterdir()))
        shutil.rmtree(root / wnid)
    for number, label in enumerate((1, 0, 0, 1), 1):
        paint(root / f"ILSVRC2012_val_{number:08d}.JPEG", 10 * label)
    pack(root, root / "ILSVRC2012_devkit_t12.tar.gz", kit.name)
    pack(root, root / "ILSVRC2012_img_train.tar", *(f"{wnid}.tar" for wnid in wnids))
    pack(root, root / "ILSVRC2012_img_val.tar", *(path.name for path in sorted(root.glob("*.JPEG"))))
    shutil.rmtree(kit)
    for path in (*root.glob("*.JPEG"), *(root / f"{wnid}.tar" for wnid in wnids)):
        path.unlink()
    sums = {
        name: (file, hashlib.md5((root / file).read_bytes()).hexdigest()) for name, (file, _) in tv.ARCHIVE_META.items()
    }
    monkeypatch.setattr(tv, "ARCHIVE_META", sums)


def test_birds_from_their_archive(tmp_path: Path) -> None:
    birds(tmp_path)
    dataset = open_dataset("cub200", tmp_path)
    assert dataset.classes == ("Black footed Albatross", "Laysan Albatross", "Sooty Albatross")
    assert counts(dataset) == (27, 3, 6)
    shades(dataset)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["CUB_200_2011", "CUB_200_2011.tgz", "attributes.txt"]
    (tmp_path / "CUB_200_2011.tgz").unlink()
    assert open_dataset("cub200", tmp_path).splits == dataset.splits, "unpacked is enough"


def test_dogs_from_their_archives(tmp_path: Path) -> None:
    dogs(tmp_path)
    dataset = open_dataset("stanford_dogs", tmp_path)
    assert dataset.classes == ("Chihuahua", "Maltese dog")
    assert counts(dataset) == (18, 2, 6)
    shades(dataset)


def test_food_from_its_folder(tmp_path: Path) -> None:
    food(tmp_path)
    dataset = open_dataset("food101", tmp_path)
    assert dataset.classes == ("apple pie", "baby back ribs")
    assert counts(dataset) == (18, 2, 8)
    shades(dataset)


def test_imagenet_from_its_archives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    imagenet(tmp_path, monkeypatch)
    dataset = open_dataset("imagenet1k", tmp_path)
    assert dataset.classes == ("crane (n02012849)", "crane (n03126707)"), "two classes have that name"
    assert counts(dataset) == (118, 2, 4)
    shades(dataset)


def test_they_can_be_prepared(tmp_path: Path) -> None:
    birds(tmp_path)
    manifest = prepare(open_dataset("cub200", tmp_path), tmp_path / "data", image_size=16)
    assert manifest.made == "official; val 10% of train, stratified, seed 0"


@pytest.mark.parametrize("name", ["cub200", "stanford_dogs", "food101", "imagenet1k", "folder", "cifar10"])
def test_what_is_not_there_is_said_with_what_to_do(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError) as missing:
        open_dataset(name, tmp_path)  # type: ignore[arg-type]
    assert missing.value.where == str(tmp_path)
    assert type(missing.value) is {"folder": NoClassesError, "imagenet1k": NotForAllError}.get(name, NoArchiveError)
    assert missing.value.remedy or missing.value.expected
    with pytest.raises(NoSourceError) as unsaid:
        open_dataset(name, None)  # type: ignore[arg-type]
    assert (unsaid.value.where, unsaid.value.dataset) == ("source", name)


def test_a_torn_archive_leaves_nothing_behind(tmp_path: Path) -> None:
    birds(tmp_path)
    archive = tmp_path / "CUB_200_2011.tgz"
    archive.write_bytes(archive.read_bytes()[:2000])
    with pytest.raises(DamagedArchiveError) as refused:
        open_dataset("cub200", tmp_path)
    assert refused.value.where == str(archive)
    assert [path.name for path in tmp_path.iterdir()] == ["CUB_200_2011.tgz"]


def test_an_archive_that_reaches_outside_is_refused(tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    evil = tmp_path / "evil.txt"
    evil.write_text("x")
    with tarfile.open(tmp_path / "source" / "CUB_200_2011.tgz", "w:gz") as tar:
        tar.add(evil, arcname="../../escaped.txt")
    with pytest.raises(DamagedArchiveError):
        open_dataset("cub200", tmp_path / "source")
    assert not (tmp_path.parent / "escaped.txt").exists()


def test_lists_that_do_not_agree_are_named(tmp_path: Path) -> None:
    birds(tmp_path)
    open_dataset("cub200", tmp_path)
    (tmp_path / "CUB_200_2011" / "train_test_split.txt").write_text("1 1\n")
    with pytest.raises(ListsError) as refused:
        open_dataset("cub200", tmp_path)
    assert refused.value.number == "2"

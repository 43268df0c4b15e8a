"""CIFAR's official archives."""

import hashlib
import pickle
from pathlib import Path

import numpy as np
import pytest

from pipelines.datasets import cifar
from pipelines.errors import NoArchiveError


def cifar_archive(root: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A miniature in the official layout, with its checksums in place of the official ones."""
    import torchvision.datasets as tv

    kind = {"cifar10": tv.CIFAR10, "cifar100": tv.CIFAR100}[name]
    fine = name == "cifar100"
    classes = 100 if fine else 10
    base = root / kind.base_folder
    base.mkdir(parents=True)

    def dump(filename: str, values: dict[str, object]) -> str:
        (base / filename).write_bytes(pickle.dumps(values))
        return hashlib.md5((base / filename).read_bytes()).hexdigest()

    def batch(filename: str, each: int) -> list[str]:
        labels = [label for label in range(classes) for _ in range(each)]
        pixels = np.repeat(np.array(labels, dtype=np.uint8)[:, None], 3072, axis=1)
        return [filename, dump(filename, {"data": pixels, "fine_labels" if fine else "labels": labels})]

    monkeypatch.setattr(kind, "train_list", [batch(filename, 10) for filename, _ in kind.train_list])
    monkeypatch.setattr(kind, "test_list", [batch(filename, 2) for filename, _ in kind.test_list])
    names = {kind.meta["key"]: [f"class {label}" for label in range(classes)]}
    monkeypatch.setattr(kind, "meta", kind.meta | {"md5": dump(kind.meta["filename"], names)})


@pytest.mark.parametrize(("name", "train", "test"), [("cifar10", 500, 20), ("cifar100", 1000, 200)])
def test_cifar_is_read_from_its_official_layout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, train: int, test: int
) -> None:
    cifar_archive(tmp_path, name, monkeypatch)
    dataset = cifar(name, tmp_path, download=False)
    assert {split: len(images) for split, images in dataset.splits.items()} == {
        "train": train * 9 // 10,
        "val": train // 10,
        "test": test,
    }
    image = dataset.splits["val"][0]
    assert image.pixels is not None
    assert image.pixels.shape == (32, 32, 3)
    assert dataset.image_size == 32, "no more pixels are stored than there are"
    assert (image.pixels == image.label).all()
    assert dataset.classes[3] == "class 3"


def test_a_missing_or_damaged_cifar_archive_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NoArchiveError) as missing:
        cifar("cifar10", tmp_path, download=False)
    assert missing.value.where == str(tmp_path)
    cifar_archive(tmp_path, "cifar10", monkeypatch)
    (tmp_path / "cifar-10-batches-py" / "data_batch_3").write_bytes(b"torn")
    with pytest.raises(NoArchiveError) as damaged:
        cifar("cifar10", tmp_path, download=False)
    assert damaged.value.where == str(tmp_path)

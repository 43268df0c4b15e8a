"""The same photographs, written in each layout that people have."""

import csv
import json
import shutil
import tarfile
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.datasets.folder import folder
from pipelines.datasets.layouts.listing import HowToRead
from pipelines.datasets.layouts.scratch import scratch_beside
from pipelines.split import SPLITS
from pipelines.storage.manifest import Manifest
from pipelines.storage.prepare import prepare
from tests.pipelines.storage.sets import landscape

CLASSES = ("cat", "dog")


def photographs(root: Path, splits: Sequence[str] = SPLITS, each: int = 4) -> Path:
    """Class folders in folders of splits; no two photographs are alike, or have one name.

    In the order of all names, the classes take turns.
    """
    seed = 0
    for split in splits:
        for name in CLASSES:
            for number in range(each):
                landscape(root / split / name / f"{split[:2]}{number}{name[0]}.png", seed := seed + 1)
    return root


def images(root: Path) -> list[Path]:
    return sorted(root.rglob("*.png"))


def split_of(path: Path) -> str:
    return path.parent.parent.name


def flat(root: Path, into: Path) -> Path:
    """The photographs in one folder."""
    into.mkdir(parents=True)
    for path in images(root):
        (into / path.name).write_bytes(path.read_bytes())
    return into


def copied(root: Path, into: Path) -> Path:
    """The photographs in the same folders."""
    return Path(shutil.copytree(root, into, dirs_exist_ok=True))


def write_table(path: Path, rows: Iterable[Sequence[object]], delimiter: str = ",") -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)
    return path


def zipped(root: Path, archive: Path, below: str = "") -> Path:
    with zipfile.ZipFile(archive, "w") as file:
        for path in sorted(root.rglob("*")):
            file.write(path, f"{below}{path.relative_to(root)}")
    return archive


def tarred(root: Path, archive: Path, below: str = ".") -> Path:
    mode = {".gz": "w:gz", ".tgz": "w:gz"}.get(archive.suffix, "w")
    with tarfile.open(archive, mode) as file:  # type: ignore[call-overload]
        file.add(root, arcname=below)
    return archive


def write_parquet(path: Path, files: Sequence[Path], **columns: Sequence[object]) -> Path:
    """As ``datasets`` 5.2 writes it: see ``test_parquet.py``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image = pa.array(
        [{"bytes": file.read_bytes(), "path": file.name} for file in files],
        pa.struct([("bytes", pa.binary()), ("path", pa.string())]),
    )
    label = pa.array([CLASSES.index(file.parent.name) for file in files], pa.int64())
    features = {"image": {"_type": "Image"}, "label": {"names": list(CLASSES), "_type": "ClassLabel"}}
    features |= {name: {"dtype": "string", "_type": "Value"} for name in columns}
    table = pa.table({"image": image, "label": label, **{name: pa.array(of) for name, of in columns.items()}})
    metadata = {"huggingface": json.dumps({"info": {"features": features}})}
    pq.write_table(table.replace_schema_metadata(metadata), path)
    return path


def tiny(root: Path, classes: Path) -> Path:
    """The training and validation photographs as Tiny-ImageNet has them, with test images that have no labels."""
    for name in ("cat", "dog"):
        into = root / "train" / name / "images"
        into.mkdir(parents=True)
        (root / "train" / name / f"{name}_boxes.txt").write_text(f"{name}_0.JPEG\t0\t0\t62\t62\n")
        for path in images(classes / "train" / name):
            (into / path.name).write_bytes(path.read_bytes())
    for split in ("val", "test"):
        (root / split / "images").mkdir(parents=True)
        for path in images(classes / split):
            (root / split / "images" / path.name).write_bytes(path.read_bytes())
    lines = [f"{path.name}\t{path.parent.name}\t0\t32\t44\t62\n" for path in images(classes / "val")]
    (root / "val" / "val_annotations.txt").write_text("".join(lines))
    (root / "wnids.txt").write_text("cat\ndog\n")
    return root


def prepared(source: Path, out: Path, how: HowToRead = HowToRead()) -> Manifest:
    """Prepares a source; its splits have to be as in the class folders for equal hashes."""
    with scratch_beside(out) as scratch:
        return prepare(folder(source, how=how, scratch=scratch), out, image_size=16)


def hashes(manifest: Manifest) -> dict[str, str]:
    return {split: record.sha256 for split, record in manifest.splits.items()}

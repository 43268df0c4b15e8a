"""Converts images to .beton files."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from pipelines.datasets import open_dataset
from pipelines.names import DatasetName
from pipelines.split import SPLITS
from pipelines.storage.beton import Storage
from pipelines.storage.duplicates import Duplicate
from pipelines.storage.manifest import Manifest
from pipelines.storage.prepare import prepare as write_files
from search.api.arguments import check_at_least
from search.api.class_coverage import MissingClasses, class_coverage
from search.errors import ArgumentError


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """Data that were prepared.

    Attributes:
        folder, manifest: of the data.
        duplicates: images that are in two splits or two classes.
        coverage: classes without an image in a split.
    """

    folder: Path
    manifest: Manifest
    duplicates: tuple[Duplicate, ...]
    coverage: tuple[MissingClasses, ...]


def prepare(
    dataset: DatasetName,
    out: Path,
    *,
    source: Path | None = None,
    name: str | None = None,
    size: int | None = None,
    storage: Storage | None = None,
    seed: int = 0,
    download: bool = False,
    on_begin: Callable[[int], None] = lambda images: None,
    on_image: Callable[[], None] = lambda: None,
) -> Prepared:
    """Converts a data set to FFCV .beton files with a manifest; the same call resumes after an interruption.

    Args:
        dataset: the name of the data set; ``folder`` for your own images.
        out: folder to write; must not exist yet.
        source: the folder of the images or of the official archive; None: the data set needs none.
        name: of the data in reports, on one line; None: the folder's or the data set's name.
        size: height and width to store, in pixels; None: 64, or the data set's own.
        storage: raw pixels are fastest, JPEG is smaller; None: raw up to 4 GiB.
        seed: of the splits that are drawn where the data have none, at least 0.
        download: whether to download an archive that is missing.
        on_begin: called with the number of images, before the first.
        on_image: called after each image.

    Raises:
        DataError: ``out`` exists, or the source is missing or damaged.
        ArgumentError: ``name`` is not one line, or ``seed`` is below 0.
    """
    if name is not None and not (name.strip() and name.isprintable()):
        raise ArgumentError("name", f"expected a name on one line, got {name!r}")
    check_at_least(0, seed=seed)
    images = open_dataset(dataset, source, download=download, seed=seed)
    if name is not None:
        images = replace(images, name=name.strip())
    on_begin(sum(len(images.splits[split]) for split in SPLITS))
    found: list[Duplicate] = []
    manifest = write_files(
        images,
        out,
        image_size=images.image_size if size is None else size,
        storage=storage,
        on_image=on_image,
        on_duplicate=found.append,
    )
    return Prepared(folder=out, manifest=manifest, duplicates=tuple(found), coverage=class_coverage(out))

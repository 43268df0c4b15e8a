"""Images to .beton files."""

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
        folder, manifest: where, and what.
        duplicates: images that are there twice where they should not be.
        coverage: classes that are missing in a split.
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
    """Turns a data set into FFCV .beton files with a manifest; after an interruption the same call goes on.

    Args:
        dataset: which data set.
        out: a new folder.
        source: images in folders, or a data set's official archive.
        name: what reports call the data; None: the folder's or the data set's name.
        size: height and width to store, in pixels; None: 64, or the data set's own.
        storage: raw pixels are fastest, JPEG is smaller; None: raw unless that is very large.
        seed: of splits that are drawn because the data have none.
        download: whether to fetch an archive that is missing.
        on_begin: called with how many images there are.
        on_image: called for each.

    Raises:
        DataError: the source is not as it should be.
        UsageError: the name is more than a line, or the seed is below 0.
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

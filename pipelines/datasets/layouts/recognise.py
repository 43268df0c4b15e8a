"""Which layout a source has, and its images by that layout."""

from collections.abc import Iterable
from typing import assert_never

from pipelines.datasets.layouts.class_folders import class_folders, has_class_folders
from pipelines.datasets.layouts.columns import LOOKED_AT, columns_of_files
from pipelines.datasets.layouts.labelled import imagefolder, imagefolder_tables, table, top_tables
from pipelines.datasets.layouts.listing import HowToRead, Listing
from pipelines.datasets.layouts.lookup import Lookup
from pipelines.datasets.layouts.parquet import parquet, parquet_files
from pipelines.datasets.layouts.scratch import Scratch
from pipelines.datasets.layouts.tables import TableError, read_table
from pipelines.datasets.layouts.tiny_imagenet import annotations, tiny_imagenet
from pipelines.datasets.layouts.tree import SourceFile, SourceTree
from pipelines.names import LayoutName


def recognise(tree: SourceTree, how: HowToRead) -> LayoutName:
    """Returns the layout of a source.

    Args:
        tree: of the source, with archives as folders.
        how: what the user says of it.
    """
    if how.layout is not None:
        return how.layout
    if how.labels:
        return "table"
    if parquet_files(tree) and not tree.photos:
        return "parquet"
    if annotations(tree) is not None:
        return "tiny-imagenet"
    if any(_is_imagefolder(file) for file in imagefolder_tables(tree)):
        return "imagefolder"
    tables = top_tables(tree)
    if tables and (how.columns.named() or not has_class_folders(tree) or _name_images(tables, tree)):
        return "table"
    return "classes"


def listed(layout: LayoutName, tree: SourceTree, how: HowToRead, scratch: Scratch) -> Listing:
    """Returns the labelled images of a source.

    Args:
        layout: of the source.
        tree: of the source, with archives as folders.
        how: what the user says of it.
        scratch: where images that are no files are written.

    Raises:
        DataError: the source does not have this layout, or its files do not agree.
    """
    match layout:
        case "classes":
            return class_folders(tree)
        case "table":
            return table(tree, how.labels, how.columns)
        case "imagefolder":
            return imagefolder(tree, how.columns)
        case "parquet":
            return parquet(tree, how.columns, scratch)
        case "tiny-imagenet":
            return tiny_imagenet(tree)
    assert_never(layout)


def _is_imagefolder(file: SourceFile) -> bool:
    try:
        return "file_name" in read_table(file, most=1).columns
    except TableError:
        return False


def _name_images(tables: Iterable[SourceFile], tree: SourceTree) -> bool:
    """Whether a table has a column of image files, so that its labels must be read."""
    lookup = Lookup(tree)
    for file in tables:
        try:
            if columns_of_files(read_table(file, most=LOOKED_AT), lookup):
                return True
        except TableError:
            continue
    return False

"""``ulsam-search prepare``: images to .beton files."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from pipelines.names import Copies, DatasetName, LayoutName
from search.cli.console import INTERRUPTED, console, say
from search.cli.prepared import LAYOUTS, print_prepared, print_read

if TYPE_CHECKING:
    from pipelines.datasets.folder import ReadLayout
    from pipelines.datasets.layouts.scratch import Unpacking
    from search.api.prepare import Prepared, PrepareProgress

_Dataset = Annotated[DatasetName, typer.Option(help="Data set to prepare.")]
_Source = Annotated[
    Path | None,
    typer.Option(
        help="For --dataset folder: your images, in SOURCE/train/CLASS/ (also val, test), SOURCE/CLASS/ or another "
        "layout; a folder, archive or Parquet file. For other data sets: the official archive, packed or unpacked."
    ),
]
_Layout = Annotated[
    LayoutName | None,
    typer.Option(
        help="Layout of your images: class folders, a table of labels in CSV or TSV, a Hugging Face imagefolder, "
        "Parquet files, or Tiny-ImageNet. (default: recognized)"
    ),
]
_Labels = Annotated[
    list[Path] | None,
    typer.Option(
        "--labels",
        metavar="FILE",
        help="CSV or TSV table with a line for each image: its path, or its path below SOURCE. Repeat the option "
        "for several tables. (default: recognized)",
    ),
]
_FileColumn = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="Column of the paths of image files, or of the images in Parquet files. (default: recognized)",
    ),
]
_LabelColumn = Annotated[str | None, typer.Option(metavar="NAME", help="Column of the classes. (default: recognized)")]
_SplitColumn = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Column of the splits: train, val or test. (default: recognized)"),
]
_GroupColumn = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="Keep images in one split if they have the same text in this column. (default: recognized)",
    ),
]
_Name = Annotated[
    str | None, typer.Option(help="Name of the data in reports. (default: the name of the folder or data set)")
]
_Size = Annotated[
    int | None,
    typer.Option(help="Height and width to store, in pixels. (default: 64, or 32 for data sets of 32-pixel images)"),
]
_GroupPattern = Annotated[
    str | None,
    typer.Option(
        metavar="REGEX",
        help="Keep images in one split if their paths below SOURCE have the same text in the parentheses of REGEX, "
        r"such as '(patient\d+)'.",
    ),
]
_Copies = Annotated[
    Copies,
    typer.Option(
        help="Copies that stay in one drawn split: near for equal and nearly equal images, equal for equal images."
    ),
]
_Redraw = Annotated[
    bool,
    typer.Option(
        "--redraw",
        help="Draw the validation split again, from the training and validation images. "
        "A given test split stays the same.",
    ),
]
_SkipUnreadable = Annotated[
    bool, typer.Option("--skip-unreadable", help="Leave out unreadable images and list them in OUT/skipped.txt.")
]


def prepare(
    dataset: _Dataset,
    out: Annotated[Path, typer.Option(help="New folder for the prepared data.")],
    source: _Source = None,
    name: _Name = None,
    size: _Size = None,
    storage: Annotated[
        Literal["auto", "raw", "jpeg"],
        typer.Option(
            help="Image format: raw is fastest to read, jpeg is smaller. auto is raw up to 4 GiB, otherwise jpeg."
        ),
    ] = "auto",
    seed: Annotated[int, typer.Option(min=0, help="Random seed for drawn splits.")] = 0,
    download: Annotated[
        bool, typer.Option("--download", help="Download the archive if it is missing and freely available.")
    ] = False,
    group_pattern: _GroupPattern = None,
    copies: _Copies = "near",
    redraw: _Redraw = False,
    skip_unreadable: _SkipUnreadable = False,
    layout: _Layout = None,
    labels: _Labels = None,
    file_column: _FileColumn = None,
    label_column: _LabelColumn = None,
    split_column: _SplitColumn = None,
    group_column: _GroupColumn = None,
) -> None:
    """Convert a data set to FFCV .beton files, with a manifest of their contents.

    The command crops each image to its middle square, so the ends of the longer side are lost. The command keeps
    existing splits unless you add --redraw. The command draws missing splits at random from the training images, and
    keeps copies of an image in one split. A search selects networks by the validation split and never uses the test
    split. To continue after Ctrl-C, run the same command again.
    """
    from pipelines.datasets.layouts.listing import Columns, HowToRead
    from search.api.prepare import prepare as write

    columns = Columns(file=file_column, label=label_column, split=split_column, group=group_column)
    prepared = _with_progress(
        lambda progress: write(
            dataset,
            out,
            source=source,
            name=name,
            size=size,
            storage=None if storage == "auto" else storage,
            seed=seed,
            download=download,
            group_pattern=group_pattern,
            copies=copies,
            redraw=redraw,
            skip_unreadable=skip_unreadable,
            how=HowToRead(layout=layout, labels=tuple(labels or ()), columns=columns),
            progress=progress,
        )
    )
    print_prepared(prepared)


def _with_progress(write: "Callable[[PrepareProgress], Prepared]") -> "Prepared":
    """Shows a bar while ``write`` runs, then says what was read; after Ctrl-C, says how to go on."""
    from rich.filesize import decimal
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from search.api.prepare import PrepareProgress

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("preparing", total=None)
        unpackings: list[Unpacking] = []
        layouts: list[ReadLayout] = []

        def unpacking(of: "Unpacking") -> None:
            bar.update(task, description=f"unpacking {of.where} ({decimal(of.size)})")
            unpackings.append(of)

        def listed(layout: "ReadLayout") -> None:
            bar.update(task, description=f"preparing {LAYOUTS[layout.layout]}")
            layouts.append(layout)

        progress = PrepareProgress(
            on_unpack=unpacking,
            on_layout=listed,
            on_begin=lambda images: bar.update(task, total=images),
            on_image=lambda: bar.advance(task),
        )
        try:
            prepared = write(progress)
        except KeyboardInterrupt:
            say("interrupted; run the same command again to continue")
            raise typer.Exit(INTERRUPTED) from None
    print_read(layouts, unpackings)
    return prepared

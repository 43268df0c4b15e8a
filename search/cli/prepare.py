"""``ulsam-search prepare``: images to .beton files."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from pipelines.names import DatasetName
from search.cli.class_coverage import print_coverage
from search.cli.console import INTERRUPTED, console, say
from search.command import command

if TYPE_CHECKING:
    from pipelines.storage.duplicates import Duplicate, Placed
    from search.api.prepare import Prepared

_SHOWN_DUPLICATES = 5


def prepare(
    dataset: Annotated[DatasetName, typer.Option(help="Data set to prepare.")],
    out: Annotated[Path, typer.Option(help="New folder for the prepared data.")],
    source: Annotated[
        Path | None,
        typer.Option(
            help="For --dataset folder: your images, in SOURCE/train/CLASS/ (also val, test) or SOURCE/CLASS/. "
            "For other data sets: the official archive, packed or unpacked."
        ),
    ] = None,
    name: Annotated[
        str | None, typer.Option(help="Name of the data in reports. (default: the name of the folder or data set)")
    ] = None,
    size: Annotated[
        int | None,
        typer.Option(
            help="Height and width to store, in pixels. (default: 64, or 32 for data sets of 32-pixel images)"
        ),
    ] = None,
    storage: Annotated[
        Literal["auto", "raw", "jpeg"], typer.Option(help="Image format: raw is fastest to read, jpeg is smaller.")
    ] = "auto",
    seed: Annotated[int, typer.Option(min=0, help="Random seed for splits that the data lack.")] = 0,
    download: Annotated[
        bool, typer.Option("--download", help="Download the archive if it is missing and freely available.")
    ] = False,
) -> None:
    """Turn a data set into FFCV .beton files with a manifest.

    Each image is cropped to its middle square, so the ends of the longer side are lost. Existing splits are kept;
    missing splits are drawn at random from the training images. A search selects networks by the validation split and
    never uses the test split. After Ctrl-C, run the same command again to continue.
    """
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from search.api.prepare import prepare as write

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("preparing", total=None)
        try:
            prepared = write(
                dataset,
                out,
                source=source,
                name=name,
                size=size,
                storage=None if storage == "auto" else storage,
                seed=seed,
                download=download,
                on_begin=lambda images: progress.update(task, total=images),
                on_image=lambda: progress.advance(task),
            )
        except KeyboardInterrupt:
            say("interrupted; run the same command again to continue")
            raise typer.Exit(INTERRUPTED) from None
    _print_prepared(prepared)


def _print_prepared(prepared: "Prepared") -> None:
    from pipelines.split import SPLITS

    manifest, classes = prepared.manifest, prepared.manifest.classes
    counts = ", ".join(f"{manifest.splits[split].images} {split}" for split in SPLITS)
    about = f"{len(classes)} classes at {manifest.image_size} px, {counts} images ({manifest.made})"
    say(f"{prepared.folder}: {about}")
    print_coverage(prepared.coverage)
    _print_duplicates(
        [pair for pair in prepared.duplicates if pair.in_two_splits],
        lambda image: image.split,
        "in two splits, so scores on the later split are too high",
    )
    _print_duplicates(
        [pair for pair in prepared.duplicates if pair.in_two_classes],
        lambda image: classes[image.label],
        "in two classes, so no network can classify both correctly",
    )
    say(f"next: {command('init', prepared.folder)}")


def _print_duplicates(duplicates: Sequence["Duplicate"], name_of: Callable[["Placed"], str], so: str) -> None:
    """Lists images with one that each equals, and the split or class of both."""

    def named(image: "Placed") -> str:
        return f"{image.where} ({name_of(image)})"

    pairs = list({pair.other.where: f"{named(pair.one)} = {named(pair.other)}" for pair in duplicates}.values())
    if not pairs:
        return
    say(f"{'1 image is' if len(pairs) == 1 else f'{len(pairs)} images are'} {so}:")
    for pair in pairs[:_SHOWN_DUPLICATES]:
        say(f"  {pair}")
    if len(pairs) > _SHOWN_DUPLICATES:
        say(f"  and {len(pairs) - _SHOWN_DUPLICATES} more")

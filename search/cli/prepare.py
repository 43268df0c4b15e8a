"""``ulsam-search prepare``: images to .beton files."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from pipelines.names import Copies, DatasetName
from search.cli.class_counts import print_counts
from search.cli.class_coverage import print_coverage
from search.cli.console import INTERRUPTED, console, say
from search.command import command

if TYPE_CHECKING:
    from pipelines.storage.duplicates import Duplicate, Placed
    from search.api.prepare import Prepared
    from search.api.redraw_gain import RedrawGain

_SHOWN = 5


_Dataset = Annotated[DatasetName, typer.Option(help="Data set to prepare.")]
_Source = Annotated[
    Path | None,
    typer.Option(
        help="For --dataset folder: your images, in SOURCE/train/CLASS/ (also val, test) or SOURCE/CLASS/. "
        "For other data sets: the official archive, packed or unpacked."
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
        Literal["auto", "raw", "jpeg"], typer.Option(help="Image format: raw is fastest to read, jpeg is smaller.")
    ] = "auto",
    seed: Annotated[int, typer.Option(min=0, help="Random seed for drawn splits.")] = 0,
    download: Annotated[
        bool, typer.Option("--download", help="Download the archive if it is missing and freely available.")
    ] = False,
    group_pattern: _GroupPattern = None,
    copies: _Copies = "near",
    redraw: _Redraw = False,
    skip_unreadable: _SkipUnreadable = False,
) -> None:
    """Turn a data set into FFCV .beton files with a manifest.

    Each image is cropped to its middle square, so the ends of the longer side are lost. Existing splits are kept
    unless you add --redraw; missing splits are drawn at random from the training images, and copies stay in one split.
    A search selects networks by the validation split and never uses the test split. After Ctrl-C, run the same command
    again to continue.
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
                group_pattern=group_pattern,
                copies=copies,
                redraw=redraw,
                skip_unreadable=skip_unreadable,
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
    print_counts(classes, prepared.counts)
    _print_left_out(prepared)
    print_coverage(prepared.coverage)
    needed = len(prepared.drawn)
    if any(missing.split in prepared.drawn for missing in prepared.coverage):
        say(f"a class needs at least {needed} images that are neither copies nor of one group to be in all splits")
    _print_alike(prepared)
    _print_duplicates(
        [pair for pair in prepared.duplicates if pair.in_two_splits and not pair.nearly],
        lambda image: image.split,
        "in two splits, so scores on the later split are too high",
    )
    _print_duplicates(
        [pair for pair in prepared.duplicates if pair.nearly],
        lambda image: image.split,
        "nearly equal to one in another split, so scores on the later split may be too high",
    )
    _print_duplicates(
        [pair for pair in prepared.duplicates if pair.in_two_classes and not pair.nearly],
        lambda image: classes[image.label],
        "in two classes, so no network can classify both correctly",
    )
    if prepared.redraw is not None and prepared.redraw.helps:
        _print_redraw(prepared.redraw)
    say(f"next: {command('init', prepared.folder)}")


def _print_left_out(prepared: "Prepared") -> None:
    """Lists the files that were not taken, and says where the images that can't be read are listed."""
    from pipelines.storage.manifest import SKIPPED_NAME

    files = prepared.left_out
    if files:
        kinds = "not an image in a class folder" if len(files) == 1 else "not images in class folders"
        say(f"left out {len(files)} {'file that is' if len(files) == 1 else 'files that are'} {kinds}:")
        _print_some(files)
    if prepared.skipped:
        count = len(prepared.skipped)
        unreadable = "1 unreadable image" if count == 1 else f"{count} unreadable images"
        say(f"skipped {unreadable}; the list is in {prepared.folder / SKIPPED_NAME}")


def _print_alike(prepared: "Prepared") -> None:
    """Names classes whose shares of the splits may be far off, because many of their images are kept together."""
    for alike in prepared.alike[:_SHOWN]:
        those = f"{alike.images} of {alike.of} images of {prepared.manifest.classes[alike.label]}"
        say(f"{those} are nearly equal and stay in one split; --copies equal compares for equality alone")
    more = len(prepared.alike) - _SHOWN
    if more > 0:
        say(f"the same is true of {more} more {'class' if more == 1 else 'classes'}")


def _print_redraw(gain: "RedrawGain") -> None:
    """Says what drawing the validation split again would bring."""
    covered, before = gain.classes - gain.missing_after, gain.classes - gain.missing_before
    say(
        f"--redraw draws about {gain.images_after} validation images of {covered} classes instead of "
        f"{gain.images_before} of {before}; the 95% interval of an accuracy of 70% is then {gain.interval_after} "
        f"instead of {gain.interval_before}"
    )


def _print_duplicates(duplicates: Sequence["Duplicate"], name_of: Callable[["Placed"], str], so: str) -> None:
    """Lists images with one that each equals, and the split or class of both."""

    def named(image: "Placed") -> str:
        return f"{image.where} ({name_of(image)})"

    def pairs(sign: str) -> list[str]:
        found = {pair.other.where: f"{named(pair.one)} {sign} {named(pair.other)}" for pair in duplicates}
        return list(found.values())

    if duplicates:
        lines = pairs("~" if duplicates[0].nearly else "=")
        say(f"{'1 image is' if len(lines) == 1 else f'{len(lines)} images are'} {so}:")
        _print_some(lines)


def _print_some(lines: Sequence[str]) -> None:
    for line in lines[:_SHOWN]:
        say(f"  {line}")
    if len(lines) > _SHOWN:
        say(f"  and {len(lines) - _SHOWN} more")

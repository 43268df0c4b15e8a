"""What ``ulsam-search prepare`` says of the data that it has prepared."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from search.cli.class_counts import print_counts, print_unequal
from search.cli.class_coverage import print_coverage
from search.cli.console import say
from search.command import command

if TYPE_CHECKING:
    from pipelines.datasets.folder import ReadLayout
    from pipelines.datasets.layouts.scratch import Unpacking
    from pipelines.names import LayoutName
    from pipelines.storage.duplicates import Duplicate, Placed
    from search.api.prepare import Prepared
    from search.api.redraw_gain import RedrawGain

_SHOWN = 5
LAYOUTS: "dict[LayoutName, str]" = {
    "classes": "class folders",
    "table": "images with a table of labels",
    "imagefolder": "a Hugging Face imagefolder",
    "parquet": "Parquet files",
    "tiny-imagenet": "Tiny-ImageNet",
}


def print_read(layouts: Sequence["ReadLayout"], unpackings: Sequence["Unpacking"]) -> None:
    """Says what was unpacked, and by which layout images were read."""
    from rich.filesize import decimal

    if unpackings:
        first, more = unpackings[0], len(unpackings) - 1
        size = decimal(sum(unpacking.size for unpacking in unpackings))
        say(f"{first.where}{f' and {more} more' if more else ''}: unpacked {size} to {first.folder}, now removed")
    for layout in layouts:
        name = layout.layout
        option = f"recognized; --layout {name}" if layout.recognised else f"--layout {name}"
        say(f"{layout.source}: read as {LAYOUTS[name]} ({option}){f': {layout.said}' if layout.said else ''}")


def print_prepared(prepared: "Prepared") -> None:
    """Prints the classes and images of each split, what was left out, and what to look at."""
    from pipelines.split import SPLITS

    manifest, classes = prepared.manifest, prepared.manifest.classes
    counts = ", ".join(f"{manifest.splits[split].images} {split}" for split in SPLITS)
    about = f"{len(classes)} classes at {manifest.image_size} px, {counts} images ({manifest.made})"
    say(f"{prepared.folder}: {about}")
    print_counts(classes, prepared.counts)
    print_unequal(prepared.counts["train"])
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
        kinds = "not a labelled image" if len(files) == 1 else "not labelled images"
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

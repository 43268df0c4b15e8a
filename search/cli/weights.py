"""``ulsam-search weights``: what a file of trained weights holds; where there is none, it is fetched."""

from pathlib import Path
from typing import Annotated

import typer

from search.cli.console import Json, print_json, say
from search.command import command


def weights(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="Trained weights, of this or another library.")
    ] = None,
    download: Annotated[
        str | None, typer.Option(metavar="BACKBONE", help="Fetch that network's weights into this folder, as FILE.")
    ] = None,
    library: Annotated[str, typer.Option("--from", help="Whose: torchvision's or timm's.")] = "torchvision",
    width: Annotated[float, typer.Option(help="Of which width.")] = 1.0,
    out: Annotated[
        Path | None, typer.Option(help="Write them by the names used here into this new .safetensors file.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show what a file of trained weights holds, and which networks can start from it.

    The file is read as data: nothing in it is run.
    """
    from search.api.download_weights import download_weights
    from search.api.weights import weights as look
    from search.errors import ArgumentError
    from search.render.words import counted

    if (file is None) == (download is None):
        raise ArgumentError("download", "name either a FILE, or a network to download")
    if download is not None:
        file = download_weights(download, library, width, progress=not as_json)
    assert file is not None
    found = look(file, out)
    if as_json:
        print_json(found.to_dict())
        return
    trained = found.trained
    classes = "no classifier" if trained.classes is None else f"a classifier of {trained.classes} classes"
    say(f"{file}: {trained.backbone} x{trained.width:g} by {trained.library}'s names, {classes}")
    say(f"{counted(len(trained.tensors), 'tensor')}, {found.params:,} parameters")
    if trained.convention != "torch":
        say(f"networks that start from it follow {trained.convention}: convention: {trained.convention}")
    if trained.unknown:
        say(f"left out, with no counterpart here: {', '.join(trained.unknown)}")
    for width, inheritance in found.fits.items():
        wider = found.cut_from(width)
        cut = "" if wider is None else f", cut from x{wider:g},"
        say(f"{trained.backbone} x{width:g}{cut} inherits {inheritance.share}")
    if out is not None:
        say(f"weights: {out}")
    say(f"to search from it: {command('init', 'DATA', '--pretrained', file if out is None else out)}")

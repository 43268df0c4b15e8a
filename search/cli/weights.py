"""``ulsam-search weights``: inspect or download a file of trained weights."""

from pathlib import Path
from typing import Annotated

import typer

from search.cli.console import Json, print_json, say
from search.command import command


def weights(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="File of trained weights, of this or another library.")
    ] = None,
    download: Annotated[
        str | None,
        typer.Option(
            metavar="BACKBONE", help="Download weights of this backbone to the current folder, in place of FILE."
        ),
    ] = None,
    library: Annotated[
        str, typer.Option("--from", help="Library to download from: torchvision or timm.")
    ] = "torchvision",
    width: Annotated[float, typer.Option(help="Width multiplier of the backbone to download.")] = 1.0,
    out: Annotated[
        Path | None,
        typer.Option(help="Write the weights to this new .safetensors file, with the tensor names of ulsam-search."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Show the contents of a file of trained weights, and which networks can start from it.

    The command reads the file as data and runs no code in it.
    """
    from search.api.download_weights import download_weights
    from search.api.weights import weights as look
    from search.errors import ArgumentError
    from search.render.words import counted

    if (file is None) == (download is None):
        raise ArgumentError("download", "expected either a FILE, or a backbone to download")
    if download is not None:
        file = download_weights(download, library, width, progress=not as_json)
    assert file is not None
    found = look(file, out)
    if as_json:
        print_json(found.to_dict())
        return
    trained = found.trained
    classes = "no classifier" if trained.classes is None else f"a classifier of {trained.classes} classes"
    say(f"{file}: {trained.backbone} x{trained.width:g}, names of {trained.library}, {classes}")
    say(f"{counted(len(trained.tensors), 'tensor')}, {found.params:,} parameters")
    if trained.convention != "torch":
        say(f"architecture files of networks that start from these weights need convention: {trained.convention}")
    if trained.unknown:
        say(f"ignored tensors, without a counterpart in this package: {', '.join(trained.unknown)}")
    for width, inheritance in found.fits.items():
        wider = found.cut_from(width)
        cut = "" if wider is None else f", cut from x{wider:g},"
        say(f"{trained.backbone} x{width:g}{cut} inherits {inheritance.share}")
    if out is not None:
        say(f"weights: {out}")
    say(f"to search from these weights: {command('init', 'DATA', '--pretrained', file if out is None else out)}")

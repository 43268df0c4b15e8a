"""``ulsam-search weights``: what a file of trained weights holds."""

from pathlib import Path
from typing import Annotated

import typer

from search.cli.console import Json, print_json, say


def weights(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Trained weights, of this or another library.")],
    out: Annotated[
        Path | None, typer.Option(help="Write them by the names used here into this new .safetensors file.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show what a file of trained weights holds, and which networks can start from it.

    The file is read as data: nothing in it is run.
    """
    from search.api.weights import weights as look
    from search.render.words import counted

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
        say(f"{trained.backbone} x{width:g} inherits {inheritance.share}")
    if out is not None:
        say(f"weights: {out}")

"""``ulsam-search explain``: show which regions of an image networks use."""

from pathlib import Path
from typing import Annotated

import typer

from search.cli.console import say


def explain(
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="NETWORK... IMAGE", help="One or more exported folders, then an image."),
    ],
    out: Annotated[Path, typer.Option(help="Picture file to write: .png, .svg or .pdf.")] = Path("explanation.png"),
    label: Annotated[
        str | None,
        typer.Option("--class", help="Class that Grad-CAM explains. (default: the class that each network predicts)"),
    ] = None,
) -> None:
    """Draw an image, the regions that support a class (Grad-CAM), and the attention maps of each ULSAM."""
    from search.api.explain import explain as draw

    *networks, image = paths
    for folder, explanation in zip(networks, draw(networks, image, out, label), strict=True):
        say(f"{folder}: {explanation.answer}")
        if explanation.beyond_removal:
            say(f"  {explanation.beyond_removal}")
    say(f"picture: {out}")

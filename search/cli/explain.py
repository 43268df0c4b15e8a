"""``ulsam-search explain``: see what networks look at."""

from pathlib import Path
from typing import Annotated

import typer

from search.cli.console import say


def explain(
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="NETWORK... IMAGE", help="Exported folders, one or several, and then an image."),
    ],
    out: Annotated[Path, typer.Option(help="Picture to write: .png, .svg or .pdf.")] = Path("explanation.png"),
    label: Annotated[
        str | None, typer.Option("--class", help="Class that Grad-CAM explains. (default: each network's answer)")
    ] = None,
) -> None:
    """Draw an image, the places that speak for a class (Grad-CAM), and each ULSAM's attention maps, side by side."""
    from search.api.explain import explain as draw

    *networks, image = paths
    for folder, explanation in zip(networks, draw(networks, image, out, label), strict=True):
        say(f"{folder}: {explanation.answer}")
        if explanation.beyond_removal:
            say(f"  {explanation.beyond_removal}")
    say(f"picture: {out}")

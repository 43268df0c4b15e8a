"""``ulsam-search predict``: what an exported network says of photographs."""

from pathlib import Path
from typing import Annotated

import typer

from search.cli.console import STOPPED, Json, print_json, say


def predict(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="What export or train wrote.")],
    images: Annotated[list[Path], typer.Argument(metavar="IMAGE...", help="Photographs.")],
    top: Annotated[int, typer.Option(min=1, help="So many classes of each.")] = 3,
    as_json: Json = False,
) -> None:
    """Print the likeliest classes of photographs, with their probabilities.

    They are read as those it was trained on were: turned upright, made RGB, cut to the middle square, brought to its
    size. Where a file is missing nothing is answered (exit code 2); where one is no photograph the others are (1).
    """
    from search.api.predict import predict as run

    found = []
    for prediction in run(folder, images, top):
        found.append(prediction)
        if not as_json:
            likeliest = ", ".join(f"{name} {share:.1%}" for name, share in prediction.classes)
            say(prediction.problem or f"{prediction.image}: {likeliest}")
    if as_json:
        print_json([prediction.to_dict() for prediction in found])
    if any(prediction.problem for prediction in found):
        raise typer.Exit(STOPPED)

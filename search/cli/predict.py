"""``ulsam-search predict``: classify photographs with an exported network."""

from pathlib import Path
from typing import Annotated

import typer

from search.cli.console import STOPPED, Json, print_json, say


def predict(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder that export or train wrote.")],
    images: Annotated[list[Path], typer.Argument(metavar="IMAGE...", help="Image files.")],
    top: Annotated[int, typer.Option(min=1, help="Number of classes to print per image.")] = 3,
    as_json: Json = False,
) -> None:
    """Print the most likely classes of photographs, with their probabilities.

    Each image is prepared as for training: rotated upright, converted to RGB, cropped to the middle square and resized.
    If a file is missing, the command classifies nothing (exit code 2). If a file is not an image, the command
    classifies the other files (exit code 1).
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

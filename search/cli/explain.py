"""``ulsam-search explain``: see what networks look at."""

from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from search.cli.console import check_output, say
from search.errors import UsageError

if TYPE_CHECKING:
    from search.views.explanation_picture import Explanation


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
    from search.views.endings import PICTURE_ENDINGS
    from search.views.explanation_picture import save_explanations

    *networks, image = paths
    if not networks:
        raise UsageError("explain: give the folder of a network, or several, and then an image")
    if not image.is_file():
        raise UsageError(f"{image}: no such file; the image comes last")
    check_output("--out", out, PICTURE_ENDINGS)
    explanations = [_explain(folder, image, label) for folder in networks]
    save_explanations(explanations, out)
    for folder, explanation in zip(networks, explanations, strict=True):
        say(f"{folder}: {explanation.answer}")
    say(f"picture: {out}")


def _explain(folder: Path, image: Path, label: str | None) -> "Explanation":
    import torch

    from pipelines.grad_cam import grad_cam
    from pipelines.loading.photo import read_photo
    from search.export.model import load_model
    from search.export.portable import whole
    from search.views.explanation_picture import Explanation, UlsamMaps
    from ulsam import attention_maps

    network, model = load_model(folder)
    classes = network.data.classes
    if label is not None and label not in classes:
        close = get_close_matches(label, classes, n=1)
        shown = ", ".join(classes[:10]) + (", ..." if len(classes) > 10 else "")
        hint = f"did you mean {close[0]!r}?" if close else f"it knows {shown}"
        raise UsageError(f"--class: {folder} knows no {label!r}; {hint}")
    pixels = read_photo(image, network.data.image_size, network.recipe.input_size)
    answering = whole(network, model)
    seen = answering.normalise(pixels)
    with torch.no_grad():
        shares = answering(pixels)[0].tolist()
    answer = max(range(len(classes)), key=shares.__getitem__)
    explained = classes.index(label) if label is not None else answer
    return Explanation(
        name=(folder.parent if folder.is_file() else folder).resolve().name,
        answer=f"{classes[answer]} ({shares[answer]:.1%})",
        explained=classes[explained],
        image=(pixels[0].permute(1, 2, 0) / 255).clamp(0, 1).numpy(),
        grad_cam=grad_cam(model, model.last_map, seen, explained)[0].numpy(),
        attention=tuple(
            UlsamMaps(name=f"{'after' if found.inserted else 'for'} block {found.block}", maps=found.maps[0].numpy())
            for found in attention_maps(model, seen)
        ),
    )

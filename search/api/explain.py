"""Explains predictions of networks with pictures."""

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

import torch

from pipelines.grad_cam import grad_cam
from pipelines.loading.photo import read_photo
from search.analysis.control import replaced_blocks
from search.api.outputs import check_output
from search.artifacts.inference_module import inference_module
from search.artifacts.model import load_model
from search.artifacts.network import ExportedNetwork
from search.errors import ArgumentError, UsageError
from search.render.endings import PICTURE_ENDINGS
from search.render.explanation_picture import Explanation, UlsamMaps, save_explanations
from ulsam import attention_maps

_NAMED = 10


class NoSuchImageError(UsageError):
    """A photograph does not exist."""


class UnknownLabelError(ArgumentError):
    """A network has no class of this name."""


def explain(
    networks: Sequence[Path], image: Path, out: Path = Path("explanation.png"), label: str | None = None
) -> tuple[Explanation, ...]:
    """Draws an image, the places that support a class (Grad-CAM), and each ULSAM's attention maps, side by side.

    Args:
        networks: folders of exported networks, at least one; from top to bottom.
        image: a photograph.
        out: of the file to write (PNG, SVG or PDF); its ending decides the format.
        label: the name of the class that Grad-CAM explains; None: the class that each network predicts.

    Returns:
        The explanation of each network, in the order of ``networks``.

    Raises:
        UsageError: ``networks`` is empty, a file is missing or damaged, or ``out`` can't be written.
        NoSuchImageError: there is no such photograph.
        UnknownLabelError: a network has no such class.
        DataError: the photograph can't be read.
        WeightsError: weights are missing, damaged, or those of another network.
    """
    if not networks:
        raise UsageError("expected folders of one or more networks, then an image", where="explain")
    if not image.is_file():
        raise NoSuchImageError("no such file", where=image, remedy="the image comes last")
    check_output("out", out, PICTURE_ENDINGS)
    explanations = tuple(explanation(folder, image, label) for folder in networks)
    save_explanations(explanations, out)
    return explanations


def explanation(folder: Path, image: Path, label: str | None = None) -> Explanation:
    """Returns the explanation of one network for an image; see :func:`explain`.

    Args:
        folder: of the exported network, or its ``arch.yaml``.
        image: a photograph.
        label: the name of the class that Grad-CAM explains; None: the class that the network predicts.

    Raises:
        UsageError: files of the network are missing or damaged, or the network has no such class.
        DataError: the photograph can't be read.
        WeightsError: the weights are missing, damaged, or those of another network.
    """
    network, model = load_model(folder)
    classes = network.data.classes
    if label is not None:
        _check_known(label, classes, folder)
    pixels = read_photo(image, network.data.image_size, network.input_size)
    answering = inference_module(network, model)
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
        beyond_removal=_beyond_removal(network),
        attention=tuple(
            UlsamMaps(name=f"{'after' if found.inserted else 'for'} block {found.block}", maps=found.maps[0].numpy())
            for found in attention_maps(model, seen)
        ),
    )


def _beyond_removal(network: ExportedNetwork) -> str:
    """Returns the gain of attention in place of blocks over removing them, in words; empty where it replaces none."""
    replaced = replaced_blocks(network.candidate)
    if not replaced:
        return ""
    gain = network.measured.over_control
    blocks = f"block{'s' if len(replaced) > 1 else ''} {', '.join(map(str, replaced))}"
    return f"attention over removing {blocks}: not measured" if gain is None else gain.said


def _check_known(label: str, classes: Sequence[str], folder: Path) -> None:
    """Checks that ``label`` is one of ``classes``.

    Raises:
        UnknownLabelError: it is none of them.
    """
    if label in classes:
        return
    close = get_close_matches(label, classes, n=1)
    shown = ", ".join(classes[:_NAMED]) + (", ..." if len(classes) > _NAMED else "")
    hint = f"did you mean {close[0]!r}?" if close else f"it knows {shown}"
    raise UnknownLabelError("label", f"{folder} has no class {label!r}", remedy=hint)

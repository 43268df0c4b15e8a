"""Predictions of an exported network for photographs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from pipelines.errors import DataError
from pipelines.loading.photo import read_photo
from search.artifacts.inference_module import inference_module
from search.artifacts.model import load_model
from search.artifacts.network import ExportedNetwork
from search.errors import UsageError
from ulsam import MobileNet


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """The prediction for one photograph: classes with their probabilities, likeliest first; or why it can't be read."""

    image: Path
    classes: tuple[tuple[str, float], ...] = ()
    problem: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Returns the prediction for JSON."""
        if self.problem is not None:
            return {"image": str(self.image), "problem": self.problem}
        classes = [{"class": name, "probability": share} for name, share in self.classes]
        return {"image": str(self.image), "classes": classes}


class NotAFileError(UsageError):
    """A photograph does not exist."""


def predict(folder: Path, images: Sequence[Path], top: int) -> Iterator[Prediction]:
    """Returns an iterator over the predictions of the network in ``folder``, in the order of ``images``.

    Args:
        folder: of the exported network, or its ``arch.yaml``.
        images: photographs of any size; the prediction for one that can't be read says why.
        top: the number of classes for each, at least 1; no more than the network has.

    Raises:
        UsageError: an image does not exist, or files of the network are missing or damaged. Raised by the call itself,
            before the first prediction.
        WeightsError: the weights are missing, damaged, or those of another network.
    """
    check_photographs(images)
    network, model = load_model(folder)
    return predictions(network, model, images, top)


def check_photographs(images: Sequence[Path]) -> None:
    """Checks that all images exist.

    Raises:
        NotAFileError: some do not; the error names the first.
    """
    missing = [image for image in images if not image.is_file()]
    if missing:
        more = f", nor are {len(missing) - 1} more" if len(missing) > 1 else ""
        raise NotAFileError(f"not a file{more}", where=missing[0], remedy="give photographs")


def predictions(network: ExportedNetwork, model: MobileNet, images: Sequence[Path], top: int) -> Iterator[Prediction]:
    """Returns an iterator that predicts the classes of ``images``, one by one, in their order.

    Args:
        network: the exported network.
        model: the network with its weights; moved to the CPU and set to evaluation mode in place.
        images: photographs of any size; the prediction for one that can't be read says why.
        top: the number of classes for each, at least 1; no more than the network has.
    """
    probabilities = inference_module(network, model)

    def one(image: Path) -> Prediction:
        try:
            pixels = read_photo(image, network.data.image_size, network.input_size)
        except DataError as error:
            return Prediction(image=image, problem=str(error))
        with torch.inference_mode():
            shares, rows = probabilities(pixels)[0].topk(min(top, len(network.data.classes)))
        names = (network.data.classes[row] for row in rows.tolist())
        return Prediction(image=image, classes=tuple(zip(names, shares.tolist(), strict=True)))

    return map(one, images)

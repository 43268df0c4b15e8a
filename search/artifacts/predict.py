"""What an exported network says of photographs."""

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
    """Of one photograph: the classes with their probabilities, likeliest first; or why it can't be read."""

    image: Path
    classes: tuple[tuple[str, float], ...] = ()
    problem: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        if self.problem is not None:
            return {"image": str(self.image), "problem": self.problem}
        classes = [{"class": name, "probability": share} for name, share in self.classes]
        return {"image": str(self.image), "classes": classes}


class NotAFileError(UsageError):
    """There is no such photograph."""


def predict(folder: Path, images: Sequence[Path], top: int) -> Iterator[Prediction]:
    """What the network in ``folder`` says of each image, one by one; ``top``: how many classes.

    Raises:
        UsageError: the folder is missing or damaged, or an image is not there: said before the first prediction.
    """
    check_photographs(images)
    network, model = load_model(folder)
    return predictions(network, model, images, top)


def check_photographs(images: Sequence[Path]) -> None:
    """Refuses images that are not there.

    Raises:
        NotAFileError: some are not.
    """
    missing = [image for image in images if not image.is_file()]
    if missing:
        more = f", nor are {len(missing) - 1} more" if len(missing) > 1 else ""
        raise NotAFileError(f"not a file{more}", where=missing[0], remedy="give photographs")


def predictions(network: ExportedNetwork, model: MobileNet, images: Sequence[Path], top: int) -> Iterator[Prediction]:
    """What ``network`` says of each image, one by one, with the trained ``model`` of it."""
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

"""Predicts the class of each image of a split."""

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from pipelines.split import Split
from pipelines.training.logits import logits_on
from pipelines.training.predictions import Predictions
from pipelines.training.source import ImageSource


@torch.inference_mode()
def predictions_on(
    model: nn.Module,
    data: ImageSource,
    split: Split,
    input_size: int,
    device: torch.device,
    *,
    flip_average: bool = False,
) -> Predictions:
    """Returns the predictions of ``model`` for every image of ``split``, from the logits that its score is made of.

    Args:
        model: the network; it is in evaluation mode afterwards.
        data: the source of the images; of no group, so that it has the whole split.
        split: the name of the split.
        input_size: height and width of the images in pixels.
        device: where the network is.
        flip_average: whether to average the logits of an image and its mirror image.
    """
    parts: list[tuple[Tensor, ...]] = []
    for logits, labels in logits_on(model, data, split, input_size, device, flip_average=flip_average):
        probability, _ = logits.softmax(dim=1).max(dim=1)
        loss = cross_entropy(logits, labels, reduction="none")
        # The class is the one that accuracy counts; a softmax may round two logits to one probability.
        parts.append((labels.cpu(), logits.argmax(dim=1).cpu(), probability.double().cpu(), loss.double().cpu()))
    true, predicted, shares, losses = (torch.cat(column).numpy() for column in zip(*parts, strict=True))
    return Predictions(labels=true, predicted=predicted, probability=shares, loss=losses)

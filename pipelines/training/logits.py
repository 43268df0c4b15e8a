"""The logits of a network for the images of a split, from which it is scored and its classes are predicted."""

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from pipelines.split import Split
from pipelines.training.micro_batches import MicroBatches
from pipelines.training.precision import precision
from pipelines.training.source import ImageSource


@torch.inference_mode()
def logits_on(
    model: nn.Module, data: ImageSource, split: Split, input_size: int, device: torch.device, *, flip_average: bool
) -> Iterator[tuple[Tensor, Tensor]]:
    """Yields logits, (batch, classes) float32, and labels, (batch,) int64, for every image of ``split``.

    Args:
        model: the network; it is in evaluation mode afterwards.
        data: the source of the images.
        split: the name of the split.
        input_size: height and width of the images in pixels.
        device: where the network is.
        flip_average: whether to average the logits of an image and its mirror image.
    """

    def logits_of(images: Tensor, labels: Tensor) -> Tensor:
        images = images.contiguous(memory_format=torch.channels_last)
        with precision(device):
            logits: Tensor = model(images).float()
            return (logits + model(images.flip(3)).float()) / 2 if flip_average else logits

    model.eval()
    micro_batches = MicroBatches()
    with data.evaluation_batches(split, input_size) as batches:
        for images, labels in batches:
            yield torch.cat(micro_batches.each(images, labels, logits_of)), labels

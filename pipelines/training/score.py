"""How well a network does."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pipelines.split import Split
from pipelines.training.micro_batches import MicroBatches
from pipelines.training.precision import precision
from pipelines.training.source import ImageSource
from pipelines.training.worker_group import SINGLE_WORKER, WorkerGroup


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How a network does on a split: ``correct`` of ``images``, and its mean cross-entropy ``loss``."""

    correct: int
    images: int
    loss: float

    @property
    def accuracy(self) -> float:
        """Top-1, from 0 to 1."""
        return self.correct / self.images


@torch.inference_mode()
def score(
    model: nn.Module,
    data: ImageSource,
    split: Split,
    input_size: int,
    device: torch.device,
    *,
    flip_average: bool = False,
    group: WorkerGroup = SINGLE_WORKER,
) -> Score:
    """Scores ``model`` on every image of ``split``.

    ``flip_average``: by the mean logits of an image and its mirror image. ``group``: workers that each score the part
    that their ``data`` have; all get the score of the whole.
    """

    def logits_of(images: Tensor, labels: Tensor) -> Tensor:
        images = images.contiguous(memory_format=torch.channels_last)
        with precision(device):
            logits: Tensor = model(images).float()
            return (logits + model(images.flip(3)).float()) / 2 if flip_average else logits

    model.eval()
    micro_batches = MicroBatches()
    correct, loss, images_seen = 0, 0.0, 0
    with data.evaluation_batches(split, input_size) as batches:
        for images, labels in batches:
            logits = torch.cat(micro_batches.each(images, labels, logits_of))
            correct += int((logits.argmax(dim=1) == labels).sum())
            loss += float(F.cross_entropy(logits, labels, reduction="sum"))
            images_seen += len(labels)
    seen = torch.tensor([correct, loss, images_seen], dtype=torch.float64, device=device)
    group.sum([seen])
    correct, images_seen = int(seen[0]), int(seen[2])
    return Score(correct=correct, images=images_seen, loss=float(seen[1]) / images_seen)

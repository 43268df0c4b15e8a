"""How well a network does."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from pipelines.split import Split
from pipelines.training import metrics
from pipelines.training.micro_batches import MicroBatches
from pipelines.training.precision import precision
from pipelines.training.source import ImageSource
from pipelines.training.worker_group import SINGLE_WORKER, WorkerGroup


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How a network does on a split.

    Attributes:
        values: the mean of each of :data:`~pipelines.training.metrics.METRICS`, by its name.
        images: how many they are means of.
    """

    values: Mapping[str, float]
    images: int

    def __str__(self) -> str:
        further = [(metrics.metric_named(name), value) for name, value in self.further.items()]
        beside = "".join(f", {metric.label} {metric.in_words(value)}" for metric, value in further)
        return f"{metrics.ACCURACY.in_words(self.accuracy)} ({self.correct} of {self.images}){beside}"

    @property
    def accuracy(self) -> float:
        """Top-1, from 0 to 1."""
        return self.values["accuracy"]

    @property
    def loss(self) -> float:
        """The mean cross-entropy."""
        return self.values["loss"]

    @property
    def further(self) -> dict[str, float]:
        """The values of all metrics but accuracy, by name."""
        return {name: value for name, value in self.values.items() if name != "accuracy"}

    @property
    def correct(self) -> int:
        """How many images are classified correctly."""
        return round(self.accuracy * self.images)


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
    sums = dict.fromkeys((metric.name for metric in metrics.METRICS), 0.0)
    images_seen = 0
    with data.evaluation_batches(split, input_size) as batches:
        for images, labels in batches:
            logits = torch.cat(micro_batches.each(images, labels, logits_of))
            for metric in metrics.METRICS:
                sums[metric.name] += float(metric.sum_over(logits, labels))
            images_seen += len(labels)
    seen = torch.tensor([*sums.values(), images_seen], dtype=torch.float64, device=device)
    group.sum([seen])
    *totals, of_all = seen.tolist()
    return Score(values={name: total / of_all for name, total in zip(sums, totals, strict=True)}, images=int(of_all))

"""Scores a network on the images of a split."""

import torch
from torch import Tensor, nn

from pipelines.split import Split
from pipelines.training import metrics
from pipelines.training.micro_batches import MicroBatches
from pipelines.training.precision import precision
from pipelines.training.score import Score
from pipelines.training.source import ImageSource
from pipelines.training.worker_group import SINGLE_WORKER, WorkerGroup


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

    Args:
        model: the network; it is in evaluation mode afterwards.
        data: the source of the images.
        split: the name of the split to score on.
        input_size: height and width of the images in pixels.
        device: where the network is.
        flip_average: whether to average the logits of an image and its mirror image.
        group: the workers, each of which scores the part in its ``data``; all return the score of the whole split.
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

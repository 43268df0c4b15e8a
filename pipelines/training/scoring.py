"""Scores a network on the images of a split."""

from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn

from pipelines.split import Split
from pipelines.training.logits import logits_on
from pipelines.training.metrics import Metric, metrics_for
from pipelines.training.score import Score
from pipelines.training.source import ImageSource
from pipelines.training.worker_group import SINGLE_WORKER, WorkerGroup

SumOver = Callable[[Tensor, Tensor], Tensor]  # of logits and labels


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
    found = metrics_for(data.num_classes)
    sums: dict[SumOver, Tensor] = {}  # metrics of one sum share it
    seen = torch.zeros(1, dtype=torch.int64, device=device)
    for logits, labels in logits_on(model, data, split, input_size, device, flip_average=flip_average):
        _add(sums, found, logits, labels)
        seen += len(labels)
    if not seen:  # a worker without a part
        nothing = torch.zeros(0, data.num_classes, device=device), torch.zeros(0, dtype=torch.int64, device=device)
        _add(sums, found, *nothing)
    group.sum([*sums.values(), seen])
    images_seen = int(seen)
    return Score(
        values={metric.name: metric.value_of(sums[metric.sum_over], images_seen) for metric in found},
        images=images_seen,
        standard_errors={
            metric.name: metric.error_of(sums[metric.sum_over]) for metric in found if metric.error_of is not None
        },
    )


def _add(sums: dict[SumOver, Tensor], found: Iterable[Metric], logits: Tensor, labels: Tensor) -> None:
    """Adds a batch to the sums of metrics, in types that add up exactly, or nearly so."""
    for sum_over in dict.fromkeys(metric.sum_over for metric in found):
        some = sum_over(logits, labels)
        some = some.double() if some.is_floating_point() else some.long()
        sums[sum_over] = sums[sum_over] + some if sum_over in sums else some

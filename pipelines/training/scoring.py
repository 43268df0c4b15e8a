"""Scores a network on the images of a split."""

from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn

from pipelines.split import Split
from pipelines.training.logits import logits_on
from pipelines.training.metrics import Metric, metrics_for
from pipelines.training.own_metric import LoadedMetric
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
    own_metric: LoadedMetric | None = None,
    decides: bool = True,
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
        own_metric: a function of the user's own that is computed beside the metrics of this package; None: there is
            none.
        decides: whether to estimate the standard error of ``own_metric``, for which it is called a hundred times.

    Raises:
        MetricValueError: ``own_metric`` raises, or does not return a number from 0 to 1.
    """
    found = [(metric, metric.sum_over) for metric in metrics_for(data.num_classes) if metric.sum_over is not None]
    sums: dict[SumOver, Tensor] = {}  # metrics of one sum share it
    outputs: list[tuple[Tensor, Tensor]] = []  # labels and probabilities, which an own metric gets at once
    seen = torch.zeros(1, dtype=torch.int64, device=device)
    for logits, labels in logits_on(model, data, split, input_size, device, flip_average=flip_average):
        _add(sums, found, logits, labels)
        seen += len(labels)
        if own_metric is not None:
            outputs.append((labels, logits.softmax(dim=1)))
    if not seen:  # a worker without a part
        nothing = torch.zeros(0, data.num_classes, device=device), torch.zeros(0, dtype=torch.int64, device=device)
        _add(sums, found, *nothing)
        outputs.append(nothing[::-1])
    group.sum([*sums.values(), seen])
    images_seen = int(seen)
    values = {metric.name: metric.value_of(sums[sum_over], images_seen) for metric, sum_over in found}
    errors = {metric.name: metric.error_of(sums[sum_over]) for metric, sum_over in found if metric.error_of is not None}
    if own_metric is not None:
        of_all = [group.joined(torch.cat(parts)).cpu().numpy() for parts in zip(*outputs, strict=True)]
        values[own_metric.name] = own_metric.value(*of_all)
        if decides:
            errors[own_metric.name] = own_metric.error(*of_all)
    return Score(values=values, images=images_seen, standard_errors=errors)


def _add(sums: dict[SumOver, Tensor], found: Iterable[tuple[Metric, SumOver]], logits: Tensor, labels: Tensor) -> None:
    """Adds a batch to the sums of metrics, in types that add up exactly, or nearly so."""
    for sum_over in dict.fromkeys(sum_over for _, sum_over in found):
        some = sum_over(logits, labels)
        some = some.double() if some.is_floating_point() else some.long()
        sums[sum_over] = sums[sum_over] + some if sum_over in sums else some

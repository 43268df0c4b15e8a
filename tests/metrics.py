"""A metric as an engineer would add it: beside those of ``pipelines/training/metrics.py``, in ``METRICS``."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from torch import Tensor

from pipelines.training import metrics
from pipelines.training.metrics import Metric
from pipelines.training.shares import binomial_error


def _in_first_two(logits: Tensor, labels: Tensor) -> Tensor:
    return (logits.topk(2, dim=1).indices == labels[:, None]).any(dim=1).sum()


TOP_2 = Metric(
    name="top_2",
    label="top-2 accuracy",
    worst=0.0,
    best=1.0,
    of_chance=lambda classes: 2 / classes,
    sum_over=_in_first_two,
    standard_error=binomial_error,
    format_spec=".2%",
)


@contextmanager
def added(metric: Metric) -> Iterator[None]:
    """``metric`` among the metrics of this process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(metrics, "METRICS", (*metrics.METRICS, metric))
        yield

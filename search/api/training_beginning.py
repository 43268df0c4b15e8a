"""What a training begins with, and what of its search it goes without: weights, a teacher, a metric."""

from dataclasses import replace
from pathlib import Path

from pipelines.training.own_metric import OwnMetric
from pipelines.training.recipe import TAUGHT_SHARE
from search.api.own_metric import metric_in, metric_of
from search.api.training_watcher import TrainingWatcher
from search.artifacts.blueprint import Blueprint
from search.artifacts.network import ExportedNetwork
from search.artifacts.teacher import id_of_teacher
from search.errors import UsageError
from search.study.teacher_copy import teacher_copy


def scored_by(network: Blueprint, allow_code: str | None, watcher: TrainingWatcher) -> OwnMetric | None:
    """Returns the function of the user's own that a network is scored by as well; None: it is by none.

    Args:
        network: to be trained.
        allow_code: the import path of the function that may run; None: no code of the user's own may.
        watcher: notified of a function that the search used and that may not run now.

    Raises:
        UsageError, OwnMetricError: see :func:`~search.api.own_metric.metric_of`.
    """
    own, asked = metric_of(network, allow_code), metric_in(network)
    if own is None and asked is not None:
        watcher.scored_without(asked.path)
    return own


def begun_with(
    pretrained: Path | None, teacher: Path | None, network: Blueprint, runs: Path, watcher: TrainingWatcher
) -> Blueprint:
    """Returns a network with a recipe that learns from a teacher where there is one, and only there.

    Args:
        pretrained: the file of weights that the training starts from; None: it starts fresh.
        teacher: the folder of the teacher; None: there is none.
        network: to be trained.
        runs: the folder that may hold the run of its search.
        watcher: notified of weights and a teacher that the network had and does not have now.
    """
    recipe = network.recipe
    if pretrained is None and isinstance(network, ExportedNetwork) and network.origin.pretrained is not None:
        watcher.begins_fresh(network.origin.pretrained.file)
    if teacher is None and recipe.distill_weight:
        watcher.learns_from_labels(_teacher_in_run(network, runs))
        recipe = recipe.without_teacher
    elif teacher is not None and not recipe.distill_weight:
        recipe = replace(recipe, distill_weight=TAUGHT_SHARE)
    return network.model_copy(update={"recipe": recipe})


def _teacher_in_run(network: Blueprint, runs: Path) -> Path | None:
    """Returns the teacher of ``network``, as its search's run in ``runs`` keeps it; None: it is not there."""
    origin = network.origin if isinstance(network, ExportedNetwork) else None
    if origin is None or origin.search is None or origin.teacher is None:
        return None
    copy = teacher_copy(runs / origin.search.run)
    try:
        return copy if copy and id_of_teacher(ExportedNetwork.load(copy)) == origin.teacher.id else None
    except UsageError:
        return None  # a copy that can't be read is no teacher

"""One name for one evaluation, whichever search made it."""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from pipelines.fold import Fold
from pipelines.training.metrics import ACCURACY
from pipelines.training.recipe import METHOD, Recipe
from spaces import Candidate


def recipe_dict(recipe: Recipe, input_size: int) -> dict[str, Any]:
    """Returns the values of a recipe for keys and for plans of trainings.

    The input size was once a value of the recipe, and is kept here so that keys of earlier trainings are valid.

    Args:
        recipe: of the training.
        input_size: of the network, in pixels.
    """
    return {**recipe.to_dict(), "input_size": input_size}


def evaluation_key(
    candidate: Candidate,
    recipe: Recipe,
    data_id: str,
    *,
    seed: int,
    epochs: int,
    pretrained_sha256: str | None = None,
    cut_from: float | None = None,
    teacher: str | None = None,
    method: int = METHOD,
    metric: str = ACCURACY.name,
    metric_sha256: str | None = None,
    fold: Fold | None = None,
    groups_sha256: str | None = None,
) -> str:
    """Returns a hash of all that a value of a metric depends on; an evaluation with the same key need not be repeated.

    Args:
        candidate: the network.
        recipe: of the training.
        data_id: of the prepared data.
        seed: of weights, data order and views.
        epochs: the fidelity: the epochs trained, of the recipe's.
        pretrained_sha256: of the weights that the training starts from; None: it starts fresh.
        cut_from: the width of the network whose weights are cut for a narrower one; None: they are not cut, and the key
            is the same as in records of versions that did not cut.
        teacher: its :func:`network_id`, or the key of its training; None: no teacher, and the key is the same as in
            records of versions without teachers.
        method: of training and scoring.
        metric: of the value. The key of an accuracy does not contain it, as in records of versions without others.
        metric_sha256: of the source of a metric of a user's own; None: the metric is one of this package.
        fold: that the training leaves out and is scored on; None: the splits are as prepared, and the key is the same
            as in records of versions without folds.
        groups_sha256: of the file of groups that the folds keep together; counts only with a fold.

    Returns:
        64 hexadecimal digits.
    """
    whole = {
        "arch": candidate.arch.to_dict(),
        "recipe": recipe_dict(recipe, candidate.input_size),
        "data": data_id,
        "seed": seed,
        "epochs": epochs,
        "pretrained": pretrained_sha256,
        "method": method,
    }
    whole |= {} if metric == ACCURACY.name else {"metric": metric}
    whole |= {} if metric_sha256 is None else {"metric_sha256": metric_sha256}
    whole |= {} if cut_from is None else {"cut_from": cut_from}
    whole |= {} if teacher is None else {"teacher": teacher}
    whole |= {} if fold is None else {"fold": {"number": fold.number, "of": fold.of, "groups": groups_sha256}}
    return _hash(whole)


def network_id(candidate: Candidate, weights_sha256: str) -> str:
    """Returns a hash of all that a trained network's outputs depend on: 64 hexadecimal digits.

    Args:
        candidate: the network.
        weights_sha256: of the file of its weights.
    """
    return _hash(candidate.to_dict() | {"weights": weights_sha256})


def _hash(values: Mapping[str, Any]) -> str:
    return sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()

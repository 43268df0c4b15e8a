"""One name for one evaluation, whichever search made it."""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from pipelines.training.metrics import ACCURACY
from pipelines.training.recipe import METHOD, Recipe
from spaces import Candidate


def recipe_dict(recipe: Recipe, input_size: int) -> dict[str, Any]:
    """A recipe as keys and the plans of trainings have it.

    The input size was once a value of the recipe and stays among them, so that keys of earlier trainings are valid.
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
) -> str:
    """A hash of all that a value of a metric depends on: two evaluations with one key need not both be made.

    Args:
        candidate, recipe: what was trained, and how.
        data_id: of the prepared data.
        seed: of weights, data order and views.
        epochs: the fidelity: how far the training went, of the recipe's epochs.
        pretrained_sha256: of the weights it started from, if any.
        cut_from: the width of the network that those weights are of where they were cut for a narrower one. The key of
            a training from weights as they are does not name it, as in records of versions that cut none.
        teacher: that it learnt from, by its :func:`network_id`; None: none, as in records that know no teachers.
        method: of training and scoring.
        metric: that was read. The key of an accuracy does not name it, as in records that know no other.

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
    whole |= {} if cut_from is None else {"cut_from": cut_from}
    whole |= {} if teacher is None else {"teacher": teacher}
    return _hash(whole)


def network_id(candidate: Candidate, weights_sha256: str) -> str:
    """A hash of all that a trained network's answers depend on: 64 hexadecimal digits."""
    return _hash(candidate.to_dict() | {"weights": weights_sha256})


def _hash(values: Mapping[str, Any]) -> str:
    return sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()

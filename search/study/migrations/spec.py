"""Turns the JSON that earlier versions kept of a search into that of this one, a version at a time."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

JsonObject = dict[str, Any]


class NewerRecordError(ValueError):
    """A record was made by a later version.

    Attributes:
        version: of the record.
        known: the latest version that this one reads.
    """

    def __init__(self, version: int, known: int) -> None:
        super().__init__(f"expected a record of version {known} or earlier, got one of version {version}")
        self.version = version
        self.known = known


class IncompleteRecordError(ValueError):
    """A record lacks a key that every one of its version has.

    Attributes:
        version: of the record.
        key: that is missing.
    """

    def __init__(self, version: int, key: str) -> None:
        super().__init__(f"expected {key!r} in a record of version {version}, got none")
        self.version = version
        self.key = key


def migrated(spec: JsonObject) -> JsonObject:
    """Returns a spec in the form of this version; ``spec`` is not changed.

    Raises:
        NewerRecordError: the spec is of a later version.
        IncompleteRecordError: the spec lacks a key of its version.
    """
    version = spec.get("version", 1)
    if version > VERSION:
        raise NewerRecordError(version, VERSION)
    for step in _STEPS[version - 1 :]:
        try:
            spec = step(spec)
        except KeyError as error:
            raise IncompleteRecordError(version, error.args[0]) from None
    return spec | {"version": VERSION}


def _name_the_costs_of_the_reference(spec: JsonObject) -> JsonObject:
    """Version 1 knew two costs, both of them objectives: ``reference: {accuracy, params, flops}``."""
    accuracy, costs = spec["reference"]["accuracy"], {name: spec["reference"][name] for name in ("params", "flops")}
    return spec | {
        "reference": {"accuracy": accuracy, "costs": costs},
        "search": {"objectives": list(costs)} | spec["search"],
    }


def _name_the_value_of_the_reference(spec: JsonObject) -> JsonObject:
    """Version 2 called the value ``accuracy``, whatever the search maximises."""
    reference = {"value": spec["reference"]["accuracy"], "costs": spec["reference"]["costs"]}
    return spec | {"reference": reference}


def _say_that_no_baselines_are_trained(spec: JsonObject) -> JsonObject:
    """Version 3 trained plain networks as others, where its sampler proposed them."""
    return spec | {"search": {"baselines": False} | spec["search"]}


def _list_the_pretrained_files(spec: JsonObject) -> JsonObject:
    """Version 4 knew one file of weights to start from, of PyTorch's convention, and its SHA-256."""
    sha256 = spec.get("pretrained_sha256")
    if sha256 is None:
        return spec
    return spec | {"pretrained": [{"file": Path(spec["training"]["pretrained"]).name, "sha256": sha256}]}


def _say_that_budgets_had_no_weight(spec: JsonObject) -> JsonObject:
    """Version 5 chose networks by the front's hypervolume alone."""
    return spec | {"search": {"budget_weight": 0.0} | spec["search"]}


# Each from its index + 1 to the next version.
_STEPS: tuple[Callable[[JsonObject], JsonObject], ...] = (
    _name_the_costs_of_the_reference,
    _name_the_value_of_the_reference,
    _say_that_no_baselines_are_trained,
    _list_the_pretrained_files,
    _say_that_budgets_had_no_weight,
)
VERSION = len(_STEPS) + 1

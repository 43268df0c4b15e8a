"""``arch.yaml`` of an exported network: metrics and costs by name, in files of any version."""

from math import inf
from pathlib import Path
from typing import Any

import pytest
import yaml

from search.artifacts.network import CostMismatchError, ExportedNetwork
from search.artifacts.write import network_of
from search.errors import FileError
from search.study.folds_spec import FoldsSpec
from tests.search.factory import spec, trained

SPEC = spec()
(TRIAL,) = trained(SPEC, [next(iter(SPEC.search_space))])
EXPORTED = network_of(SPEC, TRIAL)


def read(path: Path, **measured: Any) -> ExportedNetwork:
    """The network in a file that says this of what was measured."""
    values = yaml.safe_load(EXPORTED.yaml())
    values["measured"] = measured
    path.write_text(yaml.safe_dump(values))
    return ExportedNetwork.load(path)


def written() -> dict[str, Any]:
    measured: dict[str, Any] = yaml.safe_load(EXPORTED.yaml())["measured"]
    return measured


def test_metrics_and_costs_stand_by_name() -> None:
    measured = written()
    assert TRIAL.result is not None
    assert measured["metrics"] == TRIAL.result.epochs[-1].val
    assert measured["costs"] == TRIAL.costs


def test_a_file_of_an_earlier_version_is_read(tmp_path: Path) -> None:
    measured = written()
    metrics, costs, images = measured.pop("metrics"), measured.pop("costs"), measured["images"]
    earlier = {"accuracy": metrics["accuracy"], "correct": round(metrics["accuracy"] * images), **costs}
    network = read(tmp_path / "arch.yaml", **measured, **earlier)
    assert network.measured.metrics == {"accuracy": metrics["accuracy"]}
    assert network.measured.costs == costs
    assert (network.measured.accuracy, network.measured.correct) == (earlier["accuracy"], earlier["correct"])


@pytest.mark.parametrize("name", ["params", "flops"])
def test_other_costs_than_those_of_the_architecture_are_refused(tmp_path: Path, name: str) -> None:
    measured = written()
    measured["costs"][name] += 1
    with pytest.raises(CostMismatchError) as refused:
        read(tmp_path / "arch.yaml", **measured)
    assert f"{TRIAL.costs[name]:,}" in refused.value.expected
    assert refused.value.got == f"{TRIAL.costs[name] + 1:,}"


def test_costs_and_metrics_that_only_another_version_knows_stay(tmp_path: Path) -> None:
    measured = written()
    measured["costs"] = {"params": TRIAL.costs["params"], "energy": 5}
    measured["metrics"]["top_9"] = 0.5
    network = read(tmp_path / "arch.yaml", **measured)
    assert network.measured.costs == measured["costs"]
    assert network.measured.metrics == measured["metrics"]
    assert str(network.measured.score)


@pytest.mark.parametrize("metrics", [{}, {"loss": 0.5}, {"accuracy": 1.5}])
def test_there_is_an_accuracy_from_0_to_1(tmp_path: Path, metrics: dict[str, float]) -> None:
    with pytest.raises(FileError) as refused:
        read(tmp_path / "arch.yaml", **(written() | {"metrics": metrics}))
    assert [mistake.where for mistake in refused.value.mistakes] == ["measured.metrics"]


def test_an_infinite_loss_is_left_out(tmp_path: Path) -> None:
    values = EXPORTED.measured.model_dump()
    values["metrics"] = {"accuracy": 0.5, "loss": inf}
    assert type(EXPORTED.measured)(**values).metrics == {"accuracy": 0.5}


def test_a_score_on_a_fold_names_the_groups_that_its_folds_keep_together() -> None:
    folds = FoldsSpec(images=(100, 128), groups_sha256="a" * 64)
    known = SPEC.model_copy(update={"folds": folds, "search": SPEC.search.model_copy(update={"folds": 2})})
    measured = network_of(known, TRIAL).measured
    assert measured.fold is not None
    assert measured.groups_sha256 == "a" * 64
    assert not measured.has_other_folds("a" * 64)
    assert measured.has_other_folds("b" * 64)
    assert measured.has_other_folds(None)
    earlier = measured.model_copy(update={"groups_sha256": None})
    assert not earlier.has_other_folds("b" * 64), "not known"
    assert not EXPORTED.measured.has_other_folds("b" * 64), "no fold"

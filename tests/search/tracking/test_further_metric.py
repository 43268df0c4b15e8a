"""A metric that is added to ``METRICS`` is computed, maximised, recorded, shown and logged; nothing else is told."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

pytest.importorskip("mlflow")
from mlflow import MlflowClient

from pipelines.datasets import digits
from pipelines.storage.prepare import prepare
from search.analysis.front import complete, pareto_front
from search.artifacts.write import network_of
from search.config.settings import SearchSettings
from search.errors import UsageError
from search.ray_backend.trial_worker import EPOCH, RESULT, RUNG, TASK, TrialWorker
from search.render.comparison import Comparison
from search.render.front_page import page_data
from search.render.front_table import csv_table, front_columns, front_rows
from search.render.overview import Overview
from search.render.report import report
from search.run.driver import Driver
from search.run.task import TrialTask
from search.run.warm_start import WarmStartMetricError, reusable
from search.study.folder import RunFolder
from search.study.spec import StudySpec
from search.study.study import StudyRecord
from tests.metrics import TOP_2, added
from tests.search.factory import fill, new_run, result, settings
from tests.search.tracking.mirrored import mirror, runs

TRIALS = 3
SECTIONS = {
    "space": {"backbones": ["mobilenet_v1"], "widths": [0.1, 0.2], "groups": [1], "placements": {"at_most": 1}},
    "training": {"epochs": 3, "batch_size": 128, "recalibration_batches": 1, "input_size": 8},
}


@pytest.fixture(scope="module", autouse=True)
def metric() -> Iterator[None]:
    threads = torch.get_num_threads()  # a worker sets it
    with added(TOP_2):
        yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def searched(tmp_path_factory: pytest.TempPathFactory) -> tuple[RunFolder, StudyRecord]:
    """A small search that maximised top-2 accuracy, with real trainings in this process."""
    folder = tmp_path_factory.mktemp("searched")
    manifest = prepare(digits(), folder / "digits", image_size=8)
    wanted = SearchSettings.model_validate(
        SECTIONS
        | {"name": "two", "data": str(folder / "digits")}
        | {"search": {"metric": "top_2", "sampler": "random", "rungs": [1], "confirm": 0}}
    )
    run, record = RunFolder.create(folder, wanted, StudySpec.of(wanted, manifest))
    driver = Driver(run, record, TRIALS)
    while (task := driver.next_task()) is not None:
        train(driver, task)
    return run, record


def train(driver: Driver, task: TrialTask) -> None:
    """What Ray does with a task, in this process."""
    worker = TrialWorker({TASK: task})
    while RESULT not in (said := worker.step()):
        driver.epoch_done(task.number, said[EPOCH])
        if RUNG in said and not driver.rung_reached(task.number, said[RUNG]):
            driver.trial_stopped(task.number)
            return
    driver.trial_ended(task.number, said[RESULT])


def test_the_search_maximises_it(searched: tuple[RunFolder, StudyRecord]) -> None:
    _, record = searched
    networks = complete(record.ended())
    assert len(networks) >= TRIALS - 1
    for network in networks:
        assert network.result is not None
        last = network.result.epochs[-1].val
        assert network.accuracy == last["top_2"] > last["accuracy"], "of ten classes, two guesses beat one"
        assert set(network.result.rungs) == {1}
    assert record.spec.reference.accuracy == 2 / 10
    best = max(networks, key=lambda network: network.accuracy)
    assert best.number in {network.number for network in pareto_front(record.ended(), 0.0)}


def test_tables_json_and_pages_have_it_under_its_name(searched: tuple[RunFolder, StudyRecord]) -> None:
    run, record = searched
    spec, ended = record.spec, record.ended()
    (first, *_) = front_rows(spec, ended)
    assert first.to_dict()["top_2"] == first.value
    assert "accuracy" not in first.to_dict()
    assert front_columns(spec)[1] == "top-2 accuracy"
    assert csv_table(spec, ended).splitlines()[0].split(",")[1] == "top_2"
    status = Overview.of(run).to_dict()
    assert status["best_top_2"] == max(network.accuracy for network in complete(ended))
    page = page_data(spec, ended)
    assert page["metric"] == "top-2 accuracy"
    curves = {network["trial"]: network["curve"] for network in page["networks"]}
    for trial in complete(ended):
        assert trial.result is not None
        assert curves[trial.number] == [round(epoch.val["top_2"], 5) for epoch in trial.result.epochs]
    assert "top-2 accuracy" in report(spec, ended)


def test_mlflow_has_it_by_epoch_and_at_the_end(searched: tuple[RunFolder, StudyRecord], database: str) -> None:
    _, record = searched
    assert mirror(database, record, (), list(record.ended())).problem is None
    _, children = runs(database, "two")
    for trial in complete(record.ended()):
        assert trial.result is not None
        logged = children[trial.number]
        assert logged.data.metrics["top_2"] == trial.accuracy
        assert "accuracy" not in logged.data.metrics
        assert logged.data.metrics["rung_top_2"] == trial.result.rungs[1]
        curve = MlflowClient(database).get_metric_history(logged.info.run_id, "val_top_2")
        assert [point.value for point in curve] == [epoch.val["top_2"] for epoch in trial.result.epochs]


def test_an_export_has_the_accuracy_all_the_same(searched: tuple[RunFolder, StudyRecord]) -> None:
    _, record = searched
    for trial in complete(record.ended()):
        assert trial.result is not None
        measured = network_of(record.spec, trial).measured
        assert measured.accuracy == trial.result.epochs[-1].val_accuracy
        assert measured.correct == round(measured.accuracy * measured.images)


def test_its_trainings_are_not_those_of_accuracy(searched: tuple[RunFolder, StudyRecord], tmp_path: Path) -> None:
    run, record = searched
    accuracy = record.spec.model_copy(
        update={"search": record.spec.search.model_copy(update={"metric": "accuracy", "warm_start": ("two",)})}
    )
    arch = record.ended()[0].arch
    assert accuracy.key_of(arch, 0) != record.spec.key_of(arch, 0)
    with pytest.raises(WarmStartMetricError):
        reusable(run.path.parent, accuracy)


def test_searches_for_different_metrics_are_not_compared(tmp_path: Path) -> None:
    sides = []
    for name in ("top_2", "accuracy"):
        folder, record = new_run(tmp_path, name, search={"metric": name})
        fill(record, [result(0.5)])
        sides.append(folder)
    with pytest.raises(UsageError, match="top_2 and accuracy"):
        Comparison.of(sides)


@pytest.mark.parametrize("name", ["loss", "top_3", "Accuracy"])
def test_only_a_share_where_more_is_better_can_be_maximised(name: str) -> None:
    assert settings(search={"metric": "top_2"}).search.metric == "top_2"
    assert settings().search.metric == "accuracy"
    with pytest.raises(ValueError, match="'accuracy' or 'top_2'"):
        settings(search={"metric": name})

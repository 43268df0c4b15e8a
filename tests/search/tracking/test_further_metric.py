"""A metric that is added to ``METRICS`` is computed, maximised, recorded, shown and logged; nothing else is told."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml

pytest.importorskip("mlflow")
from mlflow import MlflowClient

from pipelines.datasets import digits
from pipelines.storage.prepare import prepare
from search.analysis.front import complete, pareto_front
from search.analysis.interval import binomial_interval
from search.api.export import export
from search.api.record_evaluation import record_evaluation
from search.artifacts.evaluate import evaluate
from search.artifacts.network import ExportedNetwork
from search.config.settings import SearchSettings
from search.errors import UsageError
from search.ray_backend.trial_worker import EPOCH, RESULT, RUNG, TASK, TrialWorker
from search.render.comparison import Comparison
from search.render.evaluation_table import final_cells, final_columns
from search.render.front_page import page_data
from search.render.front_table import csv_table, front_columns, front_rows
from search.render.overview import Overview
from search.render.report import report
from search.run.driver import Driver
from search.run.task import TrialTask
from search.run.warm_start import WarmStartMetricError, reusable
from search.study.final_evaluation import FinalEvaluation
from search.study.folder import RunFolder
from search.study.spec import StudySpec
from search.study.study import StudyRecord
from search.tracking.mlflow_evaluations import write_evaluations
from tests.metrics import TOP_2, added
from tests.search.factory import fill, new_run, result, score, settings
from tests.search.tracking.mirrored import children, mirror, runs

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
        assert network.value == last["top_2"] > last["accuracy"], "of ten classes, two guesses beat one"
        assert set(network.result.rungs) == {1}
    assert record.spec.reference.value == 2 / 10
    best = max(networks, key=lambda network: network.value)
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
    assert status["best_top_2"] == max(network.value for network in complete(ended))
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
        assert logged.data.metrics["top_2"] == trial.value
        assert "accuracy" not in logged.data.metrics
        assert logged.data.metrics["rung_top_2"] == trial.result.rungs[1]
        curve = MlflowClient(database).get_metric_history(logged.info.run_id, "val_top_2")
        assert [point.value for point in curve] == [epoch.val["top_2"] for epoch in trial.result.epochs]


def test_an_export_has_it_beside_the_accuracy(searched: tuple[RunFolder, StudyRecord], tmp_path: Path) -> None:
    run, _ = searched
    choice = export("two", tmp_path / "best", formats=(), runs=run.path.parent)
    assert choice.trial.result is not None
    measured = ExportedNetwork.load(tmp_path / "best").measured
    assert measured.metrics == choice.trial.result.epochs[-1].val
    assert measured.metrics["top_2"] == choice.trial.value > measured.accuracy
    assert choice.figures()["measured"]["top_2"] == choice.trial.value
    card = (tmp_path / "best" / "README.md").read_text()
    interval = binomial_interval(choice.trial.value, measured.images).describe("images")
    assert f"| validation top-2 accuracy | {TOP_2.in_words(choice.trial.value)}; {interval} |" in card
    assert {"type": "top_2", "value": round(choice.trial.value, 4)} in metadata(card)["results"][0]["metrics"]


def metadata(card: str) -> Any:
    """What a model card says to programs."""
    (index,) = yaml.safe_load(card.split("---")[1])["model-index"]
    return index


def test_what_is_scored_after_the_search_is_shown_and_logged_by_it(
    searched: tuple[RunFolder, StudyRecord], tmp_path: Path, database: str
) -> None:
    run, record = searched
    spec, runs_folder = record.spec, run.path.parent
    export("two", tmp_path / "best", formats=(), runs=runs_folder)
    evaluated = evaluate(tmp_path / "best")
    record_evaluation(evaluated.network, tmp_path / "best", runs_folder, evaluated.test, tmp_path / "errors.html")
    (final,) = record.final_evaluations()
    assert final.errors_page == str(tmp_path / "errors.html")
    assert final.val == evaluated.network.measured.score
    assert final.test == evaluated.test
    val, test = evaluated.val.values["top_2"], evaluated.test.values["top_2"]
    assert val == final.val.values["top_2"] > evaluated.val.accuracy
    row = dict(zip(final_columns(spec), final_cells(spec, [final])[0], strict=True))
    assert [row["validation"].split(" ")[0], row["test"].split(" ")[0]] == [f"{val:.2%}", f"{test:.2%}"]
    assert f"top-2 accuracy {TOP_2.in_words(test)}" in str(evaluated.test)
    mirror(database, record, (), list(record.ended()))
    write_evaluations(database, spec, [final])
    logged = children(database, "two")["final evaluation: best"].data.metrics
    assert (logged["final_top_2"], logged["test_top_2"]) == (val, test)


def test_a_score_noted_before_the_metric_was_known_is_no_other(searched: tuple[RunFolder, StudyRecord]) -> None:
    _, record = searched
    candidate, val = record.ended()[0].candidate, score(3, 4)
    final = FinalEvaluation(
        weights_sha256="a", candidate=candidate, trial=0, epochs=3, seed=0, folder="/x", val=val, test=val
    )
    row = dict(zip(final_columns(record.spec), final_cells(record.spec, [final])[0], strict=True))
    assert row["validation"] == row["test"] == "unknown"


def test_its_trainings_are_not_those_of_accuracy(searched: tuple[RunFolder, StudyRecord], tmp_path: Path) -> None:
    run, record = searched
    accuracy = record.spec.model_copy(
        update={"search": record.spec.search.model_copy(update={"metric": "accuracy", "warm_start": ("two",)})}
    )
    candidate = record.ended()[0].candidate
    assert accuracy.key_of(candidate, 0) != record.spec.key_of(candidate, 0)
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
    with pytest.raises(ValueError, match=r"'accuracy' or .* or 'top_2'"):
        settings(search={"metric": name})

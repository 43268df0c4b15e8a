"""Decisions go by the metric's own error, which a trial records where its value does not determine it."""

import json
from collections.abc import Mapping
from dataclasses import replace
from math import hypot, sqrt
from pathlib import Path

import pytest
from sqlalchemy import text

from search.analysis.front import complete
from search.analysis.gain import gain_over, scores_by_seed
from search.analysis.seed_spread import seed_spread
from search.analysis.uncertainty import PossiblyOptimal, ValueUncertainty, on_front
from search.run.driver import Driver
from search.study.trial import Status, TrialRecord, TrialResult
from tests.search.factory import fill, new_run, result

BALANCED = {"metric": "balanced_accuracy", "rungs": [1], "sampler": "random"}


def scored(value: float, error: float | None, rungs: Mapping[int, float] | None = None) -> TrialResult:
    errors = {} if error is None or rungs is None else dict.fromkeys(rungs, error)
    return replace(result(value, epochs=4), standard_error=error, rungs=dict(rungs or {}), rung_errors=errors)


def statuses(tmp_path: Path, error: float) -> list[Status]:
    """What becomes of trials with one cost order, the cheapest first, of which the later ones score much less."""
    folder, record = new_run(tmp_path, search=BALANCED, training={"epochs": 4})
    driver = Driver(folder, record, trials=8)
    for number in range(8):
        task = driver.next_task()
        assert task is not None
        done = scored(0.9 if number < 4 else 0.5, error, {1: 0.9 if number < 4 else 0.5})
        if driver.rung_reached(task.number, done):
            driver.trial_ended(task.number, done)
        else:
            driver.trial_stopped(task.number)
    return [trial.status for trial in folder.open_record().trials()]


def test_early_stopping_goes_by_the_errors_of_rungs(tmp_path: Path) -> None:
    assert Status.STOPPED in statuses(tmp_path / "sure", 0.01)
    assert Status.STOPPED not in statuses(tmp_path / "unsure", 0.15)


@pytest.fixture
def two(tmp_path: Path) -> tuple[TrialRecord, ...]:
    _, record = new_run(tmp_path, search=BALANCED)
    fill(record, [scored(0.7, 0.03), scored(0.6, 0.05)])
    return tuple(record.ended())


def test_fronts_intervals_and_gains_go_by_the_recorded_error(tmp_path: Path, two: tuple[TrialRecord, ...]) -> None:
    spec = new_run(tmp_path / "again", search=BALANCED)[1].spec
    first, other = complete(two)
    uncertainty = ValueUncertainty([first, other], spec)
    assert [uncertainty.error(first), uncertainty.error(other)] == [0.03, 0.05]
    scores = scores_by_seed(two)
    gain = gain_over(
        scores[first.candidate],
        other.candidate,
        scores[other.candidate],
        spec,
        seed_spread(scores.values()),
        recorded=(first.standard_error, other.standard_error),
    )
    assert gain.error == pytest.approx(hypot(0.03, 0.05))
    alike = [first, replace(other, costs=first.costs)]
    sure = [replace(trial, result=scored(trial.value, 0.001)) for trial in alike]
    assert PossiblyOptimal(spec, alike).numbers == {0, 1}
    assert PossiblyOptimal(spec, sure).numbers == {0}
    assert on_front(alike, spec)[1] > 0.01 > on_front(sure, spec)[1]


def test_a_record_keeps_errors(two: tuple[TrialRecord, ...]) -> None:
    assert [trial.standard_error for trial in two] == [0.03, 0.05]


def test_a_record_of_a_version_without_errors_goes_on(tmp_path: Path) -> None:
    folder, record = new_run(tmp_path, search={"rungs": [1], "sampler": "random"}, training={"epochs": 4})
    fill(record, [scored(0.9, None, {1: 0.9}), scored(0.8, None, {1: 0.8})])
    with record._storage.engine.begin() as connection:
        rows = connection.execute(text("SELECT trial_user_attribute_id, value_json FROM trial_user_attributes"))
        for key, value in rows.fetchall():
            kept = json.loads(value)
            if isinstance(kept, dict) and "rung_errors" in kept:
                del kept["rung_errors"], kept["standard_error"]
                connection.execute(
                    text("UPDATE trial_user_attributes SET value_json = :value WHERE trial_user_attribute_id = :key"),
                    {"value": json.dumps(kept), "key": key},
                )
    earlier = folder.open_record()
    networks = complete(earlier.ended())
    assert [network.standard_error for network in networks] == [None, None]
    uncertainty = ValueUncertainty(networks, earlier.spec)
    images = earlier.spec.data.val_images
    assert [uncertainty.error(network) for network in networks] == pytest.approx(
        [sqrt(0.9 * 0.1 / images), sqrt(0.8 * 0.2 / images)]
    )
    driver = Driver(folder, earlier, trials=3)
    task = driver.next_task()
    assert task is not None
    assert driver.rung_reached(task.number, scored(0.9, None, {1: 0.95}))
    driver.trial_ended(task.number, scored(0.95, None, {1: 0.95}))
    assert driver.finished

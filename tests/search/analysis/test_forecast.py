"""Prices by arithmetic."""

from dataclasses import replace

import numpy as np
import pytest

from pipelines.errors import RangeError
from search.analysis.forecast import (
    WORKER_START,
    ComputeEstimate,
    Concurrency,
    MachineTooSmallError,
    StepModel,
    TrialWork,
)
from tests.search.factory import spec


def test_steps_that_are_a_line_in_flops_are_found_again() -> None:
    flops = [1_000_000, 5_000_000, 9_000_000]
    model = StepModel.fit(flops, [0.01 + 2e-9 * count for count in flops])
    assert (model.base, model.per_flop) == (pytest.approx(0.01), pytest.approx(2e-9))
    assert model.seconds(np.array([3_000_000])) == pytest.approx([0.016])


def test_neither_part_is_negative() -> None:
    falling = StepModel.fit([1_000, 2_000], [0.02, 0.01])
    assert falling.per_flop == 0
    assert falling.base > 0
    with pytest.raises(RangeError) as refused:
        StepModel.fit([1], [0.0])
    assert (refused.value.where, refused.value.got) == ("seconds", [0.0])


def test_a_trial_is_its_epochs_and_its_rungs() -> None:
    known = spec(training={"epochs": 20, "batch_size": 32}, search={"rungs": "auto"})
    work = TrialWork.of(known, train_images=1000)
    assert work.epochs == 22, "two rungs, an epoch each"
    assert work.steps == pytest.approx(22 * (1000 // 32 + known.data.val_images / 32 / 3))
    assert TrialWork.of(spec(training={"batch_size": 128}), train_images=40).batch_size == 40


def test_the_price_is_trials_times_seconds_over_those_at_once() -> None:
    known = spec(search={"trials": 60}, resources={"cpus": 2, "gpus": 0.5})
    price = ComputeEstimate.of(known, seconds=120, at_once=4, trials=60)
    assert price.start_seconds == WORKER_START
    start = WORKER_START / 3600
    assert price.hours == pytest.approx(0.5 + start), "all workers start at once"
    assert price.cpu_hours == pytest.approx(4 + 4 * 2 * start)
    assert price.gpu_hours == pytest.approx(1 + 4 * 0.5 * start)
    assert price.trials_within(0.5 + start) == 60
    assert price.trials_within(0.5) == 59
    assert ComputeEstimate.of(known, seconds=120, at_once=100, trials=60).at_once == 60


def test_a_teacher_is_trained_alone_and_is_not_scored_at_rungs() -> None:
    known = spec(training={"epochs": 20, "batch_size": 32}, search={"rungs": "auto"}, resources={"cpus": 2, "gpus": 1})
    assert TrialWork.of_teacher(known, 1000) == replace(TrialWork.of(known, 1000), epochs=20)
    bare = ComputeEstimate.of(known, seconds=120, at_once=4, trials=60)
    price = replace(bare, teacher_seconds=360, start_seconds=0)
    assert price.hours == pytest.approx(0.5 + 0.1)
    assert price.gpu_hours == pytest.approx(2.1)
    assert price.cpu_hours == pytest.approx(2 * 2.1)


def test_as_many_as_fit() -> None:
    assert Concurrency.of(spec(resources={"cpus": 3}), cpus=8, gpus=0).trials == 2
    assert Concurrency.of(spec(resources={"cpus": 1, "gpus": 0.5}), cpus=8, gpus=1).trials == 2
    asked = Concurrency.of(spec(search={"concurrent": 9}), cpus=2, gpus=0)
    assert (asked.trials, asked.fits_here, asked.asked) == (9, 2, True)
    with pytest.raises(MachineTooSmallError) as refused:
        Concurrency.of(spec(resources={"cpus": 4}), cpus=2, gpus=0)
    assert refused.value.where == "resources"


def test_a_search_with_nothing_left_to_train_costs_nothing() -> None:
    """A warm start had taken over every network: the hours were divided by no trials at once."""
    price = ComputeEstimate.of(spec(), seconds=60, at_once=2, trials=0)
    assert (price.hours, price.cpu_hours, price.gpu_hours) == (0, 0, 0)

"""The front and the possibly optimal networks, brought up to date trial by trial, against what all trials say."""

from dataclasses import replace
from datetime import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.analysis.front import Front, complete, pareto_front
from search.analysis.interval import interval_of
from search.analysis.uncertainty import PossiblyOptimal, ValueUncertainty
from search.optimize.pareto import ReferencePoint, hypervolume
from search.study.trial import Status, TrialRecord, TrialResult
from spaces import Candidate
from tests.search.factory import spec
from ulsam import ArchConfig

FIGURES = st.lists(st.tuples(st.integers(1, 6), st.integers(0, 20), st.integers(1, 9), st.integers(1, 9)), max_size=20)
REFERENCE = ReferencePoint(value=0.0, costs={"params": 1000, "flops": 1000})


def trials_of(figures: list[tuple[int, int, int, int]]) -> list[TrialRecord]:
    """Trials of a few networks: each entry is which, its accuracy in twentieths, and what it costs the first time."""
    costs: dict[int, tuple[int, int]] = {}
    trials = []
    for number, (network, accuracy, params, flops) in enumerate(figures):
        own = costs.setdefault(network, (100 * params, 100 * flops))
        trials.append(
            TrialRecord(
                number=number,
                candidate=Candidate(
                    arch=ArchConfig(backbone="mobilenet_v2", width=1.0, num_classes=network), input_size=32
                ),
                costs=dict(zip(("params", "flops"), own, strict=True)),
                minimised=("params", "flops"),
                seed=number,
                status=Status.COMPLETE,
                started=datetime(2026, 1, 1),
                result=TrialResult(value=accuracy / 20),
            )
        )
    return trials


@given(FIGURES, st.sampled_from([0.0, 0.01, 0.5]))
def test_one_by_one_comes_to_the_same_front(figures: list[tuple[int, int, int, int]], epsilon: float) -> None:
    trials, front = trials_of(figures), Front()
    for count, trial in enumerate(trials, 1):
        front.add(trial)
        assert front.members(epsilon) == pareto_front(trials[:count], epsilon)
        points = [network.objectives for network in complete(trials[:count])]
        assert front.hypervolume(REFERENCE) == pytest.approx(hypervolume(points, REFERENCE))
        assert front.numbers == {member.number for member in front.members()}


def test_trials_without_an_accuracy_change_nothing() -> None:
    (trial,) = trials_of([(1, 10, 1, 1)])
    front = Front([trial])
    front.add(replace(trial, number=1, status=Status.FAILED, result=TrialResult(failure="x")))
    assert front.members() == [trial]


@given(FIGURES)
def test_who_no_longer_contends_never_does_again(figures: list[tuple[int, int, int, int]]) -> None:
    trials, search = trials_of(figures), spec()
    one_by_one, once = PossiblyOptimal(search), set[ArchConfig]()
    for trial in trials:
        before = one_by_one.numbers
        one_by_one.add(trial)
        assert one_by_one.numbers <= before | ({trial.number} - {n.number for n in trials if n.arch in once})
        once.add(trial.arch)


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(1, 9), st.integers(1, 9)), min_size=1, max_size=12))
def test_of_single_accuracies_it_does_not_matter_in_which_order_they_come(rows: list[tuple[int, int, int]]) -> None:
    trials, search = trials_of([(network, *row) for network, row in enumerate(rows, 1)]), spec()
    one_by_one = PossiblyOptimal(search)
    for trial in trials:
        one_by_one.add(trial)
    assert one_by_one.numbers == PossiblyOptimal(search, trials).numbers
    assert {trial.number for trial in pareto_front(trials)} <= one_by_one.numbers


def test_a_possibly_optimal_network_is_within_three_standard_errors_of_the_difference() -> None:
    search, best = spec(), 0.9
    verdicts = []
    for accuracy in np.linspace(0.6, 0.9, 31):
        first, other = trials_of([(1, 18, 1, 1), (2, 0, 2, 2)])
        other = replace(other, result=TrialResult(value=float(accuracy)))
        variance = (best * (1 - best) + accuracy * (1 - accuracy)) / search.data.val_images
        verdicts.append(1 in PossiblyOptimal(search, [first, other]).numbers)
        assert verdicts[-1] == (best - accuracy <= 3 * np.sqrt(variance))
    assert set(verdicts) == {True, False}


def test_further_seeds_lessen_what_seeds_differ_by_but_not_what_the_images_leave_open() -> None:
    search = spec()
    several = complete(trials_of([(1, 10, 1, 1), (1, 12, 1, 1), (1, 14, 1, 1), (2, 10, 2, 2)]))
    of_images = np.sqrt(0.6 * 0.4 / search.data.val_images)
    error = ValueUncertainty(several, search).error
    assert error(several[0]) == pytest.approx(np.hypot(of_images, 0.1 / np.sqrt(3)))
    assert error(several[1]) == pytest.approx(np.hypot(np.sqrt(0.25 / search.data.val_images), 0.1))
    (alike,) = complete(trials_of([(1, 10, 1, 1)] * 4))
    assert ValueUncertainty([alike], search).error(alike) == pytest.approx(np.sqrt(0.25 / search.data.val_images))


def test_intervals_include_what_seeds_differ_by_where_that_is_known() -> None:
    search = spec()
    images = search.data.val_images
    several = complete(trials_of([(1, 10, 1, 1), (1, 12, 1, 1), (1, 14, 1, 1), (2, 10, 2, 2)]))
    uncertainty = ValueUncertainty(several, search)
    intervals = [uncertainty.interval(network) for network in several]
    assert intervals == [interval_of(network.value, uncertainty.error(network), images) for network in several]
    of_images = interval_of(several[0].value, search.standard_error(several[0].value), images)
    assert intervals[0].low < of_images.low < of_images.high < intervals[0].high
    assert uncertainty.sources == "images and seeds"
    (one,) = complete(trials_of([(1, 10, 1, 1)]))
    alone = ValueUncertainty([one], search)
    assert alone.interval(one) == interval_of(one.value, search.standard_error(one.value), images)
    assert alone.sources == "images"

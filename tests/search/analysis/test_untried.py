"""The network that was never trained and most likely beats those that were."""

from dataclasses import replace

import pytest

from search.analysis.interval import normal_interval
from search.analysis.untried import AllTriedError, TooFewTrainedError, most_likely_better
from search.study.trial import Status
from spaces import Budgets
from tests.search.factory import quality, spec, trained
from ulsam import ArchConfig

SPEC = spec()
SPACE = list(SPEC.search_space)


def score(arch: ArchConfig) -> float:
    """Without ties at the top."""
    return quality(arch) + 0.03 * any(placement.groups == 4 for placement in arch.placements)


BEST_FIRST = sorted(SPACE, key=lambda network: score(network.arch), reverse=True)


def test_the_best_network_is_missed_where_it_is_missing() -> None:
    likely = most_likely_better(SPEC, trained(SPEC, BEST_FIRST[1:], score), Budgets())
    assert likely.candidate == BEST_FIRST[0]
    assert likely.beats > 0.4
    assert likely.value == pytest.approx(score(BEST_FIRST[0].arch), abs=3 * likely.deviation)
    assert likely.trained == len(SPACE) - 1
    assert likely.interval == normal_interval(likely.value, likely.deviation)
    assert 0 <= likely.interval.low < likely.value < likely.interval.high <= 1
    assert likely.to_dict()["interval"] == likely.interval.to_dict()
    assert likely.to_dict()["deviation"] == likely.deviation


def test_what_is_expected_stands_under_the_name_of_the_metric() -> None:
    likely = most_likely_better(SPEC, trained(SPEC, BEST_FIRST[1:], score), Budgets())
    assert likely.to_dict()["accuracy"] == likely.value
    other = replace(likely, metric="top_2").to_dict()
    assert other["top_2"] == likely.value
    assert "accuracy" not in other


def test_a_network_that_is_being_trained_is_not_untried() -> None:
    trials = trained(SPEC, BEST_FIRST[:-1], score)
    trials[0] = replace(trials[0], status=Status.RUNNING, result=None)
    assert most_likely_better(SPEC, trials, Budgets()).candidate == BEST_FIRST[-1]


def test_what_is_probably_worse_is_marked_as_worse() -> None:
    likely = most_likely_better(SPEC, trained(SPEC, BEST_FIRST[:-1], score), Budgets())
    assert likely.candidate == BEST_FIRST[-1]
    assert likely.beats < 0.01


def test_only_networks_within_the_budgets_are_looked_at() -> None:
    trials = trained(SPEC, BEST_FIRST[::2], score)
    limit = sorted(trial.costs["flops"] for trial in trials)[len(trials) // 2]
    likely = most_likely_better(SPEC, trials, Budgets({"flops": limit}))
    assert likely.costs["flops"] <= limit
    assert likely.candidate in BEST_FIRST[1::2]
    assert likely.trained == sum(trial.costs["flops"] <= limit for trial in trials)


def test_where_nothing_can_be_said_that_is_said() -> None:
    with pytest.raises(TooFewTrainedError):
        most_likely_better(SPEC, trained(SPEC, SPACE[:2]), Budgets())
    with pytest.raises(AllTriedError):
        most_likely_better(SPEC, trained(SPEC, SPACE), Budgets())

"""What trials say: scores, failures, and estimates of trainings that were stopped."""

from typing import Any

import numpy as np
import pytest
from optuna.distributions import IntDistribution
from optuna.trial import FrozenTrial, TrialState, create_trial

from search.optimize.final_score_estimate import FinalScoreEstimator
from search.optimize.observation import Observation, with_estimates
from search.optimize.optuna_observations import RUNG_SCORES, observations_of


def observed(trials: list[FrozenTrial], objective: int, sign: float) -> list[Observation]:
    return with_estimates(observations_of(trials, objective, sign))


def trial(number: int, state: TrialState = TrialState.COMPLETE, **more: Any) -> FrozenTrial:
    made = create_trial(state=state, params={"a": number}, distributions={"a": IntDistribution(0, 99)}, **more)
    made.number = number
    return made


def complete(number: int, *values: float, rungs: dict[str, float] | None = None, **more: Any) -> FrozenTrial:
    return trial(number, values=list(values), user_attrs={} if rungs is None else {RUNG_SCORES: rungs}, **more)


def stopped(number: int, rungs: dict[str, float], **more: Any) -> FrozenTrial:
    return trial(number, TrialState.PRUNED, user_attrs={RUNG_SCORES: rungs}, **more)


def gaining(count: int = 6, sign: float = 1.0) -> list[FrozenTrial]:
    """Complete trials that all gain 0.1 from epoch 4 on; the first objective is a cost."""
    return [
        complete(n, 7.0, sign * (0.4 + 0.05 * n), rungs={"2": sign * 0.1, "4": sign * (0.3 + 0.05 * n)})
        for n in range(count)
    ]


def test_a_complete_trial_reads_as_its_score_in_the_order_of_numbers() -> None:
    found = observed([complete(2, 0.7, 5.0), complete(0, 0.3, 9.0), complete(1, 0.5, 1.0)], 0, 1.0)
    assert [observation.params for observation in found] == [{"a": 0}, {"a": 1}, {"a": 2}]
    assert [observation.score for observation in found] == [0.3, 0.5, 0.7]
    assert [(observation.extra_noise, observation.failed) for observation in found] == [(0.0, False)] * 3


def test_a_minimised_objective_is_turned_round() -> None:
    assert [observation.score for observation in observed([complete(0, 9.0, 0.25)], 1, -1.0)] == [-0.25]


def test_running_trials_have_no_score_and_have_not_failed() -> None:
    (observation,) = observed([trial(0, TrialState.RUNNING)], 0, 1.0)
    assert (observation.score, observation.failed, observation.params) == (None, False, {"a": 0})


@pytest.mark.parametrize(
    "failed",
    [
        trial(0, TrialState.FAIL),
        complete(0, 0.9, 1.0, constraints={"flops": 0.5, "params": -1.0}),
        stopped(0, {"4": 0.9}, constraints={"flops": 0.5}),
    ],
)
def test_failures_and_violations_have_failed(failed: FrozenTrial) -> None:
    others = [complete(n, 0.5, 1.0, rungs={"4": 0.4}) for n in range(1, 5)]
    observation = observed([failed, *others], 0, 1.0)[0]
    assert observation.failed
    assert observation.score is None


def test_a_constraint_that_is_met_is_no_failure() -> None:
    (observation,) = observed([complete(0, 0.9, 1.0, constraints={"flops": 0.0, "params": -1.0})], 0, 1.0)
    assert (observation.failed, observation.score) == (False, 0.9)


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_stopped_trial_reads_as_what_others_gained_after_it(sign: float) -> None:
    """Also from the highest rung, and for a minimised objective as the negative of what is measured."""
    trials = [*gaining(sign=sign), stopped(6, {"2": sign * 0.1, "4": sign * 0.36})]
    observation = observed(trials, 1, sign)[-1]
    assert observation.score == pytest.approx(0.46)
    assert observation.extra_noise == pytest.approx(0, abs=1e-9)
    assert not observation.failed


def test_few_complete_trials_are_trusted_less() -> None:
    few = observed([*gaining(3), stopped(6, {"4": 0.36})], 1, 1.0)[-1]
    assert few.score == pytest.approx(0.46)
    assert few.extra_noise >= np.var([0.4, 0.45, 0.5])


def test_a_rung_that_no_other_passed_is_skipped() -> None:
    observation = observed([*gaining(), stopped(6, {"4": 0.36, "6": 0.9})], 1, 1.0)[-1]
    assert observation.score == pytest.approx(0.46)


@pytest.mark.parametrize(
    "trials",
    [
        [stopped(0, {"4": 0.4})],
        [*gaining(1), stopped(6, {"4": 0.4})],
        [*gaining(), stopped(6, {"3": 0.4})],
        [*gaining(), trial(6, TrialState.PRUNED)],
        [*(complete(n, 7.0, 0.5, rungs={"4": 0.4}, constraints={"c": 1.0}) for n in range(4)), stopped(6, {"4": 0.4})],
    ],
    ids=["none complete", "one complete", "other rungs", "no rungs", "all violate"],
)
def test_without_others_to_go_by_there_is_no_estimate(trials: list[FrozenTrial]) -> None:
    observation = observed(trials, 1, 1.0)[-1]
    assert (observation.score, observation.extra_noise, observation.failed) == (None, 0.0, False)


def test_the_line_is_the_ridge_towards_equal_gains() -> None:
    """By hand: slope = (sum of x y + 5 var x) / (sum of x x + 5 var x), of centred x and y."""
    at, final = np.array([0.1, 0.2, 0.3, 0.4, 0.6]), np.array([0.5, 0.52, 0.6, 0.59, 0.7])
    estimate = FinalScoreEstimator(({5: x}, y) for x, y in zip(at, final, strict=True)).estimate({5: 0.5})
    x, y = at - at.mean(), final - final.mean()
    slope = ((x * y).sum() + 5 * x.var()) / ((x * x).sum() + 5 * x.var())
    assert estimate is not None
    assert estimate.value == pytest.approx(final.mean() + slope * (0.5 - at.mean()))
    assert estimate.noise == pytest.approx(((y - slope * x) ** 2).sum() / 3)
    assert 0 < slope < 1


def test_where_all_stood_alike_all_gain_alike() -> None:
    estimate = FinalScoreEstimator([({5: 0.5}, 0.6)] * 6).estimate({5: 0.1})
    assert estimate is not None
    assert estimate.value == pytest.approx(0.2)

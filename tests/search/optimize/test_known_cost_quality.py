"""Does the sampler for known costs search well?"""

import pickle
from collections.abc import Callable

import moocore
import numpy as np
import optuna
import pytest
from numpy.typing import NDArray
from optuna.distributions import CategoricalDistribution
from optuna.samplers import BaseSampler, RandomSampler
from optuna.trial import TrialState

from search import KnownCostSampler
from search.optimize.distributions import GridSpace
from search.optimize.optuna_observations import RUNG_SCORES
from search.optimize.surrogate import Surrogate
from tests.search.optimize.studies import (
    MIDDLE,
    Distributions,
    Params,
    Proposal,
    a_study,
    accuracy,
    ask,
    one_cost,
    proposals,
    searched,
    size,
    states,
)

TABLE: Distributions = {name: CategoricalDistribution([f"{name}{i}" for i in range(3)]) for name in "uvwxyz"}  # 729


class Table:
    """Additive accuracies with noise, additive costs, of 729 candidates."""

    def __init__(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self.gain, self.cost = rng.normal(0, 0.03, (6, 3)), rng.uniform(0.2, 2.0, (6, 3))
        self.noise = rng.normal(0, 0.005, (3,) * 6)
        every = [self.point(params) for params in GridSpace(TABLE).every(729) or []]
        self.points: NDArray[np.float64] = np.array(every)
        self.reference = np.array([-self.points[:, 0].min(), 1.05 * self.points[:, 1].max()])

    def point(self, params: Params) -> tuple[float, float]:
        index = tuple(int(params[name][1]) for name in "uvwxyz")
        return 0.7 + sum(self.gain[range(6), index]) + self.noise[index], self.known(params)[0]

    def known(self, params: Params) -> tuple[float]:
        return (float(sum(self.cost[range(6), [int(params[name][1]) for name in "uvwxyz"]])),)

    def volume(self, points: NDArray[np.float64]) -> float:
        return float(moocore.hypervolume(points * [-1, 1], ref=self.reference))

    def missed(self, sampler: BaseSampler) -> float:
        """The share of the whole front's hypervolume that 40 trials do not find."""
        study = a_study(sampler)
        for _ in range(40):
            trial = ask(study, TABLE)
            study.tell(trial, self.point(trial.params))
        found = np.array([trial.values for trial in study.trials])
        return 1 - self.volume(found) / self.volume(self.points)


def test_it_finds_far_more_than_random() -> None:
    missed, at_random = [], []
    for seed in range(3):
        table = Table(seed)
        missed.append(table.missed(KnownCostSampler(TABLE, known_costs=table.known, seed=seed)))
        at_random.append(np.mean([table.missed(RandomSampler(seed=10 * seed + again)) for again in range(3)]))
    assert np.mean(missed) < 0.25 * np.mean(at_random)
    assert max(missed) < min(at_random)


def with_a_bad_region(bad: Callable[[Params], bool], how: str, count: int) -> optuna.Study:
    """A study in which some candidates always fail, or always violate a constraint."""
    study = a_study(KnownCostSampler(MIDDLE, known_costs=one_cost))
    for _ in range(count):
        trial = ask(study, MIDDLE)
        if bad(trial.params) and how == "fail":
            study.tell(trial, state=TrialState.FAIL)
        else:
            trial.set_constraint("memory", 1.0 if bad(trial.params) else -1.0)
            study.tell(trial, (accuracy(trial.params), size(trial.params)))
    return study


BAD_REGIONS: list[Callable[[Params], bool]] = [
    lambda params: params["c"] == "all",
    lambda params: params["c"] == "some",
    lambda params: params["b"] == 2,
]


def test_a_region_that_always_fails_is_avoided() -> None:
    """At random 6, 6 and 4 of 24 proposals would fail; these regions would be worth much."""
    failures = 0
    for bad in BAD_REGIONS:
        study = with_a_bad_region(bad, "fail", 36)
        failures += sum(trial.state is TrialState.FAIL for trial in study.trials[12:])
    assert failures < 6 + 6 + 4


@pytest.mark.parametrize("how", ["fail", "constraint"])
def test_what_is_like_the_failed_is_expected_to_fail_more_likely(how: str) -> None:
    study = with_a_bad_region(BAD_REGIONS[0], how, 20)
    pool_state = study.sampler.pool_state(study)  # type: ignore[attr-defined]
    bad = np.array([BAD_REGIONS[0](params) for params in pool_state.pool.candidates])
    assert pool_state.chance[bad].max() < 0.95
    assert pool_state.chance[bad].mean() < pool_state.chance[~bad].mean() - 0.03


def test_what_cannot_be_trained_is_not_proposed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Were it certain that all of the kind ``all`` fail, none would be proposed after the start."""
    listed = GridSpace(MIDDLE).every(144) or []
    never_trains = np.array([params["c"] == "all" for params in listed])
    monkeypatch.setattr(Surrogate, "chance", lambda *_: np.where(never_trains, 0.0, 1.0))
    certain = searched(KnownCostSampler(listed, known_costs=one_cost), 16)
    monkeypatch.undo()
    unaware = searched(KnownCostSampler(listed, known_costs=one_cost), 16)
    assert [c for _, _, c in proposals(certain)[6:]].count("all") == 0
    assert [c for _, _, c in proposals(unaware)[6:]].count("all") > 0


def test_a_violated_constraint_is_a_failure_like_any_other() -> None:
    failed, violated = (with_a_bad_region(BAD_REGIONS[0], how, 14) for how in ("fail", "constraint"))
    assert proposals(failed) == proposals(violated)
    assert states(failed)["FAIL"] > 0


def test_stopped_trainings_teach() -> None:
    """All that are stopped show at half time what they would come to: the belief follows them."""
    sampler = KnownCostSampler(MIDDLE, known_costs=one_cost)
    study = a_study(sampler)
    for number in range(24):
        trial = ask(study, MIDDLE)
        final = accuracy(trial.params)
        trial.set_user_attr(RUNG_SCORES, {"5": final - 0.1})
        if number < 8:
            study.tell(trial, (final, size(trial.params)))
        else:
            study.tell(trial, state=TrialState.PRUNED)
    pool_state = sampler.pool_state(study)
    assert pool_state is not None
    assert pool_state.posterior is not None
    stopped = [pool_state.pool.row(trial.params) for trial in study.trials[8:]]
    expected = [accuracy(trial.params) for trial in study.trials[8:]]
    assert pool_state.posterior.mean[stopped] == pytest.approx(expected, abs=0.02)
    assert pool_state.trained.sum() == 24


def test_the_first_proposals_lie_at_both_ends_of_the_costs() -> None:
    study = searched(KnownCostSampler(MIDDLE, known_costs=one_cost), 2)
    costs = [size(params) for params in GridSpace(MIDDLE).every(144) or []]
    assert [trial.values[1] for trial in study.trials] == [min(costs), max(costs)]


def test_a_study_that_was_kept_goes_on_with_what_it_learnt() -> None:
    """As Ray Tune's snapshots keep the sampler of an OptunaSearch."""

    def play(kept: bool) -> list[Proposal]:
        study = a_study(KnownCostSampler(known_costs=one_cost, seed=1))
        for number in range(14):
            if kept and number == 9:
                study = pickle.loads(pickle.dumps(study))
            trial = ask(study, MIDDLE)
            study.tell(trial, (accuracy(trial.params), *one_cost(trial.params)))
        return proposals(study)

    assert play(kept=True) == play(kept=False)

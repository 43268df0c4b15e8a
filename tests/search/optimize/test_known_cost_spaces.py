"""The spaces of candidates that the sampler for known costs takes, and those that it refuses."""

from typing import Any

import optuna
import pytest
from optuna.distributions import FloatDistribution, IntDistribution
from optuna.trial import TrialState

from search import KnownCostSampler, SpaceExhaustedError
from search.optimize.distributions import EndlessParameterError
from search.optimize.optuna_known_costs import NoCostsError
from search.optimize.optuna_objectives import LimitWeightError, ObjectivesError, ReferenceLengthError
from tests.search.optimize.studies import (
    MIDDLE,
    SMALL,
    Distributions,
    Params,
    a_study,
    ask,
    objective,
    one_cost,
    proposals,
)

# Candidates in any form.


def test_the_space_is_learnt_from_the_first_trial() -> None:
    study = a_study(KnownCostSampler(known_costs=one_cost))
    study.optimize(objective(MIDDLE), n_trials=12)
    assert len(set(proposals(study))) == 12
    pool_state = study.sampler.pool_state(study)  # type: ignore[attr-defined]
    assert len(pool_state.pool.candidates) == 144
    assert pool_state.tried.sum() == 12


def test_a_list_need_not_be_a_grid() -> None:
    """Candidates with parameters of their own; nothing else is proposed."""
    listed = [{"a": 0}, {"a": 1, "b": 0}, {"a": 1, "b": 1}, {"a": 2, "b": 5}]

    def known(params: Params) -> tuple[float]:
        return (1.0 + params["a"] + params.get("b", 0),)

    study = a_study(KnownCostSampler(listed, known_costs=known))
    found = []
    for _ in range(4):
        trial = study.ask()
        trial.suggest_int("a", 0, 9)
        if trial.params["a"] > 0:
            trial.suggest_int("b", 0, 9)
        found.append(trial.params)
        study.tell(trial, (0.5, *known(trial.params)))
    assert sorted(map(str, found)) == sorted(map(str, listed))
    with pytest.raises(SpaceExhaustedError):
        study.ask()


def test_a_large_space_is_searched_in_part() -> None:
    space: Distributions = {name: IntDistribution(0, 9) for name in "abcd"}
    sampler = KnownCostSampler(space, known_costs=lambda params: (1.0 + sum(params.values()),), largest=500)
    study = a_study(sampler)
    for _ in range(14):
        trial = ask(study, space)
        study.tell(trial, (0.1 * trial.params["a"], 1.0 + sum(trial.params.values())))
    assert len(set(proposals(study))) == 14
    pool_state = sampler.pool_state(study)
    assert pool_state is not None
    assert not pool_state.pool.whole
    assert pool_state.tried.sum() == 14


def test_a_first_trial_that_has_part_of_its_parameters_is_not_the_space() -> None:
    """Two threads: one suggests its second parameter after the other has asked."""
    study = a_study(KnownCostSampler(known_costs=lambda params: (1.0 + params["a"] + params.get("b", 0),)))
    first = study.ask()
    first.suggest_int("a", 0, 2)
    second = study.ask()
    first.suggest_int("b", 0, 2)
    second.suggest_int("a", 0, 2)
    second.suggest_int("b", 0, 2)
    for _ in range(5):
        ask(study, SMALL)
    assert len(set(proposals(study)[2:])) == 5


def test_looking_at_the_knowledge_changes_nothing() -> None:
    space: Distributions = {name: IntDistribution(0, 9) for name in "abcd"}
    found = []
    for looks in (0, 2):
        sampler = KnownCostSampler(space, known_costs=lambda params: (1.0 + sum(params.values()),), largest=500)
        study = a_study(sampler)
        for _ in range(14):
            for _ in range(looks):
                sampler.pool_state(study)
            ask(study, space)
        found.append(proposals(study))
    assert found[0] == found[1]


def test_a_space_just_too_large_is_exhausted_too() -> None:
    study = a_study(KnownCostSampler(SMALL, known_costs=one_cost, largest=5))
    asked = 0
    for _ in range(24):
        try:
            ask(study, SMALL)
            asked += 1
        except SpaceExhaustedError:
            pass
    assert asked == 9


@pytest.mark.parametrize(("cost", "direction"), [(0.0, "minimize"), (1.0, "maximize")])
def test_where_all_cost_the_same_all_lie_within_the_reference(cost: float, direction: str) -> None:
    sampler = KnownCostSampler(SMALL, known_costs=lambda params: (cost,))
    pool_state = sampler.pool_state(a_study(sampler, ["maximize", direction]))
    assert pool_state is not None
    assert (pool_state.pool.costs < pool_state.reference[1:]).all()


# Wrong arguments.


@pytest.mark.parametrize(
    ("known", "directions"),
    [(lambda params: (1.0, 2.0), 2), (lambda params: (1.0,), 3), (lambda params: (float("nan"),), 2)],
)
def test_costs_of_other_objectives_are_refused(known: Any, directions: int) -> None:
    study = a_study(KnownCostSampler(SMALL, known_costs=known), ["maximize"] * directions)
    with pytest.raises(NoCostsError) as refused:
        study.ask()
    assert refused.value.wanted == directions - 1


@pytest.mark.parametrize("directions", [1, 4])
def test_objectives_that_do_not_suit_are_refused(directions: int) -> None:
    study = a_study(KnownCostSampler(SMALL, known_costs=one_cost), ["maximize"] * directions)
    with pytest.raises(ObjectivesError) as refused:
        study.ask()
    assert refused.value.objectives == directions


def test_costs_that_are_no_table_are_refused_by_name() -> None:
    study = a_study(KnownCostSampler(SMALL, known_costs=lambda params: (1.0,) * (1 + params["a"])))
    with pytest.raises(NoCostsError) as refused:
        study.ask()
    assert refused.value.wanted == 1


@pytest.mark.parametrize("uncertain", [-1, 2, 7])
@pytest.mark.parametrize("candidates", [SMALL, None], ids=["distributions", "none"])
def test_an_uncertain_objective_that_is_none_is_refused(uncertain: int, candidates: Distributions | None) -> None:
    study = a_study(KnownCostSampler(candidates, known_costs=one_cost, uncertain=uncertain))
    with pytest.raises(ObjectivesError) as refused:
        study.ask()
    assert (refused.value.objectives, refused.value.uncertain) == (2, uncertain)


@pytest.mark.parametrize("reference", [(0.5,), (0.5, 1.0, 1.0)])
def test_a_reference_of_another_length_is_refused(reference: tuple[float, ...]) -> None:
    study = a_study(KnownCostSampler(SMALL, known_costs=one_cost, reference=reference))
    with pytest.raises(ReferenceLengthError) as refused:
        study.ask()
    assert (refused.value.objectives, refused.value.reference) == (2, reference)


def test_a_space_without_end_is_refused() -> None:
    with pytest.raises(EndlessParameterError, check=lambda error: error.name == "rate"):
        KnownCostSampler({"rate": FloatDistribution(0, 1)}, known_costs=one_cost)


@pytest.mark.parametrize("seed", [1, 4])
def test_a_float_that_is_off_by_rounding_is_not_proposed_twice(seed: int) -> None:
    """Of a space that is not known yet the first proposal is Optuna's, whose 6 steps of 0.1 are 0.6000000000000001."""
    sampler = KnownCostSampler(known_costs=lambda params: [1 + params["w"]], seed=seed)
    study = optuna.create_study(directions=["maximize", "minimize"], sampler=sampler)
    study.optimize(lambda trial: ((w := trial.suggest_float("w", 0, 1, step=0.1)), 1 + w), n_trials=30)
    tried = [trial.params["w"] for trial in study.trials if trial.state is TrialState.COMPLETE]
    assert sorted(tried) == [number / 10 for number in range(11)]


@pytest.mark.parametrize("weight", [-0.5, float("nan"), float("inf")])
def test_a_weight_of_the_limits_is_a_finite_number_from_0_on(weight: float) -> None:
    with pytest.raises(LimitWeightError) as refused:
        KnownCostSampler(known_costs=lambda params: 1.0, limit_weight=weight)
    assert refused.value.weight is weight

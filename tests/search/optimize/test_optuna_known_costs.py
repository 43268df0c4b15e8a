"""What a user says that candidates cost: in which forms, and whether trials agree."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import optuna
import pytest
from optuna.distributions import FloatDistribution, IntDistribution
from optuna.trial import Trial

from search import KnownCostSampler
from search.optimize.distributions import EndlessParameterError
from search.optimize.optuna_known_costs import NoCostsError, OtherCostsError
from tests.search.optimize.studies import (
    MIDDLE,
    SMALL,
    Distributions,
    Params,
    a_study,
    accuracy,
    ask,
    objective,
    one_cost,
    proposals,
    searched,
    size,
    states,
)


@pytest.mark.parametrize("number", [float, int, np.float32, np.array, lambda value: np.array([value])])
def test_of_one_known_objective_the_cost_may_be_a_number(number: Callable[[float], Any]) -> None:
    sampler = KnownCostSampler(SMALL, known_costs=lambda params: number(size(params)))
    study = a_study(sampler)
    study.optimize(objective(SMALL), n_trials=4)
    as_pairs = a_study(KnownCostSampler(SMALL, known_costs=one_cost))
    as_pairs.optimize(objective(SMALL), n_trials=4)
    assert proposals(study) == proposals(as_pairs)


@pytest.mark.parametrize(
    ("given", "directions"),
    [(1.0, 3), ("5", 2), ({"size": 1.0}, 2), (None, 2), ((1.0, 2.0), 2), (float("inf"), 2), ((1.0, None), 3)],
)
def test_what_is_no_cost_is_refused_with_what_came(given: Any, directions: int) -> None:
    study = a_study(KnownCostSampler(SMALL, known_costs=lambda params: given), ["maximize"] * directions)
    with pytest.raises(NoCostsError) as refused:
        study.ask()
    assert (refused.value.given, refused.value.wanted) == (given, directions - 1)
    assert states(study) == {"FAIL": 1}, "none is left running"


def test_the_candidate_without_a_cost_is_named() -> None:
    study = a_study(KnownCostSampler(SMALL, known_costs=lambda params: 1.0 if params["a"] < 2 else float("nan")))
    with pytest.raises(NoCostsError) as refused:
        study.ask()
    assert refused.value.params == {"a": 2, "b": 0}


# Parameters without a finite number of values.


@pytest.mark.parametrize("log", [False, True])
def test_a_parameter_without_a_step_is_refused_before_anything_is_trained(log: bool) -> None:
    trained = []

    def train(trial: Trial) -> tuple[float, float]:
        trial.suggest_int("a", 0, 3)
        trial.suggest_float("rate", 1e-3, 1.0, log=log)
        trained.append(trial.number)
        return 0.5, 1.0

    study = a_study(KnownCostSampler(known_costs=lambda params: 1.0))
    with pytest.raises(EndlessParameterError) as refused:
        study.optimize(train, n_trials=3)
    assert not trained
    assert refused.value.name == "rate"
    assert refused.value.can_step == (not log), "Optuna has no logarithmic steps"
    assert states(study) == {"FAIL": 1}


def test_ask_refuses_a_parameter_without_a_step_at_the_first_call() -> None:
    study = a_study(KnownCostSampler(known_costs=lambda params: 1.0))
    for _ in range(2):
        with pytest.raises(EndlessParameterError, check=lambda error: error.name == "rate"):
            study.ask({"a": IntDistribution(0, 3), "rate": FloatDistribution(0, 1)})
    assert states(study) == {"FAIL": 2}


# Trials that return other costs.


@pytest.mark.parametrize("candidates", [SMALL, None], ids=["distributions", "none"])
def test_the_first_trial_that_returns_another_cost_is_an_error(candidates: Distributions | None) -> None:
    study = a_study(KnownCostSampler(candidates, known_costs=one_cost))
    trial = ask(study, SMALL)
    with pytest.raises(OtherCostsError) as refused:
        study.tell(trial, (0.5, 1000 * size(trial.params)))
    assert (refused.value.trial, refused.value.params) == (0, trial.params)
    assert (refused.value.given, refused.value.returned) == ([size(trial.params)], [1000 * size(trial.params)])
    with pytest.raises(OtherCostsError, check=lambda error: error.trial == 0):
        ask(study, SMALL)
    assert states(study) == {"COMPLETE": 1, "FAIL": 1}, "what it returned is kept"


def test_optimize_ends_at_the_first_trial_that_returns_another_cost() -> None:
    study = a_study(KnownCostSampler(SMALL, known_costs=one_cost))
    with pytest.raises(OtherCostsError, check=lambda error: error.trial == 2):
        study.optimize(
            lambda trial: (0.5, objective(SMALL)(trial)[1] + (trial.number == 2)),
            n_trials=5,
        )
    assert len(study.trials) == 3


def test_trials_of_another_session_are_compared_too(tmp_path: Path) -> None:
    storage = f"sqlite:///{tmp_path / 'study.db'}"
    study = optuna.create_study(directions=["maximize", "minimize"], storage=storage, study_name="s")
    study.optimize(lambda trial: (0.5, 2 * objective(SMALL)(trial)[1]), n_trials=1)
    again = optuna.load_study(study_name="s", storage=storage, sampler=KnownCostSampler(SMALL, known_costs=one_cost))
    with pytest.raises(OtherCostsError, check=lambda error: error.trial == 0):
        again.ask()


@pytest.mark.parametrize("candidates", [SMALL, None], ids=["distributions", "none"])
@pytest.mark.parametrize("values", [(0.0, float("inf")), (float("-inf"), 0.0), (float("-inf"), float("inf"))])
def test_a_trial_that_returns_infinity_has_failed_and_its_costs_mean_nothing(
    candidates: Distributions | None, values: tuple[float, float]
) -> None:
    study = a_study(KnownCostSampler(candidates, known_costs=one_cost))
    study.tell(ask(study, SMALL), values)
    study.optimize(objective(SMALL), n_trials=20)
    assert len(set(proposals(study))) == 9, "the others are tried, and this one is not tried again"


def test_costs_of_a_trial_with_a_violated_constraint_mean_nothing() -> None:
    study = a_study(KnownCostSampler(SMALL, known_costs=one_cost))
    trial = ask(study, SMALL)
    trial.set_constraint("memory", 1.0)
    study.tell(trial, (0.0, 0.0))
    study.tell(ask(study, SMALL), (float("-inf"), 0.0))
    with pytest.raises(OtherCostsError, check=lambda error: error.trial == 2):
        study.tell(ask(study, SMALL), (0.5, 0.0))


def test_single_precision_agrees() -> None:
    study = a_study(KnownCostSampler(SMALL, known_costs=lambda params: 1e9 + params["a"] / 3))
    for _ in range(3):
        trial = ask(study, SMALL)
        study.tell(trial, (0.5, float(np.float32(1e9 + trial.params["a"] / 3))))


# Parameters that an objective asks for only sometimes.

CONDITIONAL: Distributions = {"kind": MIDDLE["c"], "depth": IntDistribution(1, 4), "heads": IntDistribution(1, 4)}


def conditional(trial: Trial) -> tuple[float, float]:
    """40 networks: 4 without heads and depth, 4 of each other kind without heads, and 4 * 4 with both, twice."""
    kind = trial.suggest_categorical("kind", ["no", "some", "more", "all"])
    params: dict[str, Any] = {"kind": kind}
    if kind != "no":
        params["depth"] = trial.suggest_int("depth", 1, 4)
    if kind in ("more", "all"):
        params["heads"] = trial.suggest_int("heads", 1, 4)
    return accuracy({"a": params.get("depth", 0), "b": params.get("heads", 0)}), conditional_cost(params)


def conditional_cost(params: Params) -> float:
    depth = 0 if params["kind"] == "no" else params["depth"]
    return 1.0 + depth + (params["heads"] * 5 if params["kind"] in ("more", "all") else 0)


@pytest.mark.parametrize("candidates", ["distributions", "list", "none"])
def test_what_differs_in_inactive_parameters_alone_is_proposed_once(candidates: str) -> None:
    from search.optimize.distributions import GridSpace

    given = {"distributions": CONDITIONAL, "list": GridSpace(CONDITIONAL).every(64), "none": None}[candidates]
    study = a_study(KnownCostSampler(given, known_costs=conditional_cost))
    study.optimize(conditional, n_trials=64)
    trained = [tuple(sorted(trial.params.items())) for trial in study.trials if trial.state.name == "COMPLETE"]
    assert len(set(trained)) == len(trained) == 1 + 4 + 2 * 16, "all of them, each once, and then it ends"


def test_inactive_parameters_mean_nothing_to_what_failed_or_was_pruned() -> None:
    def train(trial: Trial) -> tuple[float, float]:
        values = conditional(trial)
        if trial.number % 3 == 1:
            raise RuntimeError
        if trial.number % 3 == 2:
            raise optuna.TrialPruned
        return values

    study = a_study(KnownCostSampler(CONDITIONAL, known_costs=conditional_cost))
    study.optimize(train, n_trials=64, catch=(RuntimeError,))
    tried = [tuple(sorted(trial.params.items())) for trial in study.trials]
    assert set(tried) >= {(("kind", "no"),)}
    assert len(tried) - len(set(tried)) <= 1, "one failed before it was known which parameters its kind has"


# In another session.


@pytest.mark.parametrize("candidates", [MIDDLE, None], ids=["distributions", "none"])
def test_a_loaded_study_goes_on_as_if_it_had_never_stopped(tmp_path: Path, candidates: Distributions | None) -> None:
    """Each trial with a new sampler and a study that is loaded from its database, in the middle of it as well."""
    whole = proposals(searched(KnownCostSampler(candidates, known_costs=one_cost, seed=3), 14))
    storage = f"sqlite:///{tmp_path / 'study.db'}"
    optuna.create_study(directions=["maximize", "minimize"], storage=storage, study_name="s")
    for number in range(14):
        study = optuna.load_study(
            study_name="s", storage=storage, sampler=KnownCostSampler(candidates, known_costs=one_cost, seed=3)
        )
        trial = ask(study, MIDDLE)
        if number % 2:
            study = optuna.load_study(
                study_name="s", storage=storage, sampler=KnownCostSampler(candidates, known_costs=one_cost, seed=3)
            )
        study.tell(trial.number, (accuracy(trial.params), *one_cost(trial.params)))
    assert proposals(study) == whole


def test_what_crashed_before_it_suggested_anything_is_known_in_the_next_session(tmp_path: Path) -> None:
    storage = f"sqlite:///{tmp_path / 'study.db'}"
    optuna.create_study(directions=["maximize", "minimize"], storage=storage, study_name="s")

    def crash(trial: Trial) -> tuple[float, float]:
        raise RuntimeError

    for train in (crash, objective(SMALL)):
        sampler = KnownCostSampler(SMALL, known_costs=one_cost)
        study = optuna.load_study(study_name="s", storage=storage, sampler=sampler)
        study.optimize(train, n_trials=4 if train is crash else 20, catch=(RuntimeError,))
    assert states(study) == {"FAIL": 4, "COMPLETE": 5}

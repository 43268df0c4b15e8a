"""The sampler for known costs, as any Optuna study may use it."""

from collections.abc import Callable
from itertools import product
from pathlib import Path
from time import sleep

import optuna
import pytest
from optuna.distributions import FloatDistribution, IntDistribution
from optuna.trial import Trial, TrialState

from search import KnownCostSampler, SpaceExhaustedError
from search.optimize.distributions import GridSpace
from tests.search.optimize.studies import (
    MIDDLE,
    SMALL,
    Distributions,
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


# Each candidate once.
@pytest.mark.parametrize("candidates", ["distributions", "list", "none", "space"])
def test_optimize_tries_each_candidate_once_and_ends(candidates: str) -> None:
    listed = GridSpace(SMALL).every(9)
    given = {"distributions": SMALL, "list": listed, "none": None, "space": GridSpace(SMALL)}[candidates]
    study = a_study(KnownCostSampler(given, known_costs=one_cost))
    study.optimize(objective(SMALL), n_trials=50)
    assert sorted(proposals(study)) == sorted(product(range(3), range(3)))
    assert states(study) == {"COMPLETE": 9}


@pytest.mark.parametrize("candidates", [SMALL, None], ids=["distributions", "none"])
def test_ask_gives_each_candidate_once_and_then_says_so(candidates: Distributions | None) -> None:
    study = a_study(KnownCostSampler(candidates, known_costs=one_cost))
    for _ in range(9):
        trial = ask(study, SMALL)
        study.tell(trial, (accuracy(trial.params), size(trial.params)))
    for _ in range(2):
        with pytest.raises(SpaceExhaustedError, check=lambda error: error.candidates == 9):
            ask(study, SMALL)
    assert sorted(proposals(study)[:9]) == sorted(product(range(3), range(3)))
    assert states(study) == {"COMPLETE": 9, "FAIL": 2}  # none is left running


def test_a_reasoned_search_never_repeats_itself() -> None:
    study = a_study(KnownCostSampler(MIDDLE, known_costs=one_cost))
    study.optimize(objective(MIDDLE), n_trials=40)
    assert len(set(proposals(study))) == 40


def test_sixty_four_asked_at_once_are_distinct() -> None:
    study = searched(KnownCostSampler(MIDDLE, known_costs=one_cost), 8)
    for _ in range(64):
        ask(study, MIDDLE)
    assert len(set(proposals(study))) == 72
    assert states(study) == {"COMPLETE": 8, "RUNNING": 64}


def test_trials_that_are_asked_for_before_parameters_are_suggested_are_distinct() -> None:
    study = a_study(KnownCostSampler(SMALL, known_costs=one_cost))
    trials = [study.ask() for _ in range(9)]
    found = [(trial.suggest_int("a", 0, 2), trial.suggest_int("b", 0, 2)) for trial in reversed(trials)]
    assert sorted(found) == sorted(product(range(3), range(3)))


def test_what_failed_or_was_pruned_is_not_proposed_again() -> None:
    study = a_study(KnownCostSampler(SMALL, known_costs=one_cost))
    for number in range(9):
        trial = ask(study, SMALL)
        study.tell(trial, state=TrialState.FAIL if number % 2 else TrialState.PRUNED)
    assert len(set(proposals(study))) == 9


def test_an_objective_that_raises_at_once_still_ends() -> None:
    study = a_study(KnownCostSampler(SMALL, known_costs=one_cost))

    def crash(trial: Trial) -> tuple[float, float]:
        raise RuntimeError

    study.optimize(crash, n_trials=50, catch=(RuntimeError,))
    assert states(study) == {"FAIL": 9}


@pytest.mark.parametrize("accuracy", [lambda number: 0.5, lambda number: float("inf") if number % 3 else 0.1 * number])
def test_uninformative_observations_do_no_harm(accuracy: Callable[[int], float]) -> None:
    """All alike, or infinite: every candidate still comes once."""
    study = a_study(KnownCostSampler(SMALL, known_costs=one_cost))
    study.optimize(
        lambda trial: (objective(SMALL)(trial)[1] * 0 + accuracy(trial.number), one_cost(trial.params)[0]), 20
    )
    assert len(study.trials) == 9
    assert len(set(proposals(study))) == 9


def test_threads_try_all_and_end() -> None:
    """A thread may ask at the very moment the last candidate is given away: at most one trial of each is in vain."""
    study = a_study(KnownCostSampler(SMALL, known_costs=one_cost))
    measure = objective(SMALL)

    def slow(trial: Trial) -> tuple[float, float]:
        values = measure(trial)
        sleep(0.002 * (trial.number % 5))
        return values

    study.optimize(slow, n_trials=60, n_jobs=4)
    assert set(proposals(study)) - {()} == set(product(range(3), range(3)))
    assert 9 <= len(study.trials) <= 12
    assert states(study)["COMPLETE"] == 9, "none is tried twice"
    assert states(study)["RUNNING"] == 0


def test_optimize_on_an_exhausted_study_tries_nothing() -> None:
    study = a_study(KnownCostSampler(SMALL, known_costs=one_cost))
    study.optimize(objective(SMALL), n_trials=50)
    study.optimize(objective(SMALL), n_trials=50)
    completed = [trial for trial in study.trials if trial.state is TrialState.COMPLETE]
    assert len(completed) == 9


# What the user asks for, and what another session left.
def test_enqueued_trials_are_respected_and_not_repeated() -> None:
    study = a_study(KnownCostSampler(SMALL, known_costs=one_cost))
    wanted = [{"a": 1, "b": 2}, {"a": 0, "b": 1}]
    study.optimize(objective(SMALL), n_trials=3)
    for params in wanted:
        study.enqueue_trial(params, skip_if_exists=True)
    before = proposals(study)
    study.optimize(objective(SMALL), n_trials=50)
    missing = [(params["a"], params["b"]) for params in wanted if (params["a"], params["b"]) not in before]
    assert missing
    assert proposals(study)[3 : 3 + len(missing)] == missing
    assert sorted(proposals(study)) == sorted(product(range(3), range(3)))


def test_a_candidate_that_the_user_tries_outside_the_space_does_no_harm() -> None:
    study = a_study(KnownCostSampler(SMALL, known_costs=one_cost))
    study.add_trial(
        optuna.trial.create_trial(
            values=[0.9, 2.0], params={"other": 1}, distributions={"other": IntDistribution(0, 3)}
        )
    )
    study.optimize(objective(SMALL), n_trials=50)
    assert sorted(proposals(study)[1:]) == sorted(product(range(3), range(3)))


def test_an_enqueued_trial_is_not_proposed_again_while_its_parameters_are_not_suggested() -> None:
    study = a_study(KnownCostSampler(SMALL, known_costs=one_cost))
    study.enqueue_trial({"a": 0, "b": 0})  # the cheapest, which the sampler would begin with
    trials = [study.ask(), study.ask()]
    found = [(trial.suggest_int("a", 0, 2), trial.suggest_int("b", 0, 2)) for trial in trials]
    assert len(set(found)) == 2


def test_an_enqueued_float_is_the_candidate_that_it_is_near() -> None:
    space: Distributions = {"x": FloatDistribution(0, 0.5, step=0.1)}
    study = a_study(KnownCostSampler(space, known_costs=lambda params: (1.0 + params["x"],)))
    study.enqueue_trial({"x": 0.3})
    study.optimize(lambda trial: ((x := trial.suggest_float("x", 0, 0.5, step=0.1)), 1.0 + x), n_trials=20)
    assert sorted(round(trial.params["x"], 6) for trial in study.trials) == [0, 0.1, 0.2, 0.3, 0.4, 0.5]


def test_an_enqueued_value_between_the_steps_does_no_harm_in_a_large_space() -> None:
    space: Distributions = {"x": FloatDistribution(0, 1, step=0.1), "a": IntDistribution(0, 2)}
    study = a_study(KnownCostSampler(space, known_costs=lambda params: (1.0 + params["x"],), largest=5))
    study.enqueue_trial({"x": 0.3, "a": 0})
    for _ in range(3):
        ask(study, space)


def test_an_enqueued_part_of_a_candidate_is_completed_to_a_new_one() -> None:
    """Of each b all but a = 2 were tried."""
    study = a_study(KnownCostSampler(SMALL, known_costs=one_cost))
    for b in (0, 1, 2):
        for params in ({"a": 0, "b": b}, {"a": 1, "b": b}):
            study.enqueue_trial(params)
            ask(study, SMALL)
    for b in (0, 1, 2):
        study.enqueue_trial({"b": b})
        assert ask(study, SMALL).params["a"] == 2


def test_another_sampler_goes_on_where_the_first_stopped(tmp_path: Path) -> None:
    storage = f"sqlite:///{tmp_path / 'study.db'}"
    first = a_study(KnownCostSampler(SMALL, known_costs=one_cost), storage=storage, study_name="s")
    for _ in range(5):
        trial = ask(first, SMALL)
        first.tell(trial, (accuracy(trial.params), size(trial.params)))
    ask(first, SMALL)  # and one is running
    again = optuna.load_study(
        study_name="s", storage=storage, sampler=KnownCostSampler(SMALL, known_costs=one_cost, seed=1)
    )
    again.optimize(objective(SMALL), n_trials=50)
    assert sorted(proposals(again)) == sorted(product(range(3), range(3)))

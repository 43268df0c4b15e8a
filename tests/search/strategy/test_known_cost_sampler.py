"""The sampler for known costs, as any Optuna study may use it."""

import pickle
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import product
from pathlib import Path
from time import sleep
from typing import Any

import moocore
import numpy as np
import optuna
import pytest
from numpy.typing import NDArray
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.samplers import BaseSampler, RandomSampler
from optuna.trial import Trial, TrialState

from search import KnownCostSampler, SpaceExhaustedError
from search.strategy.candidates import GridSpace
from search.strategy.readings import RUNG_SCORES
from search.strategy.surrogate import Surrogate

Params = Mapping[str, Any]
Distributions = dict[str, BaseDistribution]
Proposal = tuple[Any, ...]

SMALL: Distributions = {"a": IntDistribution(0, 2), "b": IntDistribution(0, 2)}  # 9
MIDDLE: Distributions = {  # 144
    "a": IntDistribution(0, 5),
    "b": IntDistribution(0, 5),
    "c": CategoricalDistribution(["no", "some", "more", "all"]),
}
KINDS = {"no": 0.0, "some": 0.3, "more": 0.1, "all": 0.4}


@pytest.fixture(autouse=True)
def _quiet() -> None:
    optuna.logging.set_verbosity(optuna.logging.ERROR)


def accuracy(params: Params) -> float:
    return 0.5 + 0.04 * params["a"] - 0.01 * (params["b"] - 3) ** 2 + 0.3 * KINDS[params.get("c", "no")]


def size(params: Params) -> float:
    return float(1 + params["a"] + 2 * params["b"] + 3 * KINDS[params.get("c", "no")])


def work(params: Params) -> float:
    return float(3 + params["b"] - 0.4 * params["a"] + 10 * KINDS[params.get("c", "no")])


def one_cost(params: Params) -> tuple[float]:
    return (size(params),)


def two_costs(params: Params) -> tuple[float, float]:
    return size(params), work(params)


def a_study(sampler: BaseSampler, directions: Sequence[str] = ("maximize", "minimize"), **more: Any) -> optuna.Study:
    return optuna.create_study(directions=list(directions), sampler=sampler, **more)


def ask(study: optuna.Study, space: Distributions) -> Trial:
    """A trial with all its parameters, as an objective would suggest them."""
    return study.ask(space)


def proposals(study: optuna.Study) -> list[Proposal]:
    return [tuple(trial.params[name] for name in sorted(trial.params)) for trial in study.trials]


def searched(
    sampler: BaseSampler, count: int, space: Distributions = MIDDLE, known: Callable[[Params], Any] = one_cost
) -> optuna.Study:
    """A study of ``count`` trials, asked for and told one after another."""
    study = a_study(sampler, ["maximize"] + ["minimize"] * len(known({"a": 0, "b": 0})))
    for _ in range(count):
        trial = ask(study, space)
        study.tell(trial, (accuracy(trial.params), *known(trial.params)))
    return study


def objective(space: Distributions) -> Callable[[Trial], tuple[float, float]]:
    """For ``study.optimize``."""

    def measure(trial: Trial) -> tuple[float, float]:
        params = {
            name: trial.suggest_categorical(name, values.choices)
            if isinstance(values, CategoricalDistribution)
            else trial.suggest_int(name, values.low, values.high)
            for name, values in space.items()
            if isinstance(values, CategoricalDistribution | IntDistribution)
        }
        return accuracy(params), size(params)

    return measure


def states(study: optuna.Study) -> Counter[str]:
    return Counter(trial.state.name for trial in study.trials)


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
        with pytest.raises(SpaceExhaustedError, match="all 9 candidates have been proposed"):
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
def test_readings_that_teach_nothing_do_no_harm(accuracy: Callable[[int], float]) -> None:
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


# The same again.


@pytest.mark.parametrize("known", [one_cost, two_costs])
def test_the_same_seed_and_results_give_the_same_proposals(known: Callable[[Params], Sequence[float]]) -> None:
    one, same = (
        proposals(searched(KnownCostSampler(MIDDLE, known_costs=known, seed=3), 12, known=known)) for _ in "ab"
    )
    assert one == same


def test_the_seed_decides_between_candidates_that_cost_the_same() -> None:
    def known(params: Params) -> tuple[float]:
        return (1.0 + params["a"],)

    one, other = (
        proposals(searched(KnownCostSampler(MIDDLE, known_costs=known, seed=seed), 8, known=known)) for seed in (3, 4)
    )
    assert one != other


DIRECTIONS = [
    (uncertain, signs) for uncertain in range(3) for signs in ((1, -1, -1), (-1, 1, 1), (1, 1, 1), (-1, -1, 1))
]


@pytest.fixture(scope="module")
def plain() -> list[Proposal]:
    """The proposals with accuracy first and maximised, costs minimised."""
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    return proposals(
        searched(KnownCostSampler(MIDDLE, known_costs=two_costs, reference=(0.3, 18, 12)), 11, known=two_costs)
    )


@pytest.mark.parametrize(("uncertain", "signs"), DIRECTIONS)
def test_order_and_direction_of_the_objectives_mean_nothing(
    uncertain: int, signs: tuple[int, int, int], plain: list[Proposal]
) -> None:
    """Signs are those of accuracy and the two costs; what is maximised and turned round is minimised."""
    better = (1, -1, -1)
    order = [1, 2]
    order.insert(uncertain, 0)
    directions = ["maximize" if signs[index] == 1 else "minimize" for index in order]
    turned = [signs[index] * better[index] for index in range(3)]

    def known(params: Params) -> tuple[float, float]:
        first, second = two_costs(params)
        return turned[1] * first, turned[2] * second

    worst = [turned[0] * 0.3, turned[1] * 18, turned[2] * 12]
    sampler = KnownCostSampler(
        MIDDLE, known_costs=known, uncertain=uncertain, reference=[worst[index] for index in order]
    )
    study = a_study(sampler, directions)
    for _ in range(11):
        trial = ask(study, MIDDLE)
        values = [turned[0] * accuracy(trial.params), *known(trial.params)]
        study.tell(trial, [values[index] for index in order])
    assert proposals(study) == plain


@pytest.mark.parametrize("reference", [None, (0.3, 30.0)])
def test_a_cost_turned_round_gives_the_same_proposals(reference: tuple[float, float] | None) -> None:
    """Minimising c or maximising -c is one and the same."""
    turned = None if reference is None else (-reference[0], -reference[1])
    one = a_study(KnownCostSampler(MIDDLE, known_costs=one_cost, reference=reference), ["maximize", "minimize"])
    two = a_study(
        KnownCostSampler(MIDDLE, known_costs=lambda params: (-size(params),), reference=turned),
        ["minimize", "maximize"],
    )
    for _ in range(11):
        for study, sign in ((one, 1), (two, -1)):
            trial = ask(study, MIDDLE)
            study.tell(trial, (sign * accuracy(trial.params), sign * size(trial.params)))
    assert proposals(one) == proposals(two)


def test_names_of_categories_mean_nothing() -> None:
    """The same candidates in the same order under shuffled names: the same networks are proposed."""
    shuffled = {"no": "w", "some": "a", "more": "zz", "all": "b"}
    listed = GridSpace(MIDDLE).every(144) or []
    renamed = [{**params, "c": shuffled[params["c"]]} for params in listed]
    back = {new: old for old, new in shuffled.items()}
    space = {**MIDDLE, "c": CategoricalDistribution(list(shuffled.values()))}
    one = a_study(KnownCostSampler(listed, known_costs=one_cost))
    two = a_study(KnownCostSampler(renamed, known_costs=lambda params: one_cost({**params, "c": back[params["c"]]})))
    for _ in range(14):
        trial = ask(one, MIDDLE)
        one.tell(trial, (accuracy(trial.params), size(trial.params)))
        trial = ask(two, space)
        meant = {**trial.params, "c": back[trial.params["c"]]}
        two.tell(trial, (accuracy(meant), size(meant)))
    assert [(a, b, shuffled[c]) for a, b, c in proposals(one)] == proposals(two)


# Candidates in any form.


def test_the_space_is_learnt_from_the_first_trial() -> None:
    study = a_study(KnownCostSampler(known_costs=one_cost))
    study.optimize(objective(MIDDLE), n_trials=12)
    assert len(set(proposals(study))) == 12
    knowledge = study.sampler.knowledge(study)  # type: ignore[attr-defined]
    assert len(knowledge.pool.candidates) == 144
    assert knowledge.tried.sum() == 12


def test_a_list_need_not_be_a_grid() -> None:
    """Candidates with parameters of their own; nothing else is proposed."""
    listed = [{"a": 0}, {"a": 1, "b": 0}, {"a": 1, "b": 1}, {"a": 2, "b": 5}]
    study = a_study(KnownCostSampler(listed, known_costs=lambda params: (1.0 + params["a"] + params.get("b", 0),)))
    found = []
    for _ in range(4):
        trial = study.ask()
        trial.suggest_int("a", 0, 9)
        if trial.params["a"] > 0:
            trial.suggest_int("b", 0, 9)
        found.append(trial.params)
        study.tell(trial, (0.5, 1.0))
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
    knowledge = sampler.knowledge(study)
    assert knowledge is not None
    assert not knowledge.pool.whole
    assert knowledge.tried.sum() == 14


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
                sampler.knowledge(study)
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
    knowledge = sampler.knowledge(a_study(sampler, ["maximize", direction]))
    assert knowledge is not None
    assert (knowledge.pool.costs < knowledge.reference[1:]).all()


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
    study.optimize(lambda trial: (trial.suggest_float("x", 0, 0.5, step=0.1), 1.0), n_trials=20)
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


# Wrong arguments.


@pytest.mark.parametrize(
    ("known", "directions", "message"),
    [
        (lambda params: (1.0, 2.0), 2, "known_costs: expected 1 finite numbers"),
        (lambda params: (1.0,), 3, "known_costs: expected 2 finite numbers"),
        (lambda params: (float("nan"),), 2, "known_costs: expected 1 finite numbers"),
        (one_cost, 1, "one or two known objectives"),
        (one_cost, 4, "one or two known objectives"),
    ],
)
def test_objectives_that_do_not_suit_are_refused(known: Any, directions: int, message: str) -> None:
    study = a_study(KnownCostSampler(SMALL, known_costs=known), ["maximize"] * directions)
    with pytest.raises(ValueError, match=message):
        study.ask()


@pytest.mark.parametrize("known", [lambda params: 1.0, lambda params: (1.0,) * (1 + params["a"])])
def test_costs_that_are_no_table_are_refused_by_name(known: Any) -> None:
    study = a_study(KnownCostSampler(SMALL, known_costs=known))
    with pytest.raises(ValueError, match="known_costs: expected 1 finite number"):
        study.ask()


@pytest.mark.parametrize("uncertain", [-1, 2, 7])
@pytest.mark.parametrize("candidates", [SMALL, None], ids=["distributions", "none"])
def test_an_uncertain_objective_that_is_none_is_refused(uncertain: int, candidates: Distributions | None) -> None:
    study = a_study(KnownCostSampler(candidates, known_costs=one_cost, uncertain=uncertain))
    with pytest.raises(ValueError, match=f"2 objectives and uncertain={uncertain}"):
        study.ask()


@pytest.mark.parametrize("reference", [(0.5,), (0.5, 1.0, 1.0)])
def test_a_reference_of_another_length_is_refused(reference: tuple[float, ...]) -> None:
    study = a_study(KnownCostSampler(SMALL, known_costs=one_cost, reference=reference))
    with pytest.raises(ValueError, match="reference: expected 2 values, one an objective"):
        study.ask()


def test_a_space_without_end_is_refused() -> None:
    with pytest.raises(ValueError, match="rate: expected categories, integers or floats with a step"):
        KnownCostSampler({"rate": FloatDistribution(0, 1)}, known_costs=one_cost)


# Does it search well?

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
def test_what_is_like_the_failed_is_believed_likelier_to_fail(how: str) -> None:
    study = with_a_bad_region(BAD_REGIONS[0], how, 20)
    knowledge = study.sampler.knowledge(study)  # type: ignore[attr-defined]
    bad = np.array([BAD_REGIONS[0](params) for params in knowledge.pool.candidates])
    assert knowledge.chance[bad].max() < 0.95
    assert knowledge.chance[bad].mean() < knowledge.chance[~bad].mean() - 0.03


def test_what_cannot_be_trained_is_not_proposed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Were it certain that all of the kind ``all`` fail, none would be proposed after the start."""
    listed = GridSpace(MIDDLE).every(144) or []
    hopeless = np.array([params["c"] == "all" for params in listed])
    monkeypatch.setattr(Surrogate, "chance", lambda *_: np.where(hopeless, 0.0, 1.0))
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
    knowledge = sampler.knowledge(study)
    assert knowledge is not None
    assert knowledge.belief is not None
    stopped = [knowledge.pool.row(trial.params) for trial in study.trials[8:]]
    expected = [accuracy(trial.params) for trial in study.trials[8:]]
    assert knowledge.belief.mean[stopped] == pytest.approx(expected, abs=0.02)
    assert knowledge.trained.sum() == 24


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


@pytest.mark.parametrize("seed", [0, 3])
def test_a_float_that_is_off_by_rounding_is_not_proposed_twice(seed: int) -> None:
    """Of a space that is not known yet the first proposal is Optuna's, whose 6 steps of 0.1 are 0.6000000000000001."""
    sampler = KnownCostSampler(known_costs=lambda params: [1 + params["w"]], seed=seed)
    study = optuna.create_study(directions=["maximize", "minimize"], sampler=sampler)
    study.optimize(lambda trial: ((w := trial.suggest_float("w", 0, 1, step=0.1)), 1 + w), n_trials=30)
    tried = [trial.params["w"] for trial in study.trials if trial.state is TrialState.COMPLETE]
    assert sorted(tried) == [number / 10 for number in range(11)]

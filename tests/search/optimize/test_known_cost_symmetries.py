"""The sampler for known costs: the same seed and results give the same proposals, whatever things are called."""

from collections.abc import Callable, Sequence

import optuna
import pytest
from optuna.distributions import CategoricalDistribution

from search import KnownCostSampler
from search.optimize.distributions import GridSpace
from tests.search.optimize.studies import (
    MIDDLE,
    Params,
    Proposal,
    a_study,
    accuracy,
    ask,
    one_cost,
    proposals,
    searched,
    size,
    two_costs,
)


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


def test_what_counts_at_the_limits_is_the_same_where_the_known_objective_is_maximised() -> None:
    """The limits reach from the best that is known: from a size of 1, which is a thrift of 19."""

    def excess(params: Params) -> tuple[float]:
        return (size(params) - 1,)

    def thrift(params: Params) -> tuple[float]:
        return (20 - size(params),)

    found = []
    for direction, known, worst in (("minimize", excess, 17.0), ("maximize", thrift, 2.0)):
        sampler = KnownCostSampler(MIDDLE, known_costs=known, reference=(0.3, worst), limit_weight=4)
        study = a_study(sampler, ["maximize", direction])
        for _ in range(11):
            trial = ask(study, MIDDLE)
            study.tell(trial, [accuracy(trial.params), *known(trial.params)])
        found.append(proposals(study))
    assert found[0] == found[1]


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

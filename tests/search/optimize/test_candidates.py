"""The sets of candidates, and candidates as numbers."""

from math import prod

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

from search.optimize.candidates import ListedSpace, NoCandidatesError, key_of
from search.optimize.distributions import EndlessParameterError, GridSpace, TooManyValuesError
from search.optimize.features import Features

MIXED = {
    "kind": CategoricalDistribution(["a", "b", None]),
    "depth": IntDistribution(2, 8, step=3),
    "width": FloatDistribution(0.5, 1.25, step=0.25),
}


def test_a_grid_has_every_combination_once() -> None:
    space = GridSpace(MIXED)
    assert space.choices == {"kind": ("a", "b", None), "depth": (2, 5, 8), "width": (0.5, 0.75, 1.0, 1.25)}
    every = space.every(36)
    assert every is not None
    assert len(every) == 36 == len({tuple(params.items()) for params in every})
    for params in every:
        assert all(MIXED[name]._contains(MIXED[name].to_internal_repr(value)) for name, value in params.items())


@pytest.mark.filterwarnings("ignore:.*not divisible by.*:UserWarning")
@settings(max_examples=25)
@given(low=st.integers(-5, 5), steps=st.integers(0, 12), step=st.sampled_from([0.1, 0.25, 0.3, 1.0]))
def test_floats_with_a_step_reach_from_end_to_end(low: int, steps: int, step: float) -> None:
    distribution = FloatDistribution(low, low + (steps + 0.01) * step, step=step)  # Optuna rounds the end down
    values = GridSpace({"x": distribution}).choices["x"]
    assert values == pytest.approx([low + step * index for index in range(steps + 1)])


def test_a_grid_beyond_the_limit_is_not_listed() -> None:
    assert GridSpace(MIXED).every(35) is None


def test_parameters_without_end_are_refused_by_name() -> None:
    with pytest.raises(EndlessParameterError, check=lambda error: error.name == "rate"):
        GridSpace({"depth": IntDistribution(1, 2), "rate": FloatDistribution(0.0, 1.0)})


def test_parameters_with_too_many_values_are_refused_before_memory_is_taken() -> None:
    for distribution in (IntDistribution(0, 10**9), FloatDistribution(0, 10**9, step=1)):
        with pytest.raises(TooManyValuesError) as refused:
            GridSpace({"x": distribution})
        assert (refused.value.name, refused.value.count) == ("x", 10**9 + 1)


def test_neighbours_differ_in_one_choice() -> None:
    space = GridSpace(MIXED)
    centre = {"kind": "b", "depth": 5, "width": 1.0}
    found = list(space.neighbours(centre))
    expected = [
        params for params in space.every(36) or [] if sum(params[name] != value for name, value in centre.items()) == 1
    ]
    assert sorted(map(str, found)) == sorted(map(str, expected))
    assert len(found) == sum(len(values) - 1 for values in space.choices.values())


def test_draws_are_of_the_grid_and_reach_all_of_it() -> None:
    space, rng = GridSpace(MIXED), np.random.default_rng(0)
    drawn = {key_of(space.draw(rng), space.choices) for _ in range(600)}
    assert drawn == {key_of(params, space.choices) for params in space.every(36) or []}


def test_a_list_has_each_candidate_once_in_its_order() -> None:
    first, second, third = {"a": 1, "b": 2}, {"a": 2}, {"a": 1, "b": 3}
    space = ListedSpace([first, second, {"b": 2, "a": 1}, third, second])
    assert space.every(0) == [first, second, third]
    assert space.choices == {"a": (1, 2), "b": (2, None, 3)}
    assert space.draw(np.random.default_rng(0)) in (first, second, third)


def test_an_empty_list_is_refused() -> None:
    with pytest.raises(NoCandidatesError):
        ListedSpace([])


@pytest.mark.parametrize("costs", [1, 2])
def test_features_tell_every_two_candidates_apart(costs: int) -> None:
    space = GridSpace(MIXED)
    every = space.every(36) or []
    features = Features(space.choices, np.ones((36, costs))).of(every, np.ones((36, costs)))
    assert len(np.unique(features, axis=0)) == 36
    assert features.min() == 0
    assert features.max() == 1
    assert len(features) == prod(len(values) for values in space.choices.values())


def test_names_of_categories_and_their_order_mean_nothing() -> None:
    """Any two of three categories are equally far from each other."""
    choices = {"kind": ("x", "y", "z")}
    rows = Features(choices, np.ones((3, 1))).of([{"kind": kind} for kind in "xyz"], np.ones((3, 1)))
    distances = np.linalg.norm(rows[:, None] - rows[None], axis=2)[np.triu_indices(3, 1)]
    assert distances == pytest.approx([np.sqrt(2)] * 3)


def test_neighbouring_numbers_are_more_alike() -> None:
    choices = {"depth": (8, 2, 4)}  # in any order
    rows = Features(choices, np.ones((3, 1))).of([{"depth": depth} for depth in (2, 4, 8)], np.ones((3, 1)))
    assert np.linalg.norm(rows[0] - rows[1]) == pytest.approx(np.linalg.norm(rows[1] - rows[2]))
    assert np.linalg.norm(rows[0] - rows[1]) < np.linalg.norm(rows[0] - rows[2])


def test_costs_are_logarithmic_where_they_can_be() -> None:
    choices = {"depth": (1, 2, 3)}
    candidates = [{"depth": depth} for depth in (1, 2, 3)]
    positive = np.array([[1.0], [10.0], [100.0]])
    assert Features(choices, positive).of(candidates, positive)[:, -1] == pytest.approx([0, 0.5, 1])
    signed = np.array([[-1.0], [0.0], [1.0]])
    assert Features(choices, signed).of(candidates, signed)[:, -1] == pytest.approx([0, 0.5, 1])

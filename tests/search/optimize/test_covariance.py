"""The prior covariance of candidates: closed forms, and what a sum over the parts lets the surrogate learn."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from search.optimize.covariance import MAIN, columns_of, correlation, correlations, membership
from search.optimize.design_point import DesignPoint
from search.optimize.features import Features
from search.optimize.surrogate import Surrogate

PARTS = st.lists(st.integers(1, 4), min_size=1, max_size=6)


def test_columns_and_membership_follow_the_parts() -> None:
    assert columns_of([2, 1]) == [slice(0, 2), slice(2, 3)]
    assert membership([2, 1]).tolist() == [[1, 0], [1, 0], [0, 1]]


@given(parts=PARTS, seed=st.integers(0, 2**32 - 1))
def test_both_forms_are_that_of_the_formula(parts: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    some, others = rng.standard_normal((3, sum(parts))), rng.standard_normal((5, sum(parts)))
    squared = (some[:, None] - others) ** 2
    factors = np.stack([np.exp(-squared[:, :, columns].sum(axis=2) / 2) for columns in columns_of(parts)], axis=2)
    expected = MAIN * factors.mean(axis=2) + (1 - MAIN) * factors.prod(axis=2)
    by_part = torch.as_tensor(squared @ membership(parts))
    assert correlation(by_part).numpy() == pytest.approx(expected)
    assert correlations(torch.as_tensor(some), torch.as_tensor(others), parts).numpy() == pytest.approx(expected)


@given(parts=PARTS, seed=st.integers(0, 2**32 - 1))
def test_a_candidate_is_fully_correlated_with_itself_alone(parts: list[int], seed: int) -> None:
    rows = torch.as_tensor(np.random.default_rng(seed).standard_normal((4, sum(parts)))).to(torch.float32)
    found = correlations(rows, rows, parts)
    assert found.diagonal().numpy() == pytest.approx(1, abs=1e-6)
    assert (found[~torch.eye(4, dtype=torch.bool)] < 1).all()


def test_features_name_their_parts() -> None:
    choices = {"size": (64, 80, 96), "mode": ("none", "remove"), "only": (1,)}
    candidates = [{"size": size, "mode": mode, "only": 1} for size in choices["size"] for mode in choices["mode"]]
    costs = np.arange(1.0, 13.0).reshape(6, 2)
    features = Features(choices, costs)
    assert features.parts == (4, 2, 1, 1)
    assert features.of(candidates, costs).shape == (6, sum(features.parts))


def test_the_effect_of_a_part_is_learnt_from_candidates_that_differ_in_all_others() -> None:
    """Six choices of two values each, whose effects add up: 12 of 64 candidates tell all others.

    With the product of the factors alone, the correlation with the true values is 0.53.
    """
    every = np.array([[number >> part & 1 for part in range(6)] for number in range(64)], dtype=float)
    values = every @ np.array([5.0, -3.0, 2.0, -4.0, 1.0, 3.0])
    known = np.random.default_rng(2).permutation(64)[:12]
    surrogate = Surrogate(every, [1] * 6)
    posterior = surrogate.condition_on([DesignPoint(int(row), float(values[row])) for row in known])
    unseen = np.setdiff1d(np.arange(64), known)
    assert np.corrcoef(posterior.mean[unseen], values[unseen])[0, 1] > 0.95

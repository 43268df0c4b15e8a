"""Of very many observations a sample is fitted."""

from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest

from search.optimize import observation_sample
from search.optimize.design_point import DesignPoint
from search.optimize.surrogate import Surrogate
from tests.search.optimize.surrogates import CANDIDATES, FEATURES, PARTS, VALUES, full, pending


def always(candidate: int) -> Callable[[int], set[int]]:
    """The best candidates, however many points there are."""
    return lambda _: {candidate}


def test_of_very_many_observations_a_sample_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(observation_sample, "_MOST", 24)
    model = Surrogate(FEATURES, PARTS)
    posterior = model.condition_on(full(*range(CANDIDATES)))
    assert len(model._design) == 24
    assert {row for row, _ in model._design} >= set(range(CANDIDATES - 12, CANDIDATES)), "the latest are all there"
    assert np.corrcoef(posterior.mean, VALUES)[0, 1] > 0.9
    model.condition_on([*full(*range(CANDIDATES)), DesignPoint(5, None), *pending(7)])
    assert len(model._design) == 26, "what has no value is never left out"


def test_the_best_are_in_the_sample_and_it_stays_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(observation_sample, "_MOST", 8)
    for first in (0, 4, 8):
        model = Surrogate(FEATURES, PARTS)
        model.condition_on(full(*range(CANDIDATES)), best=always(first))
        assert first in {row for row, _ in model._design}
        assert len(model._design) == 9
    seeds = [DesignPoint(0, 0.5)] * 3
    model.condition_on([*full(*range(CANDIDATES)), *seeds])
    assert sum(row == 0 for row, _ in model._design) >= 3, "further seeds of what was left out count"


def test_few_observations_are_all_used() -> None:
    assert observation_sample.surplus_of(range(observation_sample._MOST)) == Counter()
    assert observation_sample.surplus_of(range(observation_sample._MOST + 10)).total() == 10


def test_of_very_many_that_failed_a_sample_speaks_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    model = Surrogate(FEATURES, PARTS)
    model.condition_on(full(*range(CANDIDATES)))
    exact = model._like(list(range(CANDIDATES)))
    monkeypatch.setattr(observation_sample, "_MOST", 40)
    sampled = model._like(list(range(CANDIDATES)))
    assert not np.array_equal(sampled, exact)
    np.testing.assert_allclose(sampled.mean(), exact.mean(), rtol=0.2)
    assert np.corrcoef(sampled, exact)[0, 1] > 0.9

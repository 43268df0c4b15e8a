"""Fitting the hyperparameters: it depends on the observations alone, and a fit that fails ends no search."""

import numpy as np
import pytest
import torch

from search.optimize import hyperparameters, surrogate
from search.optimize.design_point import DesignPoint
from search.optimize.surrogate import Posterior, Surrogate
from tests.search.optimize.surrogates import FEATURES, PARTS, VALUES, assert_same, dense, full, pending


@pytest.fixture(autouse=True)
def _each_fit_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also one that this process has made before, which other tests take from there: see ``tests/conftest.py``."""
    monkeypatch.setattr(surrogate, "fit", hyperparameters.fit)


def test_scores_that_lead_the_fit_astray_end_no_search() -> None:
    """One network unlike all others sends the kernel's output scale to 0, where its prior has no density."""
    features = np.random.default_rng(3).integers(0, 2, (100, 10)).astype(np.float64)
    values = np.eye(1, 100)[0]
    posterior = Surrogate(features, [1] * 10).condition_on(
        [DesignPoint(row, float(value)) for row, value in enumerate(values)], 0.0
    )
    assert np.isfinite(posterior.mean).all()
    assert (posterior.deviation > 0).all()


def astray(likelihood: object, **options: object) -> None:
    for parameter in likelihood.model.parameters():  # type: ignore[attr-defined]
        parameter.data.fill_(float("nan"))
    raise ValueError("found invalid values")


def test_where_no_fit_succeeds_the_prior_has_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("botorch.fit.fit_gpytorch_mll", astray)
    posterior = Surrogate(FEATURES, PARTS).condition_on(full(*range(20)))
    assert np.isfinite(posterior.mean).all()
    assert posterior.noise > 0


def test_where_a_later_fit_fails_the_last_one_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    surrogate = Surrogate(FEATURES, PARTS)
    surrogate.condition_on(full(*range(20)))
    fits = (surrogate._mean, surrogate._noise, surrogate._variance)
    monkeypatch.setattr("botorch.fit.fit_gpytorch_mll", astray)
    posterior = surrogate.condition_on(full(*range(30)))
    assert (surrogate._mean, surrogate._noise, surrogate._variance) == fits
    assert_same(posterior, *dense(surrogate, full(*range(30))))


def same(one: Posterior, other: Posterior) -> bool:
    """To the bit."""
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in ("mean", "deviation", "scenarios"))


def test_earlier_posteriors_change_nothing() -> None:
    """Design points that come one by one, some of them taken back, and all at once: to the bit the same posterior."""
    estimates = [DesignPoint(row, float(VALUES[row]), extra_noise=0.001 * row) for row in (40, 41)]
    points = [*full(*range(20)), *estimates, *full(*range(20, 38)), DesignPoint(50, None), *pending(51)]
    grown = Surrogate(FEATURES, PARTS)
    for count in range(17, len(points) + 1):
        grown.condition_on([*points[:count], *(pending(55) if count % 2 else [])])
        torch.rand(1)  # whoever else draws from torch's own generator
    assert same(grown.condition_on(points), Surrogate(FEATURES, PARTS).condition_on(points))


def test_estimates_of_stopped_trainings_do_not_change_the_fit() -> None:
    """They change with each training that is completed; the values of complete ones do not."""
    one, other = Surrogate(FEATURES, PARTS), Surrogate(FEATURES, PARTS)
    one.condition_on([*full(*range(12)), DesignPoint(30, 0.1, extra_noise=0.01)])
    other.condition_on([*full(*range(12)), DesignPoint(30, 0.4, extra_noise=0.02)])
    assert (one._mean, one._noise, one._variance) == (other._mean, other._noise, other._variance)


def test_where_a_fit_fails_a_new_surrogate_has_what_an_older_one_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fit to 31 points fails, after a fit to 27 and from the start."""
    import botorch.fit

    fit = botorch.fit.fit_gpytorch_mll

    def failing(likelihood: object, **options: object) -> object:
        if len(likelihood.model.train_targets) == 31:  # type: ignore[attr-defined]
            raise ValueError("found invalid values")
        return fit(likelihood, **options)

    monkeypatch.setattr("botorch.fit.fit_gpytorch_mll", failing)
    grown = Surrogate(FEATURES, PARTS)
    for count in range(25, 33):
        posterior = grown.condition_on(full(*range(count)))
    assert same(posterior, Surrogate(FEATURES, PARTS).condition_on(full(*range(32))))

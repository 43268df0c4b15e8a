"""The hypervolume gap: honest on a table whose every accuracy is known, and nothing at the end."""

import numpy as np
import optuna
import pytest
from optuna.distributions import CategoricalDistribution

from search import KnownCostSampler
from search.optimize.hypervolume_gap import HypervolumeGap
from search.optimize.hypervolume_gap_estimate import estimate_hypervolume_gap

SPACE = {f"layer_{layer}": CategoricalDistribution((0, 1, 2)) for layer in range(5)}  # 243 networks
SMALL = {f"layer_{layer}": CategoricalDistribution((0, 1, 2)) for layer in range(3)}  # 27
REFERENCE = (0.0, 30.0)


def accuracy(params: dict[str, int]) -> float:
    gains = sum((0.3, 0.6)[op - 1] * (1 + layer) / 5 for layer, op in enumerate(params.values()) if op)
    return float(1 - np.exp(-gains))


def cost(params: dict[str, int]) -> float:
    return 1.0 + sum((0, 2, 5)[op] for op in params.values())


def search(trials: int, space: dict[str, CategoricalDistribution] = SPACE) -> tuple[HypervolumeGap | None, float]:
    """The estimate after ``trials`` trials, and what really remains."""
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    sampler = KnownCostSampler(space, known_costs=lambda params: (cost(params),), reference=REFERENCE)  # type: ignore[arg-type]
    study = optuna.create_study(directions=["maximize", "minimize"], sampler=sampler)
    noise = np.random.default_rng(0)
    for _ in range(trials):
        trial = study.ask(space)
        study.tell(trial, (accuracy(trial.params) + 0.01 * noise.standard_normal(), cost(trial.params)))
    pool_state = sampler.pool_state(study)
    assert pool_state is not None
    true = np.array([accuracy(params) for params in pool_state.pool.candidates])  # type: ignore[arg-type]
    now, whole = (volume(true[rows], pool_state.pool.costs[rows]) for rows in (pool_state.tried, slice(None)))
    return estimate_hypervolume_gap(pool_state), whole / now - 1


def volume(accuracies: np.ndarray, costs: np.ndarray) -> float:
    import moocore

    return float(moocore.hypervolume(np.column_stack([-accuracies, costs]), ref=[0.0, 30.0]))


def test_too_little_is_known_at_the_start() -> None:
    assert search(2)[0] is None


def test_the_bound_holds_and_comes_down() -> None:
    early, truth_early = search(10)
    late, truth_late = search(40)
    assert early is not None
    assert late is not None
    assert truth_early <= early.upper
    assert truth_late <= late.upper
    assert late.upper < early.upper / 3
    assert 0 <= late.mean <= late.upper < 0.05


def test_to_begin_with_networks_is_not_to_know_them() -> None:
    """Sixteen that have just begun leave as much to find as before."""
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    sampler = KnownCostSampler(SPACE, known_costs=lambda params: (cost(params),), reference=REFERENCE)  # type: ignore[arg-type]
    study = optuna.create_study(directions=["maximize", "minimize"], sampler=sampler)
    for _ in range(12):
        trial = study.ask(SPACE)
        study.tell(trial, (accuracy(trial.params), cost(trial.params)))
    before = estimate_hypervolume_gap(sampler.pool_state(study))  # type: ignore[arg-type]
    for _ in range(16):
        study.ask(SPACE)
    after = estimate_hypervolume_gap(sampler.pool_state(study))  # type: ignore[arg-type]
    assert before is not None
    assert after is not None
    assert after.upper == pytest.approx(before.upper, rel=0.05)


def test_nothing_is_said_before_there_is_a_front() -> None:
    """No hypervolume yet: what remains is no share of it."""
    sampler = KnownCostSampler(SPACE, known_costs=lambda params: (cost(params),), reference=(0.9, 30.0))  # type: ignore[arg-type]
    study = optuna.create_study(directions=["maximize", "minimize"], sampler=sampler)
    for _ in range(4):
        trial = study.ask(SPACE)
        study.tell(trial, (0.1, cost(trial.params)))
    pool_state = sampler.pool_state(study)
    assert pool_state is not None
    assert estimate_hypervolume_gap(pool_state) is None


def test_nothing_remains_of_an_exhausted_space() -> None:
    estimate, truth = search(3**3, SMALL)
    assert (estimate, truth) == (HypervolumeGap(0.0, 0.0), 0.0)

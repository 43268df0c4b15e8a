"""Scores on different folds, of made-up networks with known values on folds with known effects."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import hypot, sqrt
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import t

from search.analysis.fold_effects import fold_effects
from search.analysis.front import Front, complete, pareto_front
from search.analysis.gain import gain_over, scores_by_seed
from search.analysis.observations import comparable_observations, observation_of
from search.analysis.seed_spread import seed_spread
from search.analysis.two_way import two_way
from search.analysis.uncertainty import ValueUncertainty, on_front, seed_deviation
from search.study.folds_spec import FoldsSpec
from search.study.spec import StudySpec
from search.study.trial import TrialRecord
from spaces import Candidate
from tests.search.factory import result, spec, trained

FOLDS = 5
ASKED = spec("folds", search={"folds": FOLDS})
SPEC = StudySpec.model_validate(
    ASKED.model_dump() | {"folds": FoldsSpec(images=(400,) * FOLDS, groups_sha256="0" * 64)}
)
NETWORKS: list[Candidate] = list(dict.fromkeys(SPEC.search_space.sample(Random(seed)) for seed in range(80)))[:24]
TEMPLATES = trained(SPEC, NETWORKS)
COSTS = [template.minimised_costs for template in TEMPLATES]
# The seeds of each of twelve networks: most have one, contenders several, as searches have them.
SEEDS = ((0, 1, 2, 3, 4), (0, 1, 2, 3, 4, 5, 6), (0, 1, 2), (0, 1), (0, 1), (0, 3), *((0,) for _ in range(6)))


def trials_of(scores: Sequence[Mapping[int, float]]) -> list[TrialRecord]:
    """Trials of the networks: their scores by seed; the seed says the fold."""
    found = []
    for template, by_seed in zip(TEMPLATES, scores, strict=False):
        for seed, value in by_seed.items():
            found.append(
                replace(template, number=len(found), seed=seed, fold=SPEC.fold_number(seed), result=result(value))
            )
    return found


Floats = NDArray[np.float64]
EFFECTS = (0.05, -0.02, -0.04, 0.01, 0.0)
FURTHER = (5, 5, 4, 3, 3, 2, 2, 2)  # seeds of the networks that have several


def made_up(rng: np.random.Generator, effects: Sequence[float], noise: float) -> list[dict[int, float]]:
    """Scores of networks with the values 0.60, 0.61, ..."""
    return [
        {seed: 0.6 + 0.01 * row + effects[seed % FOLDS] + noise * rng.standard_normal() for seed in seeds}
        for row, seeds in enumerate(SEEDS)
    ]


def test_without_chance_the_values_are_known() -> None:
    effects = [0.08, -0.02, -0.06, 0.01, -0.01]
    networks = complete(trials_of(made_up(np.random.default_rng(0), effects, noise=0.0)))
    expected = [0.6 + 0.01 * row for row in range(len(SEEDS))]
    assert [network.value for network in networks] == pytest.approx(expected, abs=1e-5)
    assert seed_deviation(networks) == pytest.approx(0.0, abs=1e-9)
    assert [len(network.values) for network in networks[:6]] == [len(seeds) for seeds in SEEDS[:6]]


def test_networks_that_are_networks_already_stay_as_they_are() -> None:
    networks = complete(trials_of(made_up(np.random.default_rng(0), [0.08, -0.02, -0.06, 0.01, -0.01], noise=0.02)))
    assert complete(networks) == networks
    assert complete(networks[6:]) == networks[6:], "though none of these says anything of folds"
    assert pareto_front(networks) == Front(networks).members()


def searched(rng: np.random.Generator, noise: float, *, chosen: bool) -> tuple[list[dict[int, float]], Floats]:
    """Scores as a search has them, and the true values.

    All networks have the first seed. A third of them has further seeds: the best so far, or any where not ``chosen``.
    """
    true = 0.6 + 0.02 * rng.standard_normal(len(NETWORKS))
    scores = true[:, None] + np.array(EFFECTS) + noise * rng.standard_normal((len(NETWORKS), FOLDS))
    order = np.argsort(-scores[:, 0]) if chosen else rng.permutation(len(NETWORKS))
    seeds = dict.fromkeys(range(len(NETWORKS)), 1) | dict(zip(order.tolist(), FURTHER, strict=False))
    return [{seed: float(scores[row, seed]) for seed in range(seeds[row])} for row in range(len(NETWORKS))], true


def test_effects_are_unbiased_although_the_best_are_scored_again() -> None:
    """The first scores of the best were lucky: least squares over these would take the first fold for easier."""
    rng, found, of_best = np.random.default_rng(0), [], []
    for _ in range(300):
        scores, _ = searched(rng, 0.02, chosen=True)
        effects = fold_effects([list(by_seed.items()) for by_seed in scores], COSTS)
        found.append([effects[fold] for fold in range(FOLDS)])
        several = [by_seed for by_seed in scores if len(by_seed) > 1]
        cells = [(row, seed, score) for row, by_seed in enumerate(several) for seed, score in by_seed.items()]
        of_best.append(two_way(cells).effects)
    misses = np.mean(found, axis=0) - EFFECTS
    assert (abs(misses) < 4 * np.std(found, axis=0) / sqrt(len(found))).all()
    assert (np.mean(of_best, axis=0) - EFFECTS)[0] > 0.01


def test_effects_are_unbiased_although_the_front_is_scored_again() -> None:
    """A network joins the front by a score that is high for its cost: without costs, the first fold seems easier."""
    rng, known, unknown = np.random.default_rng(0), [], []
    for _ in range(200):
        costs = np.exp(rng.uniform(0, 2, 40)) * 1e6
        scores = 0.2 + 0.04 * np.log(costs)[:, None] + 0.01 * rng.standard_normal((40, 1))
        scores = scores + np.array(EFFECTS) + 0.02 * rng.standard_normal((40, FOLDS))
        first = scores[:, 0]
        front = [row for row in range(40) if (first[costs <= costs[row]] <= first[row]).all()]
        on_folds = [[(0, float(score))] for score in first]
        for row in front:
            on_folds[row] += [(fold, float(scores[row, fold])) for fold in range(1, FOLDS)]
        known.append(fold_effects(on_folds, costs[:, None].tolist())[0])
        unknown.append(fold_effects(on_folds, np.zeros((40, 1)).tolist())[0])
    assert np.mean(known) - EFFECTS[0] == pytest.approx(0, abs=4 * np.std(known) / sqrt(len(known)))
    assert np.mean(unknown) - EFFECTS[0] > 0.008


def test_values_are_unbiased_and_their_intervals_hold_95_percent() -> None:
    rng, misses, held = np.random.default_rng(0), [], []
    freedom = sum(count - 1 for count in FURTHER) - (FOLDS - 1)
    for _ in range(300):
        scores, true = searched(rng, 0.02, chosen=False)
        networks = complete(trials_of(scores))
        values = np.array([network.value for network in networks])
        errors = seed_deviation(networks) * np.sqrt([network.noise_share for network in networks])
        misses.append(values - true)
        held.append(abs(values - true) < t.ppf(0.975, freedom) * errors)
    assert (abs(np.mean(misses, axis=0)) < 4 * np.std(misses, axis=0) / sqrt(len(misses))).all()
    assert np.mean(held) == pytest.approx(0.95, abs=0.015)


def test_the_effects_taken_off_add_their_error() -> None:
    """Without it, networks with one seed would seem to be known better than they are."""
    rng = np.random.default_rng(0)
    networks = complete(trials_of(made_up(rng, EFFECTS, noise=0.02)))
    shares = [network.noise_share for network in networks]
    assert shares[0] == pytest.approx(1 / 5), "all folds equally often: no effect counts"
    assert min(shares[6:]) > 1.05
    for network, share in zip(networks, shares, strict=True):
        assert share >= 1 / max(1, len(network.values)) - 1e-12


def test_of_all_folds_the_error_is_of_all_images() -> None:
    trials = trials_of([{0: 0.82, 1: 0.8, 2: 0.79, 3: 0.8, 4: 0.79}, {0: 0.8}])
    networks = complete(trials)
    uncertainty, one = ValueUncertainty(networks, SPEC), sqrt(0.8 * 0.2 / 400)
    assert uncertainty.error(networks[0]) == pytest.approx(one / sqrt(FOLDS))
    assert uncertainty.error(networks[1]) > one
    assert uncertainty.sources == "images, seeds and folds"


def test_a_fold_twice_has_the_images_of_one() -> None:
    (network,) = complete(trials_of([{0: 0.8, 5: 0.7, 1: 0.75}]))
    assert network.fold_mean is not None
    assert (network.fold_mean.folds, network.fold_mean.different) == ((0, 0, 1), 2)
    assert network.fold_mean.image_share == pytest.approx((2 / 3) ** 2 + (1 / 3) ** 2)
    deviation = 0.1 / sqrt(2)  # of two seeds on one fold
    assert seed_deviation([network]) == pytest.approx(deviation)
    error = hypot(
        sqrt(0.75 * 0.25 / 400) * sqrt(5) / 3, deviation / sqrt(3), deviation * sqrt(network.noise_share - 1 / 3)
    )
    assert ValueUncertainty([network], SPEC).error(network) == pytest.approx(error)


def test_a_harder_fold_does_not_make_a_network_worse() -> None:
    """By plain means the second network would lead: the first was scored on harder images as well."""
    trials = trials_of([{0: 0.80, 1: 0.60}, {0: 0.79}, {0: 0.70, 1: 0.50}])
    found = {network.candidate: network.value for network in complete(trials)}
    first, second, third = (found[candidate] for candidate in NETWORKS[:3])
    assert (first, second, third) == pytest.approx((0.70, 0.69, 0.60), abs=1e-5)
    assert scores_by_seed(trials)[NETWORKS[1]] == pytest.approx({0: 0.69}, abs=1e-5)
    probabilities = on_front(trials, SPEC)
    assert set(probabilities) == {0, 2, 3}


SCORES = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, 9), st.integers(0, 20)), max_size=16, unique_by=lambda one: one[:2]
)


@given(SCORES)
def test_trial_by_trial_comes_to_the_same_front(figures: list[tuple[int, int, int]]) -> None:
    """Each entry is a network, a seed and a score in twentieths."""
    trials = [
        replace(TEMPLATES[network], number=number, seed=seed, fold=SPEC.fold_number(seed), result=result(score / 20))
        for number, (network, seed, score) in enumerate(figures)
    ]
    front = Front()
    for count, trial in enumerate(trials, 1):
        front.add(trial)
        assert front.numbers == Front(trials[:count]).numbers
        assert front.members() == pareto_front(trials[:count])


def test_gains_are_over_the_folds_that_both_have() -> None:
    trials = trials_of([{0: 0.80, 1: 0.60, 2: 0.65}, {0: 0.78}, {0: 0.70, 1: 0.52}])
    scores, (one, other, third) = scores_by_seed(trials), NETWORKS[:3]
    spread = seed_spread(scores.values())
    alone = gain_over(scores[one], other, scores[other], SPEC, spread, of_seeds=0.01)
    assert alone.value == pytest.approx(0.02), "on the first fold, not the mean of three"
    assert (alone.seeds, alone.over_seeds, alone.in_common, alone.images) == (3, 1, 0, 400)
    paired = gain_over(scores[one], third, scores[third], SPEC, spread)
    assert (paired.value, paired.in_common) == (pytest.approx(0.09), 2)


def test_the_surrogate_learns_scores_without_the_effects_of_folds() -> None:
    trials = trials_of(made_up(np.random.default_rng(0), [0.08, -0.02, -0.06, 0.01, -0.01], noise=0.0))
    learnt = comparable_observations(
        [observation_of({}, trial.result) for trial in trials],
        [trial.fold for trial in trials],
        [trial.candidate for trial in trials],
        [trial.minimised_costs for trial in trials],
    )
    expected = [0.6 + 0.01 * NETWORKS.index(trial.candidate) for trial in trials]
    assert [observation.score for observation in learnt] == pytest.approx(expected, abs=1e-5)
    raw = [observation_of({}, trial.result) for trial in trials]
    of_none = [None] * len(raw), [trial.candidate for trial in trials], [()] * len(raw)
    assert comparable_observations(raw, *of_none) == raw


def test_one_fold_tells_nothing_of_folds() -> None:
    networks = complete(trials_of([{0: 0.8}, {5: 0.7}]))
    assert fold_effects([[(0, 0.8)], [(0, 0.7)]], COSTS[:2]) == {}
    assert [network.value for network in networks] == [0.8, 0.7]

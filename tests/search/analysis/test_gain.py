"""How much more one network scores than another, and how sure that is."""

from dataclasses import replace
from math import sqrt

import pytest
from scipy.stats import t, ttest_1samp

from search.analysis.gain import Gain, Scores, gain_over, scores_by_seed
from search.analysis.seed_spread import seed_spread
from search.study.trial import Status, TrialResult
from tests.search.factory import spec, trained

SPEC = spec("gain")
PLAIN = SPEC.search_space.base("mobilenet_v2", 0.2, 32)
IMAGES = SPEC.data.val_images


def gain_of(scores: Scores, over: Scores, *others: Scores, of_seeds: float = 0.0) -> Gain:
    """Over the plain network; ``others``: of further networks of the search."""
    return gain_over(scores, PLAIN, over, SPEC, seed_spread([scores, over, *others]), of_seeds)


def test_seeds_in_common_are_paired() -> None:
    """Seeds differ by far more than the networks do: what is the same in both counts for nothing."""
    gain = gain_of({0: 0.90, 1: 0.50, 2: 0.72}, {0: 0.88, 1: 0.47, 2: 0.71})
    assert gain.value == pytest.approx(0.02)
    assert gain.error == pytest.approx(0.01 / sqrt(3))
    assert (gain.seeds, gain.over_seeds, gain.in_common, gain.freedom) == (3, 3, 3, 2)
    assert gain.reach == pytest.approx(t.ppf(0.975, 2) * gain.error)
    assert not gain.sure, "three seeds: two degrees of freedom"
    assert (gain.interval.low, gain.interval.high) == pytest.approx((0.02 - gain.reach, 0.02 + gain.reach))
    assert gain.to_dict()["interval"] == gain.interval.to_dict()
    assert gain.to_dict()["standard_error"] == gain.error


@pytest.mark.parametrize("differences", [[0.01, 0.02], [0.02, 0.02, 0.03], [0.006, 0.013, 0.031], [-0.01, 0.03, 0.02]])
def test_it_is_sure_where_students_test_of_pairs_says_so(differences: list[float]) -> None:
    scores = {seed: 0.5 + difference for seed, difference in enumerate(differences)}
    gain = gain_of(scores, dict.fromkeys(range(len(differences)), 0.5))
    found = ttest_1samp(differences, 0.0)
    assert gain.sure == (found.pvalue < 0.05 and found.statistic > 0) == (gain.interval.low > 0)
    known = found.confidence_interval(0.95)
    assert (gain.interval.low, gain.interval.high) == pytest.approx((known.low, known.high))
    assert gain.probability == pytest.approx(t.cdf(found.statistic, len(differences) - 1))


def test_what_seeds_change_is_read_from_all_networks_with_several() -> None:
    """Two seeds in common prove nothing by themselves: 12.7 errors. Three more such pairs of scores make it certain."""
    scores, over = {0: 0.80, 1: 0.70}, {0: 0.77, 1: 0.68}
    alone = gain_of(scores, over)
    assert (alone.freedom, alone.sure) == (1, False)
    others = [{0: 0.60, 1: 0.505}, {0: 0.61, 1: 0.515}, {0: 0.5}]
    gain = gain_of(scores, over, *others)
    assert (gain.freedom, gain.spread_networks) == (3, 4)
    assert gain.value == pytest.approx(alone.value)
    residuals = [0.0025, -0.0025, 0, 0]  # half differences of 0.100, 0.090, 0.095, 0.095 from their mean
    assert gain.error == pytest.approx(sqrt(sum(2 * one**2 for one in residuals) / 3))
    assert gain.sure


@pytest.mark.parametrize("over", [{0: 0.6}, {0: 0.6, 3: 0.6}])
def test_of_one_seed_in_common_or_none_it_is_of_the_images(over: dict[int, float]) -> None:
    gain = gain_of({0: 0.8, 1: 0.8}, over)
    assert gain.value == pytest.approx(0.2)
    assert gain.error == pytest.approx(sqrt(0.8 * 0.2 / IMAGES + 0.6 * 0.4 / IMAGES))
    assert gain.in_common == 0
    assert gain.reach == pytest.approx(1.96 * gain.error, rel=1e-4)
    assert gain.sure


def test_it_is_said_in_points_with_the_ends_of_its_interval() -> None:
    gain = gain_of({0: 0.90, 1: 0.50, 2: 0.72}, {0: 0.88, 1: 0.47, 2: 0.71})
    reach = t.ppf(0.975, 2) / sqrt(3)
    assert (gain.points, gain.ends) == ("+2.0", f"-{reach - 2:.1f} to +{2 + reach:.1f}")
    assert gain.read_from == "3 seeds each; interval from the seeds of 2 networks"
    of_images = gain_of({0: 0.8}, {0: 0.6})
    assert of_images.read_from == f"1 seed each; interval from {IMAGES} images"
    assert gain_of({0: 0.8}, {0: 0.6}, of_seeds=0.1).read_from.endswith(" images and the spread between seeds")


def test_a_difference_that_rounds_to_zero_has_no_minus() -> None:
    assert gain_of({0: 0.6}, {0: 0.6001}).points == "+0.0"


def test_its_interval_is_within_all_differences_of_shares() -> None:
    gain = gain_of({0: 0.99, 1: 0.98}, {0: 0.01, 1: 0.02})
    assert gain.reach > 0.05
    assert gain.interval.high == 1.0
    assert gain_of({0: 0.01, 1: 0.02}, {0: 0.99, 1: 0.98}).interval.low == -1.0


def test_seeds_that_agree_to_the_image_are_no_certainty() -> None:
    """Scores are shares of whole images: two differences of one image may be of hardly more than none."""
    same, one = {0: 0.5, 1: 0.5}, 1 / IMAGES
    assert gain_of(same, same).probability == 0.5
    by_one = gain_of({0: 0.5 + one, 1: 0.5 + one}, same)
    assert by_one.error == pytest.approx(one / sqrt(12))
    assert not by_one.sure
    assert gain_of({0: 0.75, 1: 0.75}, same).probability > 0.98


def test_what_seeds_differ_by_is_beside_the_images() -> None:
    """A network with more seeds is surer of its mean."""
    gain = gain_of({0: 0.8, 1: 0.8}, {0: 0.6}, of_seeds=0.1)
    of_images = 0.8 * 0.2 / IMAGES + 0.6 * 0.4 / IMAGES
    assert gain.error == pytest.approx(sqrt(of_images + 0.1**2 / 2 + 0.1**2))
    assert not gain.sure
    assert gain_of({0: 0.8, 1: 0.8}, {0: 0.6}).sure
    assert gain_of({0: 0.8, 1: 0.7}, {0: 0.6, 1: 0.4}, of_seeds=0.1).seed_deviation == 0, "paired"


def test_seeds_that_only_one_has_do_not_count_where_others_are_in_common() -> None:
    gain = gain_of({0: 0.8, 1: 0.8, 2: 0.1}, {0: 0.7, 1: 0.6, 5: 0.9})
    assert gain.value == pytest.approx(0.15)
    assert (gain.seeds, gain.over_seeds, gain.in_common) == (3, 3, 2)


def test_scores_are_those_of_complete_trials() -> None:
    (trial,) = trained(SPEC, [PLAIN])
    assert scores_by_seed([trial]) == {PLAIN: {0: trial.value}}
    failed = replace(trial, seed=1, status=Status.FAILED, result=TrialResult(failure="it diverged"))
    assert scores_by_seed([trial, failed, replace(trial, seed=2)]) == {PLAIN: {0: trial.value, 2: trial.value}}

"""How much more one network scores than another, and how sure that is."""

from dataclasses import replace
from math import sqrt

import pytest
from scipy.stats import t, ttest_1samp

from search.analysis.gain import gain_over, scores_by_seed
from search.study.trial import Status, TrialResult
from tests.search.factory import spec, trained

SPEC = spec("gain")
PLAIN = SPEC.search_space.base("mobilenet_v2", 0.2, 32)
IMAGES = SPEC.data.val_images


def test_seeds_in_common_are_paired() -> None:
    """Seeds differ by far more than the networks do: what is the same in both counts for nothing."""
    gain = gain_over({0: 0.90, 1: 0.50, 2: 0.72}, PLAIN, {0: 0.88, 1: 0.47, 2: 0.71}, SPEC)
    assert gain.value == pytest.approx(0.02)
    assert gain.error == pytest.approx(0.01 / sqrt(3))
    assert (gain.seeds, gain.over_seeds, gain.in_common) == (3, 3, 3)
    assert gain.reach == pytest.approx(t.ppf(0.975, 2) * gain.error)
    assert not gain.sure, "three seeds: two degrees of freedom"


@pytest.mark.parametrize("differences", [[0.01, 0.02], [0.02, 0.02, 0.03], [0.006, 0.013, 0.031], [-0.01, 0.03, 0.02]])
def test_it_is_sure_where_students_test_of_pairs_says_so(differences: list[float]) -> None:
    scores = {seed: 0.5 + difference for seed, difference in enumerate(differences)}
    gain = gain_over(scores, PLAIN, dict.fromkeys(range(len(differences)), 0.5), SPEC)
    found = ttest_1samp(differences, 0.0)
    assert gain.sure == (found.pvalue < 0.05 and found.statistic > 0)
    assert gain.probability == pytest.approx(t.cdf(found.statistic, len(differences) - 1))


@pytest.mark.parametrize("over", [{0: 0.6}, {0: 0.6, 3: 0.6}])
def test_of_one_seed_in_common_or_none_it_is_of_the_images(over: dict[int, float]) -> None:
    gain = gain_over({0: 0.8, 1: 0.8}, PLAIN, over, SPEC)
    assert gain.value == pytest.approx(0.2)
    assert gain.error == pytest.approx(sqrt(0.8 * 0.2 / IMAGES + 0.6 * 0.4 / IMAGES))
    assert gain.in_common == 0
    assert gain.reach == pytest.approx(1.96 * gain.error, rel=1e-4)
    assert gain.sure


def test_seeds_that_agree_to_the_image_are_no_certainty() -> None:
    """Scores are shares of whole images: two differences of one image may be of hardly more than none."""
    same, one = {0: 0.5, 1: 0.5}, 1 / IMAGES
    assert gain_over(same, PLAIN, same, SPEC).probability == 0.5
    by_one = gain_over({0: 0.5 + one, 1: 0.5 + one}, PLAIN, same, SPEC)
    assert by_one.error == pytest.approx(one / sqrt(12))
    assert not by_one.sure
    assert gain_over({0: 0.75, 1: 0.75}, PLAIN, same, SPEC).probability > 0.98


def test_what_seeds_differ_by_is_beside_the_images() -> None:
    """A network with more seeds is surer of its mean."""
    gain = gain_over({0: 0.8, 1: 0.8}, PLAIN, {0: 0.6}, SPEC, of_seeds=0.1)
    of_images = 0.8 * 0.2 / IMAGES + 0.6 * 0.4 / IMAGES
    assert gain.error == pytest.approx(sqrt(of_images + 0.1**2 / 2 + 0.1**2))
    assert not gain.sure
    assert gain_over({0: 0.8, 1: 0.8}, PLAIN, {0: 0.6}, SPEC).sure
    assert gain_over({0: 0.8, 1: 0.7}, PLAIN, {0: 0.6, 1: 0.4}, SPEC, of_seeds=0.1).seed_deviation == 0, "paired"


def test_seeds_that_only_one_has_do_not_count_where_others_are_in_common() -> None:
    gain = gain_over({0: 0.8, 1: 0.8, 2: 0.1}, PLAIN, {0: 0.7, 1: 0.6, 5: 0.9}, SPEC)
    assert gain.value == pytest.approx(0.15)
    assert (gain.seeds, gain.over_seeds, gain.in_common) == (3, 3, 2)


def test_scores_are_those_of_complete_trials() -> None:
    (trial,) = trained(SPEC, [PLAIN])
    assert scores_by_seed([trial]) == {PLAIN: {0: trial.value}}
    failed = replace(trial, seed=1, status=Status.FAILED, result=TrialResult(failure="it diverged"))
    assert scores_by_seed([trial, failed, replace(trial, seed=2)]) == {PLAIN: {0: trial.value, 2: trial.value}}

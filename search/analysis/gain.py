"""How much more one network scores than another, and the error of that difference.

A difference is uncertain for two reasons: other seeds give other weights, and other images give other scores. If two
networks have several seeds in common, the error covers only the seeds: the error then holds for these validation
images. The effect of seeds is estimated from all networks of the search with several seeds
(:mod:`search.analysis.seed_spread`). Both networks are scored on the same images, but the record does not keep which
images each network classifies correctly. The effect of other images therefore only has a bound, the error of a
difference between two shares of independent images. An error from images is this bound. If the two networks classify a
share d of n images differently, the second reason has a standard error of at most sqrt(d / n) (McNemar,
https://doi.org/10.1007/BF02295996): for d = 0.1 and 300 images 1.8 points, often more than that of the seeds. The test
split measures the score on other images.

In a search with folds, two networks are compared on the folds that both were scored on. Folds have different images, so
an error from seeds then also covers other images to score. The error covers other training images only in part, because
any two trainings share most of their images (Bengio and Grandvalet, "No unbiased estimator of the variance of k-fold
cross-validation", 2004, https://www.jmlr.org/papers/v5/grandvalet04a.html).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import hypot, sqrt
from statistics import mean
from typing import Any

from search.analysis.fold_effects import fold_effects
from search.analysis.interval import Interval
from search.analysis.seed_spread import SeedSpread
from search.study.spec import StudySpec
from search.study.trial import Status, TrialRecord
from spaces import Candidate

_ENDS = 0.975  # of an interval of 95 %

Scores = Mapping[int, float]
"""What trainings of one network score, by seed, from 0 to 1; at least one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gain:
    """The difference between two networks' scores on the same images, as means over seeds.

    Attributes:
        over: the network that is compared with.
        value: the difference, as a share; positive where the other scores less.
        error: its standard error. From seeds where the two have several in common: data order and views are then the
            same for both, so that differences are paired. Such an error covers what other seeds would change on these
            images, not what other images would. Else from the images: that of a difference of two shares, and beside it
            the deviation between seeds, where some networks of the search have several.
        seeds, over_seeds: how many each network has.
        in_common: the seeds that the difference is a mean over; 0: the error is from the images.
        freedom: the degrees of freedom of an error from seeds; 0: it is from the images.
        spread_networks: how many networks an error from seeds is from; 0: it is from the images.
        images: how many were scored.
        seed_deviation: the deviation between seeds in an error from images; 0: it is not known.
    """

    over: Candidate
    value: float
    error: float
    seeds: int
    over_seeds: int
    in_common: int
    freedom: int
    spread_networks: int
    images: int
    seed_deviation: float = 0.0

    @property
    def reach(self) -> float:
        """How far the 95 % interval reaches to either side: Student's, where the error is from seeds."""
        from scipy.special import ndtri, stdtrit  # here, as it takes a quarter of a second to import

        deviations = stdtrit(self.freedom, _ENDS) if self.freedom else ndtri(_ENDS)
        return float(deviations) * self.error

    @property
    def interval(self) -> Interval:
        """The 95 % interval of the difference, within -1 and 1."""
        return Interval(low=max(-1.0, self.value - self.reach), high=min(1.0, self.value + self.reach))

    @property
    def probability(self) -> float:
        """The probability that the difference is above zero, given these scores and no more."""
        return self.probability_above(0.0)

    def probability_above(self, limit: float) -> float:
        """Returns the probability that the difference is above ``limit``, a share, given these scores and no more."""
        from scipy.special import ndtr, stdtr

        beyond = self.value - limit
        if self.error == 0:  # all answers of both are right, or all are wrong
            return 0.5 if beyond == 0 else float(beyond > 0)
        score = beyond / self.error
        return float(stdtr(self.freedom, score) if self.freedom else ndtr(score))

    @property
    def sure(self) -> bool:
        """Whether the difference is above zero by more than chance."""
        return self.value > self.reach

    @property
    def surely_less(self) -> bool:
        """Whether the difference is below zero by more than chance."""
        return self.value < -self.reach

    @property
    def points(self) -> str:
        """The difference in percentage points: ``+2.1``."""
        return _in_points(self.value)

    @property
    def ends(self) -> str:
        """The ends of the interval in percentage points: ``-0.3 to +4.5``."""
        interval = self.interval
        return f"{_in_points(interval.low)} to {_in_points(interval.high)}"

    @property
    def read_from(self) -> str:
        """The source of the error in words: ``3 seeds each; interval from the seeds of 5 networks``."""
        counts = f"{self.seeds} and {self.over_seeds} seeds"
        if self.seeds == self.over_seeds:
            counts = f"{self.seeds} seed{'s' if self.seeds > 1 else ''} each"
        if not self.freedom:
            beside = " and the spread between seeds" if self.seed_deviation else ""
            return f"{counts}; interval from {self.images} images{beside}"
        return f"{counts}; interval from the seeds of {self.spread_networks} networks"

    def to_dict(self) -> dict[str, Any]:
        """Returns the values for JSON."""
        return {
            "over": self.over.to_dict(),
            "arch_id": self.over.arch.arch_id,
            "value": self.value,
            "standard_error": self.error,
            "interval": self.interval.to_dict(),
            "seeds": self.seeds,
            "over_seeds": self.over_seeds,
            "seeds_in_common": self.in_common,
            "degrees_of_freedom": self.freedom,
            "images": self.images,
            "seed_deviation": self.seed_deviation,
            "sure": self.sure,
        }


def _in_points(share: float) -> str:
    """Returns percentage points with a sign; what rounds to zero is ``+0.0``, never ``-0.0``."""
    return f"{round(100 * share, 1) + 0.0:+.1f}"


def gain_over(
    scores: Scores,
    over: Candidate,
    over_scores: Scores,
    spec: StudySpec,
    spread: SeedSpread,
    of_seeds: float = 0.0,
    recorded: tuple[float | None, float | None] = (None, None),
) -> Gain:
    """Returns what one network gains over another one.

    Args:
        scores: of the network.
        over: the other network.
        over_scores: of the other network.
        spec: the search.
        spread: from the scores of networks that were trained in the same way, these two among them.
        of_seeds: the standard deviation between seeds in the search, as a share; 0: it is not known.
        recorded: the standard error that a score of each network was recorded with; None: its value determines it.
    """
    common = scores.keys() & over_scores.keys()
    paired = len(common) > 1
    counts = len(scores), len(over_scores)
    if spec.folds is not None and common:  # other seeds were scored on other images
        scores, over_scores = ({seed: own[seed] for seed in common} for own in (scores, over_scores))
    if paired:
        value = mean(scores[seed] - over_scores[seed] for seed in common)
        # Two scores are rounded to whole images, each with a variance of 1 / 12: equal differences are no certainty.
        rounding = sqrt(1 / 6) / spec.scored_images
        error = max(spread.error_of_difference(len(common)), rounding / sqrt(len(common)))
    else:
        own, other = mean(scores.values()), mean(over_scores.values())
        means = (own, len(scores), recorded[0]), (other, len(over_scores), recorded[1])
        value = own - other
        errors = (hypot(spec.standard_error(score, known), of_seeds / sqrt(seeds)) for score, seeds, known in means)
        error = hypot(*errors)
    return Gain(
        over=over,
        value=value,
        error=error,
        seeds=counts[0],
        over_seeds=counts[1],
        in_common=len(common) if paired else 0,
        freedom=spread.freedom if paired else 0,
        spread_networks=spread.networks if paired else 0,
        images=spec.scored_images,
        seed_deviation=0.0 if paired else of_seeds,
    )


def scores_by_seed(trials: Iterable[TrialRecord]) -> dict[Candidate, dict[int, float]]:
    """Returns the scores of the complete ones of ``trials``, by network and seed, without the effects of folds."""
    done = [trial for trial in trials if trial.status is Status.COMPLETE]
    scores: defaultdict[Candidate, dict[int, float]] = defaultdict(dict)
    on_folds: defaultdict[Candidate, list[tuple[int, float]]] = defaultdict(list)
    for trial in done:
        scores[trial.candidate][trial.seed] = trial.value
        if trial.fold is not None:
            on_folds[trial.candidate].append((trial.fold, trial.value))
    costs = {trial.candidate: trial.minimised_costs for trial in done}
    if effects := fold_effects(on_folds.values(), [costs[network] for network in on_folds]):
        for trial in done:
            scores[trial.candidate][trial.seed] -= 0.0 if trial.fold is None else effects[trial.fold]
    return dict(scores)

"""What a trial says of one candidate."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from search.optimize.final_score_estimate import FinalScoreEstimator

_LEAST_NOISE = 1e-12  # variance of an estimate: 0 would say that the training was a full one


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What is known of one candidate from one trial.

    A trial without a score that has not failed and is not awaited was stopped early: see :func:`with_estimates`.

    Attributes:
        params: the candidate.
        active: the parameters that decide what was trained, which may be fewer: an objective need not ask for all.
            None: they are not known yet, or the trial failed before it had them all.
        score: higher is better; None: there is none, or none yet.
        rungs: by epochs trained, the scores before the end.
        extra_noise: variance of an estimated score, for a training that was stopped early; 0: the score is not
            estimated.
        failed: whether the trial showed that the candidate can't be trained.
        awaited: whether a score is to come.
    """

    params: Mapping[str, Any]
    active: Mapping[str, Any] | None = None
    score: float | None = None
    rungs: Mapping[int, float] = field(default_factory=dict)
    extra_noise: float = 0.0
    failed: bool = False
    awaited: bool = False


def with_estimates(observations: Sequence[Observation]) -> list[Observation]:
    """Returns the same observations, with an estimated score where a training was stopped early.

    The estimate is from what completed trainings gained after the same rung; without such trainings there is none.

    Args:
        observations: in the order of their trials, none with an estimate yet.
    """
    estimator = FinalScoreEstimator((one.rungs, one.score) for one in observations if one.score is not None)
    return [_estimated(one, estimator) for one in observations]


def _estimated(observation: Observation, estimator: FinalScoreEstimator) -> Observation:
    if observation.score is not None or observation.failed or observation.awaited:
        return observation
    estimate = estimator.estimate(observation.rungs)
    if estimate is None:
        return observation
    return replace(observation, score=estimate.value, extra_noise=max(estimate.noise, _LEAST_NOISE))

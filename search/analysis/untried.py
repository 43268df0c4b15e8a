"""The untrained network that most likely beats the trained ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from search.analysis.fitted_surrogate import FittedSurrogate
from search.analysis.interval import Interval, normal_interval
from search.errors import ArgumentError
from search.study.spec import StudySpec
from search.study.trial import Status, TrialRecord
from spaces import Budgets, Candidate

_DRAWS = 2000
_MOST = 256  # looked at together, of either kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Untried:
    """A network without a score.

    Attributes:
        candidate, costs: the network, and all that is known of its costs, by name.
        metric: the name of the metric that the search maximises.
        value, deviation: the value of the metric that the surrogate expects, 0 to 1, and its standard deviation.
        beats: the probability that it is more accurate than every trained network within the budgets; where there is
            none, than guessing.
        trained: how many of those there are.
    """

    candidate: Candidate
    costs: Mapping[str, int]
    metric: str
    value: float
    deviation: float
    beats: float
    trained: int

    @property
    def interval(self) -> Interval:
        """The 95 % interval of the value."""
        return normal_interval(self.value, self.deviation)

    def to_dict(self) -> dict[str, Any]:
        """Returns the values for JSON, without the network."""
        return {
            **self.costs,
            self.metric: self.value,
            "deviation": self.deviation,
            "interval": self.interval.to_dict(),
            "beats": self.beats,
            "trained": self.trained,
        }


class TooFewTrainedError(ArgumentError):
    """Too few networks are trained to expect anything of untried ones."""


class AllTriedError(ArgumentError):
    """Every network within the budgets has been tried."""


def most_likely_better(spec: StudySpec, trials: Sequence[TrialRecord], budgets: Budgets) -> Untried:
    """Returns the untried network within the budgets that most likely beats every trained one within them.

    Accuracies of both are drawn together from the surrogate, to allow for the luck of the trained ones and for
    surprises that similar networks share.

    Args:
        spec: the search that the trials are of.
        trials: of the search, by number, whatever became of them.
        budgets: the highest costs that are allowed.

    Raises:
        AllTriedError: every network within the budgets was tried.
        TooFewTrainedError: too few networks are trained to predict the scores of others.
    """
    fitted = FittedSurrogate.of(spec, trials)
    pool_state, posterior = fitted.pool_state, fitted.posterior
    if posterior is None:
        raise TooFewTrainedError("untried", "too few networks are trained to predict the scores of others")
    within = np.full(len(pool_state.tried), True)
    for name, limit in budgets.limits.items():
        within &= fitted.costs[name] <= limit
    running = [fitted.row(trial.candidate) for trial in trials if trial.status is Status.RUNNING]
    open_rows = within & ~pool_state.tried
    open_rows[[row for row in running if row is not None]] = False
    untried = np.flatnonzero(open_rows)
    trained = np.flatnonzero(within & pool_state.trained)
    if not len(untried):
        limits = budgets.describe(spec.known_costs)
        raise AllTriedError("untried", f"every network of the search within {limits} has been tried")
    trained = trained[np.argsort(-posterior.mean[trained], kind="stable")[:_MOST]]
    level = posterior.mean[trained[0]] if len(trained) else spec.reference.value
    promise = (posterior.mean[untried] - level) / posterior.deviation[untried]
    untried = untried[np.argsort(-promise, kind="stable")[:_MOST]]
    drawn = fitted.draw(np.concatenate([trained, untried]), _DRAWS)
    known, unknown = drawn[:, : len(trained)], drawn[:, len(trained) :]
    to_beat = known.max(axis=1) if len(trained) else np.full(_DRAWS, spec.reference.value)
    beats = (unknown > to_beat[:, None]).mean(axis=0) * pool_state.chance[untried]
    best = int(np.argmax(beats))
    row = int(untried[best])
    return Untried(
        candidate=fitted.network(row),
        costs={name: int(counts[row]) for name, counts in fitted.costs.items()},
        metric=spec.metric.name,
        value=float(posterior.mean[row]),
        deviation=float(posterior.deviation[row]),
        beats=float(beats[best]),
        trained=int((within & pool_state.trained).sum()),
    )

"""The network that was never trained and most likely beats those that were."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from search.analysis.fitted_surrogate import FittedSurrogate
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
        candidate, costs: what it is, and all that is known of its costs, by name.
        metric: the name of what the search maximises.
        value, deviation: of it, that the surrogate expects, 0 to 1, and how uncertain that is.
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

    def to_dict(self) -> dict[str, Any]:
        """For JSON, without the network."""
        return {
            **self.costs,
            self.metric: self.value,
            "deviation": self.deviation,
            "beats": self.beats,
            "trained": self.trained,
        }


class TooFewTrainedError(ArgumentError):
    """Nothing can be expected of untried networks yet."""


class AllTriedError(ArgumentError):
    """There is no untried network."""


def most_likely_better(spec: StudySpec, trials: Sequence[TrialRecord], budgets: Budgets) -> Untried:
    """The untried network within ``budgets`` that most likely beats every trained one within them.

    Accuracies of both are drawn together from the surrogate, so that the luck of the trained ones is accounted for as
    well as that similar networks surprise together.

    Raises:
        AllTriedError: every network within the budgets was tried.
        TooFewTrainedError: too few were to say anything.
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

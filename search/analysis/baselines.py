"""The plain MobileNets beside the networks that a search found: their costs, and their scores or expected scores."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from search.analysis.fitted_surrogate import FittedSurrogate
from search.analysis.front import complete
from search.analysis.interval import Interval, normal_interval
from search.study.cost_order import cost_order
from search.study.spec import StudySpec
from search.study.trial import TrialRecord
from spaces import Candidate


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """A network of the space without changes.

    Attributes:
        candidate, costs: the network, and all that is known of its costs, by name.
        trial: its last training that ended, complete or not; of several seeds the network. None: it has none.
        expected: the 95 % interval of its accuracy after these trials, as shares, where it has none; None: it has one,
            or too little is known.
        found: the most accurate changed network that was trained and is no more expensive; None: there is none.
    """

    candidate: Candidate
    costs: Mapping[str, int]
    trial: TrialRecord | None
    expected: Interval | None
    found: TrialRecord | None


def baselines(spec: StudySpec, fitted: FittedSurrogate, ended: Sequence[TrialRecord]) -> list[Baseline]:
    """Returns the plain networks within the budgets, cheapest first. Costs within ``search.cost_epsilon`` are ties.

    Args:
        spec: the search that the trials are of.
        fitted: the surrogate after these trials.
        ended: the trials that have ended; of several trials of a network without an accuracy the last one counts.
    """
    networks = {network.candidate: network for network in complete(ended)}
    last = {trial.candidate: trial for trial in ended}
    changed = [network for network in networks.values() if network.candidate.changes]
    more = 1 + spec.search.cost_epsilon
    plain = []
    for candidate in spec.search_space.plain_networks:
        costs = spec.search_space.costs_of(candidate)
        at_most_as_expensive = [
            one for one in changed if all(one.costs[name] <= costs[name] * more for name in spec.search.objectives)
        ]
        plain.append(
            Baseline(
                candidate=candidate,
                costs=costs,
                trial=networks.get(candidate, last.get(candidate)),
                expected=None if candidate in networks else _posterior_of(fitted, candidate),
                found=min(at_most_as_expensive, key=lambda one: (-one.value, *one.cost_order), default=None),
            )
        )
    return sorted(plain, key=lambda one: cost_order(one.costs, spec.search.objectives))


def _posterior_of(fitted: FittedSurrogate, candidate: Candidate) -> Interval | None:
    row = fitted.row(candidate)
    if fitted.posterior is None or row is None:
        return None
    return normal_interval(float(fitted.posterior.mean[row]), float(fitted.posterior.deviation[row]))

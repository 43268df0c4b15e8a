"""The plain networks that a search trains among its first, to compare others with."""

from collections.abc import Sequence
from math import log

from search.study.cost_order import cost_order
from search.study.spec import StudySpec
from search.study.trial import Status, TrialRecord
from spaces import Candidate

_SHARE = 2  # baselines are at most half of the trials


class BaselineOrder:
    """The baselines of a search, the most useful first; none where ``search.baselines`` is false.

    The first baselines are the plain networks nearest below the budgets, one for each backbone and input size: a user
    would choose these. Each further baseline is the network whose cost is furthest, as a ratio, from the costs of the
    baselines before it. The cost is the last of ``search.objectives``.
    """

    def __init__(self, spec: StudySpec) -> None:
        self._spec = spec
        self.networks = _in_order(spec) if spec.search.baselines else ()

    def __contains__(self, candidate: Candidate) -> bool:
        return candidate in self.networks

    def left(self, begun: Sequence[TrialRecord], trials: int | None) -> tuple[Candidate, ...]:
        """Returns the baselines that are still to be trained; at most half of the trials are baselines.

        Args:
            begun: the trials so far, ended or not. One that another search stopped early does not count.
            trials: the requested number of trials, not counting reused ones; None: not known yet.
        """
        if not self.networks:
            return ()
        own = {trial.candidate for trial in begun if trial.origin is None and trial.candidate in self}
        known = {trial.candidate for trial in begun if trial.status is not Status.STOPPED}
        room = None if trials is None else max(0, trials // _SHARE - len(own))
        return tuple(one for one in self.networks if one not in known)[:room]


def _in_order(spec: StudySpec) -> tuple[Candidate, ...]:
    space = spec.search_space
    costs = {one: cost_order(space.costs_of(one), spec.search.objectives) for one in space.plain_networks}
    most_expensive_first = sorted(costs, key=lambda one: costs[one], reverse=True)
    nearest = {(one.arch.backbone, one.input_size): one for one in reversed(most_expensive_first)}
    order = [one for one in most_expensive_first if one in nearest.values()]
    left = [one for one in most_expensive_first if one not in order]

    def apart(one: Candidate) -> float:
        return min(abs(log(costs[one][0] / costs[other][0])) for other in order)

    while left:
        furthest = max(left, key=apart)  # of those equally far, the most expensive
        left.remove(furthest)
        order.append(furthest)
    return tuple(order)

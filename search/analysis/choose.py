"""Which network of a search to export."""

from collections.abc import Sequence

import numpy as np

from search.analysis.front import complete, pareto_front
from search.analysis.latency_limit import LatencyLimit, format_latency
from search.analysis.pick import Pick
from search.analysis.uncertainty import ValueUncertainty
from search.errors import ArgumentError, UsageError
from search.study.spec import StudySpec
from search.study.trial import TrialRecord
from spaces import Budgets, describe_least


class NothingTrainedError(UsageError):
    """No network of a search has been trained yet."""


class NoneWithinError(UsageError):
    """No trained network is within the budgets.

    Attributes:
        least: by the name of a known cost, the least that a trained network has.
    """

    def __init__(self, what: str, *, least: dict[str, int]) -> None:
        super().__init__(what)
        self.least = least


class NoneFastEnoughError(ArgumentError):
    """No network that was timed answers within the limit.

    Attributes:
        timed: how many were timed.
        fastest: the number of the fastest one's trial.
        seconds: the latency of the fastest one.
    """

    def __init__(self, what: str, *, timed: int, fastest: int, seconds: float) -> None:
        super().__init__("max_latency", what)
        self.timed = timed
        self.fastest = fastest
        self.seconds = seconds


def choose(
    spec: StudySpec,
    trials: Sequence[TrialRecord],
    budgets: Budgets,
    pick: Pick = "best",
    latency: LatencyLimit | None = None,
) -> TrialRecord:
    """Returns the network to export among those within the budgets and, where there is one, the limit on latency.

    Args:
        spec: the search that the trials are of.
        trials: in any order, whatever became of them.
        budgets: the highest costs that are allowed.
        pick: ``best``: the most accurate; of equally accurate ones the cheapest, by the last of the search's
            objectives. ``cheapest-within-1se``: the cheapest with an accuracy at most a standard error below the best
            (Breiman et al., "Classification and Regression Trees", 1984, section 3.4.3). ``knee``: where the front of
            accuracy against that cost bends most, above the line between its ends (Das, "On characterizing the knee of
            the Pareto curve", 1999); of one that bends nowhere, as one of two networks, the most accurate.
        latency: the limit, and the latency of each network that was timed; None: no limit.

    Raises:
        NothingTrainedError: no network has been trained yet.
        NoneWithinError: no trained network is within the budgets.
        NoneFastEnoughError: no network within the budgets is within the limit on latency.
    """
    within = within_budgets(spec, trials, budgets)
    if latency is not None:
        within = _fast_enough(spec, within, budgets, latency)
    best = min(within, key=lambda trial: (-trial.value, *trial.cost_order))
    if pick == "knee":
        allowed = {trial.candidate for trial in within}
        return _knee(pareto_front(trial for trial in trials if trial.candidate in allowed))
    if pick == "cheapest-within-1se":
        enough = best.value - ValueUncertainty(complete(trials), spec).error(best)
        good = [trial for trial in within if trial.value >= enough]
        return min(good, key=lambda trial: (trial.cost_order[0], -trial.value, *trial.cost_order[1:]))
    return best


def within_budgets(spec: StudySpec, trials: Sequence[TrialRecord], budgets: Budgets) -> list[TrialRecord]:
    """Returns the trained networks that are within the budgets, at least one.

    Args:
        spec: the search that the trials are of.
        trials: in any order, whatever became of them.
        budgets: the highest costs that are allowed.

    Raises:
        NothingTrainedError: no network has been trained yet.
        NoneWithinError: no trained network is within the budgets.
    """
    done = complete(trials)
    if not done:
        raise NothingTrainedError("no network has been trained yet", remedy="launch the search first")
    within = [trial for trial in done if budgets.allow(trial.costs)]
    if not within:
        least = {cost.name: min(trial.costs[cost.name] for trial in done) for cost in spec.known_costs}
        raise NoneWithinError(
            f"none of the {len(done)} trained networks is within {budgets.describe(spec.known_costs)}; "
            f"{describe_least([least], spec.known_costs)}",
            least=least,
        )
    return within


def _fast_enough(
    spec: StudySpec, networks: Sequence[TrialRecord], budgets: Budgets, latency: LatencyLimit
) -> list[TrialRecord]:
    """Returns the networks, of those within the budgets, that are within the limit on latency; at least one.

    Raises:
        NoneFastEnoughError: there is none.
    """
    within = [trial for trial in networks if latency.allows(trial.candidate)]
    if not within:
        timed = [trial for trial in networks if trial.candidate in latency.measured]
        fastest = min(timed, key=lambda trial: latency.measured[trial.candidate])
        beside = f" within {budgets.describe(spec.known_costs)}" if budgets.limits else ""
        raise NoneFastEnoughError(
            f"none of the {len(timed)} networks timed{beside} answers within "
            f"{format_latency(latency.most)}; the fastest, trial {fastest.number} ({fastest.arch.arch_id}), "
            f"takes {format_latency(latency.measured[fastest.candidate])}",
            timed=len(timed),
            fastest=fastest.number,
            seconds=latency.measured[fastest.candidate],
        )
    return within


def _knee(front: Sequence[TrialRecord]) -> TrialRecord:
    """Returns the network highest above the line between the cheapest and the most accurate of ``front``."""
    cheapest = min(front, key=lambda trial: (trial.cost_order[0], -trial.value))
    best = min(front, key=lambda trial: (-trial.value, trial.cost_order[0]))
    if cheapest.value == best.value:
        return cheapest
    least, most = cheapest.cost_order[0], best.cost_order[0]
    cost = np.array([(trial.cost_order[0] - least) / max(1, most - least) for trial in front])
    gain = np.array([(trial.value - cheapest.value) / (best.value - cheapest.value) for trial in front])
    height = gain - cost
    if height.max() < 1e-9:
        return best
    return front[int(np.lexsort((cost, -height.round(9)))[0])]  # of equally high ones the cheapest

"""The networks of a search, and those that no other network beats."""

from collections.abc import Iterable, Sequence
from copy import copy
from typing import Self

from search.analysis.networks import Networks
from search.optimize.pareto import ReferencePoint, hypervolume, non_dominated
from search.study.trial import TrialRecord


class Front:
    """The front of the trials so far. A new network is compared with the front alone, a further seed with all."""

    def __init__(self, trials: Iterable[TrialRecord] = ()) -> None:
        self._networks = Networks(trials)
        self._strict = _strict(self.networks)

    def copy(self) -> Self:
        """Returns a front that is equal and changes independently."""
        twin = copy(self)
        twin._networks = self._networks.copy()
        return twin

    @property
    def networks(self) -> list[TrialRecord]:
        """The networks with an accuracy, in the order of their first trials; ``values`` has those of several seeds."""
        return list(self._networks.by_candidate.values())

    @property
    def numbers(self) -> set[int]:
        """The numbers of its members' first trials."""
        return {network.number for network in self._strict}

    def add(self, trial: TrialRecord) -> None:
        """Takes in a trial that has ended, whatever became of it."""
        network = self._networks.add(trial)
        if network is not None:
            # A further seed may lower a mean and bring others back. With folds, a new network may change the values of
            # others. Without, it only adds.
            changes_others = network.values or network.fold_mean is not None
            self._strict = _strict(self.networks if changes_others else [*self._strict, network])

    def members(self, epsilon: float = 0.0) -> list[TrialRecord]:
        """Returns the networks that no other beats in all objectives together, cheapest first by their last cost.

        Costs that differ by at most ``epsilon`` are ties. For each network that is left out, the front has a more
        accurate one whose costs are lower or tied.

        Args:
            epsilon: a share of the cost, 0 to 1.
        """
        front: list[TrialRecord] = []
        for trial in sorted(self._strict, key=lambda trial: (-trial.value, *trial.minimised_costs[::-1])):
            if not any(better.value > trial.value and at_most_as_expensive(better, trial, epsilon) for better in front):
                front.append(trial)
        return sorted(front, key=lambda trial: (*trial.minimised_costs[::-1], trial.value))

    def hypervolume(self, reference: ReferencePoint) -> float:
        """Returns the share that the front dominates, 0 to 1; see :func:`~search.optimize.pareto.hypervolume`."""
        return hypervolume([trial.objectives for trial in self._strict], reference)


def pareto_front(trials: Iterable[TrialRecord], epsilon: float = 0.0) -> list[TrialRecord]:
    """Returns the :meth:`Front.members` among the networks of the trials.

    Args:
        trials: in any order, whatever became of them.
        epsilon: the share of a cost, 0 to 1, by which costs may differ and be ties.
    """
    return Front(trials).members(epsilon)


def complete(trials: Iterable[TrialRecord]) -> list[TrialRecord]:
    """Returns the :attr:`Front.networks` of ``trials``, which may be in any order, whatever became of them."""
    return list(Networks(trials).by_candidate.values())


def at_most_as_expensive(one: TrialRecord, other: TrialRecord, epsilon: float = 0.0) -> bool:
    """Whether a network exceeds another one in no cost that is an objective.

    Args:
        one: the network.
        other: the network whose costs are the limits.
        epsilon: the share of a limit, 0 to 1, that ``one`` may exceed it by.
    """
    costs = zip(one.minimised_costs, other.minimised_costs, strict=True)
    return all(own <= limit * (1 + epsilon) for own, limit in costs)


def _strict(networks: Sequence[TrialRecord]) -> list[TrialRecord]:
    keep = non_dominated([network.objectives for network in networks])
    return [network for network, kept in zip(networks, keep, strict=True) if kept]

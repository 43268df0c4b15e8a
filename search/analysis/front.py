"""The networks of a search, and those of them that no other beats."""

from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import replace
from typing import Self

from search.optimize.pareto import ReferencePoint, hypervolume, non_dominated
from search.study.trial import Status, TrialRecord
from spaces import Candidate


class Front:
    """The front of the trials so far. A new network is compared with the front alone, a further seed with all."""

    def __init__(self, trials: Iterable[TrialRecord] = ()) -> None:
        self._networks = {network.candidate: network for network in complete(trials)}
        self._strict = _strict(self.networks)

    def copy(self) -> Self:
        """The same front, which goes its own way from here."""
        twin = copy(self)
        twin._networks = dict(self._networks)
        return twin

    @property
    def networks(self) -> list[TrialRecord]:
        """Those with an accuracy, by their first trials; those with several seeds have their ``values``."""
        return list(self._networks.values())

    @property
    def numbers(self) -> set[int]:
        """Of the first trials of its members."""
        return {network.number for network in self._strict}

    def add(self, trial: TrialRecord) -> None:
        """Takes in a trial that has ended, whatever became of it."""
        network = enter(trial, self._networks)
        if network is not None:
            # A further seed may lower a mean, and bring others back; a new network only adds.
            self._strict = _strict(self.networks if network.values else [*self._strict, network])

    def members(self, epsilon: float = 0.0) -> list[TrialRecord]:
        """The networks that no other beats in all objectives together; those first whose last cost is the least.

        Costs that differ by no more than ``epsilon``, a share, are ties: beside each network that is left out there is
        one on the front that is more accurate and, but for so little, no more expensive.
        """
        front: list[TrialRecord] = []
        for trial in sorted(self._strict, key=lambda trial: (-trial.value, *trial.minimised_costs[::-1])):
            if not any(better.value > trial.value and at_most_as_expensive(better, trial, epsilon) for better in front):
                front.append(trial)
        return sorted(front, key=lambda trial: (*trial.minimised_costs[::-1], trial.value))

    def hypervolume(self, reference: ReferencePoint) -> float:
        """What the front is worth; see :func:`~search.optimize.pareto.hypervolume`."""
        return hypervolume([trial.objectives for trial in self._strict], reference)


def pareto_front(trials: Iterable[TrialRecord], epsilon: float = 0.0) -> list[TrialRecord]:
    """The :meth:`Front.members` among ``trials``."""
    return Front(trials).members(epsilon)


def complete(trials: Iterable[TrialRecord]) -> list[TrialRecord]:
    """The :attr:`Front.networks` of ``trials``."""
    networks: dict[Candidate, TrialRecord] = {}
    for trial in trials:
        enter(trial, networks)
    return list(networks.values())


def enter(trial: TrialRecord, networks: dict[Candidate, TrialRecord]) -> TrialRecord | None:
    """Takes ``trial`` into ``networks``; its network as it then stands, None where the trial has no accuracy."""
    if trial.status is not Status.COMPLETE:
        return None
    network = trial
    if (first := networks.get(trial.candidate)) is not None:
        network = replace(first, values=(*(first.values or (first.value,)), trial.value))
    networks[trial.candidate] = network
    return network


def at_most_as_expensive(one: TrialRecord, other: TrialRecord, epsilon: float = 0.0) -> bool:
    """Whether ``one`` exceeds the costs of ``other`` that are objectives nowhere, or by no more than ``epsilon``."""
    costs = zip(one.minimised_costs, other.minimised_costs, strict=True)
    return all(own <= limit * (1 + epsilon) for own, limit in costs)


def _strict(networks: Sequence[TrialRecord]) -> list[TrialRecord]:
    keep = non_dominated([network.objectives for network in networks])
    return [network for network, kept in zip(networks, keep, strict=True) if kept]

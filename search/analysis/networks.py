"""The networks of a search, from its trials."""

from collections.abc import Iterable
from copy import copy
from dataclasses import replace
from typing import Self

from search.analysis.fold_effects import without_fold_effects
from search.study.fold_mean import FoldMean
from search.study.trial import Status, TrialRecord
from spaces import Candidate


class Networks:
    """The networks with a value, in the order of their first trials, each with the values of all its seeds.

    In a search with folds the effects of these are taken off here, before anything is compared.

    Args:
        trials: in any order, whatever became of them.

    Attributes:
        by_candidate: the networks.
    """

    def __init__(self, trials: Iterable[TrialRecord] = ()) -> None:
        self._as_scored: dict[Candidate, TrialRecord] = {}
        for trial in trials:
            self._enter(trial)
        self.by_candidate = without_fold_effects(self._as_scored)

    def copy(self) -> Self:
        """Returns networks that are equal and change independently."""
        twin = copy(self)
        twin._as_scored, twin.by_candidate = dict(self._as_scored), dict(self.by_candidate)
        return twin

    def add(self, trial: TrialRecord) -> TrialRecord | None:
        """Takes in a trial, and returns its network; None: the trial has no value.

        In a search with folds, it may change the values of all networks.

        Args:
            trial: that has ended, whatever became of it.
        """
        network = self._enter(trial)
        if network is None:
            return None
        if network.fold_mean is None:
            self.by_candidate[network.candidate] = network
        else:
            self.by_candidate = without_fold_effects(self._as_scored)
        return self.by_candidate[network.candidate]

    def _enter(self, trial: TrialRecord) -> TrialRecord | None:
        """Takes a trial into the networks as they were scored; None: the trial has no value."""
        if trial.status is not Status.COMPLETE:
            return None
        first, fold = self._as_scored.get(trial.candidate), trial.fold
        network = trial
        if fold is not None and trial.fold_mean is None:  # where it has one, it is a network of a search already
            network = replace(trial, fold_mean=FoldMean(folds=(fold,)))
        if first is not None:
            known = first.fold_mean
            network = replace(
                first,
                values=(*(first.values or (first.value,)), trial.value),
                fold_mean=None if known is None or fold is None else FoldMean(folds=(*known.folds, fold)),
            )
        self._as_scored[trial.candidate] = network
        return network

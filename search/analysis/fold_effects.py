"""How much easier one fold's images are than another's, so that scores on different folds compare.

A score is taken to be a value of the network, plus an effect of the fold, plus chance. The effects are estimated by
least squares (:mod:`search.analysis.two_way`) from the networks that were scored on several folds; their mean over the
folds so far is 0. What a network scores on its folds, less the mean effect of these, estimates what it would score on
all. An effect that few networks tell is itself uncertain: its variance goes into the error of each value that it
changes. Networks that were scored on the same folds compare without it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from search.analysis.two_way import TwoWay, two_way
from search.study.fold_mean import FoldMean
from search.study.trial import TrialRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class FoldEffects:
    """The effects of folds.

    Attributes:
        folds: with a known effect, ascending.
        table: whose columns they are.
    """

    folds: tuple[int, ...]
    table: TwoWay

    @classmethod
    def of(cls, networks: Iterable[TrialRecord]) -> "FoldEffects":
        """Returns the effects that the scores of networks tell.

        Args:
            networks: each with all its ``values``, and a ``fold_mean`` where there are folds.
        """
        return cls.of_scores(
            list(zip(network.fold_mean.folds, network.values, strict=True))
            for network in networks
            if network.fold_mean is not None and network.values
        )

    @classmethod
    def of_scores(cls, scores: Iterable[Sequence[tuple[int, float]]]) -> "FoldEffects":
        """Returns the effects that scores tell.

        Args:
            scores: of each network, with the number of the fold of each.
        """
        several = [network for network in scores if len({fold for fold, _ in network}) > 1]
        folds = sorted({fold for network in several for fold, _ in network})
        cells = [(row, folds.index(fold), score) for row, network in enumerate(several) for fold, score in network]
        return cls(folds=tuple(folds), table=two_way(cells))

    def of_fold(self, fold: int | None) -> float:
        """Returns the effect of a fold, as a share; 0: there are no folds, or no network tells it."""
        return float(self.table.effects[self.folds.index(fold)]) if fold in self.folds else 0.0

    def taken_off(self, network: TrialRecord) -> TrialRecord:
        """Returns a network whose value is without the effect of its folds.

        Args:
            network: with all its ``values``.
        """
        if network.fold_mean is None or not self.folds:
            return network
        weights = np.zeros(len(self.folds))
        for fold in network.fold_mean.folds:
            if fold in self.folds:
                weights[self.folds.index(fold)] += 1 / len(network.fold_mean.folds)
        mean = FoldMean(
            folds=network.fold_mean.folds,
            effect=float(weights @ self.table.effects),
            variance=max(float(weights @ self.table.covariance @ weights), 0.0),
        )
        return replace(network, fold_mean=mean)

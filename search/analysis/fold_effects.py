"""The effect of each fold on scores, so that scores on different folds can be compared.

The model of a score is the value of the network, plus an effect of the fold, plus chance. As soon as one network was
scored on several folds, all networks together determine the effects (:mod:`search.analysis.random_rows`). The expected
value of a network depends on its costs. The mean of the effects over the folds so far is 0. The mean score of a network
on its folds, less the mean effect of these folds, estimates its score on all folds. An effect that is estimated from
few networks is uncertain: its variance adds to the error of each value that it changes. Networks that were scored on
the same folds are compared without the effects.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from search.analysis.random_rows import RandomRows
from search.study.fold_mean import FoldMean
from search.study.trial import TrialRecord
from spaces import Candidate

_NETWORKS_PER_COST = 10  # with fewer, the slope of scores along a cost is not estimated


def fold_effects(scores: Iterable[Sequence[tuple[int, float]]], costs: Iterable[Sequence[float]]) -> dict[int, float]:
    """Returns the effect of each fold, as a share; empty where no network was scored on several.

    Args:
        scores: of each network, with the number of the fold of each; at least one.
        costs: of each network, those that are objectives.
    """
    table, folds = _table(list(scores), list(costs))
    return {} if table is None else dict(zip(folds, table.effects.tolist(), strict=True))


def without_fold_effects(networks: Mapping[Candidate, TrialRecord]) -> dict[Candidate, TrialRecord]:
    """Returns networks whose values are without the effects of their folds; those of a search without folds as given.

    Args:
        networks: each with all its ``values``, and a ``fold_mean`` where there are folds; one whose effect is
            estimated stays as it is.
    """
    with_folds = [
        (network, network.fold_mean)
        for network in networks.values()
        if network.fold_mean is not None and network.fold_mean.effect is None
    ]
    table, folds = _table(
        [list(zip(mean.folds, network.values or (network.value,), strict=True)) for network, mean in with_folds],
        [network.minimised_costs for network, _ in with_folds],
    )
    found = dict(networks)
    effects = {} if table is None else dict(zip(folds, table.effects.tolist(), strict=True))
    for row, (network, mean) in enumerate(with_folds):
        effect = sum(effects.get(fold, 0.0) for fold in mean.folds) / len(mean.folds)
        further = 0.0 if table is None else max(table.variance(row) - 1 / len(mean.folds), 0.0)
        estimated = FoldMean(folds=mean.folds, effect=effect, variance=further)
        found[network.candidate] = replace(network, fold_mean=estimated)
    return found


def _table(
    scores: Sequence[Sequence[tuple[int, float]]], costs: Sequence[Sequence[float]]
) -> tuple[RandomRows | None, list[int]]:
    """Returns the table of scores and the folds of its columns; None: no network was scored on several folds."""
    if all(len({fold for fold, _ in network}) < 2 for network in scores):
        return None, []
    folds = sorted({fold for network in scores for fold, _ in network})
    cells = [(row, folds.index(fold), score) for row, network in enumerate(scores) for fold, score in network]
    return RandomRows.of(cells, _known(costs)), folds


def _known(costs: Sequence[Sequence[float]]) -> NDArray[np.float64] | None:
    """Returns the logarithms of networks' costs, (networks, costs); None: there are too few networks."""
    known = np.log(np.maximum(np.array(costs, dtype=np.float64), 1.0))
    return known if len(known) >= _NETWORKS_PER_COST * known.shape[1] else None

"""The hypervolume gap: what networks that have not been tried could still add to the front."""

import moocore
import numpy as np
from numpy.typing import NDArray

from search.optimize.hypervolume_gap import CONFIDENCE, HypervolumeGap
from search.optimize.improvement import expected_improvement
from search.optimize.pareto import non_dominated
from search.optimize.pool_state import PoolState

Floats = NDArray[np.float64]

_DRAWS = 200
_PROMISING, _TRAINED = 256, 512
_FEWEST = 10  # scores: a process that was fitted to fewer may be sure of nonsense


def estimate_hypervolume_gap(pool_state: PoolState, seed: int = 0, most: int = _PROMISING) -> HypervolumeGap | None:
    """Estimates what training all untried networks would add to the front; None: the surrogate knows too little yet.

    The values of the trained networks (of very many, those on the front and the most promising) and of the most
    promising untried ones are drawn together, 200 times. Each draw gives a front with the untried networks and one
    without them. So the estimate covers the uncertainty of the front itself, and surprises that similar networks share.

    Args:
        pool_state: of ended trials alone, since a network in training is not known yet. Of a space too large to
            consider whole, the estimate covers the networks in the pool.
        seed: of the draws.
        most: how many of the untried networks to draw, the most promising first; at most 256.
    """
    posterior = pool_state.posterior
    untried = np.flatnonzero(~pool_state.tried)
    trained = np.flatnonzero(pool_state.trained)
    if not len(untried):
        return HypervolumeGap(0.0, 0.0)
    if posterior is None or len(trained) < _FEWEST:
        return None
    costs, limits = pool_state.pool.costs, pool_state.reference[1:]

    def promise(rows: NDArray[np.int64]) -> Floats:
        """Bounds what each of these networks adds on average to the front of the posterior means."""
        level = pool_state.front.level_at(np.minimum(costs[rows], np.nextafter(limits, -np.inf)))
        area = np.prod(np.maximum(limits - costs[rows], 0), axis=1) * pool_state.chance[rows]
        promised: Floats = expected_improvement(posterior.mean[rows], posterior.deviation[rows], level) * area
        return promised

    promising = untried[np.argsort(-promise(untried), kind="stable")[: min(most, _PROMISING)]]
    if len(trained) > _TRAINED:  # the others are hardly ever on a front that is drawn
        best = non_dominated(np.column_stack([posterior.mean[trained], costs[trained]]).tolist())
        trained = trained[np.lexsort([-promise(trained), np.logical_not(best)])[:_TRAINED]]
    rows = np.concatenate([trained, promising])
    draws = pool_state.pool.surrogate.draw(rows, _DRAWS, np.random.default_rng(seed))
    gains = []
    for drawn in draws:
        now = _hypervolume(drawn[: len(trained)], costs[trained], pool_state.reference)
        whole = _hypervolume(drawn, costs[rows], pool_state.reference)
        if now == 0:
            return None
        gains.append((whole - now) / now)
    mean = float(np.mean(gains))
    return HypervolumeGap(
        mean, max(mean, float(np.quantile(gains, CONFIDENCE)))
    )  # one great gain in many draws of none


def _hypervolume(values: Floats, costs: Floats, reference: Floats) -> float:
    points = np.column_stack([-values, costs])
    return float(moocore.hypervolume(points, ref=np.concatenate([[-reference[0]], reference[1:]])))

"""The part of the scores of one search that seeds change, from all of its networks that were trained with several."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import sqrt

import numpy as np


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedSpread:
    """The random part of one training's score.

    Attributes:
        deviation: its standard deviation, as a share.
        freedom: the degrees of freedom of that estimate; 0: no seeds are in common.
        networks: how many networks the estimate is from.
    """

    deviation: float
    freedom: int
    networks: int

    def error_of_difference(self, seeds: int) -> float:
        """Returns the standard error, as a share, of the difference between two networks' means over common seeds.

        Args:
            seeds: how many seeds the two have in common.
        """
        return self.deviation * sqrt(2 / seeds)


def seed_spread(scores: Iterable[Mapping[int, float]]) -> SeedSpread:
    """Returns the spread of scores that is left beside a value of each network and one of each seed.

    Networks with the same seed see the same images in the same order, which moves all of them alike. That part drops
    out of a difference between networks, so it is taken out here: two-way analysis of variance without interaction, by
    least squares (H. Scheffé, "The Analysis of Variance", 1959, chapter 4). One deviation for all networks is an
    assumption. The few seeds of one network say too little about its own deviation: two seeds in common have one degree
    of freedom, whose 95 % interval reaches 12.7 errors. Five networks with three seeds say enough: 8 degrees, 2.3
    errors.

    Args:
        scores: of each network by seed, 0 to 1; networks with one seed are ignored.
    """
    several = [network for network in scores if len(network) > 1]
    seeds = sorted({seed for network in several for seed in network})
    values = np.array([[network.get(seed, np.nan) for seed in seeds] for network in several])
    values = values.reshape(len(several), len(seeds))
    there = ~np.isnan(values)
    counts = there.sum(axis=1)
    means = np.where(there, values, 0).sum(axis=1) / counts
    centred = np.where(there, values - means[:, None], 0)
    # Normal equations of the seeds' values, those of the networks eliminated.
    matrix = np.diag(there.sum(axis=0)) - there.T / counts @ there
    sums = centred.sum(axis=0)
    rank = int(np.linalg.matrix_rank(matrix, hermitian=True)) if len(seeds) else 0
    freedom = int(there.sum()) - len(several) - rank
    if freedom == 0:
        return SeedSpread(deviation=0.0, freedom=0, networks=len(several))
    squares = float((centred**2).sum() - sums @ np.linalg.pinv(matrix, hermitian=True) @ sums)
    return SeedSpread(deviation=sqrt(max(squares, 0.0) / freedom), freedom=freedom, networks=len(several))

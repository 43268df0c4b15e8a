"""The part of the scores of one search that seeds change, from all of its networks that were trained with several."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import sqrt

from search.analysis.two_way import two_way


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
    """Returns the spread of scores that remains after the value of each network and the effect of each seed.

    Networks with the same seed see the same images in the same order, which changes all scores by the same amount. A
    difference between networks does not contain that amount, so this function removes it: see
    :mod:`search.analysis.two_way`. One deviation for all networks is an assumption. The few seeds of one network are
    not enough to estimate its own deviation: two seeds in common have one degree of freedom, whose 95 % interval
    reaches 12.7 errors. Five networks with three seeds are enough: 8 degrees, 2.3 errors.

    Args:
        scores: of each network by seed, 0 to 1; networks with one seed are ignored.
    """
    several = [network for network in scores if len(network) > 1]
    seeds = sorted({seed for network in several for seed in network})
    cells = [(row, seeds.index(seed), score) for row, network in enumerate(several) for seed, score in network.items()]
    table = two_way(cells)
    if table.freedom == 0:
        return SeedSpread(deviation=0.0, freedom=0, networks=len(several))
    deviation = sqrt(table.squares / table.freedom)
    return SeedSpread(deviation=deviation, freedom=table.freedom, networks=len(several))

"""Made-up accuracies of the networks of a search from trained weights, near the effects that trainings show."""

from itertools import combinations
from zlib import crc32

import numpy as np

from benchmarks.transfer import networks
from spaces import Candidate

GROUPS = ((3,), *networks.GROUPS.values())  # blocks of MobileNet-V2 that are treated alike
_GROUP_OF = {block: number for number, blocks in enumerate(GROUPS) for block in blocks}
# Points of accuracy, as ``benchmarks/transfer`` measures them on groceries, with the spread between worlds.
_BEST = 74.0  # of the whole network at 96 pixels
_LOSS_OF_SIZE = {96: (0.0, 0.0), 80: (4.7, 0.7), 64: (11.0, 1.0)}
_LOSS_WITHOUT = ((7.0, 1.5), (2.4, 0.8), (1.8, 0.8), (1.4, 0.8), (0.2, 0.6))
_LOSS_OF_WIDTH = (45.0, 5.0)  # of a whole multiplier
# Deviations: of ULSAM in the place of blocks, of its g, of two groups together, and of a network.
_ULSAM, _SUBSPACES, _PAIR, _NETWORK = 0.7, 0.3, 0.5, 0.4
_OF_IMAGES, _OF_SEEDS = 1.8, 1.3  # deviations of a score from the accuracy
VALIDATION_IMAGES = 296


class World:
    """One draw of all effects, which decides the accuracy of every network.

    Args:
        seed: of the draw.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def accuracy(self, candidate: Candidate) -> float:
        """Returns the accuracy of a network, in percent: the mean over any number of seeds and images."""
        arch = candidate.arch
        changes = {_GROUP_OF[block]: "without" for block in arch.removed}
        changes |= {_GROUP_OF[placement.block]: f"ulsam {placement.groups}" for placement in arch.placements}
        value = _BEST - self._drawn("size", candidate.input_size, *_LOSS_OF_SIZE[candidate.input_size])
        value -= (1 - arch.width) * self._drawn("width", 0, *_LOSS_OF_WIDTH)
        for group, change in changes.items():
            value -= self._drawn("without", group, *_LOSS_WITHOUT[group])
            if change != "without":
                value += self._drawn("ulsam", group, 0.0, _ULSAM) + self._drawn(change, group, 0.0, _SUBSPACES)
        value += sum(self._drawn("pair", pair, 0.0, _PAIR) for pair in combinations(sorted(changes), 2))
        return value + self._drawn("network", candidate, 0.0, _NETWORK)

    def score(self, candidate: Candidate, seed: int) -> float:
        """Returns the share of the validation images that a training names right.

        Args:
            candidate: the network.
            seed: of the training.
        """
        accuracy = self.accuracy(candidate) + self._drawn("images", candidate, 0.0, _OF_IMAGES)
        accuracy += self._drawn(f"seed {seed}", candidate, 0.0, _OF_SEEDS)
        return round(accuracy / 100 * VALIDATION_IMAGES) / VALIDATION_IMAGES

    def _drawn(self, kind: str, of: object, mean: float, deviation: float) -> float:
        rng = np.random.default_rng([self._seed, crc32(repr((kind, of)).encode())])
        return float(rng.normal(mean, deviation))

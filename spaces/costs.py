"""Params and FLOPs of many networks of a space at once."""

from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from spaces.family import Family
from ulsam import ArchConfig, Placement

if TYPE_CHECKING:
    Counts = NDArray[np.int64]


class CostTable:
    """What every trunk of a space costs, and what every placement adds to it.

    A network's cost is a sum of such rows, exactly: a placement changes nothing outside its own block. So a table
    of a few hundred rows costs a whole space, where ``count_cost`` walks each network's layers.
    """

    def __init__(self, families: Iterable[Family]) -> None:
        params: list[int] = []
        flops: list[int] = []

        def add(row: tuple[int, int]) -> int:
            params.append(row[0])
            flops.append(row[1])
            return len(params) - 1

        # By trunk: the row of its own cost, and the row of each placement on it.
        self._rows: dict[tuple[object, ...], tuple[int, dict[Placement, int]]] = {}
        for family in families:
            key = _trunk_key(family.trunk)
            if key not in self._rows:
                self._rows[key] = (add((family.params, family.flops)), {})
            _, placed = self._rows[key]
            for option in (option for site in family.sites for option in site):
                if option.placement not in placed:
                    placed[option.placement] = add((option.params, option.flops))
        self._params = np.array(params, dtype=np.int64)
        self._flops = np.array(flops, dtype=np.int64)

    def count(self, archs: Sequence[ArchConfig]) -> "tuple[Counts, Counts]":
        """The params and the FLOPs of each of ``archs``: two arrays, (len(archs),).

        Equal to ``count_cost`` of each, some hundred times as fast.

        Raises:
            ValueError: a network has a trunk or a placement that the space does not have.
        """
        if not archs:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
        rows: list[int] = []
        for arch in archs:
            try:
                trunk, placed = self._rows[_trunk_key(arch)]
                rows.append(trunk)
                rows += [placed[placement] for placement in arch.placements]
            except KeyError:
                raise ValueError(f"{arch.arch_id} is not a network of this space") from None
        starts = list(accumulate((1 + len(arch.placements) for arch in archs[:-1]), initial=0))
        return np.add.reduceat(self._params[rows], starts), np.add.reduceat(self._flops[rows], starts)


def _trunk_key(arch: ArchConfig) -> tuple[object, ...]:
    return arch.backbone, arch.width, arch.num_classes, arch.stem_stride

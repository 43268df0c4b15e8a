"""The known costs of many networks of a space at once."""

from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from spaces.family import Family
from ulsam import ArchConfig, Placement
from ulsam.errors import InvalidError

if TYPE_CHECKING:
    Counts = NDArray[np.int64]


class NotInSpaceError(InvalidError):
    """A network is not one of the space.

    Attributes:
        arch: which.
    """

    def __init__(self, arch: ArchConfig) -> None:
        super().__init__(f"{arch.arch_id} is not a network of this space")
        self.arch = arch


class CostTable:
    """What every trunk of a space costs, and what every placement adds to it.

    A network's cost is a sum of such rows, exactly: a placement changes nothing outside its own block. So a table
    of a few hundred rows costs a whole space, where ``count_cost`` walks each network's layers.
    """

    def __init__(self, families: Iterable[Family], names: Sequence[str]) -> None:
        table: list[tuple[int, ...]] = []

        def add(row: tuple[int, ...]) -> int:
            table.append(row)
            return len(table) - 1

        # By trunk: the row of its own costs, and the row of each placement on it.
        self._rows: dict[tuple[object, ...], tuple[int, dict[Placement, int]]] = {}
        for family in families:
            key = _trunk_key(family.trunk)
            if key not in self._rows:
                self._rows[key] = (add(family.costs), {})
            _, placed = self._rows[key]
            for option in (option for site in family.sites for option in site):
                if option.placement not in placed:
                    placed[option.placement] = add(option.costs)
        columns = np.array(table, dtype=np.int64).reshape(-1, len(names)).T.copy()
        self._columns = dict(zip(names, columns, strict=True))

    def count(self, archs: Sequence[ArchConfig]) -> "dict[str, Counts]":
        """By name, the cost of each of ``archs``, (len(archs),).

        Equal to the :class:`~spaces.known_cost.KnownCost`'s own count of each, some hundred times as fast.

        Raises:
            NotInSpaceError: a network has a trunk or a placement that the space does not have.
        """
        if not archs:
            return {name: np.zeros(0, dtype=np.int64) for name in self._columns}
        rows: list[int] = []
        for arch in archs:
            try:
                trunk, placed = self._rows[_trunk_key(arch)]
                rows.append(trunk)
                rows += [placed[placement] for placement in arch.placements]
            except KeyError:
                raise NotInSpaceError(arch) from None
        starts = list(accumulate((1 + len(arch.placements) for arch in archs[:-1]), initial=0))
        return {name: np.add.reduceat(column[rows], starts) for name, column in self._columns.items()}


def _trunk_key(arch: ArchConfig) -> tuple[object, ...]:
    return arch.backbone, arch.width, arch.num_classes, arch.stem_stride

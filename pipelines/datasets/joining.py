"""Images that belong together by any of several keys: by a group that is given, or as copies."""

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray


def joined(*keys: Sequence[Hashable | None]) -> NDArray[np.int32]:
    """Returns the number of each image's group: images are of one group where any of their keys are equal.

    Args:
        keys: several sequences of a key for each of n images; None equals no other key.

    Returns:
        (n,) from 0.
    """
    pairs: list[tuple[int, int]] = []
    for of_images in keys:
        first: dict[Hashable, int] = {}
        pairs += [
            (earlier, index)
            for index, key in enumerate(of_images)
            if key is not None and (earlier := first.setdefault(key, index)) != index
        ]
    return components(len(keys[0]), np.array(pairs, np.int64).reshape(-1, 2))


def components(count: int, pairs: NDArray[np.int64]) -> NDArray[np.int32]:
    """Returns the number of each node's connected component.

    Args:
        count: number of nodes.
        pairs: (m, 2) connected nodes, from 0.

    Returns:
        (count,) from 0.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    graph = coo_array((np.ones(len(pairs), np.bool_), (pairs[:, 0], pairs[:, 1])), shape=(count, count))
    labels: NDArray[np.int32] = connected_components(graph, directed=False)[1]
    return labels


class Forest:
    """Nodes that are joined by pairs, without keeping all pairs: memory grows with the number of nodes alone.

    Args:
        count: number of nodes.
    """

    def __init__(self, count: int) -> None:
        self._numbers = np.arange(count, dtype=np.int32)
        self._pairs: list[NDArray[np.int64]] = []
        self._waiting = 0

    def apart(self, pairs: NDArray[np.int64]) -> NDArray[np.int64]:
        """Returns those pairs that are not known to be of one component.

        Args:
            pairs: (m, 2) nodes, from 0.
        """
        of = self._numbers[pairs]
        different: NDArray[np.bool_] = of[:, 0] != of[:, 1]
        return pairs[different]

    def join(self, pairs: NDArray[np.int64]) -> None:
        """Connects nodes.

        Args:
            pairs: (m, 2) nodes to connect, from 0.
        """
        self._pairs.append(pairs)
        self._waiting += len(pairs)
        if self._waiting > len(self._numbers):
            self.numbers()

    def numbers(self) -> NDArray[np.int32]:
        """Returns the number of each node's component, from 0."""
        if self._waiting:
            pairs = self._numbers[np.concatenate(self._pairs)].astype(np.int64)
            self._numbers = components(len(self._numbers), pairs)[self._numbers]
            self._pairs, self._waiting = [], 0
        return self._numbers

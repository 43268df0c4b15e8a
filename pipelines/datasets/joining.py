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
        pairs += [(first.setdefault(key, index), index) for index, key in enumerate(of_images) if key is not None]
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

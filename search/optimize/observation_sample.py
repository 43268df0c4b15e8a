"""The sample of very many observations that the surrogate learns from: its cost grows with their square."""

from collections import Counter
from collections.abc import Container, Sequence

import numpy as np

from search.optimize.design_point import DesignPoint

_MOST = 1024  # observations


def sampled_of(count: int) -> int:
    """Returns how many of the first ``count`` observations with a value to draw a sample from: a multiple of 256."""
    return count // (_MOST // 4) * (_MOST // 4)


def surplus_of(candidates: Sequence[int], best: Container[int] = ()) -> Counter[int]:
    """Returns how many design points of each candidate to leave out; empty where there are few in all.

    The latest 512 stay, since they are near the front. All of ``best`` stay, since they are the front. Of the others, a
    random sample of 512 stays.

    Args:
        candidates: the row of each design point's candidate, in the order of the trials.
        best: rows of the candidates on the front.
    """
    earlier = [candidate for candidate in candidates[: -_MOST // 2] if candidate not in best]
    if len(earlier) <= _MOST // 2:
        return Counter()
    kept = np.random.default_rng(len(candidates)).choice(earlier, _MOST // 2, replace=False)
    return Counter(earlier) - Counter(kept.tolist())


def is_left_out(left_out: Counter[int], point: DesignPoint) -> bool:
    """Whether ``point`` is left out.

    Args:
        left_out: how many design points of each candidate to leave out. Each call that returns True takes one off.
        point: one without a value is never left out.
    """
    if point.value is None or not left_out[point.candidate]:
        return False
    left_out[point.candidate] -= 1
    return True

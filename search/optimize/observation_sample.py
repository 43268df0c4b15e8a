"""Which of very many observations are learnt from: what that costs grows with their square."""

from collections import Counter
from collections.abc import Container, Sequence

import numpy as np

from search.optimize.design_point import DesignPoint

_MOST = 1024  # observations


def sampled_of(count: int) -> int:
    """Of how many of the first ``count`` with a value a sample is taken: it changes now and then alone."""
    return count // (_MOST // 4) * (_MOST // 4)


def surplus_of(candidates: Sequence[int], best: Container[int] = ()) -> Counter[int]:
    """How many design points of which of many candidates to leave out: of the earlier ones all but a sample.

    The latest are those near the front; those of the ``best`` are the front.
    """
    earlier = [candidate for candidate in candidates[: -_MOST // 2] if candidate not in best]
    if len(earlier) <= _MOST // 2:
        return Counter()
    kept = np.random.default_rng(len(candidates)).choice(earlier, _MOST // 2, replace=False)
    return Counter(earlier) - Counter(kept.tolist())


def is_left_out(left_out: Counter[int], point: DesignPoint) -> bool:
    """Whether ``point`` is one of those that are ``left_out``, of which there is one less then."""
    if point.value is None or not left_out[point.candidate]:
        return False
    left_out[point.candidate] -= 1
    return True

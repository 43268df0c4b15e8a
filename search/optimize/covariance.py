"""The prior covariance of candidates: their accuracy is taken to be a sum of what each of their parts adds.

A part of the features is one parameter of the space, or one cost. With d_p the scaled distance of two candidates in
part p

    k = variance * mean over p of exp(-d_p^2 / 2)

This is the covariance of a sum of independent functions, one a part: the effect of a choice is learnt from all
candidates that have it, whatever else they have. The usual RBF kernel, the product of the same factors in place of
their mean, learns little from a candidate that differs in several parts, and a search has few trials: see
``benchmarks/search_quality/kernels.py``. What parts do only together counts as noise, except for what the costs, which
are parts too, say of it. The kernel is the first-order one of Duvenaud, Nickisch, Rasmussen, "Additive Gaussian
Processes", NeurIPS 2011, https://arxiv.org/abs/1112.4394
"""

from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from torch import Tensor


def columns_of(parts: Sequence[int]) -> list[slice]:
    """Returns the columns of each part.

    Args:
        parts: how many features each part has, in their order.
    """
    return [slice(start, end) for start, end in pairwise(accumulate(parts, initial=0))]


def membership(parts: Sequence[int]) -> NDArray[np.float64]:
    """Returns which feature belongs to which part, (features, parts), 1 or 0."""
    return np.repeat(np.eye(len(parts)), parts, axis=0)


def correlation(squared: "Tensor") -> "Tensor":
    """Returns the correlation of pairs of candidates, (...), which is 1 where the two are the same.

    Args:
        squared: scaled distances by part, squared, (..., parts).
    """
    return (-0.5 * squared).exp().mean(dim=-1)


def correlations(some: "Tensor", others: "Tensor", parts: Sequence[int]) -> "Tensor":
    """Returns the correlations of candidates with others, (k, n), part after part to save memory.

    Args:
        some, others: scaled features, (k, d) and (n, d), of one precision.
        parts: how many features each part has.
    """
    import torch

    total = some.new_zeros(len(some), len(others))
    for columns in columns_of(parts):
        mode = "donot_use_mm_for_euclid_dist"  # exactly zero where two are equal
        apart = torch.cdist(some[:, columns].contiguous(), others[:, columns].contiguous(), compute_mode=mode)
        total += apart.square_().mul_(-0.5).exp_()
    return total.div_(len(parts))

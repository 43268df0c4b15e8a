"""The prior covariance of candidates, which differ in parts: most of their accuracy is a sum of what each part adds.

A part of two candidates' features is one parameter of the space, or one cost. With d_p their scaled distance in part p

    k = variance * (MAIN * mean over p of k_p + (1 - MAIN) * product over p of k_p),    k_p = exp(-d_p^2 / 2)

The mean is the covariance of a sum of independent functions of a part each: what a choice of one part adds is learnt
from all candidates that have it, whatever else they have. The product, the usual RBF kernel, is the covariance of
whatever the parts add together: alone, it learns little from a candidate that differs in several parts. The sum of
kernels of the first and of the highest order is that of Duvenaud, Nickisch, Rasmussen, "Additive Gaussian Processes",
NeurIPS 2011, https://arxiv.org/abs/1112.4394, with one weight that is not fitted: a few trials do not tell it.
"""

from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from torch import Tensor

MAIN = 0.8  # share of the variance that is a sum over the parts


def columns_of(parts: Sequence[int]) -> list[slice]:
    """Returns the columns of each part.

    Args:
        parts: how many columns each part has, in their order; their sum is the number of features.
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
    return MAIN * (-0.5 * squared).exp().mean(dim=-1) + (1 - MAIN) * (-0.5 * squared.sum(dim=-1)).exp()


def correlations(some: "Tensor", others: "Tensor", parts: Sequence[int]) -> "Tensor":
    """Returns the correlations of candidates with others, (k, n), part after part, for memory.

    Args:
        some, others: scaled features, (k, d) and (n, d), of one precision.
        parts: how many features each part has.
    """
    import torch

    total = some.new_zeros(len(some), len(others))
    of_parts = torch.zeros_like(total)
    for columns in columns_of(parts):
        mode = "donot_use_mm_for_euclid_dist"  # exactly zero where candidates are equal
        squared = torch.cdist(
            some[:, columns].contiguous(), others[:, columns].contiguous(), compute_mode=mode
        ).square_()
        total += squared
        of_parts += squared.mul_(-0.5).exp_()
    return of_parts.mul_(MAIN / len(parts)).add_(total.mul_(-0.5).exp_(), alpha=1 - MAIN)

"""The prior covariance of candidates: their accuracy is taken to be mostly a sum of what each of their parts adds.

A part of the features is one parameter of the space, or one cost. With d_p the scaled distance of two candidates in
part p, k_p = exp(-d_p^2 / 2) and the share M = ``MAIN``

    k = variance * (M * mean over p of k_p + (1 - M) * product over p of k_p)

The mean is the covariance of a sum of independent functions, one a part: the effect of a choice is learnt from all
candidates that have it, whatever else they have. The product, the usual RBF kernel, is the covariance of what parts do
only together. Alone, it learns little from a candidate that differs in several parts, and a search has few trials.
Without it, the search takes such effects for noise, and underestimates what untried candidates can add: see
``benchmarks/search_quality``, ``kernels.py`` and ``finish_line.py``. The sum of kernels of the first and of the highest
order is one of Duvenaud, Nickisch, Rasmussen, "Additive Gaussian Processes", NeurIPS 2011,
https://arxiv.org/abs/1112.4394
"""

from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from torch import Tensor

MAIN = 0.95  # share of the variance that is a sum over the parts; not fitted, because few trials cannot determine it


def columns_of(parts: Sequence[int]) -> list[slice]:
    """Returns the columns of each part.

    Args:
        parts: how many features each part has, in their order.
    """
    return [slice(start, end) for start, end in pairwise(accumulate(parts, initial=0))]


def membership(parts: Sequence[int]) -> NDArray[np.float64]:
    """Returns which feature belongs to which part, (features, parts), 1 or 0.

    Args:
        parts: how many features each part has, in their order.
    """
    return np.repeat(np.eye(len(parts)), parts, axis=0)


def correlation(squared: "Tensor") -> "Tensor":
    """Returns the correlation of pairs of candidates, (...), which is 1 where the two are the same.

    Args:
        squared: scaled distances by part, squared, (..., parts).
    """
    return MAIN * (-0.5 * squared).exp().mean(dim=-1) + (1 - MAIN) * (-0.5 * squared.sum(dim=-1)).exp()


def correlations(some: "Tensor", others: "Tensor", parts: Sequence[int]) -> "Tensor":
    """Returns the correlations of candidates with others, (k, n), part after part to save memory.

    Args:
        some, others: scaled features, (k, d) and (n, d), of one precision.
        parts: how many features each part has.
    """
    import torch

    total = some.new_zeros(len(some), len(others))
    main = torch.zeros_like(total)
    for columns in columns_of(parts):
        mode = "donot_use_mm_for_euclid_dist"  # exactly zero where two are equal
        squared = torch.cdist(some[:, columns].contiguous(), others[:, columns].contiguous(), compute_mode=mode)
        total += squared.square_()
        main += squared.mul_(-0.5).exp_()
    return main.mul_(MAIN / len(parts)).add_(total.mul_(-0.5).exp_(), alpha=1 - MAIN)

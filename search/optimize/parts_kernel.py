"""The covariance of ``covariance.py`` as a kernel of GPyTorch, for BoTorch's models."""

from collections.abc import Sequence
from typing import Any

import torch
from gpytorch.kernels import Kernel, RBFKernel
from torch import Tensor

from search.optimize.covariance import correlation, membership


class PartsKernel(Kernel):  # type: ignore[misc] # GPyTorch has no types
    """The correlation of candidates that differ in parts, with the length scales of ``rbf``.

    Args:
        rbf: has a length scale for every feature, with its prior; its own correlation is not used.
        parts: how many features each part has.
    """

    def __init__(self, rbf: RBFKernel, parts: Sequence[int]) -> None:
        super().__init__()
        self.rbf = rbf
        self.register_buffer("membership", torch.as_tensor(membership(parts)))

    def forward(self, x1: Tensor, x2: Tensor, diag: bool = False, **_: Any) -> Tensor:
        """Returns the correlations of candidates.

        Args:
            x1, x2: features, (..., n, d) and (..., m, d).
            diag: whether to return those of pairs, (..., n), where n is m; otherwise of all with all, (..., n, m).
        """
        apart = x1 - x2 if diag else x1.unsqueeze(-2) - x2.unsqueeze(-3)
        return correlation(apart.square() @ self.by_part)

    @property
    def by_part(self) -> Tensor:
        """Turns squared differences of features into squared scaled distances by part, (features, parts)."""
        scales: Tensor = self.rbf.lengthscale
        by_part: Tensor = self.membership / scales.square().transpose(-1, -2)
        return by_part

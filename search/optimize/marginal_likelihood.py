"""The marginal likelihood of the Gaussian process in ``hyperparameters.py``, written for one dense covariance matrix.

It has the value and the gradients of GPyTorch's ``ExactMarginalLogLikelihood``, which composes the covariance lazily:
for tens to hundreds of observations, composing takes longer than the arithmetic (``benchmarks/surrogate_fit``).
"""

from collections.abc import Callable
from math import log, pi
from typing import Any

import torch
from botorch.models import SingleTaskGP
from linear_operator.utils.cholesky import psd_safe_cholesky
from torch import Tensor

from search.optimize.covariance import correlation


def negative_log_likelihood(model: SingleTaskGP) -> Callable[[], Tensor]:
    """Returns a function without arguments that gives the loss of ``model``, a scalar to minimise.

    The loss is that of the observations and of the priors with the model's current parameters, divided by the number of
    observations (Rasmussen, Williams, "Gaussian Processes for Machine Learning", 2006, equation 2.30).

    Args:
        model: of values (n,) at features (n, d), with a scaled :class:`PartsKernel`, a constant mean, one noise for all
            observations and no transform of the features.

    Raises:
        NotPSDError: the function raises it if the covariance has no Cholesky factor. BoTorch's fit then starts again
            from hyperparameters drawn from the priors.
    """
    features, values, kernel = model.train_inputs[0], model.train_targets, model.covar_module
    apart = (features[:, None] - features).square()
    identity = torch.eye(len(values), dtype=values.dtype, device=values.device)
    priors = [(prior, module, closure) for _, module, prior, closure, _ in model.named_priors()]

    def loss() -> Tensor:
        covariance = kernel.outputscale * correlation(apart @ kernel.base_kernel.by_part)
        covariance = covariance + model.likelihood.noise * identity
        total: Tensor = _NegativeLogDensity.apply(covariance, values - model.mean_module.constant)
        for prior, module, closure in priors:
            total = total - prior.log_prob(closure(module)).sum()
        return total / len(values)

    return loss


class _NegativeLogDensity(torch.autograd.Function):
    """The negative log density of residuals (n,) with covariance (n, n).

    Its gradients are Rasmussen and Williams' equation 5.9.
    """

    @staticmethod
    def forward(ctx: Any, covariance: Tensor, residuals: Tensor) -> Tensor:
        lower = psd_safe_cholesky(covariance)
        inverse = torch.cholesky_inverse(lower)
        weights = inverse @ residuals
        ctx.save_for_backward(inverse, weights)
        density: Tensor = 0.5 * (residuals @ weights + len(residuals) * log(2 * pi)) + lower.diagonal().log().sum()
        return density

    @staticmethod
    def backward(ctx: Any, *slope: Tensor) -> tuple[Tensor, Tensor]:
        inverse, weights = ctx.saved_tensors
        return 0.5 * slope[0] * (inverse - torch.outer(weights, weights)), slope[0] * weights

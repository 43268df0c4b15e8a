"""The hyperparameters of the Gaussian process, fitted to observations.

The model and the optimizer are BoTorch's, the loss is ours (``marginal_likelihood.py``), and so is the kernel
(``covariance.py``). The kernel has a length scale for every feature, whose log-normal prior widens with the number of
features (Hvarfner, Hellsten, Nardi, "Vanilla Bayesian Optimization Performs Great in High Dimensions", ICML 2024,
https://arxiv.org/abs/2402.02229).
"""

import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from botorch.models import SingleTaskGP
    from torch import Tensor

Floats = NDArray[np.float64]

FEWEST = 3  # observations to fit to
_MORE = 1.1  # times as many observations, before the next fit
_POINTS = 256  # more make the fit slow and hardly change it
STEPS = 60  # of the optimizer


@dataclass(frozen=True, slots=True)
class Hyperparameters:
    """Hyperparameters of a process over values that are standardised to mean 0 and variance 1.

    Attributes:
        mean: of the process.
        noise: variance of an observation around the process.
        variance: of the process.
        length_scales: one a feature, (1, d).
    """

    mean: float
    noise: float
    variance: float
    length_scales: "Tensor"


def fit_sizes(count: int) -> list[int]:
    """Returns the numbers of observations to fit to while there are up to ``count``: ascending, at least one."""
    sizes = [min(count, FEWEST)]
    while (following := ceil(sizes[-1] * _MORE + 1)) <= count:
        sizes.append(following)
    return sizes


def fit(features: "Tensor", values: Floats, parts: Sequence[int], *, or_prior: bool) -> Hyperparameters | None:
    """Returns the hyperparameters that are fitted to observations.

    They depend on the arguments alone, not on torch's global generator.

    Args:
        features: of what was observed, (n, d).
        values: observed, (n,), standardised to mean 0 and variance 1.
        parts: how many features each part has.
        or_prior: whether to return the prior's own hyperparameters where the fit fails; otherwise None is returned.
    """
    import torch

    with _quiet():
        from botorch.exceptions import ModelFittingError
        from botorch.fit import fit_gpytorch_mll
        from botorch.optim.closures import ForwardBackwardClosure

        from search.optimize.marginal_likelihood import negative_log_likelihood
    from gpytorch.mlls import ExactMarginalLogLikelihood

    count = len(values)
    if count > _POINTS:
        chosen = np.sort(np.random.default_rng(count).choice(count, _POINTS, replace=False))
        features, values = features[chosen], values[chosen]
    model = model_of(features, values, parts)
    likelihood = ExactMarginalLogLikelihood(model.likelihood, model)
    closure = ForwardBackwardClosure(negative_log_likelihood(model), dict(likelihood.named_parameters()))
    start = deepcopy(model.state_dict())
    with warnings.catch_warnings(), torch.random.fork_rng(devices=[]):
        warnings.simplefilter("ignore")  # that the fit ends at STEPS is meant
        torch.manual_seed(count)  # BoTorch starts failed fits again from random hyperparameters
        try:
            fit_gpytorch_mll(likelihood, closure=closure, optimizer_kwargs={"options": {"maxiter": STEPS}})
        except (ModelFittingError, ValueError):  # the latter is torch's, of a step to where a prior has no density
            if not or_prior:
                return None
            model.load_state_dict(start)
    kernel = model.covar_module
    return Hyperparameters(
        mean=float(model.mean_module.constant.detach()),
        noise=float(model.likelihood.noise.detach()),
        variance=float(kernel.outputscale.detach()),
        length_scales=kernel.base_kernel.rbf.lengthscale.detach(),
    )


def model_of(features: "Tensor", values: Floats, parts: Sequence[int]) -> "SingleTaskGP":
    """Returns BoTorch's model of observations, before its hyperparameters are fitted.

    Args:
        features: of what was observed, (n, d).
        values: observed, (n,), standardised to mean 0 and variance 1.
        parts: how many features each part has.
    """
    import torch

    with _quiet():
        from botorch.models import SingleTaskGP
        from botorch.models.utils.gpytorch_modules import get_covar_module_with_dim_scaled_prior

        from search.optimize.parts_kernel import PartsKernel
    from gpytorch.kernels import ScaleKernel
    from gpytorch.priors import LogNormalPrior

    rbf = get_covar_module_with_dim_scaled_prior(ard_num_dims=features.shape[1], use_rbf_kernel=True)
    kernel = ScaleKernel(PartsKernel(rbf, parts), outputscale_prior=LogNormalPrior(0.0, 1.0))
    return SingleTaskGP(features, torch.as_tensor(values)[:, None], covar_module=kernel, outcome_transform=None)


@contextmanager
def _quiet() -> Iterator[None]:
    """Hides the messages of BoTorch's import about compilers and deprecations of torch."""
    logging.getLogger("torch.utils.cpp_extension").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield

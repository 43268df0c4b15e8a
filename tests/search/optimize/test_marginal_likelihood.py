"""The loss that hyperparameters are fitted by is that of GPyTorch, and that of the closed form."""

from typing import Any

import numpy as np
import pytest
import torch
from botorch.fit import fit_gpytorch_mll
from gpytorch.mlls import ExactMarginalLogLikelihood
from hypothesis import given
from hypothesis import strategies as st
from linear_operator.utils.errors import NotPSDError
from scipy.stats import lognorm, multivariate_normal

from search.optimize.hyperparameters import fit, model_of
from search.optimize.marginal_likelihood import negative_log_likelihood


def parts_of(size: int) -> tuple[int, ...]:
    """Parts of three features, and one of the rest."""
    return (*[3] * (size // 3), *[size % 3] * (size % 3 > 0))


def model_with(count: int, size: int, seed: int) -> Any:
    """A model of ``count`` observations of ``size`` features, with hyperparameters drawn around those of its priors."""
    rng = np.random.default_rng(seed)
    features = torch.as_tensor(rng.integers(0, 3, (count, size)) / 2)
    model = model_of(features, rng.standard_normal(count), parts_of(size))
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(torch.as_tensor(rng.uniform(0.5, 2, parameter.shape)))
        model.mean_module.constant.fill_(rng.normal())
    model.covar_module.outputscale = rng.uniform(0.5, 2)
    return model


def gradients(model: Any, loss: torch.Tensor) -> list[torch.Tensor]:
    return list(torch.autograd.grad(loss, list(model.parameters())))


@given(count=st.integers(2, 40), size=st.integers(1, 20), seed=st.integers(0, 2**32 - 1))
def test_value_and_gradients_are_those_of_gpytorch(count: int, size: int, seed: int) -> None:
    model = model_with(count, size, seed)
    model.train()
    theirs = -ExactMarginalLogLikelihood(model.likelihood, model)(model(*model.train_inputs), model.train_targets)
    ours = negative_log_likelihood(model)()
    torch.testing.assert_close(ours, theirs, rtol=1e-9, atol=1e-9)
    for own, other in zip(gradients(model, ours), gradients(model, theirs), strict=True):
        torch.testing.assert_close(own, other, rtol=1e-6, atol=1e-8)


def test_it_is_the_density_of_the_observations_and_of_the_priors() -> None:
    model = model_with(6, 2, seed=0)
    x, y = model.train_inputs[0].numpy(), model.train_targets.numpy()
    kernel, noise = model.covar_module, float(model.likelihood.noise.detach())
    scales, variance = kernel.base_kernel.rbf.lengthscale.detach().numpy()[0], float(kernel.outputscale.detach())
    correlation = np.exp(-((((x[:, None] - x) / scales) ** 2).sum(axis=2)) / 2)  # of one part: the RBF kernel's
    covariance = variance * correlation + noise * np.eye(6)
    expected = multivariate_normal(np.full(6, float(model.mean_module.constant.detach())), covariance).logpdf(y)
    expected += lognorm(3**0.5, scale=np.exp(2**0.5 + np.log(2) / 2)).logpdf(scales).sum()  # Hvarfner et al., d = 2
    expected += lognorm(1, scale=np.exp(-4)).logpdf(noise) + lognorm(1).logpdf(variance)
    assert negative_log_likelihood(model)().item() == pytest.approx(-expected / 6)


@pytest.mark.filterwarnings("ignore::linear_operator.utils.warnings.NumericalWarning")
def test_a_covariance_without_a_cholesky_factor_raises_the_error_that_restarts_the_fit() -> None:
    model = model_with(6, 2, seed=0)
    with torch.no_grad():
        model.likelihood.noise_covar.raw_noise.fill_(-10)
    with pytest.raises(NotPSDError):
        negative_log_likelihood(model)()


def test_a_fit_ends_about_as_low_as_that_of_botorch() -> None:
    rng = np.random.default_rng(0)
    features = torch.as_tensor(rng.integers(0, 2, (20, 6)).astype(float))
    values = features.numpy() @ rng.standard_normal(6) + 0.3 * rng.standard_normal(20)
    values = (values - values.mean()) / values.std()
    theirs = model_of(features, values, (2, 4))
    fit_gpytorch_mll(ExactMarginalLogLikelihood(theirs.likelihood, theirs))
    fitted, ours = fit(features, values, (2, 4), or_prior=False), model_of(features, values, (2, 4))
    assert fitted is not None
    ours.mean_module.constant.data.fill_(fitted.mean)
    ours.likelihood.noise = fitted.noise
    ours.covar_module.outputscale = fitted.variance
    ours.covar_module.base_kernel.rbf.lengthscale = fitted.length_scales
    lowest, found, first = (
        negative_log_likelihood(one)().item() for one in (theirs, ours, model_of(features, values, (2, 4)))
    )
    assert found - lowest < 0.05 * (first - lowest)

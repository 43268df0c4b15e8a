"""How long does a fit of hyperparameters take with our loss and with GPyTorch's, and how far apart do the fits end?

    OMP_NUM_THREADS=1 python -m benchmarks.surrogate_fit

Both fit the same BoTorch model with the same optimizer, by turns, to random binary features and a noisy linear function
of them. ``result.json`` has how many times longer GPyTorch's loss takes, and by how much the losses that the two fits
reach differ: the optimizer ends at its 60th step, where the two differ by rounding.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from botorch.fit import fit_gpytorch_mll
from botorch.optim.closures import ForwardBackwardClosure
from gpytorch.mlls import ExactMarginalLogLikelihood

from benchmarks.report import save, spread
from benchmarks.turns import ratios, take_turns
from search.optimize.hyperparameters import STEPS, model_of
from search.optimize.marginal_likelihood import negative_log_likelihood

FEATURES = 30
PARTS = [3] * 10
OBSERVATIONS = (10, 30, 100, 256)
ROUNDS = 7
SECONDS = 2.0


def main() -> None:
    torch.set_num_threads(1)
    figures = {str(count): compare(count) for count in OBSERVATIONS}
    save(Path(__file__).with_name("result.json"), {"by_observations": figures}, ["torch", "botorch", "gpytorch"])
    print(figures)


def compare(count: int) -> dict[str, object]:
    """The ratio of their seconds, and the difference of the losses that they end at."""
    rng = np.random.default_rng(count)
    features = torch.as_tensor((rng.random((count, FEATURES)) < 0.3).astype(np.float64))
    values = features.numpy() @ rng.standard_normal(FEATURES) + 0.3 * rng.standard_normal(count)
    values = (values - values.mean()) / values.std()

    def fitted(*, dense: bool) -> Callable[[], float]:
        def run() -> float:
            model = model_of(features, values, PARTS)
            likelihood = ExactMarginalLogLikelihood(model.likelihood, model)
            loss = negative_log_likelihood(model)
            closure = ForwardBackwardClosure(loss, dict(likelihood.named_parameters())) if dense else None
            fit_gpytorch_mll(likelihood, closure=closure, optimizer_kwargs={"options": {"maxiter": STEPS}})
            return loss().item()

        return run

    ours, theirs = fitted(dense=True), fitted(dense=False)
    taken = take_turns({"ours": ours, "gpytorch": theirs}, ROUNDS, SECONDS, torch.device("cpu"))
    return {"times_longer": spread(ratios(taken, "gpytorch", "ours")), "loss_over_gpytorch": ours() - theirs()}


if __name__ == "__main__":
    main()

"""The samplers to compare with, as their makers offer them."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler, GPSampler, NSGAIISampler, RandomSampler, TPESampler
from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState

from benchmarks.search_quality.tables import Table
from search.optimize.optuna_sampler import KnownCostSampler

_STARTS = 10  # as Optuna's GPSampler
_RANDOM, _UPHILL = 256, 3


class LogNehvi(BaseSampler):
    """BoTorch's qLogNEHVI: all objectives modelled, the acquisition climbed from the best of many random networks.

    Ament et al., "Unexpected Improvements to Expected Improvement", NeurIPS 2023, https://arxiv.org/abs/2310.20708
    """

    def __init__(self, table: Table, seed: int) -> None:
        self._table = table
        self._rng = np.random.default_rng(seed)
        self._seed = seed
        self._features = torch.tensor(
            [
                [float(params[name] == value) for name, values in table.choices.items() for value in values]
                for params in table.params
            ],
            dtype=torch.float64,
        )
        self._row = {tuple(sorted(params.items())): row for row, params in enumerate(table.params)}

    def infer_relative_search_space(self, study: Study, trial: FrozenTrial) -> dict[str, BaseDistribution]:
        return {}

    def sample_relative(self, study: Study, trial: FrozenTrial, search_space: Any) -> dict[str, Any]:
        return {}

    def before_trial(self, study: Study, trial: FrozenTrial) -> None:
        done = study.get_trials(deepcopy=False, states=[TrialState.COMPLETE])
        running = [other for other in study.get_trials(deepcopy=False, states=[TrialState.RUNNING]) if other.params]
        tried = [self._row[tuple(sorted(other.params.items()))] for other in done]
        pending = [self._row[tuple(sorted(other.params.items()))] for other in running]
        untried = np.setdiff1d(np.arange(len(self._table.params)), tried + pending)
        row = self._rng.choice(untried) if len(done) < _STARTS else self._best(done, tried, pending, untried)
        self._next = self._table.params[int(row)]

    def sample_independent(self, study: Study, trial: FrozenTrial, name: str, distribution: BaseDistribution) -> Any:
        return self._next[name]

    def _best(self, done: list[FrozenTrial], tried: list[int], pending: list[int], untried: Any) -> int:
        from botorch.acquisition.multi_objective.logei import qLogNoisyExpectedHypervolumeImprovement
        from botorch.fit import fit_gpytorch_mll
        from botorch.models import ModelListGP, SingleTaskGP
        from botorch.models.transforms import Standardize
        from botorch.sampling import SobolQMCNormalSampler
        from gpytorch.mlls import SumMarginalLogLikelihood

        signs = torch.tensor([1.0] + [-1.0] * self._table.costs.shape[1], dtype=torch.float64)
        values = torch.tensor([other.values for other in done], dtype=torch.float64) * signs
        x = self._features[tried]
        models = [SingleTaskGP(x, y[:, None], outcome_transform=Standardize(1)) for y in values.T]
        model = ModelListGP(*models)
        fit_gpytorch_mll(SumMarginalLogLikelihood(model.likelihood, model))
        acquisition = qLogNoisyExpectedHypervolumeImprovement(
            model=model,
            ref_point=(torch.tensor(self._table.reference, dtype=torch.float64) * signs).tolist(),
            X_baseline=x,
            X_pending=self._features[pending] if pending else None,
            prune_baseline=True,
            sampler=SobolQMCNormalSampler(torch.Size([64]), seed=self._seed),
        )
        scored: dict[int, float] = {}

        def score(rows: Any) -> None:
            fresh = np.setdiff1d(rows, list(scored))
            if len(fresh):
                with torch.no_grad():
                    scored.update(
                        zip(fresh.tolist(), acquisition(self._features[fresh][:, None]).tolist(), strict=True)
                    )

        # Every network of the table would take seconds a proposal: many at random, then uphill from the best of them.
        score(self._rng.choice(untried, min(_RANDOM, len(untried)), replace=False))
        before = -1
        while before < len(scored):
            before = len(scored)
            for row in sorted(scored, key=scored.__getitem__)[-_UPHILL:]:
                apart = (self._features - self._features[row]).abs().sum(dim=1) / 2
                score(np.intersect1d(np.flatnonzero((apart <= 1).numpy()), untried))
        return max(scored, key=scored.__getitem__)


def _ours(table: Table, seed: int) -> BaseSampler:
    costs = {tuple(sorted(params.items())): cost for params, cost in zip(table.params, table.costs, strict=True)}
    return KnownCostSampler(
        table.params,
        known_costs=lambda params: costs[tuple(sorted(params.items()))],
        seed=seed,
        reference=table.reference,
    )


def make_rivals() -> dict[str, Callable[[Table, int], BaseSampler]]:
    """By name, a new sampler for a table and a seed."""
    return {
        "ulsam-search": _ours,
        "random": lambda table, seed: RandomSampler(seed=seed),
        "TPE": lambda table, seed: TPESampler(seed=seed),
        "NSGA-II": lambda table, seed: NSGAIISampler(seed=seed),
        "GPSampler": lambda table, seed: GPSampler(seed=seed, deterministic_objective=False),
        "qLogNEHVI": LogNehvi,
    }

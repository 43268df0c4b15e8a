"""Observations from a search's trials, and the candidates that its sampler chooses from."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from search.analysis.fold_effects import fold_effects
from search.optimize.choosing import CandidateChooser
from search.optimize.earlier_scores import EarlierScores
from search.optimize.observation import Observation
from search.study.spec import StudySpec
from search.study.trial import TrialResult
from spaces import Encoding
from spaces.network_space import NetworkSpace


def observation_of(params: Mapping[str, Any], result: TrialResult | None) -> Observation:
    """Returns the observation of a trial.

    Args:
        params: of the trial's network, canonical.
        result: of the trial; None: it is running.
    """
    if result is None:
        return Observation(params=params, awaited=True)
    return Observation(params=params, score=result.value, rungs=result.rungs, failed=result.failure is not None)


def comparable_observations(
    observations: Sequence[Observation],
    folds: Sequence[int | None],
    networks: Sequence[Hashable],
    costs: Sequence[Sequence[float]],
) -> Sequence[Observation]:
    """Returns observations whose scores are without the effects of the folds that they are of.

    Args:
        observations: of trials.
        folds: the number of each one's fold; None: the search has no folds.
        networks: of each trial.
        costs: of each network, those that are objectives.
    """
    scores: dict[Hashable, list[tuple[int, float]]] = {}
    for observation, fold, network in zip(observations, folds, networks, strict=True):
        if fold is not None and observation.score is not None:
            scores.setdefault(network, []).append((fold, observation.score))
    if not scores:
        return observations
    costs_of = dict(zip(networks, costs, strict=True))
    effects = fold_effects(scores.values(), [costs_of[network] for network in scores])
    if not effects:
        return observations
    return [
        one if one.score is None or fold is None else replace(one, score=one.score - effects[fold])
        for one, fold in zip(observations, folds, strict=True)
    ]


def chooser_of(encoding: Encoding, spec: StudySpec) -> CandidateChooser:
    """Makes the chooser of a search's networks, which learns the metric and knows the costs.

    Args:
        encoding: of the search space.
        spec: the search.
    """
    space = NetworkSpace(encoding, tuple(spec.reference.costs))
    return CandidateChooser(
        space,
        space.costs,
        reference=np.array(spec.reference.values, dtype=np.float64),
        seed=spec.search.seed,
        limit_weight=spec.limit_weight,
        prior_of=EarlierScores(space.choices, space.costs, _prior(encoding, spec)) if spec.prior else None,
        baselines=[encoding.encode(one) for one in spec.search_space.plain_networks] if spec.search.baselines else [],
    )


def _prior(encoding: Encoding, spec: StudySpec) -> list[tuple[Mapping[str, Any], float]]:
    return [(encoding.encode(score.candidate), score.score) for score in spec.prior]

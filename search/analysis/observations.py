"""Observations from a search's trials, and the candidates that its sampler chooses from."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from search.optimize.choosing import CandidateChooser
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
        baselines=[encoding.encode(one) for one in spec.search_space.plain_networks] if spec.search.baselines else [],
    )

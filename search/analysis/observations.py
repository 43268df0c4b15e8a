"""What a search's trials say of its networks, and the candidates that its sampler chooses from."""

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
    """What a trial says.

    Args:
        params: of the trial's network, canonical.
        result: what came of it; None: it is running.
    """
    if result is None:
        return Observation(params=params, awaited=True)
    return Observation(params=params, score=result.value, rungs=result.rungs, failed=result.failure is not None)


def chooser_of(encoding: Encoding, spec: StudySpec) -> CandidateChooser:
    """Chooses networks of the space of ``encoding``: accuracy is to be learnt, costs are known."""
    space = NetworkSpace(encoding, tuple(spec.reference.costs))
    reference = np.array(spec.reference.values, dtype=np.float64)
    return CandidateChooser(
        space, space.costs, reference=reference, seed=spec.search.seed, limit_weight=spec.limit_weight
    )

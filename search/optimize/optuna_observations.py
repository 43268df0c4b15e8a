"""Observations from the trials of an Optuna study, of the objective that is to be learnt."""

from collections.abc import Sequence
from math import isfinite
from typing import Any

from optuna.trial import FrozenTrial, TrialState

from search.optimize.observation import Observation

RUNG_SCORES = "rung_scores"  # the user attribute that holds them: {epochs: score}
PROPOSED = "known_cost:proposed"  # the system attribute that holds the candidate that a trial was given

# Optuna's own name for what study.enqueue_trial fixes. There is no public way to ask a trial for it, and a candidate
# that a user has enqueued must be neither proposed to another trial nor replaced by one of ours.
_ENQUEUED = "fixed_params"


def enqueued_params(trial: FrozenTrial) -> dict[str, Any]:
    """Returns the parameters that a user fixed by ``study.enqueue_trial``; empty: there are none."""
    params: dict[str, Any] = trial.system_attrs.get(_ENQUEUED, {})
    return params


def observations_of(trials: Sequence[FrozenTrial], objective: int, sign: float) -> list[Observation]:
    """Returns one observation a trial, in the order of their numbers; stopped trials have no estimate yet.

    Args:
        trials: of one study, in any order.
        objective: the index of the one to learn.
        sign: 1 where it is maximised, -1 where it is minimised; scores are multiplied by it.
    """
    trials = sorted(trials, key=lambda trial: trial.number)
    # A trial that came to its end asked for all the parameters that it has; another may have come to a part of them.
    whole = {frozenset(trial.params) for trial in trials if trial.state in (TrialState.COMPLETE, TrialState.PRUNED)}
    whole.discard(frozenset())
    return [
        Observation(
            # What was proposed or enqueued is known before the trial suggests it.
            params=enqueued_params(trial) | trial.system_attrs.get(PROPOSED, {}) | trial.params,
            active=trial.params if frozenset(trial.params) in whole else None,
            score=sign * trial.values[objective] if _scored(trial) else None,
            rungs=_rungs(trial, sign),
            failed=_failed(trial),
            awaited=not trial.state.is_finished(),
        )
        for trial in trials
    ]


def _failed(trial: FrozenTrial) -> bool:
    violated = any(violation > 0 for violation in trial.constraints.values())
    # An infinite value can't be learnt from; Optuna itself refuses a NaN.
    return trial.state is TrialState.FAIL or violated or not all(isfinite(value) for value in trial.values or ())


def _scored(trial: FrozenTrial) -> bool:
    return trial.state is TrialState.COMPLETE and not _failed(trial)


def _rungs(trial: FrozenTrial, sign: float) -> dict[int, float]:
    return {int(rung): sign * score for rung, score in trial.user_attrs.get(RUNG_SCORES, {}).items()}

"""What an Optuna study's trials say of the objective that is to be learnt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from typing import Any

from optuna.trial import FrozenTrial, TrialState

from search.strategy.rungs import Gains

RUNG_SCORES = "rung_scores"  # the user attribute that holds them: {epochs: score}
PROPOSED = "known_cost:proposed"  # the system attribute that holds the candidate that a trial was given

_LEAST_NOISE = 1e-12  # variance of an estimate: 0 would say that the training was a full one


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What is known of one candidate from one trial.

    Attributes:
        params: the candidate.
        active: the parameters that decide what was trained, which may be fewer: an objective need not ask for all.
            None: that is not known yet, or the trial failed before it had them all.
        score: higher is better; None: there is none, or none yet.
        extra_noise: variance of an estimate of the score, for a training that was stopped early; 0: it was not.
        failed: whether it turned out that it can't be trained.
        awaited: whether a score is to come.
    """

    params: Mapping[str, Any]
    active: Mapping[str, Any] | None = None
    score: float | None = None
    extra_noise: float = 0.0
    failed: bool = False
    awaited: bool = False


def readings(trials: Sequence[FrozenTrial], objective: int, sign: float) -> list[Reading]:
    """One reading a trial, in the order of their numbers.

    Args:
        trials: of one study.
        objective: the index of the one to learn.
        sign: 1 where it is maximised, -1 where it is minimised.
    """
    trials = sorted(trials, key=lambda trial: trial.number)
    finals = {trial.number: sign * trial.values[objective] for trial in trials if _scored(trial)}
    gains = Gains((_rungs(trial, sign), finals[trial.number]) for trial in trials if trial.number in finals)
    # A trial that came to its end asked for all the parameters that it has; another may have come to a part of them.
    whole = {frozenset(trial.params) for trial in trials if trial.state in (TrialState.COMPLETE, TrialState.PRUNED)}
    whole.discard(frozenset())
    found = []
    for trial in trials:
        # What was proposed or enqueued is known before the trial suggests it.
        params = trial.system_attrs.get("fixed_params", {}) | trial.system_attrs.get(PROPOSED, {}) | trial.params
        reading = Reading(
            params=params,
            active=trial.params if frozenset(trial.params) in whole else None,
            score=finals.get(trial.number),
            failed=_failed(trial),
            awaited=not trial.state.is_finished(),
        )
        if trial.state is TrialState.PRUNED and not reading.failed:
            estimate = gains.estimate(_rungs(trial, sign))
            if estimate is not None:
                reading = replace(reading, score=estimate.value, extra_noise=max(estimate.noise, _LEAST_NOISE))
        found.append(reading)
    return found


def _failed(trial: FrozenTrial) -> bool:
    violated = any(violation > 0 for violation in trial.constraints.values())
    # An infinite value can't be learnt from; Optuna itself refuses a NaN.
    return trial.state is TrialState.FAIL or violated or not all(isfinite(value) for value in trial.values or ())


def _scored(trial: FrozenTrial) -> bool:
    return trial.state is TrialState.COMPLETE and not _failed(trial)


def _rungs(trial: FrozenTrial, sign: float) -> dict[int, float]:
    return {int(rung): sign * score for rung, score in trial.user_attrs.get(RUNG_SCORES, {}).items()}

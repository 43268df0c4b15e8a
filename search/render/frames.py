"""Trials as pandas data frames, for a notebook."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from search.analysis.gain import Gain
from search.render.front_table import front_rows
from search.render.network_words import describe_in_full
from search.study.spec import StudySpec
from search.study.trial import TrialRecord

_TRAINING = ("epochs", "seconds", "host", "device", "note")


def front_frame(spec: StudySpec, trials: Sequence[TrialRecord]) -> pd.DataFrame:
    """Returns the Pareto front as a data frame, a row for each network, indexed by trial, cheapest first.

    Columns: the metric (0 to 1) and its ``standard_error``; ``interval_low`` and ``interval_high``, the ends of its
    95% interval; ``seeds``; ``probability_on_front``; each known cost; ``gain`` over the best plain network that costs
    no more, with ``gain_error``, ``gain_low`` and ``gain_high``, all shares (NaN: there is no such network, or the row
    is plain); ``network`` in words, ``arch_id`` and ``input_size`` (pixels).

    Args:
        spec: the search that the trials are of.
        trials: in any order, whatever became of them; at least one is complete.
    """
    rows = [
        {
            "trial": row.trial,
            row.metric: row.value,
            "standard_error": row.error,
            "interval_low": row.interval.low,
            "interval_high": row.interval.high,
            "seeds": row.seeds,
            "probability_on_front": row.on_front,
            **row.costs,
            **_gain(row.gain),
            "network": describe_in_full(spec, row.candidate),
            "arch_id": row.candidate.arch.arch_id,
            "input_size": row.candidate.input_size,
        }
        for row in front_rows(spec, trials)
    ]
    return pd.DataFrame(rows).set_index("trial")


def trial_frame(spec: StudySpec, trials: Sequence[TrialRecord]) -> pd.DataFrame:
    """Returns all trials as a data frame, a row for each, indexed by number.

    Columns: ``status``; the metric (0 to 1; NaN: the trial has none); ``seed``; each known cost; ``network`` in words,
    ``arch_id`` and ``input_size`` (pixels); ``epochs`` trained; ``seconds`` from start to score; ``host`` and
    ``device`` that trained it; ``note``, why it has no value or what else to know.

    Args:
        spec: the search that the trials are of.
        trials: in the order of the rows, whatever became of them.
    """
    costs = [cost.name for cost in spec.known_costs]
    columns = ["trial", "status", spec.metric.name, "seed", *costs, "network", "arch_id", "input_size", *_TRAINING]
    return pd.DataFrame([_row(spec, trial) for trial in trials], columns=columns).set_index("trial")


def _gain(gain: Gain | None) -> dict[str, float]:
    columns = ("gain", "gain_error", "gain_low", "gain_high")
    if gain is None:
        return dict.fromkeys(columns, float("nan"))
    values = (gain.value, gain.error, gain.interval.low, gain.interval.high)
    return dict(zip(columns, values, strict=True))


def _row(spec: StudySpec, trial: TrialRecord) -> dict[str, Any]:
    result = trial.result
    return {
        "trial": trial.number,
        "status": trial.status.value,
        spec.metric.name: float("nan") if result is None or result.value is None else result.value,
        "seed": trial.seed,
        **trial.costs,
        "network": describe_in_full(spec, trial.candidate),
        "arch_id": trial.arch.arch_id,
        "input_size": trial.candidate.input_size,
        "epochs": 0 if result is None else len(result.epochs),
        "seconds": float("nan") if result is None else result.seconds,
        "host": "" if result is None else result.host,
        "device": "" if result is None else result.device,
        "note": "" if result is None else result.note,
    }

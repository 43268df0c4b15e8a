"""Turns the attributes that earlier versions kept of a trial into those of this one.

A trial says no version: one search has trials of all versions that worked on it. What is missing tells.
"""

from dataclasses import replace
from typing import Any

from search.study.trial_table import TrialRow

JsonObject = dict[str, Any]

# Not kept by earlier versions, and what a trial of theirs had of it.
_RESULT_DEFAULTS: JsonObject = {
    "place": 0,
    "rungs": {},
    "interruptions": [],
    "stopped": None,
    "remaining": None,
    "standard_error": None,  # the value of the one metric then, accuracy, determines it
    "rung_errors": {},
}


def migrated(row: TrialRow, input_size: int) -> TrialRow:
    """Returns a row with the attributes of this version.

    The first versions kept no costs, which are counted where they are missing, and left times to Optuna. Their trials
    all had the input size of their search.

    Args:
        row: of any version; not changed.
        input_size: of the search, in pixels, for a row without one.
    """
    attributes: JsonObject = {"costs": {}, "input_size": input_size, **row.attributes}
    if row.started is not None:
        attributes.setdefault("started", row.started.isoformat())
    if (result := attributes.get("result")) is not None:
        attributes["result"] = result = {**_RESULT_DEFAULTS, **result}
        if row.ended is not None:
            result.setdefault("ended", row.ended.isoformat())
    return replace(row, attributes=attributes)

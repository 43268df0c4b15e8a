"""Reads the trials of a study in bulk: one query, and of each trial what this project writes.

Optuna's own reading takes milliseconds a trial: it makes objects of every parameter, and parses the distribution of
each with every trial. So this file and :mod:`search.study.study_table`, alone, name tables and columns of Optuna's
schema, version 12: that of Optuna 3.0 and all since. Opening a database makes sure of that version, and a test compares
with what Optuna itself reads.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Engine, Integer, String, column, or_, select, table

_TRIALS = table(
    "trials",
    column("trial_id", Integer),
    column("number", Integer),
    column("study_id", Integer),
    column("state", String),
    column("datetime_start", DateTime),
    column("datetime_complete", DateTime),
)
_ATTRIBUTES = table(
    "trial_user_attributes", column("trial_id", Integer), column("key", String), column("value_json", String)
)
_READ = (
    _TRIALS.c.number,
    _TRIALS.c.state,
    _TRIALS.c.datetime_start,
    _TRIALS.c.datetime_complete,
    _ATTRIBUTES.c.key,
    _ATTRIBUTES.c.value_json,
)
_MOST_LISTED = 500  # numbers in one query; databases limit how many values a query takes


@dataclass(frozen=True, slots=True)
class TrialRow:
    """One trial.

    Attributes:
        number: in its study.
        state: running, or how it ended, by its name in Optuna.
        started, ended: UTC; None: not yet.
        attributes: the user attributes that were asked for, where it has them.
    """

    number: int
    state: str
    started: datetime | None
    ended: datetime | None
    attributes: dict[str, Any] = field(default_factory=dict)


def read_rows(
    engine: Engine,
    study_id: int,
    attributes: Collection[str],
    *,
    start: int | None = 0,
    also: Collection[int] = (),
) -> list[TrialRow]:
    """Returns trials of a study, by number, as of one moment.

    Args:
        engine: of the study's database.
        study_id: its number in the database.
        attributes: the names of the user attributes to read.
        start: the first number to read, up to the last of the study; None: only ``also``.
        also: further numbers; of more than 500, all numbers from the least on are read.
    """
    if len(also) > _MOST_LISTED:
        start, also = min(also) if start is None else min(start, *also), ()
    # One query is one moment: of a trial that ends meanwhile, state and result are both read, or neither.
    joined = _TRIALS.outerjoin(
        _ATTRIBUTES, (_ATTRIBUTES.c.trial_id == _TRIALS.c.trial_id) & _ATTRIBUTES.c.key.in_(sorted(attributes))
    )
    query = select(*_READ).select_from(joined).where(_TRIALS.c.study_id == study_id).order_by(_TRIALS.c.number)
    if start is None:
        query = query.where(_TRIALS.c.number.in_(sorted(also)))
    elif start > 0:
        query = query.where(or_(_TRIALS.c.number >= start, _TRIALS.c.number.in_(sorted(also))))
    rows: list[TrialRow] = []
    with engine.connect() as connection:
        for number, state, started, ended, key, value in connection.execute(query):
            if not rows or rows[-1].number != number:
                rows.append(TrialRow(number, state, _utc(started), _utc(ended)))
            if key is not None:
                rows[-1].attributes[key] = json.loads(value)
    return rows


def _utc(time: datetime | None) -> datetime | None:
    """A time as Optuna's tables have it: UTC without saying so."""
    return None if time is None else time.replace(tzinfo=UTC)

"""Reads studies and their attributes without Optuna, whose storage takes a third of a second to open.

It names tables and columns as :mod:`search.study.trial_table` does, of a schema that :func:`has_known_schema` has seen.
"""

import json
from typing import Any

from sqlalchemy import Engine, Integer, String, column, select, table
from sqlalchemy.exc import SQLAlchemyError

KNOWN_REVISION = "v3.2.0.a"  # of Optuna's tables: by Optuna 3.2 and all since

_REVISION = table("alembic_version", column("version_num", String))
_STUDIES = table("studies", column("study_id", Integer), column("study_name", String))
_ATTRIBUTES = table(
    "study_user_attributes", column("study_id", Integer), column("key", String), column("value_json", String)
)


def has_known_schema(engine: Engine) -> bool:
    """Whether a database has Optuna's tables in the form that this file reads.

    Raises:
        SQLAlchemyError: the database can't be reached.
    """
    with engine.connect() as connection:
        try:
            return list(connection.scalars(select(_REVISION.c.version_num))) == [KNOWN_REVISION]
        except SQLAlchemyError:
            return False  # it has no such table, or is no database


def find_study(engine: Engine, name: str) -> int | None:
    """Returns the id of a study; None: there is no study of that name.

    Args:
        engine: of the study's database.
        name: of the study.

    Raises:
        SQLAlchemyError: the database can't be read.
    """
    with engine.connect() as connection:
        return connection.scalar(select(_STUDIES.c.study_id).where(_STUDIES.c.study_name == name))


def read_attributes(engine: Engine, study_id: int) -> dict[str, Any]:
    """Returns the user attributes of a study by name, decoded from JSON.

    Args:
        engine: of the study's database.
        study_id: its number in the database.

    Raises:
        SQLAlchemyError: the database can't be read.
    """
    query = select(_ATTRIBUTES.c.key, _ATTRIBUTES.c.value_json).where(_ATTRIBUTES.c.study_id == study_id)
    with engine.connect() as connection:
        return {key: json.loads(value) for key, value in connection.execute(query)}

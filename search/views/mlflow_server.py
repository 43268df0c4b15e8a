"""A connection to MLflow, and the tags by which a search finds there what it has made."""

import logging
import os
from typing import TYPE_CHECKING

from filelock import FileLock

from pipelines.files import whole_file
from search.database_url import sqlite_file
from search.secret import with_password

if TYPE_CHECKING:
    from mlflow import MlflowClient

SEARCH_ID, TRIAL, PARETO = "ulsam_search.search_id", "ulsam_search.trial", "pareto"
FINAL, FINAL_SCORE = "ulsam_search.weights_sha256", "final"  # a tag, and what TRIAL is of a run that is none of a trial


def connect(uri: str) -> "MlflowClient":
    """A client of the tracking server or database at ``uri``, which is made where it is a SQLite file."""
    # Its default of seven retries makes a server that is down cost minutes a call.
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2")
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "10")
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault(
        "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT", "true"
    )  # two lines a trial, amid the terminal's own
    import mlflow

    for noisy in ("mlflow", "alembic"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
    file = sqlite_file(uri)
    if file is not None:
        with FileLock(file.with_name(f".{file.name}.lock")):  # another search may be about to make it
            if not file.exists():
                # MLflow makes its tables one by one; where a kill leaves half of them, they never open again.
                with whole_file(file) as partial:
                    mlflow.MlflowClient(tracking_uri=f"sqlite:///{partial}")
    return mlflow.MlflowClient(tracking_uri=with_password(uri))


def artifact_folder(uri: str, name: str) -> str | None:
    """Beside a SQLite database; None lets a server decide."""
    file = sqlite_file(uri)
    return None if file is None else (file.resolve().parent / "mlflow-artifacts" / name).as_uri()

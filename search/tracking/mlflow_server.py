"""A connection to MLflow, and the tags by which a search finds there what it has made."""

import logging
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock

from pipelines.files import atomic_write
from search.command import quoted
from search.config.database_url import sqlite_file, sqlite_url
from search.config.secret import with_password, without_user
from search.tracking.mlflow_view import VIEW

if TYPE_CHECKING:
    from mlflow import MlflowClient

SEARCH_ID, TRIAL, PARETO = "ulsam_search.search_id", "ulsam_search.trial", "pareto"
BEGUN = "ulsam_search.begun"  # number of a trial that has begun, whose run gets TRIAL when it ends
FINAL, FINAL_SCORE = "ulsam_search.weights_sha256", "final"  # a tag, and what TRIAL is of a run that is none of a trial


def connect(uri: str) -> "MlflowClient":
    """Returns a client of the tracking server or database at ``uri``; a SQLite file that is missing is created.

    Raises:
        NotSetError: ``uri`` names a variable that the environment does not have.
    """
    # Its default of seven retries makes a server that is down cost minutes a call.
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2")
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "10")
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault(
        "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT", "true"
    )  # two lines a trial, amid the terminal's own
    import mlflow

    for noisy in ("mlflow", "alembic"):
        # MLflow logs an error's whole traceback before it raises the error, which is shown in one line here.
        logging.getLogger(noisy).setLevel(logging.CRITICAL)
    file = sqlite_file(uri)
    if file is not None:
        with FileLock(file.with_name(f".{file.name}.lock")):  # another search may be about to make it
            if not file.exists():
                from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

                # MLflow makes its tables one by one; where a kill leaves half of them, they never open again.
                # Its own default for artifacts is the folder where a command runs, of which it makes SQL unquoted.
                with atomic_write(file) as partial:
                    SqlAlchemyStore(sqlite_url(partial), _artifacts(file).as_uri())
    return mlflow.MlflowClient(tracking_uri=with_password(uri))


def artifact_folder(uri: str, name: str) -> str | None:
    """Returns the URI of the artifacts' folder beside a SQLite database; None: the server decides.

    Args:
        uri: the tracking URI.
        name: of the experiment.
    """
    file = sqlite_file(uri)
    return None if file is None else (_artifacts(file) / name).as_uri()


def _artifacts(database: Path) -> Path:
    return database.resolve().parent / "mlflow-artifacts"


def how_to_open(uri: str, name: str) -> str:
    """Returns how to look at an experiment: a command for a SQLite file, else words, since a server is open already.

    The words leave out a server's address, which may hold a password.

    Args:
        uri: the tracking URI.
        name: of the experiment.
    """
    if sqlite_file(uri) is None:
        return f"experiment {name} on your tracking server"
    return f"mlflow ui --backend-store-uri {quoted(uri)}"


def runs_page(uri: str, experiment: str) -> str | None:
    """Returns the address of MLflow's page with an experiment's runs, as model training, at the view of the front.

    MLflow 3.17 opens an experiment among judges and prompts unless the address says otherwise, whatever its tag says.

    Args:
        uri: the tracking URI; a SQLite file is shown where ``mlflow ui`` serves by default.
        experiment: its id.

    Returns:
        The address; None: it is not known which server shows this database.
    """
    if sqlite_file(uri) is not None:
        server = "http://127.0.0.1:5000"
    elif re.match("https?://", uri):
        server = without_user(uri).rstrip("/")  # a browser asks for the password itself
    else:
        return None
    view = f"compareRunsMode=CHART&viewStateShareKey={VIEW}"
    return f"{server}/#/experiments/{experiment}/runs?workflowType=machine_learning&{view}"

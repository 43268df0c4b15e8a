"""One real search that many tests look at: prepared, launched and finished once, for all processes of a test run."""

import gc
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock
from hypothesis import settings

from tests.helpers import Shell, shell

if TYPE_CHECKING:
    import torch
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    from search.optimize.hyperparameters import Floats, Hyperparameters

# Torch and the rest of the project are imported by fixtures: pytest-xdist's own process has no use for them, and starts
# the others only after this file.

settings.register_profile("project", deadline=None)  # a busy core makes any example slow
settings.load_profile("project")

# Minutes long in all, or waiting for Ray: begun last, they would keep one process busy while the others have ended.
# The first two begin at once, and only one of them needs the search that is finished once for all.
LONG_FILES = [
    "test_run_search.py",
    "test_export.py",
    "test_search_with_folds.py",
    "test_frozen_run.py",
    "test_unequal_classes.py",
    "test_driver_resume.py",
    "test_examples.py",
    "test_mlflow_models.py",
    "test_early_stopping.py",
    "test_searcher.py",
    "test_failing_workers.py",
    "test_time_limit.py",
    "test_trial_worker.py",
    "test_formats.py",
    "test_numerics.py",
    "test_report.py",
    "test_finished_search.py",
    "test_mlflow_running.py",
    "test_imports.py",
    "test_train_network.py",
    "test_proposer.py",
    "test_known_cost_quality.py",
    "test_optuna_known_costs.py",
]

# By default, Ray starts a worker for each CPU before any is needed: a second for each test file that starts Ray.
os.environ["RAY_prestart_worker_first_driver"] = "0"  # noqa: SIM112
# Ray's workers are nice by default: tests that wait for them would wait for all else that this machine does.
os.environ["RAY_worker_niceness"] = "0"  # noqa: SIM112


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts the tests of long files first."""
    order = {file: number for number, file in enumerate(LONG_FILES)}
    items.sort(key=lambda item: order.get(item.path.name, len(order)))


def pytest_collection_finish() -> None:
    """Makes garbage collection rare, and spares it what was imported: that stays to the end."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@pytest.fixture(scope="session", autouse=True)
def _no_wait_for_the_disk() -> None:
    """No test pulls the plug, so SQLite need not wait until each of its changes has reached the disk."""
    from sqlalchemy import Engine, event

    @event.listens_for(Engine, "connect")
    def off(connection: object, _: object) -> None:
        if isinstance(connection, sqlite3.Connection):
            connection.execute("PRAGMA synchronous=OFF")


@pytest.fixture(scope="session", autouse=True)
def _a_busy_machine_is_looked_at_shortly() -> Iterator[None]:
    """Commands that time or train look for half a second whether others keep the machine busy; here, they need not."""
    from pipelines.measuring import busy

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(busy, "busy_share", partial(busy.busy_share, 0.02))
        yield


@pytest.fixture(scope="session", autouse=True)
def _migrations_are_read_once() -> Iterator[None]:
    """Optuna and MLflow read their scripts for older databases at each connection; they stay what they are."""
    from alembic.script import ScriptDirectory

    read, known = ScriptDirectory.from_config, dict[str | None, ScriptDirectory]()

    def read_once(config: "Config") -> "ScriptDirectory":
        location = config.get_main_option("script_location")
        if location not in known:
            known[location] = read(config)
        return known[location]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ScriptDirectory, "from_config", read_once)
        yield


@pytest.fixture(scope="session", autouse=True)
def _hyperparameters_are_fitted_once() -> Iterator[None]:
    """A fit depends on its arguments alone, as ``test_surrogate_fit.py`` shows without this: once made, it is known."""
    from search.optimize import surrogate

    fit, known = surrogate.fit, dict[tuple[object, ...], "Hyperparameters | None"]()

    def fit_once(
        features: "torch.Tensor", values: "Floats", parts: tuple[int, ...], *, or_prior: bool
    ) -> "Hyperparameters | None":
        key = features.shape, features.numpy().tobytes(), values.tobytes(), parts, or_prior
        if key not in known:
            known[key] = fit(features, values, parts, or_prior=or_prior)
        return known[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(surrogate, "fit", fit_once)
        yield


TINY_SEARCH = """
name: tiny
data: data/digits
space: {widths: [0.1, 0.2], groups: [1, 4], placements: {at_most: 2}}
budgets: {flops: 1M}
search: {trials: 5, concurrent: 1}
training: {epochs: 2, input_size: 16, batch_size: 64, flip: false, min_crop: 0.9}
"""


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of pytest-xdist share; what one makes there under a lock, the others find."""
    folder = tmp_path_factory.getbasetemp()
    return folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder


@pytest.fixture(scope="session")
def digits_shell(shared_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    """A folder of this process with digits, prepared once for all processes; a third of those to train on is enough."""
    from pipelines.datasets import digits
    from pipelines.storage.prepare import prepare

    prepared = shared_folder / "digits"
    with FileLock(shared_folder / "digits.lock"):
        if not prepared.exists():
            whole = digits()
            some = replace(whole, splits={**whole.splits, "train": whole.splits["train"][::3]}, drawing=None)
            prepare(some, prepared / "data" / "digits", image_size=16)
    with shell(tmp_path_factory.mktemp("road")) as terminal:
        (terminal.folder / "data").symlink_to(prepared / "data")
        yield terminal


@pytest.fixture(scope="session")
def finished(digits_shell: Shell, shared_folder: Path) -> Shell:
    """A folder with a finished search: the run ``tiny``, launched by the command line, its output in a file.

    It is launched once for all processes; each has a copy, which its tests may change.
    """
    original = shared_folder / "finished"
    with FileLock(shared_folder / "finished.lock"), shell(original) as terminal:
        if not (original / "launch.log").exists():
            original.mkdir()
            (original / "data").symlink_to(shared_folder / "digits" / "data")
            terminal.write("tiny.yaml", TINY_SEARCH)
            terminal.write("launch.log", terminal.launch_here("tiny.yaml"))
    copy = digits_shell.folder
    for name in ("tiny.yaml", "launch.log"):
        shutil.copy2(original / name, copy)
    shutil.copytree(original / "runs", copy / "runs")
    _move_artifacts(copy / "runs" / "mlflow.db", original / "runs", copy / "runs")
    return digits_shell


def _move_artifacts(database: Path, old: Path, new: Path) -> None:
    """Tells MLflow, which keeps absolute addresses, that its files are below ``new``."""
    with closing(sqlite3.connect(database)) as connection, connection:
        for table, column in (("experiments", "artifact_location"), ("runs", "artifact_uri")):
            connection.execute(f"UPDATE {table} SET {column} = replace({column}, ?, ?)", (str(old), str(new)))


@pytest.fixture
def new_shell(digits_shell: Shell, tmp_path: Path) -> Iterator[Shell]:
    """An empty folder that sees the prepared digits."""
    (tmp_path / "data").symlink_to(digits_shell.folder / "data")
    with shell(tmp_path) as terminal:
        yield terminal


@pytest.fixture
def without_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    """MLflow asks a server that does not answer once, not again after pauses of seconds."""
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")

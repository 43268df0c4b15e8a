"""The folder of a run: where one search keeps its settings, its study and the weights of its front."""

import shutil
from pathlib import Path
from typing import Self

import yaml
from filelock import FileLock, Timeout

from search.errors import UsageError
from search.record.study import StudyRecord
from search.settings import SearchSettings, read_settings

SETTINGS_NAME = "search.yaml"


class RunFolder:
    """``runs/NAME``. Make one with :meth:`create` or :meth:`find`."""

    def __init__(self, path: Path, settings: SearchSettings) -> None:
        self.path = path
        self.settings = settings

    @classmethod
    def create(cls, runs: Path, settings: SearchSettings) -> Self:
        """A new run's folder.

        Raises:
            UsageError: there is a run of that name.
        """
        path = (runs / settings.name).resolve()
        try:
            path.mkdir(parents=True)
        except FileExistsError:
            raise UsageError(
                f"{runs / settings.name}: a run of that name exists; choose another name in the search file, "
                f"or go on with: ulsam-search launch --resume {settings.name}"
            ) from None
        text = yaml.safe_dump(settings.model_dump(mode="json"), sort_keys=False)
        (path / SETTINGS_NAME).write_text(text)
        return cls(path, settings)

    @classmethod
    def find(cls, runs: Path, run: str) -> Self:
        """The folder of ``run``: a name below ``runs``, or a path.

        Raises:
            UsageError: there is no such run.
        """
        for path in (runs / run, Path(run)):
            if (path / SETTINGS_NAME).is_file():
                return cls(path.resolve(), read_settings(path / SETTINGS_NAME))
        known = sorted(path.parent.name for path in runs.glob(f"*/{SETTINGS_NAME}"))
        hint = f"runs there: {', '.join(known)}" if known else "there are none yet"
        raise UsageError(f"{run}: no such run in {runs}; {hint}")

    def remove(self) -> None:
        """Takes back a folder that was just created."""
        shutil.rmtree(self.path)

    @property
    def study_url(self) -> str:
        """The database of the study."""
        return self.settings.storage.study or f"sqlite:///{self.path / 'study.db'}"

    @property
    def mlflow_uri(self) -> str:
        """Where MLflow's view of the search is kept."""
        return self.settings.storage.mlflow or f"sqlite:///{self.path.parent / 'mlflow.db'}"

    def open_record(self) -> StudyRecord:
        """The run's record.

        Raises:
            UsageError: its database can't be opened.
        """
        return StudyRecord.open(self.study_url, self.settings.name)

    def weights(self, number: int) -> Path:
        """Where the weights of a trial are kept while it is on the front."""
        return self.path / "weights" / f"{number:05d}.safetensors"

    def lock(self) -> FileLock:
        """Held by the one driver that may write here.

        Raises:
            UsageError: another process holds it.
        """
        lock = FileLock(self.path / ".lock")
        try:
            lock.acquire(blocking=False)
        except Timeout:
            raise UsageError(f"{self.path}: the search is running in another process") from None
        return lock

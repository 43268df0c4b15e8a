"""The folder of a run: where one search keeps its settings, its study and the weights of its front."""

import shutil
from pathlib import Path
from typing import Self

import yaml
from filelock import FileLock, Timeout

from search.errors import UsageError
from search.record.facts import StudyFacts
from search.record.study import StudyRecord
from search.settings import SearchSettings, read_settings

SETTINGS_NAME = "search.yaml"


class RunFolder:
    """``runs/NAME``. Make one with :meth:`create` or :meth:`find`."""

    def __init__(self, path: Path, settings: SearchSettings) -> None:
        self.path = path
        self.settings = settings

    @staticmethod
    def refuse_existing(runs: Path, settings: SearchSettings) -> None:
        """Makes sure that a new run may have these settings.

        Raises:
            UsageError: there is one of that name, or its database can't be used.
        """
        name = settings.name
        if (runs / name).exists():
            raise UsageError(
                f"{runs / name}: a run of that name exists; choose another name in the search file, "
                f"or go on with it: ulsam-search launch --resume {name}"
            )
        if settings.storage.study is not None:
            StudyRecord.refuse_existing(settings.storage.study, name)

    @classmethod
    def create(cls, runs: Path, settings: SearchSettings, facts: StudyFacts) -> tuple[Self, StudyRecord]:
        """A new run's folder and its empty record; neither where one of them can't be made.

        Raises:
            UsageError: there is a run of that name, or the database can't be used.
        """
        cls.refuse_existing(runs, settings)
        folder = cls((runs / settings.name).resolve(), settings)
        folder.path.mkdir(parents=True)
        try:
            record = StudyRecord.create(folder.study_url, settings.name, facts)
            text = yaml.safe_dump(settings.model_dump(mode="json"), sort_keys=False)
            (folder.path / SETTINGS_NAME).write_text(text, encoding="utf-8")
        except BaseException:
            shutil.rmtree(folder.path)
            raise
        return folder, record

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

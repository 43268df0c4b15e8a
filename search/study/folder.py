"""The folder of a run: where one search keeps its settings, its study and the weights of its front."""

import shutil
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import yaml

from pipelines.files import atomic_dir, partial_files
from search.config.database_url import sqlite_url
from search.config.settings import SearchSettings, begun_settings, flat
from search.errors import OtherSettingsError, RunExistsError, UsageError
from search.study.pretrained_files import PREFIX
from search.study.run_lock import RunLock
from search.study.run_names import SETTINGS_NAME, run_names
from search.study.snapshot import Snapshot
from search.study.spec import StudySpec
from search.study.study_reader import StudyReader
from search.study.teacher_copy import TEACHER_NAME

if TYPE_CHECKING:
    from search.study.study import StudyRecord
    from ulsam.trained_weights import TrainedWeights


class NotARunError(UsageError):
    """A file or a folder of something else stands where a run is expected."""


class NoSuchRunError(UsageError):
    """There is no such run.

    Attributes:
        known: the names of those that there are.
    """

    def __init__(self, run: str, runs: Path, known: Sequence[str]) -> None:
        super().__init__(f"no such run in {runs}", where=run, remedy=_named(known))
        self.known = tuple(known)


class RunFolder:
    """``runs/NAME``. Make one with :meth:`create` or :meth:`find`."""

    def __init__(self, path: Path, settings: SearchSettings) -> None:
        self.path = path
        self.settings = settings

    @classmethod
    def refuse_existing(cls, runs: Path, settings: SearchSettings) -> None:
        """Checks that a new run may have these settings; writes nothing.

        Args:
            runs: the folder of all runs.
            settings: of the new run.

        Raises:
            RunExistsError: there is a run of that name, or something else in its place.
            StudyExistsError: an external database has a study of that name.
            RecordError: an external database can't be reached.
            NotSetError: the address of the database names a variable that the environment does not have.
        """
        path = runs / settings.name
        if path.exists():
            raise RunExistsError(path)
        if settings.storage.study is not None and not _is_own_database(path, settings):
            StudyReader.refuse_existing(settings.storage.study, settings.name)

    @classmethod
    def create(
        cls,
        runs: Path,
        settings: SearchSettings,
        spec: StudySpec,
        pretrained: "Mapping[str, TrainedWeights] | None" = None,
        teacher: Sequence[Path] = (),
    ) -> "tuple[Self, StudyRecord]":
        """Makes a new run's folder and its empty record: both of them, or neither.

        The folder has its own copies of trained weights and of the teacher. Every worker sees them, and they do not
        change while the search runs.

        Args:
            runs: the folder of all runs.
            settings: of the new run.
            spec: the search.
            pretrained: the weights that networks start from, by the file names of their copies; None: none.
            teacher: the files of an exported network to copy; empty: there is no teacher, or the search trains it.

        Raises:
            UsageError: as :meth:`refuse_existing`.
            OSError: the folder can't be written.
        """
        from search.study.study import StudyRecord  # needs Optuna, as reading a run does not

        cls.refuse_existing(runs, settings)
        if _is_own_database(runs / settings.name, settings):  # as by default; so the folder can be moved
            settings = settings.model_copy(update={"storage": settings.storage.model_copy(update={"study": None})})
        folder = cls((runs / settings.name).resolve(), settings)
        try:
            with ExitStack() as stack:
                with atomic_dir(folder.path) as partial:
                    # Whoever finds the folder before there is a study in its external database finds it in use.
                    stack.enter_context(cls(partial, settings).lock())
                    text = yaml.safe_dump(settings.model_dump(mode="json"), sort_keys=False)
                    (partial / SETTINGS_NAME).write_text(text, encoding="utf-8")
                    for name, trained in (pretrained or {}).items():
                        from pipelines.weights import save_weights  # needs torch, as reading a run does not

                        save_weights(trained.tensors, partial / name, trained.notes)
                    for file in teacher:
                        (partial / TEACHER_NAME).mkdir(exist_ok=True)
                        shutil.copyfile(file, partial / TEACHER_NAME / file.name)
                    if settings.storage.study is None:
                        StudyRecord.create(_own_database(partial), settings.name, spec)
                if settings.storage.study is not None:
                    try:
                        StudyRecord.create(settings.storage.study, settings.name, spec)
                    except BaseException:
                        shutil.rmtree(folder.path)
                        raise
        except OSError:
            cls.refuse_existing(runs, settings)  # another launch may have been quicker
            raise
        return folder, folder.open_record()

    @classmethod
    def find(cls, runs: Path, run: str) -> Self:
        """Returns the folder of an existing run.

        Args:
            runs: the folder of all runs.
            run: a name in ``runs``, or the path of the run's folder; the name is tried first.

        Raises:
            NoSuchRunError: there is nothing of that name.
            NotARunError: ``run`` is a file, or a folder of something else.
            UsageError: the settings of the run can't be read.
        """
        for path in (runs / run, Path(run)):
            if (path / SETTINGS_NAME).is_file():
                return cls(path.resolve(), begun_settings(path / SETTINGS_NAME))
        known = run_names(runs)
        hint = _named(known)
        if Path(run).is_file():
            raise NotARunError("a file", where=run, expected="a run's name, which the search file says, or its folder")
        if Path(run).is_dir():
            raise NotARunError("not the folder of a run", where=run, remedy=hint)
        raise NoSuchRunError(run, runs, known)

    @classmethod
    def begun(cls, runs: Path, settings: SearchSettings) -> Self | None:
        """Returns the folder of the run that a launch with the same settings began; None: there is none.

        The limits, a number of trials or hours, may differ, and so may whether to train baselines, as earlier runs have
        none. If a launch was killed before there was a study in its external database, its folder is removed.

        Args:
            runs: the folder of all runs.
            settings: of this launch.

        Raises:
            OtherSettingsError: the run of that name has other settings.
            RunningError: another launch is about to make the run.
            UsageError: the settings of the run can't be read, or its database can't be reached.
        """
        if not (runs / settings.name / SETTINGS_NAME).is_file():
            return None
        folder = cls.find(runs, settings.name)
        then, now = folder.flat_settings, _dumped(settings, folder.path)
        changed = [key for key in {**then, **now} if now.get(key) != then.get(key) and key != "search.baselines"]
        if changed:
            raise OtherSettingsError(folder.path, tuple(changed))
        if folder._untouched:
            with folder.lock():  # not while another launch is about to make the study
                if not StudyReader.exists(folder.study_url, settings.name):
                    shutil.rmtree(folder.path)
                    return None
        return folder

    @property
    def _untouched(self) -> bool:
        """Whether the run has no training yet."""
        names = {path.name for path in self.path.iterdir() if not path.name.startswith(PREFIX)}
        return names <= {SETTINGS_NAME, TEACHER_NAME, self._lock.path.name}

    @property
    def flat_settings(self) -> dict[str, Any]:
        """The settings that identify a search, by key, such as ``search.seed``."""
        return _dumped(self.settings, self.path)

    @property
    def study_url(self) -> str:
        """The address of the study's database."""
        return self.settings.storage.study or _own_database(self.path)

    @property
    def mlflow_uri(self) -> str:
        """The address of MLflow's view of the search."""
        return self.settings.storage.mlflow or sqlite_url(self.path.parent / "mlflow.db")

    def open_record(self) -> "StudyRecord":
        """Opens the run's record for writing; a record has one writer.

        Raises:
            UsageError: the database can't be opened.
        """
        from search.study.study import StudyRecord  # as late as in `create`

        return StudyRecord.open(self.study_url, self.settings.name)

    def open_reader(self) -> StudyReader:
        """Opens the run's record for reading.

        Raises:
            UsageError: the database can't be opened.
        """
        return StudyReader.open(self.study_url, self.settings.name)

    def snapshot(self) -> Snapshot:
        """Reads the run's record as it is now.

        Raises:
            UsageError: the database can't be opened or read.
        """
        return self.open_reader().snapshot()

    def weights(self, number: int) -> Path:
        """Returns the path of a trial's weights, which exist while the trial is on the front."""
        return self.path / "weights" / f"{number:05d}.safetensors"

    def checkpoints(self, number: int) -> Path:
        """Returns the folder of a running trial's checkpoints, from which another worker can continue."""
        return self._checkpoints / f"{number:05d}"

    @property
    def ray_notes(self) -> Path:
        """The folder of Ray's own notes while a search runs; results are in the record."""
        return self.path / "ray"

    def tidy(self) -> None:
        """Removes the files that only a running search needs."""
        for folder in (self._checkpoints, self.ray_notes):
            shutil.rmtree(folder, ignore_errors=True)
        for partial in partial_files(self.weights(0).parent):  # of workers that were killed
            partial.unlink(missing_ok=True)

    @property
    def _checkpoints(self) -> Path:
        return self.path / "checkpoints"

    @property
    def in_use(self) -> bool:
        """Whether a process holds the lock, that is, whether the search runs."""
        return self._lock.held

    def lock(self) -> AbstractContextManager[None]:
        """Returns a context that holds the lock of the one driver that may write here.

        Raises:
            RunningError: another process holds the lock.
        """
        return self._lock.hold()

    @property
    def _lock(self) -> RunLock:
        return RunLock(self.path)


def _own_database(path: Path) -> str:
    return sqlite_url(path / "study.db")


def _dumped(settings: SearchSettings, path: Path) -> dict[str, Any]:
    sections = settings.model_dump(mode="json")
    if _is_own_database(path, settings):
        sections["storage"]["study"] = None
    return {key: value for key, value in flat(sections).items() if key not in ("search.trials", "search.hours")}


def _is_own_database(path: Path, settings: SearchSettings) -> bool:
    """Whether the search file names the default database."""
    return settings.storage.study == _own_database(path)


def _named(runs: Sequence[str]) -> str:
    return f"runs there: {', '.join(runs)}" if runs else "there are none yet"

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
        """Makes sure that a new run may have these settings; writes nothing.

        Raises:
            UsageError: there is one of that name, or its database can't be used.
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
        """A new run's folder and its empty record: both of them, or neither.

        ``pretrained``, the weights that networks start from, by the names of their copies, are kept there, and copies
        of the files of ``teacher``, an exported network: every worker sees them, and nobody changes them while the
        search runs.

        Raises:
            UsageError: there is a run of that name, or the database can't be used.
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
        """The folder of ``run``: a name below ``runs``, or a path.

        Raises:
            UsageError: there is no such run.
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
        """The folder of the run that a launch with ``settings`` began; None: there is none.

        How many trials were asked for does not count, nor whether baselines are among them: earlier ones have none.
        Of a launch that was killed before there was a study in its external database, nothing is left then.

        Raises:
            UsageError: the run of that name is another search, or is just being made.
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
        """Whether nothing was ever trained here."""
        names = {path.name for path in self.path.iterdir() if not path.name.startswith(PREFIX)}
        return names <= {SETTINGS_NAME, TEACHER_NAME, self._lock.path.name}

    @property
    def flat_settings(self) -> dict[str, Any]:
        """By key, ``search.seed`` for instance, what makes a search the one that it is."""
        return _dumped(self.settings, self.path)

    @property
    def study_url(self) -> str:
        """The database of the study."""
        return self.settings.storage.study or _own_database(self.path)

    @property
    def mlflow_uri(self) -> str:
        """Where MLflow's view of the search is kept."""
        return self.settings.storage.mlflow or sqlite_url(self.path.parent / "mlflow.db")

    def open_record(self) -> "StudyRecord":
        """The run's record, for its one writer.

        Raises:
            UsageError: its database can't be opened.
        """
        from search.study.study import StudyRecord  # as late as in `create`

        return StudyRecord.open(self.study_url, self.settings.name)

    def open_reader(self) -> StudyReader:
        """The run's record, to be read alone.

        Raises:
            UsageError: its database can't be opened.
        """
        return StudyReader.open(self.study_url, self.settings.name)

    def snapshot(self) -> Snapshot:
        """What the run's record says now.

        Raises:
            UsageError: its database can't be opened or read.
        """
        return self.open_reader().snapshot()

    def weights(self, number: int) -> Path:
        """Where the weights of a trial are kept while it is on the front."""
        return self.path / "weights" / f"{number:05d}.safetensors"

    def checkpoints(self, number: int) -> Path:
        """Where a trial that is being trained keeps what a second worker would need to go on."""
        return self._checkpoints / f"{number:05d}"

    @property
    def ray_notes(self) -> Path:
        """Where Ray keeps its own notes while a search runs; the record has all that counts."""
        return self.path / "ray"

    def tidy(self) -> None:
        """Removes what only a search in progress needs."""
        for folder in (self._checkpoints, self.ray_notes):
            shutil.rmtree(folder, ignore_errors=True)
        for partial in partial_files(self.weights(0).parent):  # of workers that were killed
            partial.unlink(missing_ok=True)

    @property
    def _checkpoints(self) -> Path:
        return self.path / "checkpoints"

    @property
    def in_use(self) -> bool:
        """Whether a process holds the lock: the search runs."""
        return self._lock.held

    def lock(self) -> AbstractContextManager[None]:
        """Held by the one driver that may write here.

        Raises:
            RunningError: another process holds it.
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
    return {key: value for key, value in flat(sections).items() if key != "search.trials"}


def _is_own_database(path: Path, settings: SearchSettings) -> bool:
    """Whether the search file spells out what is the default."""
    return settings.storage.study == _own_database(path)


def _named(runs: Sequence[str]) -> str:
    return f"runs there: {', '.join(runs)}" if runs else "there are none yet"

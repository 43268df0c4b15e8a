"""Reads the record of a search."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Self

from pydantic import ValidationError
from sqlalchemy import Engine, create_engine

from search.config.database_url import sqlite_file
from search.config.secret import with_password
from search.study.database import NoAnswerError, RecordError, answering, connecting, engine_options
from search.study.final_evaluation import FinalEvaluation
from search.study.running_time import own, seconds_running
from search.study.snapshot import Snapshot, ended
from search.study.spec import StudySpec
from search.study.study_table import find_study, has_known_schema, read_attributes
from search.study.trial import TrialRecord
from search.study.trial_row import READ, read_trial
from search.study.trial_table import read_rows

# User attributes of the study.
SPEC, ASKED, TAKEN_OVER, OVER, PROBLEM = "ulsam_search", "trials_asked", "taken_over", "over", "problem"
HOURS, SECONDS_RUN = "hours_asked", "seconds_run"
FINAL = "final:"  # with a hash of weights behind it: whoever writes one touches no other


class StudyError(RecordError):
    """A study is not one that can be opened.

    Attributes:
        name: of the study.
    """

    def __init__(self, what: str, *, name: str, remedy: str = "") -> None:
        super().__init__(what, remedy=remedy)
        self.name = name


class NoSuchStudyError(StudyError):
    """A database has no study of this name."""


class ForeignStudyError(StudyError):
    """A study was made by another program."""


class OtherVersionError(StudyError):
    """A study was made by a version that kept another spec."""


class DatabaseMissingError(RecordError):
    """The file of a database is not there.

    Attributes:
        file: its path.
    """

    def __init__(self, file: Path) -> None:
        super().__init__(f"the study's database is missing: {file}")
        self.file = file


class StudyExistsError(StudyError):
    """A database has a study of this name already."""

    def __init__(self, name: str) -> None:
        what = f"the study's database has a study named {name!r} already"
        super().__init__(what, name=name, remedy="choose another name")


class StudyReader:
    """A search's study, for whoever looks at it. Make one with :meth:`open`.

    Attributes:
        spec: the search as it was asked for.
    """

    def __init__(self, engine: Engine, study_id: int, spec: StudySpec) -> None:
        self._engine = engine
        self._study_id = study_id
        self.spec = spec

    @staticmethod
    def exists(url: str, name: str) -> bool:
        """Whether the database has a study of a name; a missing SQLite database is not made.

        Args:
            url: of the database, without a password but maybe the name of one.
            name: of the study.

        Raises:
            RecordError: the database can't be reached.
            NotSetError: ``url`` names a variable that the environment does not have.
        """
        file = sqlite_file(url)
        if file is not None and not file.exists():
            return False  # opening it would make it
        with answering():
            return find_study(_connect(url), name) is not None

    @staticmethod
    def refuse_existing(url: str, name: str) -> None:
        """Checks that a new record may have a name; writes no study.

        Args:
            url: of the database, without a password but maybe the name of one.
            name: of the study.

        Raises:
            StudyExistsError: the database has a study of that name.
            NoAnswerError: the folder of a SQLite database is missing, or the database can't be opened.
            DatabaseFailedError: the database failed.
            NotSetError: ``url`` names a variable that the environment does not have.
        """
        file = sqlite_file(url)
        if file is not None and not file.parent.is_dir():
            raise NoAnswerError(f"{file.parent}: no such folder")
        if StudyReader.exists(url, name):
            raise StudyExistsError(name)

    @classmethod
    def open(cls, url: str, name: str) -> Self:
        """Opens an existing record for reading.

        Args:
            url: of the database, without a password but maybe the name of one.
            name: of the study.

        Raises:
            RecordError: the database is missing or can't be reached, or has no such study of this program.
            NotSetError: ``url`` names a variable that the environment does not have.
        """
        refuse_missing(url)
        engine = _connect(url)
        return cls(engine, *find_spec(engine, name))

    def ended(self) -> tuple[TrialRecord, ...]:
        """Returns the trials that have ended, in the order of their ends."""
        return ended(self.trials())

    def trials(self) -> tuple[TrialRecord, ...]:
        """Returns every trial, by number."""
        return self._read()

    def final_evaluations(self) -> tuple[FinalEvaluation, ...]:
        """Returns scores of exported networks, from the record, by network, length and seed."""
        return _final_evaluations(self._attributes(), self.spec.input_sizes[0])

    def snapshot(self, before: Snapshot | None = None) -> Snapshot:
        """Reads the record as it is now.

        Args:
            before: an earlier snapshot of this record, of whose trials only the running ones are read again; None:
                every trial is read.
        """
        attributes = self._attributes()  # first: a search that is over has no trial that is read as running
        if before is None:
            trials = self._read()
        else:
            new = {one.number: one for one in self._read(len(before.trials), [one.number for one in before.running])}
            trials = (*(new.pop(one.number, one) for one in before.trials), *new.values())
        return Snapshot(
            spec=self.spec,
            trials=trials,
            asked=attributes.get(ASKED, self.spec.search.trials),
            hours=attributes.get(HOURS, self.spec.search.hours),
            seconds_run=max(float(attributes.get(SECONDS_RUN, 0.0)), seconds_running(own(trials))),
            over=bool(attributes.get(OVER, False)),
            problem=attributes.get(PROBLEM),
            taken_over=TAKEN_OVER in attributes or not self.spec.search.warm_start,
            final_evaluations=_final_evaluations(attributes, self.spec.input_sizes[0]),
        )

    def _attributes(self) -> dict[str, Any]:
        with answering():
            return read_attributes(self._engine, self._study_id)

    def _read(self, start: int | None = 0, also: Collection[int] = ()) -> tuple[TrialRecord, ...]:
        """Returns the trials from number ``start`` on (None: none of them) and those of ``also``, by number."""
        with answering():
            rows = read_rows(self._engine, self._study_id, READ, start=start, also=also)
        return tuple(read_trial(row, self.spec) for row in rows)


def _connect(url: str) -> Engine:
    """Opens the database at ``url`` for reading, without Optuna; makes its tables if there are none.

    Raises:
        NoAnswerError: the database can't be opened.
        NotSetError: ``url`` names a variable that the environment does not have.
    """
    address = with_password(url)
    with connecting(url):
        engine = create_engine(address, **engine_options(url))
        if has_known_schema(engine):
            return engine
        engine.dispose()
    from search.study.optuna_storage import connect  # as late as Optuna, whose tables it makes or refuses

    return connect(url).engine


def refuse_missing(url: str) -> None:
    """Checks that a SQLite database exists, because opening a missing one would make it.

    Raises:
        DatabaseMissingError: the file is missing.
    """
    file = sqlite_file(url)
    if file is not None and not file.exists():
        raise DatabaseMissingError(file)


def find_spec(engine: Engine, name: str) -> tuple[int, StudySpec]:
    """Returns the id and the spec of a study.

    Args:
        engine: of the study's database.
        name: of the study.

    Raises:
        NoSuchStudyError: the database has no study of that name.
        ForeignStudyError: another program made the study.
        OtherVersionError: a version with another spec made the study.
        DatabaseFailedError: the database failed.
    """
    with answering():
        study_id = find_study(engine, name)
        if study_id is None:
            raise NoSuchStudyError(f"the database has no study named {name!r}", name=name)
        attrs = read_attributes(engine, study_id)
    if SPEC not in attrs:
        raise ForeignStudyError(f"the study {name!r} was not made by ulsam-search", name=name)
    try:
        return study_id, StudySpec.model_validate(attrs[SPEC])
    except ValidationError as error:
        key = ".".join(str(part) for part in error.errors()[0]["loc"]) or "a later one"
        what = f"the study {name!r} was made by another version of ulsam-search ({key})"
        raise OtherVersionError(what, name=name) from None


def _final_evaluations(attributes: Mapping[str, Any], input_size: int) -> tuple[FinalEvaluation, ...]:
    found = [
        FinalEvaluation.from_dict(values, input_size) for key, values in attributes.items() if key.startswith(FINAL)
    ]
    return tuple(sorted(found, key=lambda final: (final.arch.arch_id, final.epochs, final.seed, final.folder)))

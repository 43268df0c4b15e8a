"""Reads the record of a search."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Self

from optuna.storages import RDBStorage
from pydantic import ValidationError

from search.config.database_url import sqlite_file
from search.study.database import RecordError, answering, connect
from search.study.final_evaluation import FinalEvaluation
from search.study.snapshot import Snapshot, ended
from search.study.spec import StudySpec
from search.study.trial import TrialRecord
from search.study.trial_row import READ, read_trial
from search.study.trial_table import read_rows

# User attributes of the study.
SPEC, ASKED, TAKEN_OVER, OVER, PROBLEM = "ulsam_search", "trials_asked", "taken_over", "over", "problem"
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


class StudyReader:
    """A search's study, for whoever looks at it. Make one with :meth:`open`.

    Attributes:
        spec: the search as it was asked for.
    """

    def __init__(self, storage: RDBStorage, study_id: int, spec: StudySpec) -> None:
        self._storage = storage
        self._study_id = study_id
        self.spec = spec

    @staticmethod
    def exists(url: str, name: str) -> bool:
        """Whether the database has a study called ``name``. A SQLite database that is not there yet is not made.

        Raises:
            RecordError: the database can't be reached.
        """
        file = sqlite_file(url)
        if file is not None and not file.exists():
            return False  # opening it would make it
        with answering():
            return any(study.study_name == name for study in connect(url).get_all_studies())

    @classmethod
    def open(cls, url: str, name: str) -> Self:
        """An existing record.

        Raises:
            RecordError: the database can't be reached, or has no such study of ours.
        """
        file = sqlite_file(url)
        if file is not None and not file.exists():
            raise DatabaseMissingError(file)  # opening it would make it
        storage = connect(url)
        with answering():
            try:
                study_id = storage.get_study_id_from_name(name)
            except KeyError:
                raise NoSuchStudyError(f"the database has no study named {name!r}", name=name) from None
            attrs = storage.get_study_user_attrs(study_id)
        if SPEC not in attrs:
            raise ForeignStudyError(f"the study {name!r} was not made by ulsam-search", name=name)
        try:
            return cls(storage, study_id, StudySpec.model_validate(attrs[SPEC]))
        except ValidationError as error:
            key = ".".join(str(part) for part in error.errors()[0]["loc"]) or "a later one"
            what = f"the study {name!r} was made by another version of ulsam-search ({key})"
            raise OtherVersionError(what, name=name) from None

    def ended(self) -> tuple[TrialRecord, ...]:
        """The trials that are over, in the order in which they ended."""
        return ended(self.trials())

    def trials(self) -> tuple[TrialRecord, ...]:
        """Every trial, by number."""
        return self._read()

    def final_evaluations(self) -> tuple[FinalEvaluation, ...]:
        """Those after the search, by network, length and seed."""
        return _final_evaluations(self._attributes())

    def snapshot(self, before: Snapshot | None = None) -> Snapshot:
        """All that the record says now.

        Args:
            before: an earlier one of this record: of its trials only those that were running are read again.
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
            asked=int(attributes.get(ASKED, self.spec.search.trials)),
            over=bool(attributes.get(OVER, False)),
            problem=attributes.get(PROBLEM),
            taken_over=TAKEN_OVER in attributes or not self.spec.search.warm_start,
            final_evaluations=_final_evaluations(attributes),
        )

    def _attributes(self) -> dict[str, Any]:
        with answering():
            return self._storage.get_study_user_attrs(self._study_id)

    def _read(self, start: int | None = 0, also: Collection[int] = ()) -> tuple[TrialRecord, ...]:
        """The trials from number ``start`` on, None: none of those, and ``also``; by number."""
        with answering():
            rows = read_rows(self._storage, self._study_id, READ, start=start, also=also)
        return tuple(read_trial(row, self.spec) for row in rows)


def _final_evaluations(attributes: Mapping[str, Any]) -> tuple[FinalEvaluation, ...]:
    found = [FinalEvaluation.from_dict(values) for key, values in attributes.items() if key.startswith(FINAL)]
    return tuple(sorted(found, key=lambda final: (final.arch.arch_id, final.epochs, final.seed, final.folder)))

"""The durable record of a search: an Optuna study in a database, its trials written by the driver alone.

A trial is written when it starts; when it ends, first its result and then its state. So a driver that dies
leaves trials that are whole, running, or running with the result that they are then ended with. Optuna's own
tools can open the study.
"""

import warnings
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any, Self

import optuna
from optuna.exceptions import ExperimentalWarning
from optuna.storages import RDBStorage
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState
from pydantic import ValidationError

from pipelines.training.epoch import Epoch
from search.database_url import sqlite_file
from search.record.database import NoAnswerError, RecordError, answering, connect
from search.record.facts import StudyFacts
from search.record.final import FinalScore
from search.record.result import Status, TrialRecord, TrialResult
from search.record.running_time import seconds_running
from search.record.snapshot import Snapshot, ended
from search.record.trial_row import (
    ARCH,
    COSTS,
    ENDED,
    EPOCH,
    KEY,
    ORIGIN,
    PLACE,
    READ,
    RESULT,
    SEARCH_SECONDS,
    SEED,
    STARTED,
    costs_of,
    read_trial,
)
from search.record.trial_table import read_rows
from search.strategy.distributions import categorical
from spaces import Encoding
from ulsam import ArchConfig

_FACTS, _ASKED, _TAKEN_OVER, _OVER, _PROBLEM = "ulsam_search", "trials_asked", "taken_over", "over", "problem"
METRICS = ("accuracy", "params", "flops")  # accuracy is maximised, costs are minimised
_FINAL = "final:"  # with a hash of weights behind it: whoever writes one touches no other


class StudyError(RecordError):
    """A study is not one that can be opened.

    Attributes:
        name: of the study.
    """

    def __init__(self, what: str, *, name: str, remedy: str = "") -> None:
        super().__init__(what, remedy=remedy)
        self.name = name


class StudyExistsError(StudyError):
    """A database has a study of this name already."""

    def __init__(self, name: str) -> None:
        what = f"the study's database has a study named {name!r} already"
        super().__init__(what, name=name, remedy="choose another name")


class NoSuchStudyError(StudyError):
    """A database has no study of this name."""


class ForeignStudyError(StudyError):
    """A study was made by another program."""


class OtherVersionError(StudyError):
    """A study was made by a version that kept other facts."""


class DatabaseMissingError(RecordError):
    """The file of a database is not there.

    Attributes:
        file: its path.
    """

    def __init__(self, file: Path) -> None:
        super().__init__(f"the study's database is missing: {file}")
        self.file = file


class StudyRecord:
    """A search's study. Make one with :meth:`create` or :meth:`open`."""

    def __init__(self, storage: RDBStorage, study_id: int, facts: StudyFacts) -> None:
        self._storage = storage
        self._study_id = study_id
        self._last_place: int | None = None  # in the order of ends; None: not looked up yet
        self._running_since: float | None = None  # by the monotonic clock, as if the search had never paused
        self.facts = facts

    @classmethod
    def create(cls, url: str, name: str, facts: StudyFacts) -> Self:
        """A new, empty record.

        Raises:
            RecordError: the database can't be reached, or has a study of that name.
        """
        cls.refuse_existing(url, name)
        storage = connect(url)
        directions = [StudyDirection.MAXIMIZE, *(StudyDirection.MINIMIZE for _ in METRICS[1:])]
        with answering():
            study_id = storage.create_new_study(directions, study_name=name)
            try:
                storage.set_study_user_attr(study_id, _FACTS, facts.model_dump(mode="json"))
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore", ExperimentalWarning)
                    optuna.load_study(study_name=name, storage=storage).set_metric_names(list(METRICS))
            except BaseException:
                storage.delete_study(study_id)  # half a study would keep its name taken
                raise
        return cls(storage, study_id, facts)

    @staticmethod
    def refuse_existing(url: str, name: str) -> None:
        """Makes sure that a new record may be called ``name``.

        Raises:
            RecordError: the database can't be reached, or has a study of that name.
        """
        file = sqlite_file(url)
        if file is not None and not file.parent.is_dir():
            raise NoAnswerError(f"{file.parent}: no such folder")
        if StudyRecord.exists(url, name):
            raise StudyExistsError(name)

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
        if _FACTS not in attrs:
            raise ForeignStudyError(f"the study {name!r} was not made by ulsam-search", name=name)
        try:
            return cls(storage, study_id, StudyFacts.model_validate(attrs[_FACTS]))
        except ValidationError as error:
            key = ".".join(str(part) for part in error.errors()[0]["loc"])
            what = f"the study {name!r} was made by another version of ulsam-search ({key})"
            raise OtherVersionError(what, name=name) from None

    @property
    def trials_asked(self) -> int:
        """How many trials the search shall have, by the last launch that said so."""
        with answering():
            return int(self._storage.get_study_user_attrs(self._study_id).get(_ASKED, self.facts.search.trials))

    def ask(self, trials: int) -> None:
        """Writes that the search shall have ``trials`` trials in all, and goes on."""
        with answering():
            self._storage.set_study_user_attr(self._study_id, _ASKED, trials)
            self._storage.set_study_user_attr(self._study_id, _OVER, False)
            self._storage.set_study_user_attr(self._study_id, _PROBLEM, None)

    @property
    def over(self) -> bool:
        """Whether the search came to its end: its trials done, its space exhausted, or nothing left to find."""
        with answering():
            return bool(self._storage.get_study_user_attrs(self._study_id).get(_OVER, False))

    def end(self) -> None:
        """Writes that the search came to its end."""
        with answering():
            self._storage.set_study_user_attr(self._study_id, _OVER, True)

    def take_up(self, trials: Sequence[TrialRecord]) -> tuple[TrialRecord, ...]:
        """Goes on with the search of ``trials``, which are all that the record has; for the one who writes here.

        Later trials carry for how long the search ran, without breaks. Those whose driver died between the two writes
        of their end are ended.

        Returns:
            The trials as they are then.
        """
        self._running_since = monotonic() - seconds_running(trials)
        self._last_place = max((trial.place for trial in trials), default=0)
        half = {trial.number: trial.result for trial in trials if trial.status is Status.RUNNING and trial.result}
        for number, result in half.items():
            with answering():
                trial_id = self._storage.get_trial_id_from_study_id_trial_number(self._study_id, number)
                self._end(trial_id, trials[number], result)
        whole = {trial.number: trial for trial in self._read(start=None, also=half)} if half else {}
        return tuple(whole.get(trial.number, trial) for trial in trials)

    @property
    def problem(self) -> str | None:
        """Why the last launch had to stop; None: it did not."""
        with answering():
            return self._storage.get_study_user_attrs(self._study_id).get(_PROBLEM)

    def note_problem(self, problem: str) -> None:
        """Writes why the search had to stop, for those who look later."""
        with answering():
            self._storage.set_study_user_attr(self._study_id, _PROBLEM, problem)

    def delete(self) -> None:
        """Removes the record from its database."""
        with answering():
            self._storage.delete_study(self._study_id)

    def start(
        self, arch: ArchConfig, encoding: Encoding, seed: int, attributes: Mapping[str, str] | None = None
    ) -> TrialRecord:
        """Writes that ``arch`` is being trained, and numbers it."""
        now, costs = datetime.now(UTC), costs_of(arch, self.facts.recipe.input_size)
        template = FrozenTrial(
            number=-1,
            trial_id=-1,
            state=TrialState.RUNNING,
            value=None,
            datetime_start=now,
            datetime_complete=None,
            params=encoding.encode(arch),
            distributions=categorical(encoding.choices),
            user_attrs={
                ARCH: arch.to_dict(),
                "arch_id": arch.arch_id,
                COSTS: costs,
                SEED: seed,
                STARTED: now.isoformat(),
                **(attributes or {}),
            },
            system_attrs={},
            intermediate_values={},
        )
        with answering():
            trial_id = self._storage.create_new_trial(self._study_id, template_trial=template)
            number = self._storage.get_trial_number_from_id(trial_id)
        return TrialRecord(
            number=number,
            arch=arch,
            params=costs["params"],
            flops=costs["flops"],
            seed=seed,
            status=Status.RUNNING,
            started=now,
        )

    @property
    def taken_over(self) -> bool:
        """Whether all was taken over that this search shall have of earlier ones."""
        with answering():
            return _TAKEN_OVER in self._storage.get_study_user_attrs(self._study_id) or not self.facts.search.warm_start

    def end_taking_over(self) -> None:
        """Writes that nothing is left to be taken over."""
        with answering():
            self._storage.set_study_user_attr(self._study_id, _TAKEN_OVER, True)

    def adopt(
        self, trial: TrialRecord, encoding: Encoding, origin: str, begun: TrialRecord | None = None
    ) -> TrialRecord:
        """Writes an ended trial of another search as one of this.

        ``origin`` says which it is, ``begun`` what an interrupted call has written of it.
        """
        assert trial.result is not None, f"trial {trial.number} is {trial.status}"
        begun = begun or self.start(trial.arch, encoding, trial.seed, {ORIGIN: origin})
        return self.finish(begun, replace(trial.result, remaining=None))

    def key_of(self, trial: TrialRecord) -> str:
        """The :func:`~search.record.key.evaluation_key` of an ended trial."""
        assert trial.result is not None, f"trial {trial.number} is {trial.status}"
        stopped = trial.result.stopped
        return self.facts.key_of(trial.arch, trial.seed, None if stopped is None else stopped.rung)

    def note_epoch(self, trial: TrialRecord, epoch: Epoch) -> None:
        """Writes how far a running trial is, for those who look meanwhile; nothing is gone on from it."""
        with answering():
            trial_id = self._storage.get_trial_id_from_study_id_trial_number(self._study_id, trial.number)
            self._storage.set_trial_user_attr(trial_id, EPOCH, {**self._time_run(), **epoch.to_dict()})

    def finish(self, trial: TrialRecord, result: TrialResult) -> TrialRecord:
        """Writes what became of a running trial."""
        with answering():
            trial_id = self._storage.get_trial_id_from_study_id_trial_number(self._study_id, trial.number)
            self._storage.set_trial_user_attr(trial_id, KEY, self.key_of(replace(trial, result=result)))
            end = {PLACE: self._next_place(), ENDED: datetime.now(UTC).isoformat(), **self._time_run()}
            self._storage.set_trial_user_attr(trial_id, RESULT, {**end, **result.to_dict()})
            self._end(trial_id, trial, result)
        return self._read(start=None, also=(trial.number,))[0]

    def _end(self, trial_id: int, trial: TrialRecord, result: TrialResult) -> None:
        """Ends a trial whose result is written."""
        if result.accuracy is not None:
            values = (result.accuracy, trial.params, trial.flops)
            self._storage.set_trial_state_values(trial_id, TrialState.COMPLETE, values)
        else:
            state = TrialState.FAIL if result.stopped is None else TrialState.PRUNED
            self._storage.set_trial_state_values(trial_id, state)

    def _time_run(self) -> dict[str, float]:
        """For how long the search has run; empty before :meth:`run`."""
        return {} if self._running_since is None else {SEARCH_SECONDS: monotonic() - self._running_since}

    def _next_place(self) -> int:
        if self._last_place is None:
            self._last_place = max((trial.place for trial in self.trials()), default=0)
        self._last_place += 1
        return self._last_place

    def add_final(self, final: FinalScore) -> FinalScore:
        """Writes what weights score that were taken home; a test score that is known already stays.

        The one thing that others than the driver write. What stands there now is returned.
        """
        key = f"{_FINAL}{final.weights_sha256}"
        with answering():
            known = self._storage.get_study_user_attrs(self._study_id).get(key)
            if known is not None:
                before = FinalScore.from_dict(known)
                trial = before.trial if final.trial is None else final.trial  # the same training, made once more
                method = before.method if final.method is None else final.method
                final = replace(final, trial=trial, test=final.test or before.test, method=method)
            self._storage.set_study_user_attr(self._study_id, key, final.to_dict())
        return final

    def finals(self) -> tuple[FinalScore, ...]:
        """What was taken home, by network, length and seed."""
        return _finals(self._attributes())

    def recover(self) -> None:
        """Ends the trials whose driver died between the two writes of their end; for the one who writes here."""
        self.take_up(self.trials())

    def ended(self) -> tuple[TrialRecord, ...]:
        """The trials that are over, in the order in which they ended."""
        return ended(self.trials())

    def trials(self) -> tuple[TrialRecord, ...]:
        """Every trial, by number."""
        return self._read()

    def snapshot(self, before: Snapshot | None = None) -> Snapshot:
        """All that the record says now.

        Args:
            before: an earlier one of this record: of its trials only those that were running are read again.
        """
        if before is None:
            trials = self._read()
        else:
            new = {one.number: one for one in self._read(len(before.trials), [one.number for one in before.running])}
            trials = (*(new.pop(one.number, one) for one in before.trials), *new.values())
        attributes = self._attributes()
        return Snapshot(
            facts=self.facts,
            trials=trials,
            asked=int(attributes.get(_ASKED, self.facts.search.trials)),
            over=bool(attributes.get(_OVER, False)),
            problem=attributes.get(_PROBLEM),
            taken_over=_TAKEN_OVER in attributes or not self.facts.search.warm_start,
            finals=_finals(attributes),
        )

    def _attributes(self) -> dict[str, Any]:
        with answering():
            return self._storage.get_study_user_attrs(self._study_id)

    def _read(self, start: int | None = 0, also: Collection[int] = ()) -> tuple[TrialRecord, ...]:
        """The trials from number ``start`` on, None: none of those, and ``also``; by number."""
        with answering():
            rows = read_rows(self._storage, self._study_id, READ, start=start, also=also)
        size = self.facts.recipe.input_size
        return tuple(read_trial(row, size) for row in rows)


def _finals(attributes: Mapping[str, Any]) -> tuple[FinalScore, ...]:
    found = [FinalScore.from_dict(values) for key, values in attributes.items() if key.startswith(_FINAL)]
    return tuple(sorted(found, key=lambda final: (final.arch.arch_id, final.epochs, final.seed, final.folder)))

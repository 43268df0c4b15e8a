"""The durable record of a search: an Optuna study in a database, its trials written by the driver alone.

A trial is written when it starts; when it ends, first its result and then its state. So a driver that dies
leaves trials that are whole, running, or running with the result that they are then ended with. Optuna's own
tools can open the study.
"""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from time import monotonic
from typing import Self

import optuna
from optuna.exceptions import ExperimentalWarning
from optuna.storages import RDBStorage
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState

from pipelines.training.epoch import Epoch
from search.optimize.distributions import categorical
from search.study.final_evaluation import FinalEvaluation
from search.study.optuna_storage import connect, quiet, writing
from search.study.running_time import seconds_running
from search.study.spec import StudySpec
from search.study.study_reader import (
    ASKED,
    FINAL,
    HOURS,
    OVER,
    PROBLEM,
    SECONDS_RUN,
    SPEC,
    TAKEN_OVER,
    StudyReader,
    find_spec,
    refuse_missing,
)
from search.study.trial import Status, TrialRecord, TrialResult
from search.study.trial_row import (
    ARCH,
    COSTS,
    END_NUMBER,
    ENDED,
    EPOCH,
    INPUT_SIZE,
    KEY,
    ORIGIN,
    RESULT,
    SEARCH_SECONDS,
    SEED,
    STARTED,
)
from spaces import Candidate, Encoding


class StudyRecord(StudyReader):
    """A search's study, for its one writer. Make one with :meth:`create` or :meth:`open`."""

    def __init__(self, storage: RDBStorage, study_id: int, spec: StudySpec) -> None:
        super().__init__(storage.engine, study_id, spec)
        self._storage = storage
        self._last_end_number: int | None = None  # in the order of ends; None: not looked up yet
        self._running_since: float | None = None  # by the monotonic clock, as if the search had never paused

    @classmethod
    def open(cls, url: str, name: str) -> Self:
        """Opens an existing record for writing.

        Args:
            url: of the database, without a password but maybe the name of one.
            name: of the study.

        Raises:
            RecordError: as :meth:`StudyReader.open`.
            NotSetError: ``url`` names a variable that the environment does not have.
        """
        refuse_missing(url)
        storage = connect(url)
        return cls(storage, *find_spec(storage.engine, name))

    @classmethod
    def create(cls, url: str, name: str, spec: StudySpec) -> Self:
        """Makes a new, empty record.

        Args:
            url: of the database, without a password but maybe the name of one; made if it is a missing SQLite file.
            name: of the study.
            spec: the search.

        Raises:
            StudyExistsError: the database has a study of that name.
            RecordError: the database can't be reached, or failed.
            NotSetError: ``url`` names a variable that the environment does not have.
        """
        cls.refuse_existing(url, name)
        storage = connect(url)
        directions = [StudyDirection[objective.direction.upper()] for objective in spec.objectives]
        with writing(), quiet():
            study_id = storage.create_new_study(directions, study_name=name)
            try:
                storage.set_study_user_attr(study_id, SPEC, spec.model_dump(mode="json"))
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore", ExperimentalWarning)
                    metrics = [objective.name for objective in spec.objectives]
                    optuna.load_study(study_name=name, storage=storage).set_metric_names(metrics)
            except BaseException:
                storage.delete_study(study_id)  # half a study would keep its name taken
                raise
        return cls(storage, study_id, spec)

    def ask(self, trials: int | None, hours: float | None = None) -> None:
        """Writes that the search continues until it has ``trials`` in all or has run for ``hours``; None: no limit."""
        with writing():
            self._storage.set_study_user_attr(self._study_id, ASKED, trials)
            self._storage.set_study_user_attr(self._study_id, HOURS, hours)
            self._storage.set_study_user_attr(self._study_id, OVER, False)
            self._storage.set_study_user_attr(self._study_id, PROBLEM, None)

    def end(self) -> None:
        """Writes that the search has ended."""
        with writing():
            self._storage.set_study_user_attr(self._study_id, OVER, True)

    def take_up(self, trials: Sequence[TrialRecord], seconds_run: float | None = None) -> tuple[TrialRecord, ...]:
        """Continues a search after an earlier launch; for the one writer.

        Later trials record the time that the search ran, without breaks. If a driver died between the two writes of a
        trial's end, the trial is ended.

        Args:
            trials: all of the record, by number.
            seconds_run: the time for which the search has run; None: as ``trials`` say.

        Returns:
            The trials as they are then.
        """
        self._running_since = monotonic() - (seconds_running(trials) if seconds_run is None else seconds_run)
        self._last_end_number = max((trial.end_number for trial in trials), default=0)
        half = {trial.number: trial.result for trial in trials if trial.status is Status.RUNNING and trial.result}
        for number, result in half.items():
            with writing():
                trial_id = self._storage.get_trial_id_from_study_id_trial_number(self._study_id, number)
                self._end(trial_id, trials[number], result)
        whole = {trial.number: trial for trial in self._read(start=None, also=half)} if half else {}
        return tuple(whole.get(trial.number, trial) for trial in trials)

    def note_seconds_run(self, seconds: float) -> None:
        """Writes the seconds for which the search has run over all launches, which a limit of time counts."""
        with writing():
            self._storage.set_study_user_attr(self._study_id, SECONDS_RUN, seconds)

    def note_problem(self, problem: str) -> None:
        """Writes the reason why the search had to stop."""
        with writing():
            self._storage.set_study_user_attr(self._study_id, PROBLEM, problem)

    def delete(self) -> None:
        """Removes the record from its database."""
        with writing():
            self._storage.delete_study(self._study_id)

    def start(
        self, candidate: Candidate, encoding: Encoding, seed: int, attributes: Mapping[str, str] | None = None
    ) -> TrialRecord:
        """Writes a new running trial, and returns it with its number.

        Args:
            candidate: the network.
            encoding: of the search space.
            seed: of the training.
            attributes: further attributes of the trial by name; None: none.
        """
        now, costs = datetime.now(UTC), self.spec.search_space.costs_of(candidate)
        template = FrozenTrial(
            number=-1,
            trial_id=-1,
            state=TrialState.RUNNING,
            value=None,
            datetime_start=now,
            datetime_complete=None,
            params=encoding.encode(candidate),
            distributions=categorical(encoding.choices),
            user_attrs={
                ARCH: candidate.arch.to_dict(),
                "arch_id": candidate.arch.arch_id,
                INPUT_SIZE: candidate.input_size,
                COSTS: costs,
                SEED: seed,
                STARTED: now.isoformat(),
                **(attributes or {}),
            },
            system_attrs={},
            intermediate_values={},
        )
        with writing():
            trial_id = self._storage.create_new_trial(self._study_id, template_trial=template)
            number = self._storage.get_trial_number_from_id(trial_id)
        return TrialRecord(
            number=number,
            candidate=candidate,
            costs=costs,
            minimised=self.spec.search.objectives,
            seed=seed,
            status=Status.RUNNING,
            started=now,
            fold=self.spec.fold_number(seed),
        )

    def end_taking_over(self) -> None:
        """Writes that all trials of earlier searches are taken over."""
        with writing():
            self._storage.set_study_user_attr(self._study_id, TAKEN_OVER, True)

    def adopt(
        self, trial: TrialRecord, encoding: Encoding, origin: str, begun: TrialRecord | None = None
    ) -> TrialRecord:
        """Writes an ended trial of another search as one of this search, and returns it with its number here.

        Args:
            trial: with a result, whose numbers of other trials are those of this search.
            encoding: of the search space.
            origin: the run and the number of the trial in the other search, as text.
            begun: the same trial as an interrupted call has written it, still running; None: it is not written yet.
        """
        assert trial.result is not None, f"trial {trial.number} is {trial.status}"
        begun = begun or self.start(trial.candidate, encoding, trial.seed, {ORIGIN: origin})
        return self.finish(begun, replace(trial.result, remaining=None))

    def key_of(self, trial: TrialRecord) -> str:
        """Returns the :func:`~search.study.key.evaluation_key` of an ended trial."""
        assert trial.result is not None, f"trial {trial.number} is {trial.status}"
        stopped = trial.result.stopped
        return self.spec.key_of(trial.candidate, trial.seed, None if stopped is None else stopped.rung)

    def note_epoch(self, trial: TrialRecord, epoch: Epoch) -> None:
        """Writes the last epoch of a running trial, for readers alone; a training never continues from it.

        Args:
            trial: a running one.
            epoch: the last one that is done.
        """
        with writing():
            trial_id = self._storage.get_trial_id_from_study_id_trial_number(self._study_id, trial.number)
            self._storage.set_trial_user_attr(trial_id, EPOCH, {**self._time_run(), **epoch.to_dict()})

    def finish(self, trial: TrialRecord, result: TrialResult) -> TrialRecord:
        """Writes the result of a running trial, and returns the ended trial.

        Args:
            trial: a running one.
            result: of the trial.
        """
        with writing():
            trial_id = self._storage.get_trial_id_from_study_id_trial_number(self._study_id, trial.number)
            self._storage.set_trial_user_attr(trial_id, KEY, self.key_of(replace(trial, result=result)))
            end = {END_NUMBER: self._next_end_number(), ENDED: datetime.now(UTC).isoformat(), **self._time_run()}
            self._storage.set_trial_user_attr(trial_id, RESULT, {**end, **result.to_dict()})
            self._end(trial_id, trial, result)
        return self._read(start=None, also=(trial.number,))[0]

    def _end(self, trial_id: int, trial: TrialRecord, result: TrialResult) -> None:
        """Ends a trial whose result is written."""
        if result.value is not None:
            values = (result.value, *trial.minimised_costs)
            self._storage.set_trial_state_values(trial_id, TrialState.COMPLETE, values)
        else:
            state = TrialState.FAIL if result.stopped is None else TrialState.PRUNED
            self._storage.set_trial_state_values(trial_id, state)

    def _time_run(self) -> dict[str, float]:
        """Returns the seconds that the search has run, as an attribute; empty before :meth:`take_up`."""
        return {} if self._running_since is None else {SEARCH_SECONDS: monotonic() - self._running_since}

    def _next_end_number(self) -> int:
        if self._last_end_number is None:
            self._last_end_number = max((trial.end_number for trial in self.trials()), default=0)
        self._last_end_number += 1
        return self._last_end_number

    def record_evaluation(self, final: FinalEvaluation) -> FinalEvaluation:
        """Writes scores of weights after the search, and returns what the record has then.

        Only this write may come from other processes than the driver.
        """
        key = f"{FINAL}{final.weights_sha256}"
        with writing():
            known = self._storage.get_study_user_attrs(self._study_id).get(key)
            if known is not None:
                final = final.completed_by(FinalEvaluation.from_dict(known, self.spec.input_sizes[0]))
            self._storage.set_study_user_attr(self._study_id, key, final.to_dict())
        return final

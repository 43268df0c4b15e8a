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
    OVER,
    PROBLEM,
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
        refuse_missing(url)
        storage = connect(url)
        return cls(storage, *find_spec(storage.engine, name))

    @classmethod
    def create(cls, url: str, name: str, spec: StudySpec) -> Self:
        """A new, empty record.

        Raises:
            RecordError: the database can't be reached, or has a study of that name.
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

    def ask(self, trials: int) -> None:
        """Writes that the search shall have ``trials`` trials in all, and goes on."""
        with writing():
            self._storage.set_study_user_attr(self._study_id, ASKED, trials)
            self._storage.set_study_user_attr(self._study_id, OVER, False)
            self._storage.set_study_user_attr(self._study_id, PROBLEM, None)

    def end(self) -> None:
        """Writes that the search came to its end."""
        with writing():
            self._storage.set_study_user_attr(self._study_id, OVER, True)

    def take_up(self, trials: Sequence[TrialRecord]) -> tuple[TrialRecord, ...]:
        """Goes on with the search of ``trials``, which are all that the record has; for its one writer.

        Later trials carry for how long the search ran, without breaks. Those whose driver died between the two writes
        of their end are ended.

        Returns:
            The trials as they are then.
        """
        self._running_since = monotonic() - seconds_running(trials)
        self._last_end_number = max((trial.end_number for trial in trials), default=0)
        half = {trial.number: trial.result for trial in trials if trial.status is Status.RUNNING and trial.result}
        for number, result in half.items():
            with writing():
                trial_id = self._storage.get_trial_id_from_study_id_trial_number(self._study_id, number)
                self._end(trial_id, trials[number], result)
        whole = {trial.number: trial for trial in self._read(start=None, also=half)} if half else {}
        return tuple(whole.get(trial.number, trial) for trial in trials)

    def note_problem(self, problem: str) -> None:
        """Writes why the search had to stop, for those who look later."""
        with writing():
            self._storage.set_study_user_attr(self._study_id, PROBLEM, problem)

    def delete(self) -> None:
        """Removes the record from its database."""
        with writing():
            self._storage.delete_study(self._study_id)

    def start(
        self, candidate: Candidate, encoding: Encoding, seed: int, attributes: Mapping[str, str] | None = None
    ) -> TrialRecord:
        """Writes that ``candidate`` is being trained, and numbers it."""
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
        )

    def end_taking_over(self) -> None:
        """Writes that nothing is left to be taken over."""
        with writing():
            self._storage.set_study_user_attr(self._study_id, TAKEN_OVER, True)

    def adopt(
        self, trial: TrialRecord, encoding: Encoding, origin: str, begun: TrialRecord | None = None
    ) -> TrialRecord:
        """Writes an ended trial of another search as one of this.

        ``origin`` says which it is, ``begun`` what an interrupted call has written of it.
        """
        assert trial.result is not None, f"trial {trial.number} is {trial.status}"
        begun = begun or self.start(trial.candidate, encoding, trial.seed, {ORIGIN: origin})
        return self.finish(begun, replace(trial.result, remaining=None))

    def key_of(self, trial: TrialRecord) -> str:
        """The :func:`~search.study.key.evaluation_key` of an ended trial."""
        assert trial.result is not None, f"trial {trial.number} is {trial.status}"
        stopped = trial.result.stopped
        return self.spec.key_of(trial.candidate, trial.seed, None if stopped is None else stopped.rung)

    def note_epoch(self, trial: TrialRecord, epoch: Epoch) -> None:
        """Writes how far a running trial is, for readers meanwhile; no training resumes from it."""
        with writing():
            trial_id = self._storage.get_trial_id_from_study_id_trial_number(self._study_id, trial.number)
            self._storage.set_trial_user_attr(trial_id, EPOCH, {**self._time_run(), **epoch.to_dict()})

    def finish(self, trial: TrialRecord, result: TrialResult) -> TrialRecord:
        """Writes what became of a running trial."""
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
        """For how long the search has run; empty before :meth:`take_up`."""
        return {} if self._running_since is None else {SEARCH_SECONDS: monotonic() - self._running_since}

    def _next_end_number(self) -> int:
        if self._last_end_number is None:
            self._last_end_number = max((trial.end_number for trial in self.trials()), default=0)
        self._last_end_number += 1
        return self._last_end_number

    def record_evaluation(self, final: FinalEvaluation) -> FinalEvaluation:
        """Writes what weights score after the search; a test score that is known already stays.

        The one thing that others than the driver write. What stands there now is returned.
        """
        key = f"{FINAL}{final.weights_sha256}"
        with writing():
            known = self._storage.get_study_user_attrs(self._study_id).get(key)
            if known is not None:
                before = FinalEvaluation.from_dict(known, self.spec.input_sizes[0])
                trial = before.trial if final.trial is None else final.trial  # the same training, made once more
                method = before.method if final.method is None else final.method
                final = replace(final, trial=trial, test=final.test or before.test, method=method)
            self._storage.set_study_user_attr(self._study_id, key, final.to_dict())
        return final

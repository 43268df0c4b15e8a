"""Proposals of Optuna's own samplers."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import optuna
from optuna.samplers import BaseGASampler
from optuna.storages import InMemoryStorage
from optuna.study import StudyDirection
from optuna.trial import TrialState, create_trial

from search.optimize.distributions import categorical
from search.optimize.sampler_names import OptunaSamplerName
from search.optimize.samplers import make_sampler
from search.run.feasible import FeasibleSampler
from search.study.optuna_storage import quiet
from spaces import Encoding


class OptunaProposals:
    """The study, in memory, of Optuna's samplers: the record's trials, in a form that the samplers learn from.

    A failed trial is there as complete, with the worst accuracy and a violated constraint, so that every sampler avoids
    similar networks. A sampler would forget a trial that is written as failed, and propose similar networks again and
    again.

    Args:
        sampler: its name.
        encoding: of the search space.
        costs: how many are minimised beside the accuracy that is maximised.
        seed: of all that is random.
    """

    def __init__(self, sampler: OptunaSamplerName, encoding: Encoding, costs: int, seed: int) -> None:
        self._distributions = categorical(encoding.choices)
        self._storage = InMemoryStorage()
        with quiet():
            self._study = optuna.create_study(
                storage=self._storage,
                directions=[StudyDirection.MAXIMIZE, *[StudyDirection.MINIMIZE] * costs],
                sampler=FeasibleSampler(partial(make_sampler, sampler), encoding, seed),
            )
        self._proposed: dict[str, Any] | None = None  # and not begun
        self._study_id = self._storage.get_study_id_from_name(self._study.study_name)
        inner = make_sampler(sampler, seed)
        self._genetic = inner if isinstance(inner, BaseGASampler) else None

    def propose(self) -> dict[str, Any]:
        """Returns the parameters of the next trial; the same ones until a trial has begun.

        Raises:
            SpaceExhaustedError: no network is left; the study can no longer be used.
        """
        if self._proposed is None:
            self._proposed = self._study.ask(self._distributions).params
        return self._proposed

    def begin(self, number: int, params: Mapping[str, Any]) -> None:
        """Notes that a trial has begun, whether or not its network was proposed here.

        Args:
            number: of the trial; the next one.
            params: of its network, canonical.
        """
        proposed, self._proposed = self._proposed, None
        trials = self._study.get_trials(deepcopy=False)
        if proposed is not None and proposed != params:  # another network is trained in its place
            trial_id = self._storage.get_trial_id_from_study_id_trial_number(self._study_id, number)
            for name, distribution in self._distributions.items():
                value = distribution.to_internal_repr(params[name])
                self._storage.set_trial_param(trial_id, name, value, distribution)
        if number == len(trials):  # it was not proposed here
            trial = create_trial(state=TrialState.RUNNING, params=dict(params), distributions=self._distributions)
            self._study.add_trial(trial)
            if self._genetic is not None:  # samplers learn from results alone, but for the generation
                self._genetic.get_trial_generation(self._study, self._study.get_trials(deepcopy=False)[number])

    def complete(self, number: int, values: Sequence[float]) -> None:
        """Learns the objectives of a complete trial.

        Args:
            number: of the trial.
            values: the accuracy, then the costs that are minimised, in their order.
        """
        self._constrain(number, violated=False)
        self._study.tell(number, values)

    def fail(self, number: int, costs: Sequence[float]) -> None:
        """Learns that a network can't be trained.

        Args:
            number: of the trial.
            costs: of the network, those that are minimised, in their order.
        """
        self._constrain(number, violated=True)
        self._study.tell(number, [0.0, *costs])

    def stop(self, number: int) -> None:
        """Learns that a training was ended early."""
        self._study.tell(number, state=TrialState.PRUNED)

    def _constrain(self, number: int, *, violated: bool) -> None:
        trial_id = self._storage.get_trial_id_from_study_id_trial_number(self._study_id, number)
        # A new trial with a constraint shows where Optuna stores constraints, which is not public.
        constraints = create_trial(state=TrialState.RUNNING, constraints={"failed": float(violated)}).system_attrs
        for name, value in constraints.items():
            self._storage.set_trial_system_attr(trial_id, name, value)

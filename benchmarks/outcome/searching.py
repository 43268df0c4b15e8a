"""A whole search whose trainings are looked up: the product's own order of trials, plain networks and further seeds."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Protocol

from search.run.agenda import Agenda
from search.run.time_budget import TimeBudget
from search.study.spec import StudySpec
from search.study.trial import Status, TrialRecord, TrialResult
from spaces import Candidate, Encoding

START = datetime(2026, 1, 1, tzinfo=UTC)


class Scores(Protocol):
    """The scores of trainings."""

    def score(self, candidate: Candidate, seed: int) -> float:
        """Returns the share of the validation images that a training names right."""


def trials(spec: StudySpec, scores: Scores) -> list[TrialRecord]:
    """Returns the trials of a search, one after another.

    Args:
        spec: of the search; ``search.trials`` is the number of trials.
        scores: of every network and seed that the search may train.
    """
    asked = spec.search.trials
    assert asked is not None, "searches are compared by their trials"
    agenda = Agenda(spec, Encoding(spec.search_space), asked, TimeBudget(spec.recipe.epochs))
    ended: list[TrialRecord] = []
    while len(ended) < asked and (chosen := agenda.next(ended, (), settled=False)) is not None:
        candidate, seed = chosen
        trial = TrialRecord(
            number=len(ended),
            candidate=candidate,
            costs=spec.search_space.costs_of(candidate),
            minimised=spec.search.objectives,
            seed=seed,
            status=Status.RUNNING,
            started=START,
        )
        agenda.begin(trial)
        result = TrialResult(value=scores.score(candidate, seed))
        agenda.tell(trial.number, result)
        ended.append(replace(trial, status=Status.COMPLETE, ended=START, result=result, end_number=trial.number + 1))
    return ended

"""Scores of earlier runs, also on other data, guide a search before it has its own."""

from dataclasses import replace
from pathlib import Path
from statistics import mean, pstdev

import pytest

from search.analysis.observations import chooser_of
from search.api.validate_config import CheckedStart, with_prior
from search.optimize.prior_mean import PriorSurrogate
from search.run.driver import Driver
from search.run.prior_runs import PriorRunError, prior_scores
from search.study.folder import NoSuchRunError, RunFolder
from search.study.spec import StudySpec
from search.study.study import StudyRecord
from search.study.trial import TrialRecord, TrialResult
from spaces import Encoding
from tests.search.factory import DATA, fill, new_run, quality, result, settings, spec

WANTED = {"prior": ["old"], "sampler": "known_cost"}


def earlier(runs: Path, count: int = 8) -> list[TrialRecord]:
    """The trials of a run ``old``, each of which scores its true quality, and one that failed."""
    _, record = new_run(runs, "old")
    trials = fill(record, [None] * count)
    done = [record.finish(trial, result(quality(trial.arch))) for trial in trials]
    fill(record, [TrialResult(failure="DivergedError: nan")], seed=1)
    return done


def test_scores_are_standardised_within_a_run_and_kept_in_the_record(tmp_path: Path) -> None:
    trials = earlier(tmp_path)
    values = [trial.value for trial in trials]
    scores = prior_scores(tmp_path, spec("new", search=WANTED))
    assert [score.candidate for score in scores] == [trial.candidate for trial in trials]
    assert [score.score for score in scores] == pytest.approx(
        [(value - mean(values)) / pstdev(values) for value in values]
    )
    assert {score.run for score in scores} == {"old"}
    _, record = guided(tmp_path, "new")
    assert record.spec.prior == scores
    assert StudySpec.model_validate_json(record.spec.model_dump_json()) == record.spec
    assert RunFolder.find(tmp_path, "new").open_record().spec.prior == scores


def test_data_with_other_classes_say_something_of_the_same_networks(tmp_path: Path) -> None:
    earlier(tmp_path)
    ten = prior_scores(tmp_path, spec("new", search=WANTED))
    data = DATA.model_copy(update={"classes": tuple("abc")})
    three = prior_scores(tmp_path, spec("new", search=WANTED).model_copy(update={"data": data}))
    assert [score.score for score in three] == [score.score for score in ten]
    assert [score.candidate.arch for score in three] == [replace(score.candidate.arch, num_classes=3) for score in ten]


def test_a_guided_search_is_resumed_the_same(tmp_path: Path) -> None:
    earlier(tmp_path)
    folder, record = guided(tmp_path, "resumed")
    assert proposals(folder, record, 9) + proposals(folder, record, 12) == proposals(*guided(tmp_path, "whole"), 12)


def test_without_a_prior_the_surrogate_is_as_ever(tmp_path: Path) -> None:
    earlier(tmp_path)
    for name, used in (("alone", False), ("guided", True)):
        record = guided(tmp_path, name)[1] if used else new_run(tmp_path, name, search={"sampler": "known_cost"})[1]
        pool = chooser_of(Encoding(record.spec.search_space), record.spec).pool([])
        assert isinstance(pool.surrogate, PriorSurrogate) == used


def test_a_run_that_says_nothing_is_refused(tmp_path: Path) -> None:
    earlier(tmp_path, 2)
    with pytest.raises(PriorRunError) as refused:
        prior_scores(tmp_path, spec("new", search=WANTED))
    assert (refused.value.run, refused.value.shared, refused.value.where) == ("old", 2, "search.prior")
    with pytest.raises(NoSuchRunError):
        prior_scores(tmp_path, spec("new", search=WANTED | {"prior": ["none"]}))


def guided(runs: Path, name: str) -> tuple[RunFolder, StudyRecord]:
    """A new run that the run ``old`` guides."""
    start = CheckedStart(spec=spec(name, search=WANTED), weights={}, inherited={}, nearly_fresh=0)
    return RunFolder.create(runs, settings(name, search=WANTED), with_prior(runs, start).spec)


def proposals(folder: RunFolder, record: StudyRecord, trials: int) -> list[str]:
    """Runs a search up to so many trials; the networks that it trains in this call."""
    driver, networks = Driver(folder, record, trials=trials), []
    while (task := driver.next_task()) is not None:
        networks.append(task.candidate.arch.arch_id)
        driver.trial_ended(task.number, result(quality(task.candidate.arch)))
    return networks

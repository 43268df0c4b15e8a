"""The driver with a limit of time: it starts what fits, and spends the rest on further seeds and cheaper networks."""

from pathlib import Path

import pytest

from search.run.driver import Driver
from search.run.replicates import most_uncertain
from search.study.folder import RunFolder
from search.study.study import StudyRecord
from search.study.trial import Status
from tests.search.factory import fill, new_run, quality, result
from tests.search.run.drivers import work
from tests.search.run.timed import EPOCHS, Workers, begin, seconds_of


def new_search(path: Path, **search: object) -> tuple[RunFolder, StudyRecord]:
    return new_run(path, search=search, training={"epochs": EPOCHS})


@pytest.mark.parametrize("at_once", [1, 3])
def test_it_ends_in_time_and_not_before_nothing_fits_any_more(tmp_path: Path, at_once: int) -> None:
    folder, record = new_search(tmp_path)
    workers = Workers(record)
    driver = begin(folder, workers, 1200)
    workers.work(driver, at_once)
    trials = record.trials()
    assert {trial.status for trial in trials} == {Status.COMPLETE}
    assert workers.now <= 1200
    assert driver.finished
    assert not driver.exhausted
    up = driver.time_up
    assert up is not None
    assert (up.unfinished, up.stopped) == (0, False)
    tried = {trial.candidate for trial in trials}
    space = record.spec.search_space
    untried = min(space.costs_of(one)["flops"] / 1e4 for one in space if one not in tried)
    assert len(trials) > 3 * at_once
    assert 1200 - workers.now < 1.06 * untried, "a network more would have fitted"


def test_trials_that_take_longer_than_expected_make_it_more_careful(tmp_path: Path) -> None:
    """Every third training takes half as long again: the margin covers it."""
    folder, record = new_search(tmp_path)
    workers = Workers(record)
    plain = workers.seconds
    workers.seconds = lambda task: plain(task) * (1.5 if task.number % 3 == 1 else 1.0)  # type: ignore[method-assign]
    driver = begin(folder, workers, 1500)
    workers.work(driver)
    assert workers.now <= 1500
    assert driver.time_up is not None


def test_the_last_part_of_the_time_is_for_further_seeds(tmp_path: Path) -> None:
    folder, record = new_search(tmp_path, confirm=0.3)
    workers = Workers(record)
    driver = begin(folder, workers, 2400)
    workers.work(driver)
    trials = record.trials()
    assert workers.now <= 2400
    further = [trial.number for trial in trials if trial.seed != 0]
    assert 0.2 * len(trials) <= len(further) <= 0.4 * len(trials) + 1
    assert min(further) >= 0.5 * len(trials)
    assert len({(trial.candidate, trial.seed) for trial in trials}) == len(trials)


def short_of_the_proposal(folder: RunFolder, record: StudyRecord) -> Driver:
    """A driver after some trials that has just too little time for its next proposal, and enough for others."""
    space = record.spec.search_space
    cheap = 1.1 * min(space.costs_of(one)["flops"] for one in space)
    for trials in range(10, 30):
        trained_for_a_while(folder, record, trials)
        proposed = Driver(folder, folder.open_record(), trials=1000)._agenda._proposer.propose()
        assert proposed is not None
        if (flops := space.costs_of(proposed)["flops"]) > cheap:
            break
    run = sum(seconds_of(record.trials()))
    driver = begin(folder, Workers(record), run + flops / 1e4, seconds_run=run)  # the margin is missing
    assert driver.time.most_flops == pytest.approx(flops / 1.05, rel=1e-3)
    return driver


def trained_for_a_while(folder: RunFolder, record: StudyRecord, trials: int) -> None:
    Workers(record).work(Driver(folder, folder.open_record(), trials))


@pytest.mark.parametrize("sampler", ["known_cost", "random", "tpe", "nsga2"])
def test_a_cheaper_network_takes_the_place_of_a_proposal_that_does_not_fit(tmp_path: Path, sampler: str) -> None:
    folder, record = new_search(tmp_path, sampler=sampler)
    driver = short_of_the_proposal(folder, record)
    most, before = driver.time.most_flops, record.trials()
    task = driver.next_task()
    assert task is not None
    *others, last = record.trials()
    assert others == list(before), "the proposal is not in the record"
    assert last.costs["flops"] <= most
    assert last.candidate not in {trial.candidate for trial in others}
    driver.trial_ended(task.number, result(quality(task.candidate.arch)))
    again = Driver(folder, folder.open_record(), trials=10**6)
    now = driver._agenda._proposer.propose()
    assert now == again._agenda._proposer.propose(), "no proposal is lost or counted"
    assert now != last.candidate


def test_a_further_seed_comes_before_a_cheaper_network(tmp_path: Path) -> None:
    folder, record = new_search(tmp_path, confirm=0.01)
    driver = short_of_the_proposal(folder, record)
    most = driver.time.most_flops
    expected = most_uncertain(driver.ended, (), record.spec, most)
    assert expected is not None
    task = driver.next_task()
    assert task is not None
    assert (task.candidate, task.seed) == expected
    assert task.seed != 0
    assert record.spec.search_space.costs_of(task.candidate)["flops"] <= most


def test_a_network_in_doubt_that_does_not_fit_is_passed_over(tmp_path: Path) -> None:
    folder, record = new_search(tmp_path, confirm=0.01)
    trained_for_a_while(folder, record, 10)
    ended = record.ended()
    first = most_uncertain(ended, (), record.spec)
    assert first is not None
    flops = record.spec.search_space.costs_of(first[0])["flops"]
    other = most_uncertain(ended, (), record.spec, flops - 1)
    assert other is None or record.spec.search_space.costs_of(other[0])["flops"] < flops
    assert most_uncertain(ended, (), record.spec, flops) is not None
    assert most_uncertain(ended, (), record.spec, 1.0) is None


def test_baselines_are_at_most_half_of_the_trials_that_the_time_takes(tmp_path: Path) -> None:
    folder, record = new_run(
        tmp_path,
        search={"baselines": True},
        training={"epochs": EPOCHS},
        space={"widths": [0.1, 0.15, 0.2, 0.25, 0.3], "groups": [1], "placements": {"blocks": [8, 9], "at_most": 1}},
    )
    workers = Workers(record)
    driver = begin(folder, workers, 600)
    workers.work(driver)
    plain = [trial for trial in record.trials() if not trial.arch.placements]
    assert 1 <= len(plain) <= len(record.trials()) / 2 + 1
    assert workers.now <= 600


def test_a_resume_has_what_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, record = new_search(tmp_path)
    workers = Workers(record)
    monkeypatch.setattr("search.study.study.monotonic", workers.clock)
    first = begin(folder, workers, 1000)
    for _ in range(2):
        task = first.next_task()
        assert task is not None
        workers.now += workers.seconds(task)
        first.trial_ended(task.number, workers.result_of(task))
    run = first.time.close()
    assert record.snapshot().seconds_run == pytest.approx(run), "the trials carry it, also after a kill"
    later = Workers(record)
    later.now = 5e6  # a break does not count
    again = begin(folder, later, 1000, seconds_run=run)
    later.work(again)
    assert run + later.now - 5e6 <= 1000
    assert again.time_up is not None
    assert len(record.trials()) > 2
    nothing = begin(folder, later, 1000, seconds_run=1000)
    assert nothing.finished
    assert nothing.next_task() is None


def test_trials_carry_the_time_that_the_limit_counts(tmp_path: Path) -> None:
    """Also that before the first trial, in which Ray was started and a teacher was trained."""
    folder, record = new_search(tmp_path)
    workers = Workers(record)
    driver = begin(folder, workers, 5000, seconds_run=700)
    task = driver.next_task()
    assert task is not None
    driver.trial_ended(task.number, workers.result_of(task))
    assert record.snapshot().seconds_run == pytest.approx(700, abs=60)


def test_an_interrupted_trial_goes_on_first_if_what_is_left_of_it_fits(tmp_path: Path) -> None:
    folder, record = new_search(tmp_path)
    workers = Workers(record)
    first = begin(folder, workers, 5000)
    task = first.next_task()
    assert task is not None
    workers.now += workers.seconds(task)
    first.trial_ended(task.number, workers.result_of(task))
    (waiting,) = fill(record, [None], seed=3)
    needed = 1.05 * max(workers.seconds(task), *seconds_of((waiting,)))
    enough = begin(folder, workers, workers.now + 1.01 * needed, seconds_run=workers.now)
    started = enough.next_task()
    assert started is not None
    assert started.number == waiting.number


def test_an_interrupted_trial_that_does_not_fit_stays_for_a_longer_search(tmp_path: Path) -> None:
    folder, record = new_search(tmp_path)
    trained_for_a_while(folder, record, 4)
    (waiting,) = fill(record, [None], seed=3)
    workers = Workers(record)
    driver = begin(folder, workers, 1000.0, seconds_run=1000.0 - 5)
    assert driver.next_task() is None
    up = driver.time_up
    assert up is not None
    assert (up.unfinished, up.stopped) == (1, False)
    assert driver.finished
    assert record.trials()[waiting.number].status is Status.RUNNING
    longer = begin(folder, workers, 2000.0, seconds_run=1000.0)
    task = longer.next_task()
    assert task is not None
    assert task.number == waiting.number


def test_what_runs_too_long_after_the_limit_is_to_be_stopped_and_goes_on_later(tmp_path: Path) -> None:
    folder, record = new_search(tmp_path)
    workers = Workers(record)
    driver = begin(folder, workers, 1000)
    task = driver.next_task()
    assert task is not None
    workers.now += 1029
    assert not driver.time.late
    assert not driver.finished
    workers.now += 2
    assert driver.time.late
    assert driver.finished
    assert driver.fruitless
    assert not driver.failed, "a search that ended by time has no problem"
    up = driver.time_up
    assert up is not None
    assert (up.unfinished, up.stopped) == (1, True)
    again = begin(folder, workers, 2000, seconds_run=driver.time.close())
    assert not again.finished
    started = again.next_task()
    assert started is not None
    assert started.number == task.number


def test_the_trials_that_were_asked_for_end_it_before_the_time_does(tmp_path: Path) -> None:
    folder, record = new_search(tmp_path)
    workers = Workers(record)
    driver = begin(folder, workers, 1e6, trials=4)
    workers.work(driver)
    assert driver.finished
    assert driver.time_up is None
    assert len(record.trials()) == 4


@pytest.mark.parametrize("sampler", ["known_cost", "tpe"])
def test_a_limit_that_is_far_away_changes_no_trial(tmp_path: Path, sampler: str) -> None:
    settings = {"sampler": sampler, "confirm": 0.3, "baselines": True}
    without, own = new_search(tmp_path / "without", **settings)
    work(Driver(without, own, trials=12))
    within, record = new_search(tmp_path / "within", **settings)
    workers = Workers(record)
    work(begin(within, workers, 1e9, trials=12))
    assert [(trial.candidate, trial.seed) for trial in record.trials()] == [
        (trial.candidate, trial.seed) for trial in own.trials()
    ]


def test_a_space_without_further_networks_is_exhausted_although_time_is_left(tmp_path: Path) -> None:
    folder, record = new_run(tmp_path, space={"widths": [0.1, 0.2], "placements": {"at_most": 0}})
    workers = Workers(record)
    driver = begin(folder, workers, 1e6)
    workers.work(driver)
    assert driver.exhausted
    assert not driver.finished
    assert driver.time_up is None

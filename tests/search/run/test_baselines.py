"""Plain networks are among the first trials, so that a search can say what it won."""

from dataclasses import replace
from math import log
from pathlib import Path
from typing import Any

import pytest

from search.run.baseline_order import BaselineOrder
from search.run.driver import Driver
from search.run.replicates import most_uncertain
from search.study.spec import StudySpec
from search.study.study import StudyRecord
from search.study.trial import Status, TrialRecord, TrialResult
from spaces import Candidate, Encoding
from tests.search.factory import new_run, quality, result, spec, trained
from tests.search.run.drivers import work

WIDE = {"widths": [0.1, 0.2, 0.35, 0.5], "groups": [1, 4], "placements": {"blocks": [8, 9, 12], "at_most": 2}}


def wanted(flops: str = "3M", **search: Any) -> dict[str, Any]:
    return {"space": WIDE, "budgets": {"flops": flops}, "search": {"baselines": True, **search}}


def flops_of(study: StudySpec, candidates: tuple[Candidate, ...]) -> list[int]:
    return [study.search_space.costs_of(one)["flops"] for one in candidates]


def test_the_one_nearest_below_the_budget_comes_first_and_then_the_furthest_from_those_before() -> None:
    study = spec(**wanted("7M"))
    order = BaselineOrder(study).networks
    assert set(order) == set(study.search_space.plain_networks)
    assert order[0] == study.search_space.fitting_bases[0], "none of the widths"
    costs = [log(flops) for flops in flops_of(study, order)]
    assert costs[0] == max(costs)
    for index in range(1, len(costs)):
        distances = [min(abs(cost - earlier) for earlier in costs[:index]) for cost in costs[index:]]
        assert distances[0] == max(distances)


def test_each_backbone_has_one_near_the_budget_before_any_has_a_second() -> None:
    sections = wanted("7M") | {"space": WIDE | {"backbones": ["mobilenet_v1", "mobilenet_v2"]}}
    study = spec(**sections)
    order = BaselineOrder(study).networks
    assert {one.arch.backbone for one in order[:2]} == {"mobilenet_v1", "mobilenet_v2"}
    assert set(order[:2]) == set(study.search_space.fitting_bases)


def test_each_size_has_one_near_the_budget_before_any_has_a_second() -> None:
    sections = wanted("7M")
    sections["space"] = WIDE | {"input_sizes": [16, 24, 32]}
    order = BaselineOrder(spec(**sections)).networks
    assert {one.input_size for one in order[:3]} == {16, 24, 32}
    for one in order[:3]:
        assert one.arch.width == max(other.arch.width for other in order if other.input_size == one.input_size)


def test_without_baselines_there_are_none() -> None:
    assert BaselineOrder(spec(**wanted(baselines=False))).networks == ()


@pytest.mark.parametrize(("trials", "baselines"), [(1, 0), (3, 1), (8, 3)])
def test_at_most_half_of_the_trials_are_baselines_and_they_come_first(
    tmp_path: Path, trials: int, baselines: int
) -> None:
    folder, record = new_run(tmp_path, **wanted())
    order = BaselineOrder(record.spec)
    assert len(order.networks) == 3
    driver = Driver(folder, record, trials=trials)
    tasks = [driver.next_task() for _ in range(trials)]  # all at once
    begun = [task.candidate for task in tasks if task is not None]
    assert tuple(begun[:baselines]) == order.networks[:baselines] == order.left((), trials)
    assert len(begun) == len(set(begun)) == trials, "each once"


def test_more_trials_bring_the_baselines_that_fewer_had_no_room_for(tmp_path: Path) -> None:
    folder, record = new_run(tmp_path, **wanted())
    work(Driver(folder, record, trials=3))
    order = BaselineOrder(record.spec).networks
    work(Driver(folder, folder.open_record(), trials=9))
    begun = [trial.candidate for trial in record.trials()]
    assert begun[0] == order[0]
    assert {*order} <= {*begun[:6]}
    assert len(set(begun)) == 9


def test_a_resume_goes_on_with_those_that_are_left(tmp_path: Path) -> None:
    folder, record = new_run(tmp_path, **wanted())
    order = BaselineOrder(record.spec).networks
    first = Driver(folder, record, trials=10)
    work(first, 1)
    interrupted = first.next_task()
    assert interrupted is not None
    again = Driver(folder, folder.open_record(), trials=10)
    assert again.next_task() == interrupted
    last = again.next_task()
    assert last is not None
    assert [trial.candidate for trial in record.trials()] == list(order)
    assert last.candidate == order[2]


@pytest.mark.parametrize("sampler", ["known_cost", "tpe"])
def test_whichever_sampler_goes_on_from_them_proposes_the_same_after_a_resume(tmp_path: Path, sampler: str) -> None:
    begun: list[list[Candidate]] = []
    for interrupted in (True, False):
        folder, record = new_run(tmp_path / str(interrupted), **wanted(sampler=sampler))
        if interrupted:
            work(Driver(folder, record, trials=6), 4)
        work(Driver(folder, folder.open_record(), trials=6))
        begun.append([trial.candidate for trial in record.trials()])
    assert begun[0] == begun[1]
    assert len(set(begun[0])) == 6
    assert all(candidate in record.spec.search_space for candidate in begun[0])


def test_a_baseline_that_failed_is_not_trained_again(tmp_path: Path) -> None:
    folder, record = new_run(tmp_path, **wanted())
    driver = Driver(folder, record, trials=10)
    task = driver.next_task()
    assert task is not None
    driver.trial_ended(task.number, TrialResult(failure="DivergedError: training loss is nan"))
    work(driver, 5)
    assert sum(trial.candidate == task.candidate for trial in record.trials()) == 1


def test_a_search_that_is_settled_trains_its_baselines_all_the_same(tmp_path: Path) -> None:
    folder, record = new_run(tmp_path, **wanted(stop_when={"remaining_hypervolume": "99%"}))
    work(Driver(folder, record, trials=60))
    order = BaselineOrder(record.spec).networks
    assert {*order} <= {trial.candidate for trial in record.trials()}
    assert len(record.trials()) < 60


def led_at_the_rung(folder_of: Path, *, baselines: bool) -> StudyRecord:
    """A search in which plain networks score little at a rung, and all others much."""
    sections = wanted("7M", rungs=[1], baselines=baselines) | {"training": {"epochs": 4}}
    folder, record = new_run(folder_of, **sections)
    driver = Driver(folder, record, trials=26)
    begun = [driver.next_task() for _ in range(26)]
    for task in sorted((one for one in begun if one), key=lambda one: not one.candidate.arch.placements):
        accuracy = 0.2 if not task.candidate.arch.placements else quality(task.candidate.arch)
        if driver.rung_reached(task.number, replace(result(accuracy, epochs=1), rungs={1: accuracy})):
            driver.trial_ended(task.number, replace(result(accuracy, epochs=4), rungs={1: accuracy}))
        else:
            driver.trial_stopped(task.number)
    return record


def plain_of(record: StudyRecord) -> list[TrialRecord]:
    return [trial for trial in record.trials() if not trial.arch.placements]


def test_a_baseline_is_trained_to_its_end_though_others_lead_it(tmp_path: Path) -> None:
    compared = led_at_the_rung(tmp_path / "with", baselines=True)
    assert len(plain_of(compared)) == len(BaselineOrder(compared.spec).networks)
    assert {trial.status for trial in plain_of(compared)} == {Status.COMPLETE}
    assert all(trial.result is not None and trial.result.rungs for trial in plain_of(compared)), "it is a rival"
    assert any(trial.status is Status.STOPPED for trial in plain_of(led_at_the_rung(tmp_path, baselines=False)))


def test_one_that_another_search_stopped_early_is_trained_to_its_end() -> None:
    study = spec(**wanted())
    order = BaselineOrder(study)
    taken = [replace(trial, origin=f"older trial {trial.number}") for trial in trained(study, order.networks)]
    assert order.left(taken, 10) == ()
    stopped = replace(taken[0], status=Status.STOPPED)
    assert order.left([stopped, *taken[1:]], 10) == order.networks[:1]


def test_a_baseline_that_a_verdict_rests_on_gets_the_seeds_that_contenders_get(tmp_path: Path) -> None:
    """Many beat it, so that it is on no front; whether the best of them does is not sure on 228 images."""
    further: dict[bool, set[tuple[Candidate, int]]] = {True: set(), False: set()}
    for baselines, chosen in further.items():
        _, record = new_run(tmp_path / str(baselines), **wanted("7M", confirm=0.5, baselines=baselines))
        space, encoding = record.spec.search_space, Encoding(record.spec.search_space)
        dear = space.base("mobilenet_v2", 0.35, 32)
        cheaper = [one for one in space if one.arch.placements and one.arch.width < 0.35][:20]
        for number, candidate in enumerate(cheaper):
            record.finish(record.start(candidate, encoding, 0), result(0.80 + number / 10_000))
        record.finish(record.start(cheaper[-1], encoding, 1), result(0.81))
        record.finish(record.start(dear, encoding, 0), result(0.76))
        for _ in range(2):
            again = most_uncertain(record.ended(), (), record.spec)
            assert again is not None
            chosen.add(again)
            record.finish(record.start(again[0], encoding, again[1]), result(0.8 if again[0] in cheaper else 0.76))
    assert (dear, 1) in further[True], "the seed that the best one has"
    assert {seed for candidate, seed in further[True] if candidate == dear} == {1}, "and no other"
    assert dear not in {candidate for candidate, _ in further[False]}

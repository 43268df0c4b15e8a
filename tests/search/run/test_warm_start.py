"""A second search on the same data trains nothing again that an earlier one trained."""

from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from search.analysis.front import pareto_front
from search.optimize.early_stopping import EarlyStop, Rival
from search.run.driver import Driver
from search.run.warm_start import (
    WarmStartDataError,
    WarmStartFoldsError,
    WarmStartMethodError,
    WarmStartTrainingError,
    reusable,
    take_over,
)
from search.study.folder import NoSuchRunError, RunFolder
from search.study.folds_spec import FoldsSpec
from search.study.key import evaluation_key
from search.study.study import StudyRecord
from search.study.trial import Status, TrialRecord, TrialResult
from spaces import Encoding
from tests.search.factory import SMALL_SPACE, fill, new_run, quality, result, spec

STOPPED = TrialResult(
    stopped=EarlyStop(rung=1, rivals=(Rival(number=0, lead=0.1),), noise=0.02), rungs={1: 0.3}, epochs=()
)


def keep_weights(folder: RunFolder, trials: list[TrialRecord]) -> list[TrialRecord]:
    """Writes what stands for the weights of ``trials``."""
    folder.weights(0).parent.mkdir(exist_ok=True)
    for trial in trials:
        folder.weights(trial.number).write_bytes(f"weights of trial {trial.number}".encode())
    return trials


def test_trials_are_taken_over_with_their_weights_and_not_trained_again(tmp_path: Path) -> None:
    old_folder, old = new_run(tmp_path, "old")
    done = fill(old, [result(0.5), result(0.6), STOPPED, TrialResult(failure="DivergedError: nan"), None])
    keep_weights(old_folder, done[:2])
    folder, record = new_run(tmp_path, "new", search={"warm_start": ["old"], "rungs": [1]})
    found = reusable(tmp_path, record.spec)
    assert [earlier.trial.arch for earlier in found.trials] == [trial.arch for trial in done[:4]], (
        "not the one that runs"
    )
    take_over(found, folder, record)
    taken = record.trials()
    assert [trial.status for trial in taken] == [Status.COMPLETE, Status.COMPLETE, Status.FAILED, Status.STOPPED]
    assert [trial.result for trial in taken] == [done[number].result for number in (0, 1, 3, 2)]
    assert [trial.origin for trial in taken] == [f"old trial {number}" for number in (0, 1, 3, 2)]
    assert record.snapshot().taken_over
    assert folder.weights(1).read_bytes() == b"weights of trial 1"
    driver = Driver(folder, record, trials=14)
    while (task := driver.next_task()) is not None:
        driver.trial_ended(task.number, result(quality(task.candidate.arch)))
    trials = record.trials()
    assert len(trials) == len({trial.arch for trial in trials}) == 14, "nothing was trained again"
    keep_weights(folder, trials)
    third = reusable(tmp_path, spec("third", search={"warm_start": ["old", "new"], "rungs": [1]}))
    assert len(third.trials) == 14, "each once"


def test_what_an_interrupted_launch_took_over_is_not_taken_over_twice(tmp_path: Path) -> None:
    """Killed after one trial, and half-way through the next."""
    old_folder, old = new_run(tmp_path, "old")
    done = keep_weights(old_folder, fill(old, [result(0.5), result(0.6), result(0.7)]))
    folder, record = new_run(tmp_path, "new", search={"warm_start": ["old"]})
    encoding = Encoding(record.spec.search_space)
    record.adopt(done[0], encoding, "old trial 0")
    record.start(done[1].candidate, encoding, done[1].seed, {"origin": "old trial 1"})
    assert not record.snapshot().taken_over
    take_over(reusable(tmp_path, record.spec), folder, record)
    assert [trial.origin for trial in record.trials()] == [f"old trial {number}" for number in range(3)]
    assert [trial.result for trial in record.trials()] == [trial.result for trial in done]
    assert record.snapshot().asked == record.spec.search.trials + 3


def test_a_machines_failure_is_not_taken_over_and_hides_nothing(tmp_path: Path) -> None:
    _, one = new_run(tmp_path, "one")
    folder, two = new_run(tmp_path, "two")
    fill(one, [TrialResult(failure="OutOfMemoryError: a full GPU"), TrialResult(failure="DivergedError: nan")])
    keep_weights(folder, fill(two, [result(0.5), result(0.6)]))
    found = reusable(tmp_path, spec("new", search={"warm_start": ["one", "two"]})).trials
    assert [earlier.origin for earlier in found] == ["two trial 1", "two trial 0"]


def test_a_stopped_trial_comes_with_all_that_stopped_it_or_not_at_all(tmp_path: Path) -> None:
    old_folder, old = new_run(tmp_path, "old")
    stop = EarlyStop(rung=1, rivals=(Rival(number=2, lead=0.2), Rival(number=0, lead=0.1)), noise=0.02)
    stopped = TrialResult(stopped=stop, rungs={1: 0.3})
    done = keep_weights(old_folder, fill(old, [result(0.5), stopped, result(0.6)]))
    folder, record = new_run(tmp_path, "new", search={"warm_start": ["old"], "rungs": [1]})
    take_over(reusable(tmp_path, record.spec), folder, record)
    taken = record.trials()[-1].result
    assert taken is not None
    assert taken.stopped is not None
    assert [rival.number for rival in taken.stopped.rivals] == [1, 0], "as they are numbered here"
    never = spec("never", search={"warm_start": ["old"], "rungs": []})
    assert len(reusable(tmp_path, never).trials) == 2
    without = spec("small", budgets={"flops": done[2].costs["flops"] - 1}, search={"warm_start": ["old"], "rungs": [1]})
    assert done[1].arch not in {earlier.trial.arch for earlier in reusable(tmp_path, without).trials}


def test_only_networks_of_the_space_within_the_budgets_are_taken_over(tmp_path: Path) -> None:
    old_folder, old = new_run(tmp_path, "old")
    done = keep_weights(old_folder, fill(old, [result(0.5)] * 12))
    middle = sorted(trial.costs["flops"] for trial in done)[5]
    new = spec("new", budgets={"flops": middle}, search={"warm_start": ["old"]})
    taken = {earlier.trial.arch for earlier in reusable(tmp_path, new).trials}
    assert taken == {trial.arch for trial in done if trial.costs["flops"] <= middle}


def test_a_network_whose_weights_are_gone_is_trained_again_before_all_others(tmp_path: Path) -> None:
    """One that was dominated there and is not here, as what dominated it is in another space."""
    old_folder, old = new_run(tmp_path, "old")
    networks, encoding = list(old.spec.search_space), Encoding(old.spec.search_space)
    narrow, wide = (next(one for one in networks if one.arch.width == width) for width in (0.1, 0.2))
    done = [old.finish(old.start(one, encoding, 0), result(score)) for one, score in ((narrow, 0.9), (wide, 0.8))]
    assert done[0].costs["params"] <= done[1].costs["params"]
    keep_weights(old_folder, done[:1])
    sections = {"space": SMALL_SPACE | {"widths": [0.2]}, "search": {"warm_start": ["old"]}}
    folder, record = new_run(tmp_path, "new", **sections)
    found = reusable(tmp_path, record.spec)
    assert (found.trials, found.again) == ((), (wide,))
    assert "1 network of old is trained again" in " ".join(found.in_words(record.spec))
    take_over(found, folder, record)
    take_over(found, folder, record)  # a launch that was interrupted after that
    assert record.snapshot().asked == record.spec.search.trials
    driver = Driver(folder, record, trials=3)
    tasks = []
    while (task := driver.next_task()) is not None:
        tasks.append(task.candidate)
        keep_weights(folder, [record.trials()[task.number]])
        driver.trial_ended(task.number, result(quality(task.candidate.arch)))
    assert tasks[0] == wide
    assert len(tasks) == len(set(tasks)) == 3


@pytest.mark.parametrize("confirm", [0, 0.5])
def test_whatever_was_kept_every_network_of_the_front_has_weights(tmp_path: Path, confirm: float) -> None:
    old_folder, old = new_run(tmp_path, "old")
    done = fill(old, [result(0.3 + 0.6 * Random(n).random()) for n in range(20)])
    keep_weights(old_folder, done[::3])
    folder, record = new_run(tmp_path, "new", search={"warm_start": ["old"], "confirm": confirm})
    found = reusable(tmp_path, record.spec)
    assert len(found.again) > 0
    take_over(found, folder, record)
    for network in pareto_front(record.ended()):
        assert folder.weights(network.number).is_file()


def test_the_copy_of_a_trial_that_has_weights_is_taken(tmp_path: Path) -> None:
    _, first = new_run(tmp_path, "one")
    two, second = new_run(tmp_path, "two")
    fill(first, [result(0.5)])
    keep_weights(two, fill(second, [result(0.5)]))
    found = reusable(tmp_path, spec("new", search={"warm_start": ["one", "two"]}))
    assert [earlier.origin for earlier in found.trials] == ["two trial 0"]
    assert not found.again


def test_what_cannot_be_compared_is_refused_in_one_line(tmp_path: Path) -> None:
    new_run(tmp_path, "old")
    other = spec("new", training={"epochs": 3}, search={"warm_start": ["old"]})
    with pytest.raises(WarmStartTrainingError) as training:
        reusable(tmp_path, other)
    assert (training.value.run, training.value.differences) == ("old", ("epochs 10, here 3",))
    same = spec("new", search={"warm_start": ["old"]})
    with pytest.raises(WarmStartDataError, check=lambda error: error.run == "old"):
        reusable(tmp_path, same.model_copy(update={"data": same.data.model_copy(update={"data_id": "other"})}))
    with pytest.raises(WarmStartMethodError, check=lambda error: error.run == "old"):
        reusable(tmp_path, same.model_copy(update={"method": same.method + 1}))
    with pytest.raises(NoSuchRunError, check=lambda error: error.where == "nowhere"):
        reusable(tmp_path, spec("new", search={"warm_start": ["nowhere"]}))


def test_a_key_is_of_all_that_an_accuracy_depends_on_and_of_nothing_else(tmp_path: Path) -> None:
    known = spec()
    one, other = (next(iter(known.search_space)), list(known.search_space)[5])

    def key(**changes: object) -> str:
        values = {"candidate": one, "recipe": known.recipe, "data_id": "d", "seed": 0, "epochs": 10} | changes
        return evaluation_key(**values)  # type: ignore[arg-type]

    changes: list[dict[str, object]] = [
        {"candidate": other},
        {"candidate": replace(one, input_size=16)},
        {"recipe": replace(known.recipe, learning_rate=0.2)},
        {"data_id": "e"},
        {"seed": 1},
        {"epochs": 9},
        {"pretrained_sha256": "f"},
        {"pretrained_sha256": "f", "cut_from": 1.0},
        {"method": 99},
    ]
    assert key() == key()
    assert len({key(), *(key(**change) for change in changes)}) == 1 + len(changes)


def test_every_trial_that_ends_has_its_key_in_the_record(tmp_path: Path) -> None:
    folder, record = new_run(tmp_path)
    complete, stopped = fill(record, [result(0.5), STOPPED])
    again: StudyRecord = folder.open_record()
    assert again.key_of(complete) != again.key_of(stopped)
    attributes = [trial.user_attrs["key"] for trial in again._storage.get_all_trials(again._study_id)]
    assert attributes == [again.key_of(complete), again.key_of(stopped)]


@pytest.mark.parametrize(
    "folds", [FoldsSpec(images=(9, 9), groups_sha256="a"), FoldsSpec(images=(6, 6, 6), groups_sha256="a")]
)
def test_scores_on_other_folds_are_not_taken_over(tmp_path: Path, folds: FoldsSpec) -> None:
    _, old = new_run(tmp_path, "old")
    fill(old, [result(0.5)])
    wanted = spec("new", search={"warm_start": ["old"]})
    with pytest.raises(WarmStartFoldsError) as refused:
        reusable(tmp_path, wanted.model_copy(update={"folds": folds}))
    assert refused.value.run == "old"
    assert len(reusable(tmp_path, wanted).trials) <= 1

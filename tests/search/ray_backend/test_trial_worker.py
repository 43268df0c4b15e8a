"""The worker, without Ray's processes: it trains tasks one after the other and survives those that fail."""

import errno
import platform
from collections.abc import Iterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import psutil
import pytest
import torch
from ray import tune

from pipelines.datasets import ImageDataset, LabelledImage, digits
from pipelines.errors import NoPreparedDataError
from pipelines.loading.base import ReaderKind
from pipelines.loading.data import OtherDataError
from pipelines.split import SPLITS
from pipelines.storage.manifest import file_sha256, read_manifest
from pipelines.storage.prepare import prepare
from pipelines.storage.remote import StoreError
from pipelines.training.epoch import Epoch
from pipelines.training.loop import Training
from pipelines.training.recipe import Recipe
from pipelines.weights import DamagedError, load_weights, read_weights
from search.ray_backend import trial_worker
from search.ray_backend.trial_worker import EPOCH, OUT_OF_MEMORY, RESULT, RUNG, TASK, RunNotSharedError, TrialWorker
from search.run.task import BEGUN, TrialTask
from search.study.trial import TrialResult
from ulsam import ArchConfig, Placement, build_model
from ulsam.mobilenet import MobileNet

RECIPE = Recipe(epochs=2, input_size=8, batch_size=64, flip=False)
ARCH = ArchConfig(
    backbone="mobilenet_v1",
    width=0.1,
    num_classes=10,
    stem_stride=1,
    placements=(Placement(block=3, mode="insert", groups=2),),
)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("prepared") / "digits"
    prepare(digits(), path, image_size=8)
    return path


@pytest.fixture(autouse=True)
def threads() -> Iterator[None]:
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.fixture
def task(data: Path, tmp_path: Path) -> TrialTask:
    return TrialTask(
        number=0,
        arch=ARCH,
        recipe=RECIPE,
        data=data,
        data_id=read_manifest(data).data_id,
        seed=0,
        key="a hash of all that matters",
        weights=tmp_path / "weights" / "0.safetensors",
        checkpoints=tmp_path / "checkpoints",
        checkpoint_seconds=3600,
        cpus=1,
        gpus=0,
    )


@pytest.fixture
def kept(task: TrialTask) -> TrialTask:
    """The same, saved after each epoch."""
    return replace(task, checkpoint_seconds=0)


def run(worker: TrialWorker) -> tuple[list[Epoch], TrialResult]:
    epochs = []
    while True:
        report = worker.step()
        if RESULT in report:
            assert report[tune.result.DONE]
            return epochs, report[RESULT]
        epochs.append(report[EPOCH])


def test_trains_a_network_and_leaves_the_weights_that_were_scored(task: TrialTask) -> None:
    epochs, outcome = run(TrialWorker({TASK: task}))
    assert [epoch.number for epoch in epochs] == [1]  # the last comes with the result
    assert [epoch.number for epoch in outcome.epochs] == [1, 2]
    assert outcome.accuracy == outcome.epochs[-1].val_accuracy
    assert outcome.weights_sha256 == file_sha256(task.weights)
    assert outcome.seconds > 0
    load_weights(build_model(ARCH), task.weights)


def test_a_reused_worker_trains_exactly_as_a_new_one(task: TrialTask, tmp_path: Path) -> None:
    reused = TrialWorker({TASK: replace(task, seed=3)})
    run(reused)
    assert reused.reset_config({TASK: task})
    _, again = run(reused)
    _, fresh = run(TrialWorker({TASK: replace(task, weights=tmp_path / "weights" / "fresh.safetensors")}))
    assert again.weights_sha256 == fresh.weights_sha256


def test_a_worker_that_has_its_data_needs_no_object_store(
    task: TrialTask, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial_worker, "local", lambda place, splits: data)
    worker = TrialWorker({TASK: replace(task, data="s3://bucket/digits")})
    run(worker)

    def no_answer(place: str, splits: object) -> Path:
        raise StoreError("no answer", where=place)

    monkeypatch.setattr(trial_worker, "local", no_answer)
    worker.reset_config({TASK: replace(task, data="s3://bucket/digits", seed=1)})
    assert run(worker)[1].accuracy is not None
    worker.reset_config({TASK: replace(task, data="s3://bucket/others")})
    with pytest.raises(StoreError) as refused:
        worker.step()
    assert refused.value.where == "s3://bucket/others"


def test_a_worker_refuses_other_data_than_the_search_began_with(task: TrialTask) -> None:
    worker = TrialWorker({TASK: replace(task, data_id="0123456789abcdef")})
    with pytest.raises(OtherDataError) as refused:
        worker.step()
    assert (refused.value.found, refused.value.expected_id) == (task.data_id, "0123456789abcdef")
    worker.reset_config({TASK: task})
    assert run(worker)[1].accuracy is not None


def test_at_a_rung_it_reports_an_annealed_score_and_goes_on_to_the_same_weights(
    task: TrialTask, tmp_path: Path
) -> None:
    worker = TrialWorker({TASK: replace(task, rungs=(1,))})
    report = worker.step()
    so_far = report[RUNG]
    assert (report[EPOCH].number, list(so_far.rungs)) == (1, [1])
    assert so_far.accuracy == so_far.rungs[1] != report[EPOCH].val_accuracy
    _, outcome = run(worker)
    assert outcome.rungs == so_far.rungs
    plain = TrialWorker({TASK: replace(task, weights=tmp_path / "weights" / "plain.safetensors")})
    assert RUNG not in plain.step()
    assert run(plain)[1].weights_sha256 == outcome.weights_sha256


def test_another_worker_goes_on_to_the_same_weights(kept: TrialTask, tmp_path: Path) -> None:
    long = replace(kept, recipe=replace(RECIPE, epochs=4))
    _, whole = run(TrialWorker({TASK: replace(long, checkpoints=tmp_path / "others")}))
    lost = TrialWorker({TASK: long})
    for _ in range(2):
        lost.step()
    epochs, outcome = run(TrialWorker({TASK: long}))
    assert [epoch.number for epoch in epochs] == [2, 3]  # what was kept last is told again
    assert [epoch.number for epoch in outcome.epochs] == [1, 2, 3, 4]
    assert outcome.weights_sha256 == whole.weights_sha256
    assert outcome.accuracy == whole.accuracy
    assert whole.interruptions == ()
    assert outcome.interruptions == (f"interrupted, went on after epoch 2 on {platform.node()}",)
    assert outcome.seconds > sum(epoch.seconds for epoch in outcome.epochs)


def test_a_score_at_a_rung_is_told_again_by_the_worker_that_takes_over(kept: TrialTask) -> None:
    """Whoever decides on it may have died before it heard."""
    first = TrialWorker({TASK: replace(kept, rungs=(1,))}).step()
    worker = TrialWorker({TASK: replace(kept, rungs=(1,))})
    again = worker.step()
    assert again[EPOCH] == first[EPOCH]
    assert again[RUNG].rungs == first[RUNG].rungs
    assert run(worker)[1].rungs == first[RUNG].rungs


def test_a_training_that_ended_as_its_driver_died_is_not_made_again(
    kept: TrialTask, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, outcome = run(TrialWorker({TASK: kept}))
    kept.weights.unlink()
    monkeypatch.setattr(Training, "run_epoch", lambda _: pytest.fail("it trains again"))
    _, again = run(TrialWorker({TASK: kept}))
    assert again.accuracy == outcome.accuracy
    assert again.weights_sha256 == outcome.weights_sha256 == file_sha256(kept.weights)


def test_a_damaged_checkpoint_costs_an_epoch_and_is_on_record(kept: TrialTask) -> None:
    lost = TrialWorker({TASK: replace(kept, recipe=replace(RECIPE, epochs=4))})
    for _ in range(3):
        lost.step()
    _, last = sorted(kept.checkpoints.iterdir())
    last.write_bytes(last.read_bytes()[:-100])
    _, outcome = run(TrialWorker({TASK: replace(kept, recipe=replace(RECIPE, epochs=4))}))
    assert outcome.interruptions == (
        f"interrupted, went on after epoch 2 on {platform.node()}, since what is later is damaged: {last.name}",
    )


def test_where_every_checkpoint_is_damaged_it_starts_anew_and_says_so(kept: TrialTask) -> None:
    TrialWorker({TASK: kept}).step()
    for path in kept.checkpoints.iterdir():
        path.write_bytes(b"")
    epochs, outcome = run(TrialWorker({TASK: kept}))
    assert [epoch.number for epoch in epochs] == [1]
    assert "trained again from the start: " in outcome.note


def test_a_checkpoint_of_another_training_is_left_alone(kept: TrialTask) -> None:
    TrialWorker({TASK: kept}).step()
    epochs, outcome = run(TrialWorker({TASK: replace(kept, key="other data")}))
    assert [epoch.number for epoch in epochs] == [1]
    assert outcome.interruptions == ()


def test_it_is_saved_no_more_often_than_was_asked_for(task: TrialTask) -> None:
    TrialWorker({TASK: task}).step()
    assert not task.checkpoints.exists()


def test_a_reused_worker_keeps_its_data_open(task: TrialTask) -> None:
    worker = TrialWorker({TASK: task})
    run(worker)
    before = worker._data
    worker.reset_config({TASK: task})
    run(worker)
    assert worker._data is before


def test_a_network_that_diverges_fails_and_the_worker_lives_on(task: TrialTask) -> None:
    diverging = replace(task, recipe=replace(RECIPE, learning_rate=1e30))
    worker = TrialWorker({TASK: diverging})
    _, outcome = run(worker)
    assert outcome.accuracy is None
    assert outcome.failure is not None
    assert outcome.failure.startswith("DivergedError: ")
    assert not task.weights.exists()
    worker.reset_config({TASK: task})
    assert run(worker)[1].accuracy is not None


def test_a_network_that_does_not_fit_into_memory_fails(task: TrialTask, monkeypatch: pytest.MonkeyPatch) -> None:
    def too_large(*_: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20 GiB\nand more lines")

    monkeypatch.setattr("search.ray_backend.trial_worker.build_model", too_large)
    report = TrialWorker({TASK: task}).step()
    assert report[RESULT].failure == "OutOfMemoryError: CUDA out of memory. Tried to allocate 20 GiB"
    assert report[OUT_OF_MEMORY]
    assert report[tune.result.DONE]


def test_a_lack_of_memory_on_a_cpu_is_one_too(task: TrialTask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("search.ray_backend.trial_worker.build_model", lambda *_: torch.empty(2**50, dtype=torch.uint8))
    report = TrialWorker({TASK: task}).step()
    assert report[RESULT].failure.startswith("RuntimeError: ")
    assert report[OUT_OF_MEMORY]


def test_a_network_that_diverges_is_told_from_a_lack_of_memory(task: TrialTask) -> None:
    report = TrialWorker({TASK: replace(task, recipe=replace(RECIPE, learning_rate=1e30))}).step()
    assert report[RESULT].failure.startswith("DivergedError: ")
    assert not report[OUT_OF_MEMORY]


@pytest.mark.parametrize(
    "error",
    [torch.OutOfMemoryError("CUDA out of memory"), OSError(errno.EIO, "Input/output error"), MemoryError()],
)
def test_what_goes_wrong_while_data_are_opened_is_no_fault_of_the_network(
    task: TrialTask, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """The images are decoded into memory then, a GPU's as well."""

    def break_down(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("pipelines.loading.data.open_reader", break_down)
    worker = TrialWorker({TASK: task})
    with pytest.raises(type(error)):
        worker.step()
    assert not task.checkpoints.with_suffix(BEGUN).exists(), "it did not come to its network"


def test_damaged_weights_to_start_from_are_no_fault_of_the_network(task: TrialTask, tmp_path: Path) -> None:
    (tmp_path / "pretrained.safetensors").write_bytes(b"damaged")
    worker = TrialWorker({TASK: replace(task, pretrained=tmp_path / "pretrained.safetensors")})
    with pytest.raises(DamagedError) as refused:
        worker.step()
    assert refused.value.where == str(tmp_path / "pretrained.safetensors")
    assert not task.checkpoints.with_suffix(BEGUN).exists()


def test_a_worker_that_came_to_its_network_leaves_a_mark(task: TrialTask) -> None:
    TrialWorker({TASK: task}).step()
    assert task.checkpoints.with_suffix(BEGUN).exists()


def test_a_network_starts_from_the_weights_of_its_task(task: TrialTask, tmp_path: Path) -> None:
    _, fresh = run(TrialWorker({TASK: task}))
    again = replace(task, weights=tmp_path / "weights" / "again.safetensors", pretrained=task.weights)
    _, started = run(TrialWorker({TASK: again}))
    assert started.epochs[0].train_loss < fresh.epochs[0].train_loss
    still = replace(again, recipe=replace(RECIPE, learning_rate=1e-12))
    run(TrialWorker({TASK: still}))
    before, after = read_weights(task.weights), read_weights(still.weights)
    assert all(
        torch.allclose(before[name], after[name], atol=1e-6) for name in before if name.endswith(("weight", "bias"))
    )


def test_missing_data_are_no_fault_of_the_network(task: TrialTask, tmp_path: Path) -> None:
    with pytest.raises(NoPreparedDataError) as refused:
        TrialWorker({TASK: replace(task, data=tmp_path / "nowhere")}).step()
    assert refused.value.where == str(tmp_path / "nowhere")


def test_a_run_that_this_node_does_not_see_is_no_fault_of_the_network(task: TrialTask, tmp_path: Path) -> None:
    """Weights that are left on the node's own disk would be missed only at the export."""
    with pytest.raises(RunNotSharedError) as refused:
        TrialWorker({TASK: replace(task, weights=tmp_path / "elsewhere" / "weights" / "0.safetensors")}).step()
    assert refused.value.where.endswith(f": {tmp_path / 'elsewhere'}")


@pytest.mark.parametrize(
    "error", [RuntimeError("CUDA error: unspecified launch failure"), ValueError("a bug"), OSError()]
)
def test_whatever_else_goes_wrong_is_no_fault_of_the_network(
    task: TrialTask, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def break_down(*_: object) -> None:
        raise error

    monkeypatch.setattr("search.ray_backend.trial_worker.save_weights", break_down)
    with pytest.raises(type(error)):
        run(TrialWorker({TASK: task}))


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")
def test_a_missing_gpu_is_said_and_not_worked_around(task: TrialTask) -> None:
    with pytest.raises(RuntimeError, match="a GPU was asked for, but torch finds none here"):
        run(TrialWorker({TASK: replace(task, gpus=1)}))


def test_trains_with_as_many_threads_as_it_was_given(task: TrialTask) -> None:
    torch.set_num_threads(2)
    worker = TrialWorker({TASK: task})
    run(worker)
    assert torch.get_num_threads() == 1


def test_data_stay_in_memory_within_the_share_that_the_search_states(task: TrialTask, tmp_path: Path) -> None:
    worker = TrialWorker({TASK: task})
    run(worker)
    assert worker._data is not None
    assert worker._data.reader == "resident"
    streaming = TrialWorker({TASK: replace(task, memory=0.0)})
    run(streaming)
    assert streaming._data is not None
    assert streaming._data.reader != "resident"


def test_every_reader_trains_the_same_network(task: TrialTask) -> None:
    """Whatever the machine can do, a score means the same."""
    kinds: list[ReaderKind] = ["resident", "plain", *(["ffcv"] if find_spec("ffcv") else [])]  # type: ignore[list-item]
    outcomes = {run(TrialWorker({TASK: replace(task, reader=kind)}))[1].weights_sha256 for kind in kinds}
    assert len(outcomes) == 1


def test_a_batch_that_was_cut_for_want_of_memory_is_on_record(task: TrialTask, monkeypatch: pytest.MonkeyPatch) -> None:
    forward = MobileNet.forward

    def hungry(model: MobileNet, images: torch.Tensor) -> torch.Tensor:
        torch.empty(2**50 if model.training and len(images) > 16 else 1, dtype=torch.uint8)
        return forward(model, images)

    monkeypatch.setattr(MobileNet, "forward", hungry)
    _, outcome = run(TrialWorker({TASK: task}))
    assert outcome.failure is None
    assert [epoch.micro_batches for epoch in outcome.epochs] == [4, 4]


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["resident", "ffcv", "plain"])
def test_a_thousand_trials_leak_nothing(task: TrialTask, tmp_path: Path, kind: ReaderKind) -> None:
    """No thread, no file handle, and under 100 MB."""
    if kind == "ffcv":
        pytest.importorskip("ffcv", reason="FFCV is not installed")
    blank = np.zeros((8, 8, 3), np.uint8)
    images = tuple(LabelledImage(where=str(label), label=label % 10, pixels=blank + 9 * label) for label in range(20))
    few = ImageDataset(name="few", classes=tuple("0123456789"), splits=dict.fromkeys(SPLITS, images), made="by hand")
    data_id = prepare(few, tmp_path / "few", image_size=8).data_id
    short = replace(
        task, data=tmp_path / "few", data_id=data_id, recipe=replace(RECIPE, epochs=1, batch_size=10), reader=kind
    )
    worker = TrialWorker({TASK: short})
    me = psutil.Process()

    def used() -> tuple[int, int, int]:
        return me.num_threads(), me.num_fds(), me.memory_info().rss

    for number in range(1000):
        worker.reset_config({TASK: replace(short, number=number, seed=number)})
        assert run(worker)[1].failure is None
        if number == 20:
            threads, handles, memory = used()
    assert used()[0] <= threads
    assert used()[1] <= handles
    assert used()[2] - memory < 100e6

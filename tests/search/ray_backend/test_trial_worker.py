"""The worker, without Ray's processes: it trains tasks one after the other."""

from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import psutil
import pytest
import torch

from pipelines.datasets import ImageDataset, LabelledImage
from pipelines.loading.base import ReaderKind
from pipelines.loading.data import OtherDataError
from pipelines.split import SPLITS
from pipelines.storage.manifest import file_sha256, read_manifest
from pipelines.storage.prepare import prepare
from pipelines.storage.remote import StoreError
from pipelines.weights import load_weights, read_weights, save_weights
from search.artifacts.blueprint import Blueprint
from search.artifacts.model import OtherWeightsError
from search.artifacts.trained import Hardware, trained_network
from search.ray_backend import trial_worker
from search.ray_backend.trial_worker import TASK, TrialWorker
from search.run.task import TrialTask
from search.study.data_spec import DataSpec
from tests.search.factory import score
from tests.search.ray_backend.workers import NETWORK, RECIPE, run
from ulsam import ArchConfig, build_model
from ulsam.cutting import cut_for
from ulsam.mobilenet import MobileNet

pytestmark = pytest.mark.usefixtures("threads")


def test_trains_a_network_and_leaves_the_weights_that_were_scored(task: TrialTask) -> None:
    epochs, outcome = run(TrialWorker({TASK: task}))
    assert [epoch.number for epoch in epochs] == [1]  # the last comes with the result
    assert [epoch.number for epoch in outcome.epochs] == [1, 2]
    assert outcome.value == outcome.epochs[-1].val_accuracy
    assert outcome.weights_sha256 == file_sha256(task.weights)
    assert outcome.seconds > 0
    load_weights(build_model(NETWORK.arch), task.weights)


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
    monkeypatch.setattr(trial_worker, "local", lambda location, splits: data)
    worker = TrialWorker({TASK: replace(task, data="s3://bucket/digits")})
    run(worker)

    def no_answer(location: str, splits: object) -> Path:
        raise StoreError("no answer", where=location)

    monkeypatch.setattr(trial_worker, "local", no_answer)
    worker.reset_config({TASK: replace(task, data="s3://bucket/digits", seed=1)})
    assert run(worker)[1].value is not None
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
    assert run(worker)[1].value is not None


def test_a_reused_worker_keeps_its_data_open(task: TrialTask) -> None:
    worker = TrialWorker({TASK: task})
    run(worker)
    before = worker._data
    worker.reset_config({TASK: task})
    run(worker)
    assert worker._data is before


def test_a_network_starts_from_the_weights_of_its_task(task: TrialTask, tmp_path: Path) -> None:
    task = replace(task, recipe=replace(RECIPE, batch_size=16))
    _, fresh = run(TrialWorker({TASK: task}))
    again = replace(task, weights=tmp_path / "weights" / "again.safetensors", pretrained=task.weights)
    _, started = run(TrialWorker({TASK: again}))
    assert started.epochs[0].train_loss < fresh.epochs[0].train_loss
    still = replace(again, recipe=replace(RECIPE, epochs=1, learning_rate=1e-12))
    run(TrialWorker({TASK: still}))
    before, after = read_weights(task.weights), read_weights(still.weights)
    assert all(
        torch.allclose(before[name], after[name], atol=1e-6) for name in before if name.endswith(("weight", "bias"))
    )


def test_norms_with_trained_weights_keep_their_statistics_where_the_recipe_says_so(
    task: TrialTask, tmp_path: Path
) -> None:
    trained = build_model(NETWORK.arch).state_dict()
    trained["features.0.1.running_mean"] += 1
    save_weights(trained, tmp_path / "trained.safetensors")
    frozen = replace(task, pretrained=tmp_path / "trained.safetensors", recipe=replace(RECIPE, frozen_norms=True))
    run(TrialWorker({TASK: frozen}))
    after = read_weights(frozen.weights)
    assert torch.equal(after["features.0.1.running_mean"], trained["features.0.1.running_mean"])


def test_a_narrow_network_starts_from_what_is_cut_for_it(task: TrialTask, tmp_path: Path) -> None:
    wide = build_model(ArchConfig(backbone="mobilenet_v1", width=0.25, num_classes=10, stem_stride=1)).state_dict()
    save_weights(wide, tmp_path / "wide.safetensors")
    still = replace(task, recipe=replace(RECIPE, learning_rate=1e-12), pretrained=tmp_path / "wide.safetensors")
    run(TrialWorker({TASK: replace(still, cut_from=0.25)}))
    expected, after = cut_for(NETWORK.arch, wide, 0.25), read_weights(task.weights)
    assert after["features.13.conv.1.0.weight"].shape != wide["features.13.conv.1.0.weight"].shape
    assert all(
        torch.allclose(tensor, after[name], atol=1e-6)
        for name, tensor in expected.items()
        if name.endswith(("weight", "bias"))
    )


def test_a_network_learns_from_the_teacher_of_its_task(task: TrialTask, data: Path, tmp_path: Path) -> None:
    """Of a teacher alone, labels do not count: a constant one takes all that a network could learn."""
    run(TrialWorker({TASK: task}))
    weights = read_weights(task.weights)
    weights["classifier.1.weight"].zero_()
    (tmp_path / "teacher").mkdir()
    save_weights(weights, tmp_path / "teacher" / "weights.safetensors")
    hardware, recipe = Hardware(device="cpu", threads=1, workers=1), replace(RECIPE, distill_weight=1.0)
    network = Blueprint(arch=NETWORK.arch, input_size=NETWORK.input_size, recipe=RECIPE)
    spec, file = DataSpec.of(data, read_manifest(data)), tmp_path / "teacher" / "weights.safetensors"
    trained_network(network, RECIPE, 0, spec, None, None, score(1, 10), file, hardware).save(
        file.with_name("arch.yaml")
    )
    taught = replace(task, recipe=recipe, teacher=file.parent)
    _, outcome = run(TrialWorker({TASK: taught}))
    assert outcome.epochs[-1].train_loss < 0.1
    assert outcome.value is not None
    assert outcome.value < 0.3
    file.write_bytes(file.read_bytes()[:-1] + b"0")
    with pytest.raises(OtherWeightsError) as damaged:
        run(TrialWorker({TASK: taught}))
    assert damaged.value.where == str(file)


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

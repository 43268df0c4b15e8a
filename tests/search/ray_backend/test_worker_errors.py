"""What goes wrong in a worker is a network's fault, or costs the worker."""

import errno
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from ray import tune

from pipelines.errors import NoPreparedDataError
from pipelines.weights import DamagedError
from search.ray_backend.trial_worker import OUT_OF_MEMORY, RESULT, TASK, RunNotSharedError, TrialWorker
from search.run.task import BEGUN, TrialTask
from tests.search.ray_backend.workers import RECIPE, run

pytestmark = pytest.mark.usefixtures("threads")


def test_a_network_that_diverges_fails_and_the_worker_lives_on(task: TrialTask) -> None:
    diverging = replace(task, recipe=replace(RECIPE, learning_rate=1e30))
    worker = TrialWorker({TASK: diverging})
    _, outcome = run(worker)
    assert outcome.value is None
    assert outcome.failure is not None
    assert outcome.failure.startswith("DivergedError: ")
    assert not task.weights.exists()
    worker.reset_config({TASK: task})
    assert run(worker)[1].value is not None


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


def test_a_network_that_diverges_is_distinguished_from_a_lack_of_memory(task: TrialTask) -> None:
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
    with pytest.raises(RuntimeError, match="GPU"):
        run(TrialWorker({TASK: replace(task, gpus=1)}))

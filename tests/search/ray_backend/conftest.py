"""A Ray of a test file's own; digits and a task for a worker."""

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import ray
import torch

from pipelines.datasets import digits
from pipelines.storage.manifest import read_manifest
from pipelines.storage.prepare import prepare
from search.ray_backend.ray_alone import ray_alone
from search.run.task import TrialTask
from tests.search.ray_backend.workers import NETWORK, RECIPE


@pytest.fixture(scope="module")
def ray_here() -> Iterator[None]:
    """Ray on this machine alone, with two CPUs; its short-named folder is removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="us", dir="/tmp") as folder:
        with ray_alone():
            ray.init(num_cpus=2, include_dashboard=False, _temp_dir=folder, _node_ip_address="127.0.0.1")
        yield
        ray.shutdown()


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A third of the digits, prepared: what workers do does not depend on how many they see."""
    path, whole = tmp_path_factory.mktemp("prepared") / "digits", digits()
    some = {split: images[::3] for split, images in whole.splits.items()}
    prepare(replace(whole, splits=some, drawing=None), path, image_size=8)
    return path


@pytest.fixture
def threads() -> Iterator[None]:
    """Puts torch's number of threads, which a worker sets, back."""
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.fixture
def task(data: Path, tmp_path: Path) -> TrialTask:
    """A small network on the digits for two epochs, saved at the end alone."""
    return TrialTask(
        number=0,
        candidate=NETWORK,
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

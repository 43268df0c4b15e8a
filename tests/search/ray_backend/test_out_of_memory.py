"""A network that takes all of a machine's memory, on real Ray: it alone fails, after two tries."""

import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import ray
from ray import cloudpickle, tune

from search.ray_backend.run_search import run_search
from search.ray_backend.trial_worker import RESULT, TASK
from search.study.trial import Status, TrialResult
from tests.search.factory import new_run

cloudpickle.register_pickle_by_value(sys.modules[__name__])  # Ray's workers can't import tests
pytestmark = pytest.mark.slow
GIB = 1 << 30


@pytest.fixture
def ray_with_little_memory() -> Iterator[None]:
    """Ray that ends workers once they and all else take 2 GiB more than now."""
    memory = psutil.virtual_memory()
    share = (memory.total - memory.available + 2 * GIB) / memory.total
    with tempfile.TemporaryDirectory(prefix="us", dir="/tmp") as folder:
        ray.init(
            num_cpus=1,
            include_dashboard=False,
            object_store_memory=100 << 20,
            _temp_dir=folder,
            _node_ip_address="127.0.0.1",
            _system_config={"memory_usage_threshold": share, "memory_monitor_refresh_ms": 100},
        )
        yield
        ray.shutdown()


class Hungry(tune.Trainable):  # type: ignore[misc]
    """Trains nothing; the second trial takes more than there is, and leaves a line a try."""

    def setup(self, config: dict[str, Any]) -> None:
        self.task = config[TASK]

    def reset_config(self, new_config: dict[str, Any]) -> bool:
        self.setup(new_config)
        return True

    def step(self) -> dict[str, Any]:
        self.task.begin()  # what comes now is its network's doing
        if self.task.number == 1:
            with (self.task.weights.parent.parent / "tries").open("a") as tries:
                tries.write("once\n")
            taken = []
            for _ in range(40):
                taken.append(b"\1" * (GIB // 8))
                time.sleep(0.1)
        return {RESULT: TrialResult(value=0.5, weights_sha256="0" * 64), tune.result.DONE: True}


@pytest.mark.usefixtures("ray_with_little_memory")
def test_it_is_tried_twice_and_the_reason_is_said(tmp_path: Path) -> None:
    folder, record = new_run(tmp_path, search={"concurrent": 1})
    assert run_search(folder, record, trials=3, trainable=Hungry).finished
    trials = record.trials()
    assert [trial.status for trial in trials] == [Status.COMPLETE, Status.FAILED, Status.COMPLETE]
    assert trials[1].result is not None
    assert (
        trials[1].result.failure == "lost worker after worker: its machine ran out of memory, and Ray ended the worker"
    )
    assert (folder.path / "tries").read_text() == "once\n" * 2

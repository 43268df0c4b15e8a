"""The examples in plain torch and plain Ray Tune run as they stand; docs/parts.md has plain Optuna."""

import contextlib
import io
import re
import runpy
import tempfile

import pytest
import ray
import torch

from search.ray_backend.ray_alone import ray_alone
from tests.helpers import ROOT


def run(example: str) -> str:
    """What an example prints as a program, in this process, which has imported torch and Ray."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), torch.random.fork_rng(devices=[]):
        runpy.run_path(str(ROOT / "examples" / example), run_name="__main__")
    return printed.getvalue()


def test_ulsam_learns_in_a_network_of_ones_own() -> None:
    accuracies = [float(share) for share in re.findall(r"test accuracy ([\d.]+)%", run("plain_torch.py"))]
    assert len(accuracies) == 8
    assert accuracies[-1] > 75


def test_sampler_and_scheduler_work_in_a_plain_ray_tune_experiment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    with tempfile.TemporaryDirectory(prefix="us", dir="/tmp") as ray_folder, ray_alone():
        monkeypatch.setenv("RAY_TMPDIR", ray_folder)
        try:
            lines = run("plain_ray_tune.py").splitlines()
        finally:
            ray.shutdown()
    trials = [re.fullmatch(r" *([\d.]+) FLOPs: [\d.]+%, (on the front|\d epochs)", line) for line in lines]
    found = [trial for trial in trials if trial is not None]
    assert len(found) == 12
    assert len({trial[1] for trial in found if trial[2] == "on the front"}) >= 4
    stopped = [line for line in lines if re.match(r"[0-9a-f_]+: ", line)]
    assert len(stopped) == sum(trial[2] == "3 epochs" for trial in found)

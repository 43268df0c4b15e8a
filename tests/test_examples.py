"""The examples in plain torch and plain Ray Tune run as they stand; docs/parts.md has plain Optuna."""

import os
import re
import subprocess
import sys
import tempfile

from tests.helpers import ROOT


def run(example: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, ROOT / "examples" / example],
        env={key: value for key, value in os.environ.items() if key != "RAY_ADDRESS"} | environment,
        capture_output=True,
        text=True,
        timeout=250,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_ulsam_learns_in_a_network_of_ones_own() -> None:
    accuracies = [
        float(share) for share in re.findall(r"test accuracy ([\d.]+)%", run("plain_torch.py", OMP_NUM_THREADS="1"))
    ]
    assert len(accuracies) == 8
    assert accuracies[-1] > 75


def test_sampler_and_scheduler_work_in_a_plain_ray_tune_experiment() -> None:
    with tempfile.TemporaryDirectory(prefix="us") as ray_folder:
        lines = run("plain_ray_tune.py", RAY_TMPDIR=ray_folder, RAY_USAGE_STATS_ENABLED="0").splitlines()
    trials = [re.fullmatch(r" *([\d.]+) FLOPs: [\d.]+%, (on the front|\d epochs)", line) for line in lines]
    found = [trial for trial in trials if trial is not None]
    assert len(found) == 12
    assert len({trial[1] for trial in found if trial[2] == "on the front"}) >= 4
    stopped = [line for line in lines if re.match(r"[0-9a-f_]+: ", line)]
    assert len(stopped) == sum(trial[2] == "3 epochs" for trial in found)

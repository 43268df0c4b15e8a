"""Ray Train: several workers train one network, some are killed, several seeds; by the command line."""

import contextlib
import json
import time
from pathlib import Path

import psutil
import pytest
import yaml

from pipelines.training.recipe import Recipe
from pipelines.weights import read_weights
from search.export.blueprint import Blueprint
from search.export.network import ExportedNetwork
from tests.helpers import Shell
from ulsam import ArchConfig, Placement

ARCH = ArchConfig(
    backbone="mobilenet_v2",
    width=0.1,
    num_classes=10,
    stem_stride=1,
    placements=(Placement(block=12, mode="insert", groups=4),),
)
RECIPE = Recipe(epochs=2, input_size=16, batch_size=32, learning_rate=0.02, flip=False)


@pytest.fixture
def terminal(new_shell: Shell) -> Shell:
    Blueprint(arch=ARCH, recipe=RECIPE).save(new_shell.folder / "arch.yaml")
    return new_shell


def epochs_in(folder: Path) -> list[int]:
    file = folder / "epochs.json"
    return [epoch["number"] for epoch in json.loads(file.read_text())["epochs"]] if file.exists() else []


def test_two_workers_train_each_of_two_seeds(terminal: Shell) -> None:
    process = terminal.start(
        "train", "arch.yaml", "--data", "data/digits", "--workers", 2, "--seeds", 2, "--no-portable", "--out", "many"
    )
    output, _ = process.communicate(timeout=280)
    assert process.returncode == 0, output
    trained = [ExportedNetwork.load(terminal.folder / "many" / f"seed-{seed}") for seed in (0, 1)]
    assert [network.measured.seed for network in trained] == [0, 1]
    assert trained[0].measured.weights_sha256 != trained[1].measured.weights_sha256
    for network, seed in zip(trained, (0, 1), strict=True):
        assert f"many/seed-{seed}: validation {network.measured.accuracy:.2%} after 2 epochs" in output
        assert sorted(path.name for path in (terminal.folder / "many" / f"seed-{seed}").iterdir()) == [
            "README.md",
            "arch.yaml",
            "epochs.json",
            "weights.safetensors",
        ]
    mean = (trained[0].measured.accuracy + trained[1].measured.accuracy) / 2
    assert f"many: validation {mean:.2%} in the mean of 2 seeds, standard deviation" in output
    assert output.count("epoch 2/2: loss") == 2
    assert "reproduced" in terminal.run("evaluate", "many/seed-1")


def test_what_a_team_can_not_share_is_refused_before_anything_is_written(terminal: Shell) -> None:
    recipe = yaml.safe_load((terminal.folder / "arch.yaml").read_text())
    recipe["recipe"]["batch_size"] = 33
    terminal.write("odd.yaml", yaml.safe_dump(recipe))
    for arguments, reason in (
        (("odd.yaml", "--workers", 2), "--workers 2: batches of 33 can't be shared equally by 2 workers"),
        (("arch.yaml", "--workers", 2, "--cpus", 4096), "--workers 2: this machine has not 4096 CPUs for each"),
    ):
        output = terminal.run("train", *arguments, "--data", "data/digits", "--out", "never", expect=2)
        assert reason in output
        assert not (terminal.folder / "never").exists()


@pytest.mark.slow
def test_a_worker_and_then_the_driver_are_killed_and_the_weights_are_the_same(terminal: Shell) -> None:
    arguments = ("train", "arch.yaml", "--data", "data/digits", "--epochs", 12, "--workers", 2, "--no-portable")

    def wait_for(folder: Path, epoch: int) -> None:
        deadline = time.monotonic() + 200
        while epoch not in epochs_in(folder):
            assert time.monotonic() < deadline
            time.sleep(0.05)

    whole, parts = terminal.folder / "whole", terminal.folder / "parts"
    process = terminal.start(*arguments, "--out", "whole")
    assert process.wait(280) == 0, process.stdout and process.stdout.read()

    process = terminal.start(*arguments, "--out", "parts")
    wait_for(parts, 3)
    workers = []
    for child in psutil.Process(process.pid).children(recursive=True):
        with contextlib.suppress(psutil.Error, IndexError):
            workers += [child] if child.cmdline()[0].startswith("ray::RayTrainWorker") else []
    assert len(workers) == 2
    workers[0].kill()
    wait_for(parts, 7)
    children = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.wait()
    psutil.wait_procs(children, timeout=30)
    assert 12 not in epochs_in(parts)

    process = terminal.start(*arguments, "--out", "parts", "--resume")
    assert process.wait(280) == 0, process.stdout and process.stdout.read()
    one, other = (read_weights(folder / "weights.safetensors") for folder in (whole, parts))
    assert all((one[name] == other[name]).all() for name in one)
    assert epochs_in(parts) == list(range(1, 13))

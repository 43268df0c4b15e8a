"""Ray Train: several workers train one network, some are killed, several seeds; by the command line."""

import contextlib
import json
import re
import signal
import time
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
import torch
import yaml

from pipelines.training.recipe import Recipe
from pipelines.weights import read_weights, save_weights
from search.artifacts.blueprint import Blueprint
from search.artifacts.network import ExportedNetwork
from search.artifacts.training_checkpoint import BegunOtherwiseError
from search.errors import ArgumentError, CpusAloneError, NothingBegunError, UsageError, WorkersTooLargeError
from search.ray_backend.machines import Machines, chosen_machines
from tests.helpers import Shell
from ulsam import ArchConfig, Placement, build_model

ARCH = ArchConfig(
    backbone="mobilenet_v2",
    width=0.1,
    num_classes=10,
    stem_stride=1,
    placements=(Placement(block=12, mode="insert", groups=4),),
)
RECIPE = Recipe(epochs=2, batch_size=32, learning_rate=0.02, flip=False)


@pytest.fixture
def terminal(new_shell: Shell) -> Shell:
    Blueprint(arch=ARCH, input_size=16, recipe=RECIPE).save(new_shell.folder / "arch.yaml")
    return new_shell


def epochs_in(folder: Path) -> list[int]:
    file = folder / "epochs.json"
    return [epoch["number"] for epoch in json.loads(file.read_text())["epochs"]] if file.exists() else []


@pytest.mark.slow
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
        assert f"many/seed-{seed}: validation {network.measured.score} after 2 epochs" in output
        assert sorted(path.name for path in (terminal.folder / "many" / f"seed-{seed}").iterdir()) == [
            "README.md",
            "arch.yaml",
            "epochs.json",
            "weights.safetensors",
        ]
    mean = (trained[0].measured.accuracy + trained[1].measured.accuracy) / 2
    assert f"{mean:.2%} (mean of 2 seeds)" in output
    assert output.count("epoch 2/2: loss") == 2
    assert "reproduced" in terminal.run("evaluate", "many/seed-1")

    again = ("train", "arch.yaml", "--data", "data/digits", "--seeds", 2, "--no-portable", "--out", "many", "--resume")
    other = terminal.refused(BegunOtherwiseError, *again)
    assert (other.key, other.then, other.now) == ("workers", 2, 1)


@pytest.mark.slow
def test_workers_keep_the_statistics_of_norms_with_trained_weights(terminal: Shell) -> None:
    frozen = Blueprint(arch=ARCH, input_size=16, recipe=replace(RECIPE, frozen_norms=True))
    frozen.save(terminal.folder / "frozen.yaml")
    trained = build_model(ARCH).state_dict()
    save_weights(trained, terminal.folder / "trained.safetensors")
    start = ("train", "frozen.yaml", "--pretrained", "trained.safetensors", "--data", "data/digits")
    process = terminal.start(*start, "--workers", 2, "--no-portable", "--out", "together")
    output, _ = process.communicate(timeout=280)
    assert process.returncode == 0, output
    after = read_weights(terminal.folder / "together" / "weights.safetensors")
    assert torch.equal(after["features.0.1.running_mean"], trained["features.0.1.running_mean"])


def test_what_a_team_can_not_share_is_refused_before_ray_starts_and_anything_is_written(
    terminal: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    recipe = yaml.safe_load((terminal.folder / "arch.yaml").read_text())
    recipe["recipe"]["batch_size"] = 33
    terminal.write("odd.yaml", yaml.safe_dump(recipe))
    where = ("--data", "data/digits", "--out", "never")
    refusals: list[tuple[tuple[object, ...], type[UsageError], str]] = [
        (("odd.yaml", "--workers", 2), ArgumentError, "workers"),
        (("arch.yaml", "--workers", 2, "--cpus", 4096), WorkersTooLargeError, "workers"),
        (("arch.yaml", "--workers", 2, "--device", "gpu"), ArgumentError, "device"),
        (("arch.yaml", "--cpus", 2), CpusAloneError, "cpus"),
        (("arch.yaml", "--seeds", 2, "--resume"), NothingBegunError, "never"),
    ]
    monkeypatch.setattr("search.ray_backend.cluster.ray.init", lambda **_: pytest.fail("Ray starts for nothing"))
    for arguments, kind, where_wrong in refusals:
        assert terminal.refused(kind, "train", *arguments, *where).where == where_wrong
    assert not (terminal.folder / "never").exists()


@pytest.mark.parametrize(
    ("machines", "workers", "device", "chosen"),
    [
        ([{"CPU": 8}], 2, None, Machines(workers=2, cpus=4, gpu=False)),
        ([{"CPU": 0}, {"CPU": 16}], 2, None, Machines(workers=2, cpus=8, gpu=False)),
        ([{"CPU": 64}, {"CPU": 32, "GPU": 4}, {"CPU": 32, "GPU": 4}], 8, None, Machines(workers=8, cpus=8, gpu=True)),
        ([{"CPU": 16, "GPU": 1}], 2, "cpu", Machines(workers=2, cpus=8, gpu=False)),
        ([{"CPU": 16, "GPU": 1}], 2, None, None),
        ([{"CPU": 0}], 2, None, None),
    ],
)
def test_workers_get_what_the_machines_have(
    machines: list[dict[str, float]],
    workers: int,
    device: str | None,
    chosen: Machines | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("search.ray_backend.machines.machines_there", lambda: machines)
    if chosen is not None:
        assert chosen_machines(workers, None, device, grows=False) == chosen
        return
    for grows in (False, True):
        with pytest.raises(WorkersTooLargeError) as refused:
            chosen_machines(workers, None, device, grows=grows)
        assert (refused.value.argument, refused.value.got, refused.value.grows) == ("workers", workers, grows)
    asked = chosen_machines(workers, 4, "cuda", grows=True)
    assert asked == Machines(workers=workers, cpus=4, gpu=True)


@pytest.mark.slow
def test_a_team_diverges_together_in_one_line(terminal: Shell) -> None:
    wild = yaml.safe_load((terminal.folder / "arch.yaml").read_text())
    wild["recipe"]["learning_rate"] = 1e30
    terminal.write("wild.yaml", yaml.safe_dump(wild))
    process = terminal.start(
        *("train", "wild.yaml", "--data", "data/digits", "--workers", 2, "--no-portable", "--out", "wild")
    )
    output, _ = process.communicate(timeout=280)
    assert process.returncode == 1
    assert re.search(r"^stopped: training loss is (nan|inf) in epoch 1, .*wild.yaml", output, re.M)
    assert "Traceback" not in output
    assert not (terminal.folder / "wild" / "arch.yaml").exists()


@pytest.mark.slow
def test_a_team_is_interrupted_and_goes_on(terminal: Shell) -> None:
    arguments = ("train", "arch.yaml", "--data", "data/digits", "--epochs", 100_000, "--workers", 2, "--no-portable")
    folder, before = terminal.folder / "out", 0
    for option in ([], ["--resume"]):
        process = terminal.start(*arguments, "--out", "out", *option)
        deadline = time.monotonic() + 200
        while before + 2 not in epochs_in(folder):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=100)
        assert process.returncode == 130
        assert "--resume" in output
        assert "Traceback" not in output
        assert before == 0 or f"epoch {before - 1}/100000" not in output
        before = len(epochs_in(folder))
        assert epochs_in(folder) == list(range(1, before + 1))


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

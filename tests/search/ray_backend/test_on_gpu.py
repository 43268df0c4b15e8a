"""A search whose trials share a GPU, and what is done with its network there: ``pytest -m gpu``."""

import pytest
import torch

from pipelines.training.recipe import Recipe
from search.artifacts.blueprint import Blueprint
from search.study.folder import RunFolder
from tests.helpers import Shell
from ulsam import ArchConfig

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device"),
]
SEARCH = """
name: shared
data: data/digits
space: {widths: [0.1, 0.2], groups: [1, 4], placements: {at_most: 2}}
resources: {cpus: 1, gpus: 0.5}
search: {trials: 6}
training: {epochs: 8, input_size: 16, batch_size: 32, learning_rate: 0.05, flip: false, min_crop: 0.8}
"""


def test_two_trials_share_a_gpu_and_the_best_is_exported(new_shell: Shell) -> None:
    new_shell.write("shared.yaml", SEARCH)
    new_shell.launch("shared.yaml")
    trials = RunFolder.find(new_shell.folder / "runs", "shared").open_record().ended()
    assert len(trials) == 6
    name = torch.cuda.get_device_name()
    assert {trial.result.device for trial in trials if trial.result is not None} == {name}
    assert max(trial.value for trial in trials) > 0.3  # chance is 0.1
    spans = [(trial.started, trial.ended) for trial in trials if trial.ended is not None]
    at_once = [sum(begin <= start < end for begin, end in spans) for start, _ in spans]
    assert max(at_once) == 2

    new_shell.run("export", "shared", "--out", "best", "--no-portable")
    assert f"{name}, batch 1" in new_shell.run("latency", "best", "--repeats", 20)
    trained = new_shell.run("train", "best/arch.yaml", "--epochs", 2, "--out", "longer", "--no-portable")
    assert name in trained
    assert "reproduced" in new_shell.run("evaluate", "longer")


def test_ray_train_gives_its_worker_the_gpu(new_shell: Shell) -> None:
    arch = ArchConfig(backbone="mobilenet_v2", width=0.1, num_classes=10, stem_stride=1)
    recipe = Recipe(epochs=2, batch_size=32, learning_rate=0.02, flip=False)
    Blueprint(arch=arch, input_size=16, recipe=recipe).save(new_shell.folder / "arch.yaml")
    process = new_shell.start(
        "train", "arch.yaml", "--data", "data/digits", "--address", "local", "--no-portable", "--out", "team"
    )
    output, _ = process.communicate(timeout=280)
    assert process.returncode == 0, output
    assert torch.cuda.get_device_name() in output
    assert "epoch 2/2: loss" in output

"""Several workers train one network: the weights that one would get, and the same in all of them."""

import json
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.distributed as dist
import torch.multiprocessing as mp
from torch import Tensor, nn

from pipelines.datasets import digits
from pipelines.loading.data import NoWholeBatchError, PreparedData
from pipelines.storage.prepare import prepare
from pipelines.training.distillation import Teacher
from pipelines.training.loop import Training
from pipelines.training.recipe import Recipe
from pipelines.training.score import Score
from pipelines.training.scoring import score
from pipelines.training.worker_group import SINGLE_WORKER, UnequalSharesError, WorkerGroup
from pipelines.weights import read_weights, save_weights
from tests.own_metrics import own

CPU = torch.device("cpu")
RECIPE = Recipe(epochs=2, batch_size=64, learning_rate=0.05, average_epochs=1, clip_norm=1.0)
INPUT_SIZE = 8  # pixels
LARGE = 2**24 + 1  # twice as much is no float32


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("prepared") / "data"
    prepare(digits(), path, image_size=8)
    return path


def network(norms: bool, seed: int = 0) -> nn.Module:
    torch.manual_seed(seed)
    norm = nn.BatchNorm2d(6) if norms else nn.Identity()
    return nn.Sequential(nn.Conv2d(3, 6, 3), norm, nn.ReLU(), nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(24, 10))


def train(
    folder: Path, group: WorkerGroup, recipe: Recipe, *, norms: bool
) -> tuple[dict[str, Tensor], tuple[int, int, float]]:
    data = PreparedData(folder, workers=1, device=CPU, reader="resident", group=group)
    teacher = Teacher(network(norms=True, seed=1), INPUT_SIZE)
    training = Training(network(norms), data, recipe, INPUT_SIZE, seed=3, device=CPU, group=group, teacher=teacher)
    while not training.finished:
        training.run_epoch()
    result = training.score("val")
    return training.state(), (result.correct, result.images, result.loss)


def scored(folder: Path, group: WorkerGroup) -> Score:
    """The score of a network that no worker has trained."""
    data = PreparedData(folder, workers=1, device=CPU, reader="resident", group=group)
    return score(network(norms=False), data, "val", INPUT_SIZE, CPU, group=group, own_metric=own("f2").load())


Ended = tuple[dict[str, Tensor], Tensor]


@dataclass(frozen=True)
class Together:
    """What each of two workers ends each training with, the scores that they have of one network, and a sum."""

    trained: dict[str, list[Ended]]
    scores: list[Score]
    sums: list[int]


LEARNS = replace(RECIPE, recalibration_batches=5, epochs=4, average_epochs=0)
TAUGHT = replace(RECIPE, distill_weight=0.5)
WEIGHTED = replace(TAUGHT, class_weights="balanced")
SAMPLED = replace(RECIPE, balanced_sampling=True)
TRAININGS = {
    "without norms": (RECIPE, False),
    "taught": (TAUGHT, False),
    "weighted": (WEIGHTED, False),
    "sampled": (SAMPLED, False),
    "with norms": (LEARNS, True),
}


def member(rank: int, size: int, folder: Path, out: Path) -> None:
    torch.set_num_threads(1)
    dist.init_process_group("gloo", init_method=f"file://{out}/meeting", rank=rank, world_size=size)
    for name, (recipe, norms) in TRAININGS.items():
        state, score = train(folder, WorkerGroup(rank, size), recipe, norms=norms)
        save_weights(state, out / f"{name}-{rank}.safetensors")
        torch.save(torch.tensor(score, dtype=torch.float64), out / f"{name}-{rank}.score")
    (out / f"score-{rank}.json").write_text(json.dumps(scored(folder, WorkerGroup(rank, size)).to_dict()))
    total = torch.tensor([LARGE, rank])
    WorkerGroup(rank, size).sum([total])
    (out / f"sum-{rank}").write_text(str(int(total[0])))
    dist.destroy_process_group()


@pytest.fixture(scope="module")
def together(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Together:
    """What each of two workers ends each training with; starting them costs more than all they do."""
    out = tmp_path_factory.mktemp("together")
    mp.spawn(member, (2, folder, out), nprocs=2)

    def ended(name: str) -> Ended:
        return dict(read_weights(out / f"{name}.safetensors")), torch.load(out / f"{name}.score", weights_only=True)

    scores = [json.loads((out / f"score-{rank}.json").read_text()) for rank in range(2)]
    return Together(
        {name: [ended(f"{name}-{rank}") for rank in range(2)] for name in TRAININGS},
        [Score.from_dict(values) for values in scores],
        [int((out / f"sum-{rank}").read_text()) for rank in range(2)],
    )


@pytest.mark.parametrize("name", ["without norms", "taught", "weighted", "sampled"])
def test_without_norms_two_workers_get_the_weights_of_one(folder: Path, together: Together, name: str) -> None:
    alone, score = train(folder, SINGLE_WORKER, TRAININGS[name][0], norms=False)
    (state, both_score), (other, other_score) = together.trained[name]
    assert set(state) == set(alone)
    for key, tensor in alone.items():
        torch.testing.assert_close(state[key], tensor, atol=1e-5, rtol=1e-4, msg=key)
    assert all(torch.equal(state[name], other[name]) for name in state)
    assert torch.equal(both_score, other_score)
    assert both_score[1] == score[1] == 228
    assert both_score[0] == pytest.approx(score[0], abs=1)
    assert both_score[2] == pytest.approx(score[2], rel=1e-3)


def test_norms_end_alike_in_all_workers_and_the_network_learns(together: Together) -> None:
    (state, score), (other, _) = together.trained["with norms"]
    assert "model.1.running_var" in state
    assert all(torch.equal(state[name], other[name]) for name in state)
    assert score[0] / score[1] > 0.5


def test_the_parts_of_a_team_make_up_each_batch(folder: Path) -> None:
    def labels(group: WorkerGroup) -> list[Tensor]:
        data = PreparedData(folder, workers=1, device=CPU, reader="resident", group=group)
        with data.training_batches(RECIPE, INPUT_SIZE, seed=1, epoch=1) as batches:
            return [labels for _, labels in batches]

    for whole, *parts in zip(labels(SINGLE_WORKER), *(labels(WorkerGroup(rank, 4)) for rank in range(4)), strict=True):
        assert {len(part) for part in parts} == {16}
        assert np.array_equal(torch.stack(parts, dim=1).flatten(), whole)


def test_what_can_not_be_shared_equally_is_refused(folder: Path) -> None:
    data = PreparedData(folder, workers=1, device=CPU, reader="resident", group=WorkerGroup(0, 3))
    with pytest.raises(UnequalSharesError) as unequal:
        data.training_batches(RECIPE, INPUT_SIZE, seed=0, epoch=0).__enter__()
    assert (unequal.value.batch_size, unequal.value.workers) == (64, 3)
    with pytest.raises(NoWholeBatchError) as too_few:
        data.training_batches(replace(RECIPE, batch_size=1500), INPUT_SIZE, seed=0, epoch=0).__enter__()
    assert (too_few.value.images, too_few.value.batch_size) == (1300, 1500)


def test_a_score_of_a_group_is_that_of_the_whole_split(folder: Path, together: Together) -> None:
    whole = scored(folder, SINGLE_WORKER)
    for found in together.scores:
        assert found.images == whole.images
        nearly = {name: pytest.approx(whole.values[name], rel=1e-9) for name in ("loss", "f2")}
        assert found.values == dict(whole.values) | nearly
        other_draws = {"f2": pytest.approx(whole.standard_errors["f2"], rel=0.3)}  # the images come in another order
        assert found.standard_errors == dict(whole.standard_errors) | other_draws
        assert set(found.values) > {"balanced_accuracy", "macro_f1", "top5"}


def test_sums_of_integers_are_exact(together: Together) -> None:
    assert together.sums == [2 * LARGE, 2 * LARGE]

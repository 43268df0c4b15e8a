"""Which channels of a trained network should a narrower one keep? Accuracy after the same short training from each cut.

    nice -n 19 python -m benchmarks.cutting data/grocery-96 WEIGHTS.safetensors [--part 0 --of 2]
    python -m benchmarks.cutting --analyse

MobileNet-V2 cut from x1.0 to x0.75, x0.5 and x0.35, then trained for 8 epochs at 64 pixels by two rates, with
large gradients clipped and not; three seeds.
``tuned`` cuts a network that was trained on the photographs for 6 epochs first. Test and validation images are scored
together. Trainings go into ``trainings.csv``, a row each as it ends; a call goes on where another was interrupted.
"""

import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Literal, get_args

import torch
from torch import Tensor, nn

from benchmarks.campaign import (
    Rows,
    run_campaign,
    train,
    train_and_score,
)
from benchmarks.cutting.analysis import analyse
from pipelines.loading.data import PreparedData
from pipelines.training.recipe import METHOD, Recipe
from ulsam import ArchConfig, MobileNet, build_model
from ulsam.cutting import cut
from ulsam.inheritance import inherit

Way = Literal[
    "gamma",
    "fresh",
    "gamma, scaled",
    "filters",
    "tuned taylor",
    "first",
    "tuned gamma",
    "tuned filters",
    "untuned, tuned taylor",
]
WAYS: tuple[Way, ...] = get_args(Way)
WIDTHS = (0.5, 0.75, 0.35)
SEEDS = (0, 1, 2)
SIZE = 64  # pixels
TUNING = Recipe(epochs=6, batch_size=64, learning_rate=0.02)
BASE = Recipe(epochs=8, batch_size=64, learning_rate=0.02)
RECIPES = tuple(replace(BASE, learning_rate=rate, clip_norm=norm) for norm in (10, 0) for rate in (0.05, 0.02))
TRAININGS = Path(__file__).with_name("trainings.csv")
KEY = ("way", "width", "seed", "learning_rate", "clip_norm", "method")
COLUMNS = (*KEY, "accuracy", "train_loss", "seconds")
ROWS = Rows(path=TRAININGS, key=KEY, columns=COLUMNS)
State = Mapping[str, Tensor]


def train_all(data: PreparedData, file: State, part: int, of: int) -> None:
    """Trains what is not in ``trainings.csv`` yet, seed by seed."""
    tuned: dict[int, tuple[State, State]] = {}
    rows = [(recipe, seed, width, way) for recipe in RECIPES for seed in SEEDS for width in WIDTHS for way in WAYS]
    for recipe, seed, width, way in rows[part::of]:
        key = (way, width, seed, recipe.learning_rate, recipe.clip_norm, METHOD)
        if not ROWS.lacks(key):
            continue
        if "tuned" in way and seed not in tuned:
            tuned[seed] = tune(data, file, seed)
        start = time.perf_counter()
        torch.manual_seed(seed)
        model = build_model(_arch(data, width), SIZE)
        if way != "fresh":
            whole, scores = _source(way, file, tuned.get(seed), data)
            start_from = cut(whole, _arch(data, 1.0), width, scores)
            inherit(model, scaled_as(model, start_from) if way.endswith("scaled") else start_from)
        row = train_and_score(model, data, recipe, SIZE, seed) | {"seconds": round(time.perf_counter() - start, 1)}
        ROWS.keep(key, row)


def _source(way: Way, file: State, tuned: tuple[State, State] | None, data: PreparedData) -> tuple[State, State | None]:
    """The weights to cut, and the scores of their channels; None: by their norms' scales."""
    whole = file if tuned is None or not way.startswith("tuned") else tuned[0]
    match way.removeprefix("tuned ").removeprefix("untuned, tuned ").removesuffix(", scaled"):
        case "first":
            return whole, {name: torch.arange(len(scale), 0, -1) for name, scale in _scales(whole).items()}
        case "filters":
            return whole, _filters(whole, data)
        case "taylor":
            assert tuned is not None
            return whole, tuned[1]
        case _:
            return whole, None


def scaled_as(fresh: MobileNet, trained: State) -> State:
    """The same network, but the weights before each norm as large as fresh ones: steps are then as large for them."""
    own, found = fresh.state_dict(), dict(trained)
    for conv, norm in _convs_and_norms(fresh):
        scale = own[f"{conv}.weight"].std() / trained[f"{conv}.weight"].std()
        found[f"{conv}.weight"] = trained[f"{conv}.weight"] * scale
        found[f"{norm}.running_mean"] = trained[f"{norm}.running_mean"] * scale
        found[f"{norm}.running_var"] = trained[f"{norm}.running_var"] * scale**2
    return found


def tune(data: PreparedData, file: State, seed: int) -> tuple[State, State]:
    """The wide network trained on the photographs, and the scores of its channels by their effect on the loss."""
    torch.manual_seed(seed)
    model = build_model(_arch(data, 1.0), SIZE)
    inherit(model, file)
    train(model, data, TUNING, SIZE, seed)
    return model.state_dict(), taylor_scores(model, data, seed)


def taylor_scores(model: MobileNet, data: PreparedData, seed: int) -> State:
    """How much the loss changes, to first order, where a norm is set to 0: (scale, shift) . gradient, squared.

    Molchanov et al., "Importance Estimation for Neural Network Pruning", CVPR 2019, equation 8,
    https://arxiv.org/abs/1906.10771; a mean over the training images, a batch at a time.
    """
    norms = {name: module for name, module in model.named_modules() if isinstance(module, nn.BatchNorm2d)}
    scores = {name: torch.zeros(len(norm.weight)) for name, norm in norms.items()}
    model.eval()
    with data.training_batches(TUNING, SIZE, seed=seed, epoch=0) as batches:
        for images, labels in batches:
            model.zero_grad()
            nn.functional.cross_entropy(model(images), labels).backward()
            for name, norm in norms.items():
                assert norm.weight.grad is not None
                assert norm.bias.grad is not None
                scores[name] += (norm.weight * norm.weight.grad + norm.bias * norm.bias.grad).detach().square()
    model.zero_grad()
    return scores


def _filters(whole: State, data: PreparedData) -> State:
    """The sum of each filter's absolute weights, by the norm behind it (Li et al., ICLR 2017)."""
    with torch.device("meta"):
        pairs = _convs_and_norms(build_model(_arch(data, 1.0)))
    return {norm: whole[f"{conv}.weight"].abs().flatten(1).sum(1) for conv, norm in pairs}


def _convs_and_norms(model: MobileNet) -> list[tuple[str, str]]:
    """The names of each convolution of a plain network and of the norm behind it."""
    modules = list(model.named_modules())
    convs = (name for name, module in modules if isinstance(module, nn.Conv2d))
    norms = (name for name, module in modules if isinstance(module, nn.BatchNorm2d))
    return list(zip(convs, norms, strict=True))


def _scales(whole: State) -> State:
    return {name.removesuffix(".running_mean"): mean for name, mean in whole.items() if name.endswith("running_mean")}


def _arch(data: PreparedData, width: float) -> ArchConfig:
    return ArchConfig(backbone="mobilenet_v2", width=width, num_classes=data.num_classes)


if __name__ == "__main__":
    run_campaign(train_all, lambda: analyse(TRAININGS))

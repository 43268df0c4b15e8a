"""The rival: the search that a competent user of Ray Tune writes today.

    python rival.py PHOTOS TRIALS EPOCHS SIZE LOG

OptunaSearch with its defaults (TPE, two objectives), every trial trained to its end, ImageFolder and DataLoader, two
trials at a time. A line of JSON in LOG for each trial that ends: seconds since the start, FLOPs, accuracy.
"""

import json
import os
import sys
import tempfile
import time
from pathlib import Path

import ray
import torch
import torch.nn.functional as F
from ray import tune
from ray.tune.search.optuna import OptunaSearch
from torch.utils.data import DataLoader
from torchvision.datasets import ImageFolder
from torchvision.transforms import v2

from ulsam import ArchConfig, Placement, build_model, count_cost

WIDTHS, GROUPS, BLOCKS, MODES = (0.1, 0.2, 0.35, 0.5), (1, 4), (12, 13, 15), ("none", "insert", "substitute")


def arch_of(config: dict, classes: int) -> ArchConfig:
    modes = {block: config[f"block_{block}"] for block in BLOCKS}
    places = [Placement(block=b, mode=mode, groups=config["groups"]) for b, mode in modes.items() if mode != "none"]
    return ArchConfig(backbone="mobilenet_v2", width=config["width"], num_classes=classes, placements=tuple(places))


def train(config: dict) -> None:
    photos, epochs, size = Path(config["photos"]), config["epochs"], config["size"]
    to_tensor = [v2.ToImage(), v2.ToDtype(torch.float32, scale=True), v2.Normalize([0.5] * 3, [0.25] * 3)]
    crop = [v2.RandomResizedCrop(size, scale=(0.35, 1.0), antialias=True), v2.RandomHorizontalFlip()]
    whole = [v2.Resize(size, antialias=True), v2.CenterCrop(size)]
    train_set = ImageFolder(str(photos / "train"), v2.Compose(crop + to_tensor))
    val_set = ImageFolder(str(photos / "val"), v2.Compose(whole + to_tensor))
    # A class without validation images has no folder there, and shifts the numbers of those after it.
    val_set.target_transform = [train_set.class_to_idx[name] for name in val_set.class_to_idx].__getitem__
    loader = DataLoader(train_set, 32, shuffle=True, drop_last=True, num_workers=1, persistent_workers=True)
    arch = arch_of(config, len(train_set.class_to_idx))
    model = build_model(arch, size).to(memory_format=torch.channels_last)
    optimizer = torch.optim.SGD(model.parameters(), 0.05, momentum=0.9, nesterov=True, weight_decay=5e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.05, epochs * len(loader), anneal_strategy="linear")
    for _ in range(epochs):
        model.train()
        for images, labels in loader:
            logits = model(images.contiguous(memory_format=torch.channels_last))
            optimizer.zero_grad(set_to_none=True)
            F.cross_entropy(logits, labels, label_smoothing=0.1).backward()
            optimizer.step()
            schedule.step()
    model.eval()
    with torch.inference_mode():
        scores = DataLoader(val_set, 128)
        correct = sum(int((model(images).argmax(1) == labels).sum()) for images, labels in scores)
    accuracy, flops = correct / len(val_set), count_cost(arch, size).flops
    line = {"seconds": time.time() - config["start"], "flops": flops, "accuracy": accuracy}
    with Path(config["log"]).open("a") as log:
        log.write(json.dumps(line) + "\n")
    tune.report({"accuracy": accuracy, "flops": flops})


def main(photos: str, trials: int, epochs: int, size: int, log: str) -> None:
    start = time.time()
    with tempfile.TemporaryDirectory(prefix="r") as temp:
        ray.init(num_cpus=2, include_dashboard=False, _temp_dir=temp, logging_level="ERROR")
        config = {"width": tune.choice(WIDTHS), "groups": tune.choice(GROUPS)}
        config |= {f"block_{block}": tune.choice(MODES) for block in BLOCKS}
        fixed = {"photos": photos, "epochs": epochs, "size": size, "log": log, "start": start}
        tune.Tuner(
            train,
            param_space=config | fixed,
            tune_config=tune.TuneConfig(
                search_alg=OptunaSearch(metric=["accuracy", "flops"], mode=["max", "min"]), num_samples=trials
            ),
            run_config=tune.RunConfig(storage_path=str(Path(temp, "results")), verbose=0),
        ).fit()
        ray.shutdown()


if __name__ == "__main__":
    os.environ.setdefault("RAY_AIR_NEW_OUTPUT", "0")
    photos, log = (str(Path(sys.argv[place]).resolve()) for place in (1, 5))
    main(photos, *(int(word) for word in sys.argv[2:5]), log=log)

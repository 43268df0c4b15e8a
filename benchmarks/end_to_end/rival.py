"""The rival: the search that a competent user of Ray Tune writes today.

    python rival.py PHOTOS TRIALS EPOCHS SIZE FOLDER

OptunaSearch with its defaults (TPE, two objectives), every trial trained to its end, ImageFolder and DataLoader, two
trials at a time. FOLDER gets the weights of each trial that ends, and a line of JSON in ``trials.jsonl``: seconds since
the start, FLOPs, validation accuracy and what was chosen.
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
    placements = [Placement(block=b, mode=mode, groups=config["groups"]) for b, mode in modes.items() if mode != "none"]
    return ArchConfig(backbone="mobilenet_v2", width=config["width"], num_classes=classes, placements=tuple(placements))


def images_of(photos: Path, split: str, transforms: list) -> ImageFolder:
    to_tensor = [v2.ToImage(), v2.ToDtype(torch.float32, scale=True), v2.Normalize([0.5] * 3, [0.25] * 3)]
    images = ImageFolder(str(photos / split), v2.Compose(transforms + to_tensor))
    # A class without images in a split has no folder there, and shifts the numbers of those after it.
    classes = sorted(path.name for path in (photos / "train").iterdir())
    images.target_transform = [classes.index(name) for name in images.class_to_idx].__getitem__
    return images


@torch.inference_mode()
def accuracy_of(model: torch.nn.Module, photos: Path, split: str, size: int) -> float:
    model.eval()
    images = images_of(photos, split, [v2.Resize(size, antialias=True), v2.CenterCrop(size)])
    return sum(int((model(x).argmax(1) == y).sum()) for x, y in DataLoader(images, 128)) / len(images)


def train(config: dict) -> None:
    photos, epochs, size, folder = Path(config["photos"]), config["epochs"], config["size"], Path(config["folder"])
    crop = [v2.RandomResizedCrop(size, scale=(0.35, 1.0), antialias=True), v2.RandomHorizontalFlip()]
    train_set = images_of(photos, "train", crop)
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
    accuracy, flops = accuracy_of(model, photos, "val", size), count_cost(arch, size).flops
    weights = f"{tune.get_context().get_trial_id()}.pt"
    torch.save(model.state_dict(), folder / weights)
    line = {"seconds": time.time() - config["start"], "flops": flops, "accuracy": accuracy, "weights": weights}
    with (folder / "trials.jsonl").open("a") as log:
        log.write(json.dumps(line | {"config": config}) + "\n")
    tune.report({"accuracy": accuracy, "flops": flops})


def main(photos: str, trials: int, epochs: int, size: int, folder: str) -> None:
    start = time.time()
    with tempfile.TemporaryDirectory(prefix="r") as temp:
        ray.init(num_cpus=2, include_dashboard=False, _temp_dir=temp, logging_level="ERROR")
        config = {"width": tune.choice(WIDTHS), "groups": tune.choice(GROUPS)}
        config |= {f"block_{block}": tune.choice(MODES) for block in BLOCKS}
        fixed = {"photos": photos, "epochs": epochs, "size": size, "folder": folder, "start": start}
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
    photos, folder = (str(Path(sys.argv[index]).resolve()) for index in (1, 5))
    main(photos, *(int(word) for word in sys.argv[2:5]), folder=folder)

"""The rival of ``benchmarks.candidate``: the same training as most people write it, a fresh process a trial.

    python plain_script.py FOLDER SEED EPOCHS SIZE

Reads image files with ImageFolder and DataLoader; prints the validation accuracy.
"""

import sys
from pathlib import Path

import torch
import torch.nn.functional as F
from torch.utils.data import DataLoader
from torchvision.datasets import ImageFolder
from torchvision.models import mobilenet_v2
from torchvision.transforms import v2


def main(folder: Path, seed: int, epochs: int, size: int) -> None:
    torch.manual_seed(seed)
    to_tensor = [v2.ToImage(), v2.ToDtype(torch.float32, scale=True), v2.Normalize([0.5] * 3, [0.25] * 3)]
    crop = [v2.RandomResizedCrop(size, scale=(0.5, 1.0), antialias=True), v2.RandomHorizontalFlip()]
    whole = [v2.Resize(size, antialias=True), v2.CenterCrop(size)]
    train = ImageFolder(str(folder / "train"), v2.Compose(crop + to_tensor))
    val = ImageFolder(str(folder / "val"), v2.Compose(whole + to_tensor))
    loader = DataLoader(train, 128, shuffle=True, drop_last=True, num_workers=2, persistent_workers=True)
    model = mobilenet_v2(num_classes=len(train.classes), width_mult=0.35).to(memory_format=torch.channels_last)
    optimizer = torch.optim.SGD(model.parameters(), 0.1, momentum=0.9, nesterov=True, weight_decay=5e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.1, epochs * len(loader), anneal_strategy="linear")
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
        scores = DataLoader(val, 128, num_workers=2)
        correct = sum(int((model(images).argmax(1) == labels).sum()) for images, labels in scores)
    print(correct / len(val))


if __name__ == "__main__":
    main(Path(sys.argv[1]), *(int(argument) for argument in sys.argv[2:]))

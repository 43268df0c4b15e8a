"""Noisy images of three colours, and a small network that learns them."""

import numpy as np
import torch
from torch import nn

from pipelines.datasets import LabelledImage
from pipelines.training.loop import Training
from pipelines.training.recipe import Recipe

CPU = torch.device("cpu")
RECIPE = Recipe(epochs=3, batch_size=16, learning_rate=0.05, min_crop=0.8)
INPUT_SIZE = 8  # pixels


def noisy_classes(each: int) -> tuple[LabelledImage, ...]:
    """Three classes that differ in colour, with noise."""
    rng = np.random.default_rng(each)
    colours = np.array([[170, 90, 90], [90, 170, 90], [90, 90, 170]])
    return tuple(
        LabelledImage(
            where=str(index),
            label=index % 3,
            pixels=(colours[index % 3] + rng.integers(-60, 60, (10, 10, 3))).astype(np.uint8),
        )
        for index in range(each)
    )


def network(seed: int = 0) -> nn.Module:
    torch.manual_seed(seed)
    return nn.Sequential(
        nn.Conv2d(3, 8, 3, stride=2, bias=False),
        nn.BatchNorm2d(8),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Dropout(0.1),
        nn.Linear(8, 3),
    )


def weights(training: Training) -> dict[str, torch.Tensor]:
    return {name: tensor.clone() for name, tensor in training.model.state_dict().items()}

"""What a network with trained weights answers to the image that other libraries' networks were given."""

import torch
from torch import Tensor

from tests.ulsam.foreign.filled import image
from ulsam import ArchConfig, build_model, inherit
from ulsam.pixels import IMAGENET_MEAN, IMAGENET_STD
from ulsam.trained_weights import TrainedWeights


def logits_of(trained: TrainedWeights) -> Tensor:
    """Of the network that they are of, for the image of the golden logits."""
    assert trained.backbone is not None
    assert trained.width is not None
    arch = ArchConfig(backbone=trained.backbone, width=trained.width, num_classes=5, convention=trained.convention)
    model = build_model(arch).eval()
    assert inherit(model, trained.tensors).fresh == ()
    mean, std = (torch.tensor(channels).view(3, 1, 1) for channels in (IMAGENET_MEAN, IMAGENET_STD))
    with torch.no_grad():
        logits: Tensor = model(((torch.from_numpy(image()) - mean) / std).unsqueeze(0))[0]
    return logits

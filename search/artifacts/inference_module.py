"""An exported network for whoever asks it: pixels in, probabilities out."""

import torch
from torch import Tensor, nn
from torch.nn.functional import softmax

from pipelines.loading.augment import Normaliser
from search.artifacts.network import ExportedNetwork
from ulsam import MobileNet


class InferenceModule(nn.Module):
    """A network with what belongs before and after it.

    Args:
        model: the network, in evaluation mode.
        normalise: as it was trained.
        flip_average: whether the mean logits of an image and its mirror image answer, as they were scored.
    """

    def __init__(self, model: MobileNet, normalise: Normaliser, *, flip_average: bool) -> None:
        super().__init__()
        self.model = model
        self.normalise = normalise
        self.flip_average = flip_average

    def forward(self, pixels: Tensor) -> Tensor:
        """(n, 3, size, size) RGB from 0 to 255 in, (n, classes) probabilities out."""
        images = self.normalise(pixels)
        logits = self.model(images)
        if self.flip_average:
            logits = (logits + self.model(images.flip(3))) / 2
        return softmax(logits, dim=1)


def inference_module(network: ExportedNetwork, model: MobileNet) -> InferenceModule:
    """``model`` on the CPU, with the pixels of ``network``'s data before it and probabilities after it."""
    normalise = Normaliser(network.data.mean, network.data.std, torch.device("cpu"))
    return InferenceModule(model.cpu(), normalise, flip_average=network.recipe.flip_average).eval()

"""An exported network for other programs: pixels in, probabilities out."""

import torch
from torch import Tensor, nn
from torch.nn.functional import softmax

from pipelines.loading.augment import Normaliser
from search.artifacts.network import ExportedNetwork
from ulsam import MobileNet


class InferenceModule(nn.Module):
    """A network with its normalisation before it and a softmax after it.

    Args:
        model: the network, in evaluation mode.
        normalise: the normalisation of its training.
        flip_average: whether to average the logits of an image and its mirror image, as the scores were measured.
    """

    def __init__(self, model: MobileNet, normalise: Normaliser, *, flip_average: bool) -> None:
        super().__init__()
        self.model = model
        self.normalise = normalise
        self.flip_average = flip_average

    def forward(self, pixels: Tensor) -> Tensor:
        """Returns the probabilities of each class, (n, classes).

        Args:
            pixels: RGB, 0 to 255, (n, 3, size, size).
        """
        images = self.normalise(pixels)
        logits = self.model(images)
        if self.flip_average:
            logits = (logits + self.model(images.flip(3))) / 2
        return softmax(logits, dim=1)


def inference_module(network: ExportedNetwork, model: MobileNet) -> InferenceModule:
    """Returns ``model`` on the CPU with the normalisation of its training before it and a softmax after it.

    Args:
        network: gives the mean and deviation of its data, and ``flip_average``.
        model: the network with its weights; moved to the CPU and set to evaluation mode in place.
    """
    normalise = Normaliser(network.data.mean, network.data.std, torch.device("cpu"))
    return InferenceModule(model.cpu(), normalise, flip_average=network.recipe.flip_average).eval()

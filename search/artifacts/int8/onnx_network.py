"""An ONNX file as a module of torch, so that it is scored as any network is."""

from pathlib import Path

import numpy as np
import torch
from onnxruntime import InferenceSession, SessionOptions
from torch import Tensor, nn

from pipelines.loading.augment import Normaliser


def open_session(file: Path, threads: int) -> InferenceSession:
    """Returns a session of ONNX Runtime on the CPU.

    Args:
        file: an ONNX file.
        threads: of a call.
    """
    options = SessionOptions()
    options.intra_op_num_threads = threads
    return InferenceSession(file, options, providers=["CPUExecutionProvider"])


class OnnxNetwork(nn.Module):
    """A network in an ONNX file, from pixels to probabilities, that takes and returns what a network of torch does.

    Args:
        file: the network; takes RGB from 0 to 255, (n, 3, size, size).
        normalise: of the images that :meth:`forward` gets.
        threads: of a call.
    """

    def __init__(self, file: Path, normalise: Normaliser, threads: int) -> None:
        super().__init__()
        self._session = open_session(file, threads)
        self._normalise = normalise

    def forward(self, images: Tensor) -> Tensor:
        """Returns logits, (n, classes): the logarithms of the probabilities.

        Args:
            images: normalised, (n, 3, size, size), on any device; the result is on the same.
        """
        pixels = np.ascontiguousarray(self._normalise.pixels(images.cpu()).numpy())
        (probabilities,) = self._session.run(None, {self._session.get_inputs()[0].name: pixels})
        return torch.from_numpy(probabilities).clamp_min(torch.finfo(torch.float32).tiny).log().to(images.device)

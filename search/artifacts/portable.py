"""An exported network for programs that know nothing of ours: ONNX and torch.export, with pixels in and shares out."""

import json
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.export import Dim
from torch.nn.functional import softmax

from pipelines.loading.augment import Normaliser
from search.artifacts.network import ExportedNetwork
from search.errors import NotPortableError
from ulsam import MobileNet

ONNX_NAME, PROGRAM_NAME = "model.onnx", "model.pt2"
CLASSES_NAME = "classes.json"  # inside both
TOLERANCE = 1e-4  # of a probability


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


def _out_of_place(model: MobileNet) -> MobileNet:
    """A copy that answers the same, to the bit, but overwrites no tensor of its own.

    Exporters write such operations again as ones that overwrite nothing, which took most of their time.
    """
    copied = deepcopy(model)
    for module in copied.modules():
        if isinstance(module, nn.ReLU | nn.ReLU6):
            module.inplace = False
    return copied


def write_portable(network: ExportedNetwork, model: MobileNet, folder: Path) -> None:
    """Writes ``model.onnx`` and ``model.pt2``, both with the names of the classes inside.

    Any number of images go in at once.

    Raises:
        NotPortableError: they can't be written, or ONNX Runtime answers otherwise than torch, by more than
            ``TOLERANCE``.
    """
    try:
        off = _write(network, model, folder)
    except Exception as error:  # whatever torch's exporters, ONNX Runtime or the disk raise
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise NotPortableError(f"{ONNX_NAME} and {PROGRAM_NAME} can't be written: {reason}") from error
    if not off <= TOLERANCE:
        raise NotPortableError(f"ONNX Runtime answers otherwise than torch, by {off:.2g}", where=ONNX_NAME)


def _write(network: ExportedNetwork, model: MobileNet, folder: Path) -> float:
    """Writes both; by how much ONNX Runtime's probabilities are off."""
    import onnxruntime

    size, answering = network.recipe.input_size, inference_module(network, _out_of_place(model))
    pixels = torch.rand(2, 3, size, size, generator=torch.Generator().manual_seed(0)) * 255
    classes = json.dumps(network.data.classes)
    with _quiet(), torch.no_grad():
        program = torch.export.export(answering, (pixels,), dynamic_shapes={"pixels": {0: Dim("images", min=1)}})
        torch.export.save(program, folder / PROGRAM_NAME, extra_files={CLASSES_NAME: classes})
        onnx = torch.onnx.export(
            program,
            dynamo=True,
            input_names=["pixels"],
            output_names=["probabilities"],
            verbose=False,
        )
        assert onnx is not None
        onnx.model.metadata_props[CLASSES_NAME] = classes
        onnx.save(folder / ONNX_NAME)
        expected = answering(pixels)
    session = onnxruntime.InferenceSession(folder / ONNX_NAME, providers=["CPUExecutionProvider"])
    (answer,) = session.run(None, {"pixels": pixels.numpy()})
    return float((torch.from_numpy(answer) - expected).abs().max())


@contextmanager
def _quiet() -> Iterator[None]:
    """Exporters tell their developers much."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        logging.disable(logging.WARNING)
        try:
            yield
        finally:
            logging.disable(logging.NOTSET)

"""What a format of an exported network can do, and what it is given."""

import json
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, Self

import torch
from torch import Tensor, nn
from torch.export import Dim, ExportedProgram

from search.artifacts.inference_module import inference_module
from search.artifacts.network import ExportedNetwork
from ulsam import MobileNet

CLASSES_NAME = "classes.json"  # what the names of the classes are called inside a file


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class InferenceProgram:
    """A network as formats write it: a graph of any number of images, with an example of what goes in and comes out.

    Attributes:
        graph: (images, 3, size, size) RGB from 0 to 255 in, (images, classes) probabilities out.
        classes: their names, as JSON.
        pixels: two images.
        probabilities: what torch answers to them.
    """

    graph: ExportedProgram
    classes: str
    pixels: Tensor
    probabilities: Tensor

    @classmethod
    @torch.no_grad()
    def of(cls, network: ExportedNetwork, model: MobileNet) -> Self:
        """The program of ``model``, between the pixels of ``network``'s data and probabilities."""
        size, answering = network.input_size, inference_module(network, _out_of_place(model))
        pixels = torch.rand(2, 3, size, size, generator=torch.Generator().manual_seed(0)) * 255
        graph = torch.export.export(answering, (pixels,), dynamic_shapes={"pixels": {0: Dim("images", min=1)}})
        return cls(
            graph=graph,
            classes=json.dumps(network.data.classes),
            pixels=pixels,
            probabilities=answering(pixels),
        )


class ExportFormat(Protocol):
    """One format; its file has the names of the classes inside and takes any number of images at once.

    Attributes:
        remark: what the file is, behind its name; empty: the name says it.
    """

    remark: str

    def write(self, program: InferenceProgram, file: Path) -> None:
        """Writes ``file``.

        Raises:
            NotPortableError: what is written answers otherwise than torch.
        """

    def usage(self, network: ExportedNetwork, file: str) -> str:
        """How a program asks ``file``, as Markdown for the README beside it."""


def _out_of_place(model: MobileNet) -> MobileNet:
    """A copy that answers the same, to the bit, but overwrites no tensor of its own.

    Exporters write such operations again as ones that overwrite nothing, which took most of their time.
    """
    copied = deepcopy(model)
    for module in copied.modules():
        if isinstance(module, nn.ReLU | nn.ReLU6):
            module.inplace = False
    return copied

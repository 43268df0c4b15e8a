"""The interface of an export format, and the network in the form that formats write."""

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
    """A network in the form that formats write: a graph for any number of images, with an example.

    Attributes:
        graph: takes RGB from 0 to 255, (images, 3, size, size), and returns probabilities, (images, classes).
        classes: their names in the order of the outputs, a list in JSON.
        pixels: the example, two random images.
        probabilities: what torch returns for ``pixels``.
    """

    graph: ExportedProgram
    classes: str
    pixels: Tensor
    probabilities: Tensor

    @classmethod
    @torch.no_grad()
    def of(cls, network: ExportedNetwork, model: MobileNet) -> Self:
        """Returns the program of a network, from pixels to probabilities.

        Args:
            network: the exported network; gives the normalisation and the classes.
            model: the network with its weights; not changed.
        """
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
    """One format; its file includes the names of the classes and takes any number of images at once.

    Attributes:
        remark: says what the file is, for after its name; empty: the name is enough.
    """

    remark: str

    def write(self, program: InferenceProgram, file: Path) -> None:
        """Writes the file of the format.

        Args:
            program: the network.
            file: path of the file to write.

        Raises:
            NotPortableError: the file gives other outputs than torch.
        """

    def usage(self, network: ExportedNetwork, file: str) -> str:
        """Returns Markdown that shows how a program uses the file, for the README beside it.

        Args:
            network: the exported network.
            file: name of the file in the folder of the network.
        """


def _out_of_place(model: MobileNet) -> MobileNet:
    """Returns a copy with the same outputs, to the bit, that overwrites no tensor.

    Exporters replace operations that overwrite tensors, which took most of their time.
    """
    copied = deepcopy(model)
    for module in copied.modules():
        if isinstance(module, nn.ReLU | nn.ReLU6):
            module.inplace = False
    return copied

"""A program of ExecuTorch, which phones run, with XNNPACK for the CPU."""

from pathlib import Path
from typing import Any

import torch

from search.artifacts.formats.format import CLASSES_NAME, InferenceProgram
from search.artifacts.formats.onnx_format import TOLERANCE
from search.artifacts.network import ExportedNetwork
from search.errors import NotPortableError

_ANDROID = "https://docs.pytorch.org/executorch/stable/using-executorch-android.html"
_IOS = "https://docs.pytorch.org/executorch/stable/using-executorch-ios.html"
_CLASSES = Path(CLASSES_NAME).stem  # a method without arguments


class ExecutorchFormat:
    """``model.pte``; its writer is the package ``executorch``, which only this format needs."""

    remark = " (of ExecuTorch, one image per call)"

    def write(self, program: InferenceProgram, file: Path) -> None:
        """Writes the file, and compares its output in ExecuTorch's own runtime with torch's.

        Args:
            program: the network.
            file: path of the file to write.

        Raises:
            NotPortableError: a probability differs by more than ``TOLERANCE``.
        """
        from executorch.backends.xnnpack.partition.xnnpack_partitioner import XnnpackPartitioner
        from executorch.exir import to_edge_transform_and_lower
        from executorch.runtime import Runtime

        pixels: Any = program.pixels[:1]  # its memory is planned for images of one shape
        graph = torch.export.export(program.graph.module(), (pixels,))
        lowered = to_edge_transform_and_lower(
            graph, partitioner=[XnnpackPartitioner()], constant_methods={_CLASSES: program.classes}
        )
        file.write_bytes(lowered.to_executorch().buffer)
        (answer,) = Runtime.get().load_program(file).load_method("forward").execute([pixels])
        off = float((answer - program.probabilities[:1]).abs().max())
        if not off <= TOLERANCE:
            raise NotPortableError(f"the outputs of ExecuTorch and torch differ by {off:.2g}", where=file.name)

    def usage(self, network: ExportedNetwork, file: str) -> str:
        """Returns Markdown that names the runtimes, with a program that classifies random pixels.

        Args:
            network: the exported network.
            file: name of the file in the folder of the network.
        """
        seen = network.input_size
        return f"""On a phone, with ExecuTorch's runtime for [Android]({_ANDROID}) or [iOS]({_IOS}):
`forward` takes pixels, (1, 3, {seen}, {seen}) and contiguous, and `{_CLASSES}` returns the names of the classes as
JSON. From Python, after `pip install executorch`:

```python
import json

import torch
from executorch.runtime import Runtime

program = Runtime.get().load_program("{file}")
classes = json.loads(program.load_method("{_CLASSES}").execute([])[0])
pixels = 255 * torch.rand(1, 3, {seen}, {seen})  # RGB, from 0 to 255
shares = program.load_method("forward").execute([pixels])[0][0]
print(f"{{classes[shares.argmax()]}} {{shares.max():.1%}}")
```"""

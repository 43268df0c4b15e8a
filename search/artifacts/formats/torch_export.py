"""A program of ``torch.export``, which needs only torch."""

from pathlib import Path

import torch

from search.artifacts.formats.format import CLASSES_NAME, InferenceProgram
from search.artifacts.network import ExportedNetwork


class TorchExportFormat:
    """``model.pt2``."""

    remark = " (of `torch.export`)"

    def write(self, program: InferenceProgram, file: Path) -> None:
        """Writes the file; its outputs are torch's own.

        Args:
            program: the network.
            file: path of the file to write.
        """
        torch.export.save(program.graph, file, extra_files={CLASSES_NAME: program.classes})

    def usage(self, network: ExportedNetwork, file: str) -> str:
        """Returns Markdown with a program that classifies random pixels.

        Args:
            network: the exported network.
            file: name of the file in the folder of the network.
        """
        seen = network.input_size
        return f"""With torch only, on your own pixels:

```python
import json

import torch

inside = {{"{CLASSES_NAME}": ""}}
model = torch.export.load("{file}", extra_files=inside).module()
classes = json.loads(inside["{CLASSES_NAME}"])
pixels = 255 * torch.rand(1, 3, {seen}, {seen})  # RGB, from 0 to 255
shares = model(pixels)[0]
print(f"{{classes[shares.argmax()]}} {{shares.max():.1%}}")
```"""

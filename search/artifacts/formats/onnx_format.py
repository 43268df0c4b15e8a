"""ONNX, and a script that runs the file with ONNX Runtime alone."""

from pathlib import Path

import torch

from search.artifacts.formats.format import CLASSES_NAME, InferenceProgram
from search.artifacts.network import ExportedNetwork
from search.errors import NotPortableError

TOLERANCE = 1e-4  # of a probability


class OnnxFormat:
    """``model.onnx``."""

    remark = ""

    def write(self, program: InferenceProgram, file: Path) -> None:
        """Writes the file, and compares its outputs in ONNX Runtime with torch's.

        Args:
            program: the network.
            file: path of the file to write.

        Raises:
            NotPortableError: a probability differs by more than ``TOLERANCE``.
        """
        import onnxruntime

        onnx = torch.onnx.export(
            program.graph,
            dynamo=True,
            input_names=["pixels"],
            output_names=["probabilities"],
            verbose=False,
        )
        assert onnx is not None
        onnx.model.metadata_props[CLASSES_NAME] = program.classes
        onnx.save(file)
        session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
        (answer,) = session.run(None, {"pixels": program.pixels.numpy()})
        off = float((torch.from_numpy(answer) - program.probabilities).abs().max())
        if not off <= TOLERANCE:
            raise NotPortableError(f"the outputs of ONNX Runtime and torch differ by {off:.2g}", where=file.name)

    def usage(self, network: ExportedNetwork, file: str) -> str:
        """Returns Markdown with a script that classifies photographs.

        Args:
            network: the exported network.
            file: name of the file in the folder of the network.
        """
        stored, seen = network.data.image_size, network.input_size
        resize = "" if stored == seen else f"\n    image = image.resize(({seen}, {seen}), Image.Resampling.BILINEAR)"
        return f"""With ONNX Runtime: run `pip install onnxruntime pillow`, save this script as `predict.py` in
this folder, and run `python predict.py PHOTO...` there:

```python
import json
import sys

import numpy as np
import onnxruntime
from PIL import Image, ImageOps

session = onnxruntime.InferenceSession("{file}")
classes = json.loads(session.get_modelmeta().custom_metadata_map["{CLASSES_NAME}"])
for path in sys.argv[1:]:
    image = ImageOps.exif_transpose(Image.open(path))
    if image.has_transparency_data:
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image.convert("RGBA"))
    image = ImageOps.fit(image.convert("RGB"), ({stored}, {stored}), Image.Resampling.BICUBIC){resize}
    pixels = np.asarray(image, dtype=np.float32).transpose(2, 0, 1)
    (shares,) = session.run(None, {{"pixels": pixels[None]}})
    best = int(shares[0].argmax())
    print(f"{{path}}: {{classes[best]}} {{shares[0][best]:.1%}}")
```"""

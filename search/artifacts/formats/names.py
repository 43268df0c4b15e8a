"""The formats in which a network is exported for programs that do not use this package, and the file of each.

The names are apart from the formats, so that ``--help`` loads neither torch nor ONNX.
"""

from collections.abc import Mapping
from typing import Literal

FormatName = Literal["onnx", "torch_export", "executorch"]

FORMAT_FILES: Mapping[FormatName, str] = {
    "onnx": "model.onnx",
    "torch_export": "model.pt2",
    "executorch": "model.pte",
}
DEFAULT_FORMATS: tuple[FormatName, ...] = ("onnx", "torch_export")
FORMAT_PACKAGES: Mapping[FormatName, str] = {"executorch": "executorch"}  # that are not installed with this one

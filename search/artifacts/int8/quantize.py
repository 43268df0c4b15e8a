"""Static quantization of a network in an ONNX file."""

from pathlib import Path

import onnx
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

from search.artifacts.int8.bias_correction import Float32s, correct_biases

# The rest stays in float32: the normalisation of pixels, ULSAM's softmax and its product, the final probabilities.
_QUANTIZED = ["Conv", "Gemm", "Add", "Clip", "Relu", "MaxPool", "ReduceMean", "GlobalAveragePool"]
_AT_ONCE = 16  # images


def quantize(file: Path, images: Float32s, out: Path) -> None:
    """Writes a network in 8-bit integers, in ONNX Runtime's format of quantized and dequantized tensors (QDQ).

    Weights have a scale for each output channel, and activations one for each tensor, from their least and greatest
    values on ``images``. Biases make up for the rounding of weights; see ``bias_correction.py``. Weights are signed and
    activations unsigned, which ONNX Runtime computes fastest on CPUs with VNNI or Arm's dot products.

    Args:
        file: the network in float32, with batch norms folded, as an export has it.
        images: to calibrate by, (n, 3, size, size), as the network takes them.
        out: path of the file to write.
    """
    model = onnx.load(file)
    metadata = {entry.key: entry.value for entry in model.metadata_props}
    correct_biases(model, images)
    quantize_static(
        model,
        out,
        _Images(images, model.graph.input[0].name),
        quant_format=QuantFormat.QDQ,
        op_types_to_quantize=_QUANTIZED,
        per_channel=True,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
    )
    written = onnx.load(out)
    _strip(written)
    onnx.helper.set_model_props(written, metadata)
    onnx.save(written, out)


class _Images(CalibrationDataReader):  # type: ignore[misc]
    """Images as ONNX Runtime's calibration takes them: batch by batch, until there is none."""

    def __init__(self, images: Float32s, name: str) -> None:
        self._batches = iter([{name: images[i : i + _AT_ONCE]} for i in range(0, len(images), _AT_ONCE)])

    def get_next(self) -> dict[str, Float32s] | None:
        return next(self._batches, None)


def _strip(model: onnx.ModelProto) -> None:
    """Removes what exporters note for their developers: it takes more bytes than the weights of a small network."""
    for parts in (model.graph.node, model.graph.initializer, model.graph.value_info):
        for part in parts:
            del part.metadata_props[:]
            part.doc_string = ""
    del model.graph.metadata_props[:]
    del model.graph.value_info[:]

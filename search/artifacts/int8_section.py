"""What quantization costs and saves, as ``arch.yaml`` has it."""

from pydantic import Field

from pipelines.training.metrics import ACCURACY
from search.artifacts.latency_section import LatencySection
from spaces.config import Section

_MUCH = 0.01  # a loss in accuracy that users should know of before they choose the network


class Int8Section(Section):
    """The network in 8-bit integers, beside the same network in float32: both as ONNX files.

    Attributes:
        sha256: of the file in 8-bit integers.
        bytes, float_bytes: the sizes of both files.
        metrics: values on the ``images`` of the validation split, or of the fold, by name, as in ``measured``.
        calibration_images: the training images that the ranges of activations are from.
        latency, float_latency: of both files in ONNX Runtime, timed in turns.
    """

    sha256: str
    bytes: int = Field(gt=0)
    float_bytes: int = Field(gt=0)
    metrics: dict[str, float]
    images: int
    calibration_images: int
    latency: LatencySection
    float_latency: LatencySection

    @property
    def accuracy(self) -> float:
        """Top-1 accuracy on the validation split, 0 to 1."""
        return self.metrics[ACCURACY.name]

    def describe(self, float_accuracy: float) -> tuple[str, ...]:
        """Returns what quantization costs and saves, in words: a line, and one for each reason against it.

        Args:
            float_accuracy: of the network in float32 on the same images, 0 to 1.
        """
        lines = [
            f"8-bit integers instead of float32: validation accuracy {self.accuracy:.2%} instead of "
            f"{float_accuracy:.2%}, {_megabytes(self.bytes)} instead of {_megabytes(self.float_bytes)}, "
            f"{self.latency.ms:.3f} instead of {self.float_latency.ms:.3f} ms per call ({self.latency.conditions})"
        ]
        if float_accuracy - self.accuracy > _MUCH:
            lines.append(f"quantization costs {100 * (float_accuracy - self.accuracy):.1f} points of accuracy")
        if self.latency.ms > self.float_latency.ms:
            lines.append("in 8-bit integers the network is slower on this machine")
        return tuple(lines)


def _megabytes(count: int) -> str:
    return f"{count / 1e6:.2f} MB"

"""The time of a call of an exported network, as ``arch.yaml`` has it."""

from typing import Self

from pydantic import Field

from pipelines.measuring.latency import Latency
from spaces.config import Section


class LatencySection(Section):
    """The time of a call in milliseconds: the median of ``repeats`` calls, and the quartiles around it.

    Attributes:
        arithmetic: the numbers that the call computes with, and the program that does if it is not torch.
        device: ``cpu`` or the GPU's name; ``processor``: that of the machine, by name.
        threads, batch: of a call: CPU threads, images.
        warmup, repeats: calls that are not timed, then calls that are.
    """

    ms: float = Field(gt=0)
    lower_ms: float = Field(gt=0)
    upper_ms: float = Field(gt=0)
    device: str
    processor: str
    threads: int = Field(ge=1)
    batch: int = Field(ge=1)
    warmup: int = Field(ge=0)
    repeats: int = Field(ge=1)
    arithmetic: str = "float32"

    @property
    def conditions(self) -> str:
        """The conditions of the measurement, in words."""
        threads = "1 thread" if self.threads == 1 else f"{self.threads} threads"
        where = f"cpu ({self.processor}, {threads})" if self.device == "cpu" else self.device
        return f"batch {self.batch} on {where}, {self.arithmetic}: median of {self.repeats} calls"

    @classmethod
    def of(cls, latency: Latency, device: str, processor: str, *, arithmetic: str = "float32") -> Self:
        """Returns the section for a measured latency.

        Args:
            latency: in seconds; the section has milliseconds.
            device: ``cpu`` or the GPU's name.
            processor: the name of the machine's processor.
            arithmetic: as the attribute.
        """
        conditions = latency.conditions
        return cls(
            ms=latency.median * 1e3,
            lower_ms=latency.lower * 1e3,
            upper_ms=latency.upper * 1e3,
            device=device,
            processor=processor,
            threads=conditions.threads,
            batch=conditions.batch_size,
            warmup=conditions.warmup,
            repeats=conditions.repeats,
            arithmetic=arithmetic,
        )

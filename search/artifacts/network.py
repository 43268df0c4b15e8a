"""An exported network: ``arch.yaml`` with all it takes to build, score and train it, and weights beside it."""

from pathlib import Path
from typing import Self

from pydantic import Field

from search.artifacts.blueprint import Blueprint, FoundBySection
from search.config.yaml_file import read_yaml
from search.errors import UsageError
from search.study.spec import DataSpec
from spaces.config import Section
from ulsam import count_cost

ARCH_NAME, WEIGHTS_NAME, README_NAME = "arch.yaml", "weights.safetensors", "README.md"


class LatencySection(Section):
    """How long a call takes in float32, in milliseconds: the median of ``repeats`` calls, and the quartiles around it.

    Attributes:
        device: ``cpu`` or the GPU's name; ``processor``: that of the machine, by name.
        threads, batch: of a call: CPU threads, images.
        warmup, repeats: calls before the clock started, then those that were timed.
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

    @property
    def conditions(self) -> str:
        """What it was measured under, in words."""
        threads = "1 thread" if self.threads == 1 else f"{self.threads} threads"
        where = f"cpu ({self.processor}, {threads})" if self.device == "cpu" else self.device
        return f"batch {self.batch} on {where}, float32: median of {self.repeats} calls"


class MeasuredSection(Section):
    """What was measured.

    ``accuracy`` is top-1 on the validation split, 0 to 1. ``method`` is the
    :data:`~pipelines.training.recipe.METHOD` of the training; None: an earlier version wrote the file. ``latency`` is
    there where the network was chosen by it.
    """

    accuracy: float = Field(ge=0, le=1)
    correct: int
    images: int
    params: int
    flops: int
    weights_sha256: str
    device: str
    threads: int = Field(ge=1)
    epochs: int
    seed: int
    workers: int = 1
    method: int | None = None
    latency: LatencySection | None = None


class PretrainedSection(Section):
    """The file of weights that training started from."""

    file: str
    sha256: str


class OriginSection(Section):
    """Where it comes from: a trial of a search, or a training of its own; ``pretrained``: None if begun fresh."""

    run: str
    trial: int | None = None
    version: str
    pretrained: PretrainedSection | None = None
    search: FoundBySection | None = None


class CostMismatchError(UsageError):
    """A file says other costs than its architecture has."""


class NotANetworkError(UsageError):
    """A folder is not that of an exported network."""


class ExportedNetwork(Blueprint):
    """The content of ``arch.yaml``."""

    data: DataSpec
    measured: MeasuredSection
    origin: OriginSection

    @classmethod
    def load(cls, path: Path) -> Self:
        """Reads ``path``, an ``arch.yaml`` or the folder that holds one.

        Raises:
            UsageError: it is missing or damaged, or its cost is not what it says.
        """
        path = path / ARCH_NAME if path.is_dir() else path
        network = super().load(path)
        cost = count_cost(network.arch, network.recipe.input_size)
        if (cost.params, cost.flops) != (network.measured.params, network.measured.flops):
            raise CostMismatchError(
                f"the architecture has {cost.params} parameters and {cost.flops} FLOPs, "
                f"but {network.measured.params} and {network.measured.flops} are written there",
                where=path,
            )
        if network.arch.num_classes != len(network.data.classes):
            what = f"the network has {network.arch.num_classes} outputs for {len(network.data.classes)} classes"
            raise UsageError(what, where=path)
        return network


def load_network(path: Path) -> Blueprint:
    """Reads ``path`` as what it is: an exported network, its folder, or a blueprint by hand.

    Raises:
        UsageError: it is missing or damaged.
    """
    if path.is_dir() and not (path / ARCH_NAME).is_file():
        raise NotANetworkError(f"a folder, but not of an exported network: it has no {ARCH_NAME}", where=path)
    path = path / ARCH_NAME if path.is_dir() else path
    values = read_yaml(path)
    exported = isinstance(values, dict) and "measured" in values
    return ExportedNetwork.load(path) if exported else Blueprint.load(path)

"""An exported network: ``arch.yaml`` with all it takes to build, score and train it, and weights beside it."""

from pathlib import Path
from typing import Annotated, Any, Self

import yaml
from pydantic import AfterValidator, ConfigDict, Field, PlainSerializer

from pipelines.files import whole_file
from pipelines.recipe import Recipe
from search.errors import UsageError
from search.record.facts import DataFacts
from search.yaml_file import read_yaml, validate
from spaces.config import Section
from ulsam import ArchConfig, count_cost

ARCH_NAME, WEIGHTS_NAME, README_NAME = "arch.yaml", "weights.safetensors", "README.md"


class MeasuredSection(Section):
    """What was measured: ``accuracy`` is top-1 on the validation split, 0 to 1."""

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


class OriginSection(Section):
    """Where it comes from: a trial of a search, or a training of its own."""

    run: str
    trial: int | None = None
    version: str


def _read_arch(values: Any) -> ArchConfig:
    return values if isinstance(values, ArchConfig) else ArchConfig.from_dict(values)


def _dump_arch(arch: ArchConfig) -> dict[str, Any]:
    return arch.to_dict()


class ExportedNetwork(Section):
    """The content of ``arch.yaml``."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    arch: Annotated[Any, AfterValidator(_read_arch), PlainSerializer(_dump_arch)]
    recipe: Recipe
    data: DataFacts
    measured: MeasuredSection
    origin: OriginSection

    def save(self, path: Path) -> None:
        """Writes it as YAML."""
        with whole_file(path) as partial:
            partial.write_text(yaml.safe_dump(self.model_dump(mode="json"), sort_keys=False), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Self:
        """Reads ``path``, an ``arch.yaml`` or the folder that holds one.

        Raises:
            UsageError: it is missing or damaged, or its cost is not what it says.
        """
        path = path / ARCH_NAME if path.is_dir() else path
        network = validate(cls, read_yaml(path), str(path))
        cost = count_cost(network.arch, network.recipe.input_size)
        if (cost.params, cost.flops) != (network.measured.params, network.measured.flops):
            raise UsageError(
                f"{path}: the architecture has {cost.params} parameters and {cost.flops} FLOPs, "
                f"but {network.measured.params} and {network.measured.flops} are written there"
            )
        if network.arch.num_classes != len(network.data.classes):
            raise UsageError(
                f"{path}: the network has {network.arch.num_classes} outputs for {len(network.data.classes)} classes"
            )
        return network

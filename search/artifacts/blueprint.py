"""An architecture and the recipe that trains it: the least that an exported network has, or a file written by hand."""

from pathlib import Path
from typing import Annotated, Any, Self

import yaml
from pydantic import AfterValidator, ConfigDict, Field, PlainSerializer, model_validator

from pipelines.errors import RangeError
from pipelines.files import atomic_write
from pipelines.training.metrics import OWN_PATH
from pipelines.training.recipe import Recipe
from search.config.yaml_file import read_yaml, validate
from search.errors import IsSearchFileError, UsageError
from search.study.spec import StudySpec
from spaces import MAX_INPUT_SIZE, Candidate
from spaces.config import ClashError, Section
from ulsam import ArchConfig, layer_plan
from ulsam.errors import InvalidError


def _read_arch(values: Any) -> ArchConfig:
    return values if isinstance(values, ArchConfig) else ArchConfig.from_dict(values)


def _dump_arch(arch: ArchConfig) -> dict[str, Any]:
    return arch.to_dict()


class TargetSection(Section):
    """The accuracy that others report for a training of the network, in percent; ``source``: who reports it, where."""

    top1: float = Field(ge=0, le=100)
    top5: float | None = Field(None, ge=0, le=100)
    source: str


class OwnMetricSection(Section):
    """The function of the user's own that a search maximises: its import path, and the SHA-256 of its module."""

    path: str = Field(pattern=f"^{OWN_PATH}$")  # it is shown as part of a command
    sha256: str


class FoundBySection(Section):
    """The search that found an architecture: the name of its run, and an id, as several runs may have the same name.

    ``own_metric`` is set where the search maximises a function of the user's own.
    """

    run: str
    id: str
    own_metric: OwnMetricSection | None = None

    @classmethod
    def of(cls, spec: StudySpec, run: str) -> Self:
        """Returns the section for a search.

        Args:
            spec: the search.
            run: the name of its run.
        """
        own = spec.own_metric
        section = None if own is None else OwnMetricSection(path=own.path, sha256=own.sha256)
        return cls(run=run, id=spec.search_id, own_metric=section)


class Blueprint(Section):
    """A network that can be trained on any data with as many classes as the network has outputs.

    ``search`` is set where a search proposed the network without training it; the record of the search then takes the
    score of its training.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    arch: Annotated[Any, AfterValidator(_read_arch), PlainSerializer(_dump_arch)]
    input_size: int = Field(ge=1, le=MAX_INPUT_SIZE)
    recipe: Recipe
    target: TargetSection | None = None
    search: FoundBySection | None = None

    @model_validator(mode="before")
    @classmethod
    def _take_size_from_recipe(cls, values: Any) -> Any:
        """Moves the input size out of the recipe, where files of earlier versions have it.

        Raises:
            ClashError: the file has an input size in both places.
        """
        if not isinstance(values, dict) or not isinstance(values.get("recipe"), dict):
            return values
        recipe = dict(values["recipe"])
        if "input_size" in values:
            if "input_size" in recipe:
                raise ClashError(
                    ("recipe.input_size", "input_size"), expected="the size once, beside the recipe", got="both"
                )
            return values
        return values | {"input_size": recipe.pop("input_size"), "recipe": recipe} if "input_size" in recipe else values

    @model_validator(mode="after")
    def _check_size(self) -> Self:
        try:
            self.recipe.check_size(self.input_size)
        except RangeError as error:
            raise ClashError(("recipe.start_size", "input_size"), expected=error.expected, got=error.got) from error
        return self

    @property
    def candidate(self) -> Candidate:
        """The network in the form that a search uses."""
        return Candidate(arch=self.arch, input_size=self.input_size)

    def yaml(self) -> str:
        """Returns the content of a file that :meth:`load` reads."""
        return yaml.safe_dump(self.model_dump(mode="json", exclude_none=True), sort_keys=False)

    def save(self, path: Path) -> None:
        """Writes the blueprint to ``path`` as YAML; replaces an existing file."""
        with atomic_write(path) as partial:
            partial.write_text(self.yaml(), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Self:
        """Reads the YAML file ``path``.

        Raises:
            IsSearchFileError: the file is a search file.
            UsageError: the file is missing or damaged, or the network can't be built for its input size.
        """
        values = read_yaml(path)
        if isinstance(values, dict) and "arch" not in values and {"name", "data"} <= values.keys():
            raise IsSearchFileError(path)
        blueprint = validate(cls, values, str(path))
        try:
            layer_plan(blueprint.arch, blueprint.input_size)
        except InvalidError as error:
            raise UsageError(str(error), where=path) from error
        return blueprint

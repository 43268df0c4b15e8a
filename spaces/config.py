"""The ``space`` and ``budgets`` sections of a search file, validated."""

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, create_model, model_validator

from spaces.budgets import Budgets
from spaces.candidate import MAX_INPUT_SIZE
from spaces.change import CHANGE_MODES, ChangeMode
from spaces.conventions import Conventions
from spaces.known_cost import KNOWN_COSTS, KnownCost
from spaces.scalars import NO_TRUTH, READ_WHOLE, Count, PositiveInt, WholeNumber
from spaces.space import SearchSpace
from spaces.stem_stride import StemStride
from ulsam.arch import MECHANISMS, MODES, Mechanism
from ulsam.backbones import BACKBONES, Backbone, backbone_shape
from ulsam.errors import InvalidError

_BLOCKS = max(len(backbone_shape(backbone, 1.0).blocks) for backbone in BACKBONES)
Width = Annotated[float, Field(gt=0, le=16, strict=True)]
InputSize = Annotated[int, Field(ge=8, le=MAX_INPUT_SIZE, strict=True), READ_WHOLE]
BlockNumber = Annotated[PositiveInt, Field(json_schema_extra={"maximum": _BLOCKS})]
BlockGroup = Annotated[tuple[BlockNumber, ...], Field(min_length=2, json_schema_extra={"uniqueItems": True})]


class ClashError(InvalidError):
    """Values that are valid, each by itself, and make no sense together.

    Attributes:
        keys: the dotted names of those values, from the section that raises it; the first one is the cause.
    """

    def __init__(self, keys: tuple[str, ...], *, expected: str, got: object) -> None:
        super().__init__(expected=expected, got=got)
        self.keys = keys


class Section(BaseModel):
    """A section of a search file: unknown keys are refused, values can't be changed."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class PlacementsConfig(Section):
    """Changes of a plain network: attention placed, blocks removed."""

    attention: tuple[Mechanism, ...] = Field(
        ("ulsam",), min_length=1, description="mechanisms; a network has one of them"
    )
    modes: tuple[ChangeMode, ...] = Field(
        MODES, min_length=1, description="insert after a block, substitute for a block, remove a block"
    )
    blocks: Literal["all"] | tuple[BlockNumber, ...] = Field("all", description="block numbers, or all")
    together: tuple[BlockGroup, ...] = Field(
        (), description="groups of blocks that change together: [[12, 13], [15, 16]]"
    )
    min_map: PositiveInt = Field(
        1, description="smallest height and width, in pixels, of a map that takes attention over positions"
    )
    at_most: WholeNumber = Field(4, ge=0, description="largest number of changes per network; a group counts once")
    groups: Literal["shared", "per_block"] = Field("shared", description="one g per network, or one per change")

    @model_validator(mode="after")
    def _groups_are_apart(self) -> Self:
        grouped = [block for group in self.together for block in group]
        if twice := sorted({block for block in grouped if grouped.count(block) > 1}):
            raise ClashError(("together",), expected="each block once", got=", ".join(map(str, twice)))
        if self.blocks != "all" and (outside := sorted(set(grouped) - set(self.blocks))):
            expected = f"blocks that are listed in blocks, {', '.join(map(str, sorted(set(self.blocks))))}"
            raise ClashError(("together", "blocks"), expected=expected, got=", ".join(map(str, outside)))
        return self


class SpaceConfig(Section):
    """The networks that may be chosen."""

    backbones: tuple[Backbone, ...] = Field(
        ("mobilenet_v2",), min_length=1, description="mobilenet_v1, mobilenet_v2, or both"
    )
    widths: tuple[Width, ...] = Field((0.35, 0.5, 0.75, 1.0), min_length=1, description="width multipliers")
    groups: tuple[PositiveInt, ...] = Field(
        (1, 2, 4, 8, 16), min_length=1, description="g: numbers of subspaces of a ULSAM"
    )
    placements: PlacementsConfig = PlacementsConfig()
    input_sizes: tuple[InputSize, ...] | None = Field(
        None, min_length=1, description="pixels; each network has one of them; default: training.input_size"
    )
    stem_stride: Annotated[StemStride, READ_WHOLE, NO_TRUTH] = Field(
        "auto", description="auto: 1 for images of up to 32 pixels, else 2"
    )

    @model_validator(mode="after")
    def _blocks_exist(self) -> Self:
        placements = self.placements
        known = max(len(backbone_shape(backbone, 1.0).blocks) for backbone in self.backbones)
        grouped = [block for group in placements.together for block in group]
        for key, blocks in (("blocks", placements.blocks if placements.blocks != "all" else ()), ("together", grouped)):
            beyond = [str(block) for block in blocks if block > known]
            if beyond:
                raise ClashError(
                    (f"placements.{key}", "backbones"),
                    expected=f"1 to {known}, the blocks of {' and '.join(self.backbones)}",
                    got=", ".join(beyond),
                )
        return self


_LIMITS: dict[str, Any] = {
    cost.name: (Count | None, Field(None, description=f"limit on {cost.title}, such as {cost.example}"))
    for cost in KNOWN_COSTS
}


class BudgetsConfig(create_model("_Limits", __base__=Section, **_LIMITS)):  # type: ignore[misc]  # made while running
    """Hard limits on the cost of a network, such as 2.5M; default: no limit."""

    @property
    def limits(self) -> dict[str, int]:
        """The limits by the names of known costs; a cost without a limit is left out."""
        return {name: limit for name, limit in self if limit is not None}


def build_space(
    space: SpaceConfig,
    budgets: BudgetsConfig,
    *,
    num_classes: int,
    input_sizes: tuple[int, ...],
    known_costs: tuple[KnownCost, ...] = KNOWN_COSTS,
    baselines: bool = False,
    conventions: Conventions = Conventions(),
) -> SearchSpace:
    """Builds the search space of a search file.

    Args:
        space: the section of the file on networks.
        budgets: the section of the file on limits.
        num_classes: the number of classes of the data, at least 1.
        input_sizes: heights and widths of images in pixels; a network has one of them.
        known_costs: the costs that the search counts, in the order shown.
        baselines: whether the search trains plain networks for comparison.
        conventions: the convention of the trained weights for each backbone.
    """
    return SearchSpace(
        backbones=tuple(backbone for backbone in BACKBONES if backbone in space.backbones),
        widths=tuple(sorted(set(space.widths))),
        groups=tuple(sorted(set(space.groups))),
        attention=tuple(mechanism for mechanism in MECHANISMS if mechanism in space.placements.attention),
        modes=tuple(mode for mode in CHANGE_MODES if mode in space.placements.modes),
        blocks=None if space.placements.blocks == "all" else tuple(sorted(set(space.placements.blocks))),
        together=tuple(sorted(tuple(sorted(group)) for group in space.placements.together)),
        min_map=space.placements.min_map,
        at_most=space.placements.at_most,
        shared_groups=space.placements.groups == "shared",
        num_classes=num_classes,
        input_sizes=tuple(sorted(set(input_sizes))),
        stem_stride=space.stem_stride,
        budgets=Budgets(budgets.limits),
        known_costs=known_costs,
        baselines=baselines,
        conventions=conventions,
    )

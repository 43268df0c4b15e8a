"""Values of a new search file that fit its data and its trained weights, each with the reason that the file gives."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from pipelines.training.fitted_recipe import FittedRecipe
from pipelines.training.recipe import Recipe
from pipelines.training.recipes import recipe_values
from spaces.stem_stride import stem_stride_for
from ulsam import ArchConfig, layer_plan
from ulsam.backbones import Backbone, backbone_shape

_FRESH = Recipe(epochs=10)
_SMALLER = (2 / 3, 5 / 6, 1)  # of the stored images' size
_FINE_BELOW = 160  # pixels: smaller sizes are multiples of 16, larger ones of 32, by which networks halve their maps
_LARGEST_GROUP = 3  # blocks


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A value of a search file.

    Attributes:
        key: dotted, such as ``training.epochs``.
        value: as YAML.
        reason: the comment beside it.
    """

    key: str
    value: Any
    reason: str


def from_images(images: int, *, pretrained: bool) -> Iterator[Suggestion]:
    """Suggests batch size, learning rate and length for a number of training images; nothing where the recipe fits.

    Args:
        images: the number of training images.
        pretrained: whether networks start from trained weights.
    """
    recipe, fit = _recipe(pretrained=pretrained), fitted(images, pretrained=pretrained)
    found, why = fit.recipe, f"{fit.steps} steps per epoch of {images:,} images"
    if found.batch_size != recipe.batch_size:
        yield Suggestion(key="training.batch_size", value=found.batch_size, reason=why)
        scaled = f"{recipe.learning_rate:g} for batches of {recipe.batch_size}, scaled by the square root of the size"
        yield Suggestion(key="training.learning_rate", value=found.learning_rate, reason=scaled)
    if found.epochs != recipe.epochs:
        yield Suggestion(key="training.epochs", value=found.epochs, reason=f"increased, for {why}")


def fitted(images: int, *, pretrained: bool) -> FittedRecipe:
    """Returns the recipe that fits a number of training images.

    Args:
        images: the number of training images, at least 1.
        pretrained: whether networks start from trained weights.
    """
    return FittedRecipe.of(_recipe(pretrained=pretrained), images)


def _recipe(*, pretrained: bool) -> Recipe:
    return Recipe(**recipe_values("transfer")) if pretrained else _FRESH


def from_weights(path: Path, backbone: Backbone, width: float, image_size: int) -> Iterator[Suggestion]:
    """Suggests a space of networks that cost less than a trained one and start from its weights, and a recipe.

    Blocks are replaced or left out and images are smaller at the width of the file, so that inherited layers are whole
    (Wang et al., "Rethinking depth, width and resolution", arXiv 2010.04879, search over the three together).

    Args:
        path: of the file of trained weights, for the suggestions; it is not read.
        backbone: of the trained network.
        width: the width multiplier of the trained network.
        image_size: height and width of the stored images in pixels, the largest input size.
    """
    stages = _stages(backbone, width)
    arch = ArchConfig(backbone=backbone, width=width, stem_stride=stem_stride_for(image_size))
    maps = [block.convs[-1].size for block in layer_plan(arch, image_size).blocks]
    # On maps of 1x1 there is no attention: a group there could only be left out.
    groups = [list(stage) for stage in stages if len(stage) > 1 and maps[stage[0]] > 1]
    yield Suggestion(key="space.backbones", value=[backbone], reason="that of the trained weights")
    yield Suggestion(key="space.widths", value=[width], reason="that of the trained weights")
    yield Suggestion(key="space.input_sizes", value=_sizes(image_size), reason="smaller images make cheaper networks")
    yield Suggestion(
        key="space.placements.modes",
        value=["substitute", "remove"],
        reason="replace a block by attention, or remove it",
    )
    if groups:
        yield Suggestion(key="space.placements.together", value=groups, reason="blocks of one shape change together")
    yield Suggestion(key="space.placements.at_most", value=len(stages), reason="all blocks may change")
    yield Suggestion(key="training.recipe", value="transfer", reason="for networks that start from trained weights")
    yield Suggestion(key="training.pretrained", value=str(path), reason="every network starts from this file")


def nested(suggestions: Sequence[Suggestion]) -> dict[str, Any]:
    """Returns the values in sections, as in a search file."""
    values: dict[str, Any] = {}
    for suggestion in suggestions:
        *sections, name = suggestion.key.split(".")
        section = values
        for part in sections:
            section = section.setdefault(part, {})
        section[name] = suggestion.value
    return values


def merged(values: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """Merges two sets of values, section by section.

    Args:
        values: of a search file, in sections; not changed.
        more: values in sections that replace those of the same keys.
    """
    both = dict(values)
    for name, value in more.items():
        both[name] = merged(both[name], value) if isinstance(value, Mapping) and name in both else value
    return both


def _sizes(image_size: int) -> list[int]:
    step = 16 if image_size < _FINE_BELOW else 32
    smaller = (step * round(share * image_size / step) for share in _SMALLER[:-1])
    return [*sorted({size for size in smaller if step <= size < image_size}), image_size]


def _stages(backbone: Backbone, width: float) -> list[tuple[int, ...]]:
    """Returns the blocks that keep the shape of their map, grouped by stage, at most three in a group."""
    stages: list[list[int]] = []
    for block in backbone_shape(backbone, width).blocks:
        if not block.keeps_shape:
            continue
        if not stages or stages[-1][-1] != block.index - 1:
            stages.append([])
        stages[-1].append(block.index)
    return [part for stage in stages for part in _split(tuple(stage))]


def _split(stage: tuple[int, ...]) -> list[tuple[int, ...]]:
    parts = -(-len(stage) // _LARGEST_GROUP)
    bounds = [round(part * len(stage) / parts) for part in range(parts + 1)]
    return [stage[start:end] for start, end in pairwise(bounds)]

"""How each network of a search is trained, in a user's words."""

from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from pipelines.names import RECIPE_NAMES, RecipeName
from pipelines.training.recipe import TAUGHT_SHARE, ClassWeights, Recipe
from pipelines.training.recipes import recipe_values
from search.config.key_types import FileWidth, WeightsPath
from spaces import MAX_INPUT_SIZE
from spaces.config import ClashError, InputSize, Section
from spaces.scalars import READ_WHOLE, Flag, Number, PositiveInt, WholeNumber
from ulsam.backbones import Backbone

HIGHEST_RATE = 10.0  # no published recipe of SGD has a higher one; it is a slip of the pen
_RECIPE = Recipe(epochs=10)


class TrainingSection(Section):
    """How each network is trained."""

    recipe: RecipeName | None = Field(
        None, description=f"recipe for values that are not set here: {', '.join(RECIPE_NAMES)}"
    )
    epochs: PositiveInt = Field(_RECIPE.epochs, description="passes over the training images")
    input_size: InputSize | None = Field(None, description="pixels, of every network; default: as prepared")
    start_size: Annotated[int, Field(ge=1, le=MAX_INPUT_SIZE, strict=True), READ_WHOLE] | None = Field(
        None, description="pixels in the first epochs; grows to input_size"
    )
    batch_size: WholeNumber = Field(  # norms need more than one image
        _RECIPE.batch_size, ge=2, description="images per step"
    )
    learning_rate: Number = Field(
        _RECIPE.learning_rate,
        gt=0,
        description="highest rate, after warm-up; then falls to 0",
        json_schema_extra={"maximum": HIGHEST_RATE},
    )
    fresh_rate: Number = Field(
        _RECIPE.fresh_rate, gt=0, description="rate of parts without trained weights, as a multiple of learning_rate"
    )
    warmup_epochs: Number = Field(_RECIPE.warmup_epochs, ge=0, description="epochs in which the learning rate rises")
    momentum: Number = Field(_RECIPE.momentum, ge=0, lt=1, description="Nesterov momentum of SGD")
    weight_decay: Number = Field(
        _RECIPE.weight_decay, ge=0, description="weight decay of SGD; none for norms and biases"
    )
    label_smoothing: Number = Field(
        _RECIPE.label_smoothing, ge=0, lt=1, description="share of each label that is spread over all classes"
    )
    min_crop: Number = Field(_RECIPE.min_crop, gt=0, le=1, description="smallest crop, as a share of the area")
    flip: Flag = Field(_RECIPE.flip, description="mirror images at random; not for digits or text")
    mixup: Number = Field(_RECIPE.mixup, ge=0, description="alpha of mixup; 0: off")
    cutmix: Number = Field(_RECIPE.cutmix, ge=0, description="alpha of CutMix; 0: off")
    color_jitter: Number = Field(
        _RECIPE.color_jitter,
        ge=0,
        description="largest change of brightness, contrast and saturation, as a share; 0: off",
    )
    hue_jitter: Number = Field(_RECIPE.hue_jitter, ge=0, le=0.5, description="largest change of hue, in turns; 0: off")
    rand_augment: WholeNumber = Field(
        _RECIPE.rand_augment, ge=0, le=30, description="magnitude of RandAugment, up to 30; 0: off"
    )
    erasing: Number = Field(_RECIPE.erasing, ge=0, le=1, description="probability of erasing a rectangle")
    class_weights: ClassWeights = Field(
        _RECIPE.class_weights, description="none, or balanced: all classes count equally in the loss"
    )
    balanced_sampling: Flag = Field(
        _RECIPE.balanced_sampling, description="draw images of all classes equally often in an epoch"
    )
    clip_norm: Number = Field(_RECIPE.clip_norm, ge=0, description="largest gradient norm; 0: no clipping")
    frozen_norms: Flag = Field(_RECIPE.frozen_norms, description="keep the statistics of norms with trained weights")
    average_epochs: Number = Field(_RECIPE.average_epochs, ge=0, description="epochs of weight averaging; 0: off")
    recalibration_batches: WholeNumber = Field(
        _RECIPE.recalibration_batches,
        ge=0,
        description="batches to recompute the statistics of norms before scores",
    )
    flip_average: Flag = Field(_RECIPE.flip_average, description="average scores over images and their mirror images")
    pretrained: WeightsPath | dict[Backbone, dict[FileWidth, WeightsPath]] | None = Field(
        None, description="file of trained weights to start from, or one for each backbone and width"
    )
    teacher: Literal["auto"] | WeightsPath | None = Field(
        None, description="folder of an exported network to distill from; auto: the widest plain one"
    )
    distill_weight: Number = Field(
        TAUGHT_SHARE, gt=0, le=1, description="share of the distillation loss, with a teacher"
    )
    distill_temperature: Number = Field(
        _RECIPE.distill_temperature, gt=0, description="divisor of both networks' logits in that loss"
    )

    @model_validator(mode="before")
    @classmethod
    def _fill_in(cls, values: Any) -> Any:
        """Replaces the name of a recipe by its values once, so that a search keeps the values that it began with."""
        if isinstance(values, dict) and values.get("recipe") in RECIPE_NAMES:
            return recipe_values(values["recipe"]) | values
        return values

    @model_validator(mode="after")
    def _check_sizes(self) -> Self:
        start, size = self.start_size, self.input_size
        if start is not None and size is not None and start > size:
            raise ClashError(("start_size", "input_size"), expected=f"at most the input size, {size}", got=start)
        return self

    @model_validator(mode="after")
    def _balance_once(self) -> Self:
        if self.balanced_sampling and self.class_weights == "balanced":
            raise ClashError(
                ("class_weights", "balanced_sampling"),
                expected="class_weights: balanced or balanced_sampling: true",
                got="both",
            )
        return self

    @property
    def pretrained_paths(self) -> dict[tuple[Backbone, float] | None, Path]:
        """The files of weights by backbone and width; the key None: for all networks."""
        if isinstance(self.pretrained, dict):
            return {(of, width): path for of, files in self.pretrained.items() for width, path in files.items()}
        return {} if self.pretrained is None else {None: self.pretrained}

    def to_recipe(self) -> Recipe:
        """Returns the recipe of each training."""
        recipe = Recipe(**self.model_dump(exclude={"recipe", "pretrained", "teacher", "input_size"}))
        return recipe.without_teacher if self.teacher is None else recipe

"""How a network is trained."""

from dataclasses import asdict, dataclass, fields, replace
from math import inf
from typing import Any, Literal, get_args

from pipelines.errors import RangeError

# The version of what a recipe means. A change that makes the same recipe and seed train or score differently raises it.
# Accuracies of different methods do not compare: a run of another method is shown and exported, but not resumed, and
# its trainings are not reused. Changes of one release raise the number once.
#   1: every run without a number.
#   2: rung scores are annealed, and the statistics of norms are recounted before a score that decides.
#   3: training views are antialiased as scored images are, and ``min_crop`` is the smallest area that a crop keeps.
METHOD = 3
ClassWeights = Literal["none", "balanced"]
TAUGHT_SHARE = 0.5  # of the loss: the default where there is a teacher
# No recipe had these at first; at their defaults they are unused.
_LATER = (
    "color_jitter",
    "hue_jitter",
    "rand_augment",
    "erasing",
    "fresh_rate",
    "frozen_norms",
    "class_weights",
    "balanced_sampling",
)
_SIZE_STEP = 8  # pixels: every size that is met costs some set-up
_FULL_SIZE_FROM = 5 / 6  # of the epochs: the last ones see what scoring sees


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """SGD with Nesterov momentum, linear warm-up, then linear to zero at the last step.

    Annealing to zero at every length makes short trainings comparable (Li, Yumer, Ramanan, "Budgeted
    Training", ICLR 2020, https://arxiv.org/abs/1905.04753).

    Attributes:
        epochs: passes over the training images.
        start_size: height and width of the views in the first epochs; they grow to the network's input size.
            None: the input size from the start.
        batch_size: images a step.
        learning_rate: the highest, after warm-up.
        fresh_rate: the learning rate of parameters without trained weights, such as ULSAM and a new classifier, as a
            multiple of ``learning_rate``; not used if no parameter has trained weights.
        warmup_epochs: how long the rate rises; at most half of the training.
        momentum, weight_decay, label_smoothing: as usual; norms and biases do not decay.
        min_crop: the smallest share of an image's area that a random crop keeps; areas are uniform from there to 1.
        flip: whether views are mirrored; not for digits or text.
        mixup, cutmix: alpha of the Beta distribution that mixes pairs of images (Zhang et al., 2018,
            https://arxiv.org/abs/1710.09412; Yun et al., 2019, https://arxiv.org/abs/1905.04899); 0: not mixed.
            Where both are above 0 a step takes either, at even odds.
        color_jitter: how far from 1 the factors of brightness, contrast and saturation are at most (torchvision's
            ColorJitter); 0: colours stay.
        hue_jitter: the share of a full turn that the hue turns by at most, either way, in the same step; 0: it stays.
        rand_augment: the magnitude, up to 30, of two operations on each view (Cubuk et al., 2019,
            https://arxiv.org/abs/1909.13719; torchvision's RandAugment); 0: none.
        erasing: the share of views that lose a rectangle of 2 to 33% of their area (Zhong et al., 2017,
            https://arxiv.org/abs/1708.04896; torchvision's RandomErasing).
            Views are cropped, mirrored, jittered, augmented, normalised, erased and then mixed.
        class_weights: ``balanced``: the loss of an image is multiplied by n / (K n_k), where n_k of the n training
            images are of its class and K classes have images (scikit-learn's formula); ``none``: all count equally.
        balanced_sampling: whether an epoch draws every class equally often, images of small classes repeatedly, in as
            many steps; no weights are needed then.
        clip_norm: the largest norm of a step's gradient; 0: not clipped.
        frozen_norms: whether batch norms with trained weights keep their trained mean and variance; their scale and
            shift still learn.
        average_epochs: the weights that are scored are an exponential average over about so many epochs; 0: the last.
        recalibration_batches: of whole training images, that the norms' statistics are counted over before a score
            that decides; 0: their running averages.
        flip_average: whether a score averages over each image and its mirror image.
        distill_weight: the share of the loss that is the distance to a teacher's answers; 0: there is no teacher.
        distill_temperature: by which both networks' logits are divided for that.

    Raises:
        RangeError: a value is out of its range.
    """

    epochs: int
    start_size: int | None = None
    batch_size: int = 128
    learning_rate: float = 0.1
    fresh_rate: float = 1.0
    warmup_epochs: float = 1.0
    momentum: float = 0.9
    weight_decay: float = 5e-4
    label_smoothing: float = 0.1
    min_crop: float = 0.5
    flip: bool = True
    mixup: float = 0.0
    cutmix: float = 0.0
    color_jitter: float = 0.0
    hue_jitter: float = 0.0
    rand_augment: int = 0
    erasing: float = 0.0
    class_weights: ClassWeights = "none"
    balanced_sampling: bool = False
    clip_norm: float = 0.0
    frozen_norms: bool = False
    average_epochs: float = 0.0
    recalibration_batches: int = 50
    flip_average: bool = False
    distill_weight: float = 0.0
    distill_temperature: float = 2.0

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012 - read by pydantic, where a recipe comes from a file

    def __post_init__(self) -> None:
        ranges = {
            "epochs": (self.epochs >= 1, "at least 1"),
            "start_size": (self.start_size is None or self.start_size >= 1, "at least 1"),
            "batch_size": (self.batch_size >= 2, "at least 2: norms need more than one image"),
            "learning_rate": (0 < self.learning_rate < inf, "above 0"),
            "fresh_rate": (0 < self.fresh_rate < inf, "above 0"),
            "warmup_epochs": (0 <= self.warmup_epochs < inf, "0 or more"),
            "momentum": (0 <= self.momentum < 1, "0 to below 1"),
            "weight_decay": (0 <= self.weight_decay < inf, "0 or more"),
            "label_smoothing": (0 <= self.label_smoothing < 1, "0 to below 1"),
            "min_crop": (0 < self.min_crop <= 1, "above 0 and at most 1"),
            "mixup": (0 <= self.mixup < inf, "0 or more"),
            "cutmix": (0 <= self.cutmix < inf, "0 or more"),
            "color_jitter": (0 <= self.color_jitter < inf, "0 or more"),
            "hue_jitter": (0 <= self.hue_jitter <= 0.5, "0 to 0.5"),
            "rand_augment": (0 <= self.rand_augment <= 30, "0 to 30"),
            "erasing": (0 <= self.erasing <= 1, "0 to 1"),
            "class_weights": (self.class_weights in get_args(ClassWeights), "balanced or none"),
            "balanced_sampling": (
                not (self.balanced_sampling and self.class_weights == "balanced"),
                "false where class_weights is balanced",
            ),
            "clip_norm": (0 <= self.clip_norm < inf, "0 or more"),
            "average_epochs": (0 <= self.average_epochs < inf, "0 or more"),
            "recalibration_batches": (self.recalibration_batches >= 0, "0 or more"),
            "distill_weight": (0 <= self.distill_weight <= 1, "0 to 1"),
            "distill_temperature": (0 < self.distill_temperature < inf, "above 0"),
        }
        for name, (fits, expected) in ranges.items():
            if not fits:
                raise RangeError(where=name, expected=expected, got=getattr(self, name))

    def to_dict(self) -> dict[str, Any]:
        """Returns the values by name, for hashes and plans of trainings.

        Values that later versions added are left out at their defaults, so a recipe that does not use them keeps its
        hash.
        """
        unused = {
            field.name for field in fields(self) if field.name in _LATER and getattr(self, field.name) == field.default
        }
        if not self.distill_weight:
            unused |= {"distill_weight", "distill_temperature"}
        return {name: value for name, value in asdict(self).items() if name not in unused}

    @property
    def without_teacher(self) -> "Recipe":
        """The same recipe without a teacher."""
        plain = Recipe(epochs=1)
        weight, temperature = plain.distill_weight, plain.distill_temperature
        return replace(self, distill_weight=weight, distill_temperature=temperature)

    @property
    def on_whole_images(self) -> "Recipe":
        """The same recipe with whole images of full size in their own colours as views, as scored images are."""
        return replace(self, min_crop=1.0, start_size=None, color_jitter=0, hue_jitter=0, rand_augment=0, erasing=0)

    def rate_at(self, step: int, steps_per_epoch: int) -> float:
        """Returns the learning rate of a step; it would reach 0 one step after the last.

        Args:
            step: of the training, from 0.
            steps_per_epoch: at least 1.
        """
        total = self.epochs * steps_per_epoch
        warmup = min(self.warmup_epochs * steps_per_epoch, total / 2)
        if step < warmup:
            return self.learning_rate * (step + 1) / (warmup + 1)
        return self.learning_rate * (total - step) / (total - warmup)

    def check_size(self, input_size: int) -> None:
        """Checks that views grow to ``input_size``, in pixels, and do not shrink.

        Raises:
            RangeError: the views of the first epochs are larger than ``input_size``.
        """
        if self.start_size is not None and self.start_size > input_size:
            raise RangeError(where="start_size", expected=f"1 to the input size, {input_size}", got=self.start_size)

    def size_at(self, epoch: int, input_size: int) -> int:
        """Returns the height and width of the views of an epoch in pixels; they grow by eights.

        If ``input_size`` is smaller than ``start_size``, views do not grow. :meth:`check_size` refuses new searches and
        trainings with such a size.

        Args:
            epoch: from 0.
            input_size: of the network, in pixels; the views of the last epochs have this size.
        """
        full = int(self.epochs * _FULL_SIZE_FROM)
        if self.start_size is None or self.start_size >= input_size or epoch >= full:
            return input_size
        more = (input_size - self.start_size) * epoch / full
        return self.start_size + int(more / _SIZE_STEP) * _SIZE_STEP

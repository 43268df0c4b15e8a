"""How a network is trained."""

from dataclasses import dataclass
from math import inf

MAX_INPUT_SIZE = 1024  # pixels


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """SGD with momentum, linear warm-up, then linear to zero at the last step.

    Annealing to zero at every length makes short trainings comparable (Li, Yumer, Ramanan, "Budgeted
    Training", ICLR 2020, https://arxiv.org/abs/1905.04753).

    Attributes:
        epochs: passes over the training images.
        input_size: height and width that the network sees; at most 1024.
        batch_size: images a step.
        learning_rate: the highest, after warm-up.
        warmup_epochs: how long the rate rises; at most half of the training.
        momentum, weight_decay, label_smoothing: as usual; norms and biases do not decay.
        min_crop: the smallest share of an image that a random crop keeps.
        flip: whether views are mirrored; not for digits or text.

    Raises:
        ValueError: a value is out of its range.
    """

    epochs: int
    input_size: int
    batch_size: int = 128
    learning_rate: float = 0.1
    warmup_epochs: float = 1.0
    momentum: float = 0.9
    weight_decay: float = 5e-4
    label_smoothing: float = 0.1
    min_crop: float = 0.5
    flip: bool = True

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012 - read by pydantic, where a recipe comes from a file

    def __post_init__(self) -> None:
        in_range = {
            "epochs": self.epochs >= 1,
            "input_size": 1 <= self.input_size <= MAX_INPUT_SIZE,
            "batch_size": self.batch_size >= 1,
            "learning_rate": 0 < self.learning_rate < inf,
            "warmup_epochs": 0 <= self.warmup_epochs < inf,
            "momentum": 0 <= self.momentum < 1,
            "weight_decay": 0 <= self.weight_decay < inf,
            "label_smoothing": 0 <= self.label_smoothing < 1,
            "min_crop": 0 < self.min_crop <= 1,
        }
        for name, fits in in_range.items():
            if not fits:
                raise ValueError(f"{name}: out of range, got {getattr(self, name)!r}")

    def rate_at(self, step: int, steps_per_epoch: int) -> float:
        """The learning rate of step ``step``, counted from 0; it would be 0 one step after the last."""
        total = self.epochs * steps_per_epoch
        warmup = min(self.warmup_epochs * steps_per_epoch, total / 2)
        if step < warmup:
            return self.learning_rate * (step + 1) / (warmup + 1)
        return self.learning_rate * (total - step) / (total - warmup)

"""What is known of one epoch of a training."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

_VAL = "val_"  # a metric on the validation split, as MLflow and records have it
_FORMER_NAMES = {"pieces": "micro_batches"}  # in records of earlier versions


@dataclass(frozen=True, slots=True, kw_only=True)
class Epoch:
    """One epoch of a training.

    Attributes:
        number: from 1.
        train_loss: mean over the epoch's steps, label smoothing included.
        val: each metric on the validation split after the epoch, by name.
        seconds: training and scoring.
        micro_batches: how many each batch was cut into because memory did not hold it whole; gradients accumulate.
        standard_errors: of the metrics whose value does not determine it, by name; empty in records of earlier
            versions.
    """

    number: int
    train_loss: float
    val: Mapping[str, float]
    seconds: float
    micro_batches: int = 1
    standard_errors: Mapping[str, float] = field(default_factory=dict)

    @property
    def val_accuracy(self) -> float:
        """Top-1 accuracy on the validation split, from 0 to 1."""
        return self.val["accuracy"]

    @property
    def val_loss(self) -> float:
        """The mean cross-entropy on the validation split."""
        return self.val["loss"]

    @property
    def metrics(self) -> dict[str, float]:
        """The logged metrics by name: ``train_loss``, and ``val_accuracy`` and the like."""
        return {"train_loss": self.train_loss} | {f"{_VAL}{name}": value for name, value in self.val.items()}

    def to_dict(self) -> dict[str, Any]:
        """Returns plain values for JSON."""
        return {
            "number": self.number,
            **self.metrics,
            "seconds": self.seconds,
            "micro_batches": self.micro_batches,
            **({"standard_errors": dict(self.standard_errors)} if self.standard_errors else {}),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Reads what :meth:`to_dict` returned, in this or an earlier version."""
        own = {_FORMER_NAMES.get(name, name): value for name, value in values.items() if not name.startswith(_VAL)}
        val = {name.removeprefix(_VAL): value for name, value in values.items() if name.startswith(_VAL)}
        return cls(**own, val=val)

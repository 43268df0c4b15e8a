"""What is known of one epoch of a training."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Epoch:
    """One epoch of a training.

    Attributes:
        number: from 1.
        train_loss: mean over the epoch's steps, label smoothing included.
        val_loss, val_accuracy: on the validation split after the epoch.
        seconds: training and scoring.
        pieces: into how many each batch was cut because memory did not hold it whole; gradients were accumulated.
    """

    number: int
    train_loss: float
    val_loss: float
    val_accuracy: float
    seconds: float
    pieces: int = 1

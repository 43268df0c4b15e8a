"""Trains and scores any network, an epoch at a time."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isfinite

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pipelines.split import Split
from pipelines.training.recipe import Recipe
from pipelines.training.source import ImageSource


class DivergedError(RuntimeError):
    """The loss is no longer a number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How a network does on a split: ``correct`` of ``images``, and its mean cross-entropy ``loss``."""

    correct: int
    images: int
    loss: float

    @property
    def accuracy(self) -> float:
        """Top-1, from 0 to 1."""
        return self.correct / self.images


@dataclass(frozen=True, slots=True, kw_only=True)
class Epoch:
    """One epoch of a training.

    Attributes:
        number: from 1.
        train_loss: mean over the epoch's steps, label smoothing included.
        val_loss, val_accuracy: on the validation split after the epoch.
        seconds: training and scoring.
    """

    number: int
    train_loss: float
    val_loss: float
    val_accuracy: float
    seconds: float


class Training:
    """One network's training.

    Args:
        model: any network from (batch, 3, size, size) to (batch, classes); it is moved to ``device``.
        data: where its images come from, on ``device``.
        recipe: how long and how.
        seed: of the data order, the views and dropout; not of the weights, which ``model`` brings.
        device: where to train; on a GPU in bfloat16 where that is wise.
    """

    def __init__(self, model: nn.Module, data: ImageSource, recipe: Recipe, *, seed: int, device: torch.device) -> None:
        self.model = model.to(device=device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.epochs_done = 0
        self._data = data
        self._recipe = recipe
        self._seed = seed
        self._device = device
        self._optimizer = torch.optim.SGD(
            [
                # Norms and biases are vectors: decaying them costs accuracy and saves nothing.
                {"params": [p for p in model.parameters() if p.ndim >= 2], "weight_decay": recipe.weight_decay},
                {"params": [p for p in model.parameters() if p.ndim < 2], "weight_decay": 0.0},
            ],
            lr=recipe.learning_rate,
            momentum=recipe.momentum,
            nesterov=recipe.momentum > 0,
        )

    @property
    def finished(self) -> bool:
        """Whether all epochs of the recipe are done."""
        return self.epochs_done >= self._recipe.epochs

    def run_epoch(self) -> Epoch:
        """Trains one epoch and scores it on the validation split.

        Raises:
            DivergedError: the loss became NaN or infinite.
        """
        start = time.monotonic()
        train_loss = self._train_epoch(lambda step: self._recipe.rate_at(step, self._data.steps_per_epoch()))
        self.epochs_done += 1
        score = self.score("val")
        if not isfinite(score.loss):
            raise DivergedError(f"validation loss is {score.loss} after epoch {self.epochs_done}")
        return Epoch(
            number=self.epochs_done,
            train_loss=train_loss,
            val_loss=score.loss,
            val_accuracy=score.accuracy,
            seconds=time.monotonic() - start,
        )

    def score(self, split: Split) -> Score:
        """Scores the network as it is now."""
        return score(self.model, self._data, split, self._recipe.input_size, self._device)

    def annealed_score(self, epochs: int = 1) -> Score:
        """What the network scores on the validation split when its rate falls to zero within ``epochs`` from now.

        A score in the middle of a training, at a high rate, says little of how it will end; this one does. The
        training itself goes on as though nothing had been: the same weights, to the bit.

        Raises:
            DivergedError: the loss became NaN or infinite.
        """
        trunk = {name: tensor.clone() for name, tensor in self.state().items()}
        steps_per_epoch = self._data.steps_per_epoch()
        first, steps = self.epochs_done * steps_per_epoch, epochs * steps_per_epoch
        highest = self._recipe.rate_at(first, steps_per_epoch) if not self.finished else 0.0
        try:
            for _ in range(epochs):
                self._train_epoch(lambda step: highest * (first + steps - step) / steps)
                self.epochs_done += 1
            return self.score("val")
        finally:
            self._optimizer.state.clear()
            self.restore(trunk)

    def state(self) -> dict[str, Tensor]:
        """Everything that another :class:`Training` of the same network and recipe needs to go on from here."""
        momentum = {
            f"momentum.{name}": self._optimizer.state[parameter]["momentum_buffer"]
            for name, parameter in self.model.named_parameters()
            if self._optimizer.state[parameter].get("momentum_buffer") is not None
        }
        model = {f"model.{name}": tensor for name, tensor in self.model.state_dict().items()}
        return model | momentum | {"epochs_done": torch.tensor(self.epochs_done)}

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Goes on from ``state``; the weights at the end are those of a training that was never interrupted."""
        self.model.load_state_dict(
            {name.removeprefix("model."): tensor for name, tensor in state.items() if name.startswith("model.")}
        )
        for name, parameter in self.model.named_parameters():
            if (buffer := state.get(f"momentum.{name}")) is not None:
                like = torch.empty_like(parameter)  # in the parameter's memory format
                self._optimizer.state[parameter]["momentum_buffer"] = like.copy_(buffer)
        self.epochs_done = int(state["epochs_done"])

    def _train_epoch(self, rate_at: Callable[[int], float]) -> float:
        """Trains the next epoch at the rates of its steps, counted from the training's first; the mean loss."""
        epoch = self.epochs_done
        steps_per_epoch = self._data.steps_per_epoch()
        losses: list[Tensor] = []
        self.model.train()
        with (
            # Dropout draws from torch's global generator: seeded a epoch, and given back as it was.
            torch.random.fork_rng(devices=_devices(self._device)),
            self._data.training_batches(self._recipe, self._seed, epoch) as batches,
        ):
            torch.manual_seed(self._seed * 1_000_003 + epoch)
            for step, (images, labels) in enumerate(batches, start=epoch * steps_per_epoch):
                for group in self._optimizer.param_groups:
                    group["lr"] = rate_at(step)
                with _precision(self._device):
                    logits = self.model(images.contiguous(memory_format=torch.channels_last))
                loss = F.cross_entropy(logits.float(), labels, label_smoothing=self._recipe.label_smoothing)
                self._optimizer.zero_grad(set_to_none=True)
                loss.backward()  # type: ignore[no-untyped-call]
                self._optimizer.step()
                losses.append(loss.detach())
        mean = float(torch.stack(losses).mean())
        if not isfinite(mean):
            raise DivergedError(f"training loss is {mean} in epoch {epoch + 1}")
        return mean


@torch.inference_mode()
def score(model: nn.Module, data: ImageSource, split: Split, input_size: int, device: torch.device) -> Score:
    """Scores ``model`` on every image of ``split``."""
    model.eval()
    correct, loss, images_seen = 0, 0.0, 0
    with data.evaluation_batches(split, input_size) as batches:
        for images, labels in batches:
            with _precision(device):
                logits = model(images.contiguous(memory_format=torch.channels_last)).float()
            correct += int((logits.argmax(dim=1) == labels).sum())
            loss += float(F.cross_entropy(logits, labels, reduction="sum"))
            images_seen += len(labels)
    return Score(correct=correct, images=images_seen, loss=loss / images_seen)


def _precision(device: torch.device) -> torch.autocast:
    """bfloat16 on a GPU that has it; full precision elsewhere."""
    wise = device.type == "cuda" and torch.cuda.is_bf16_supported()
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=wise)


def _devices(device: torch.device) -> list[torch.device]:
    return [device] if device.type == "cuda" else []

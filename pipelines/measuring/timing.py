"""How long a training step takes, measured side by side on random images."""

import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import nn

from pipelines.errors import RangeError
from pipelines.loading.augment import Normaliser
from pipelines.loading.views import ViewDraws, make_views
from pipelines.measuring.clock import threads, wait
from pipelines.split import Split
from pipelines.training.distillation import Teacher
from pipelines.training.loop import Training
from pipelines.training.recipe import Recipe
from pipelines.training.source import Batches


@dataclass(frozen=True, slots=True, kw_only=True)
class StepConditions:
    """What steps are timed under.

    Attributes:
        device: ``cpu`` or ``cuda``.
        threads: of a step on a CPU.
        warmup, repeats: steps of each network that are not timed, then steps that are.
        patience: seconds after which no new turn begins; each network is timed at least once.

    Raises:
        RangeError: ``threads`` or ``repeats`` is below 1, ``warmup`` below 0.
    """

    device: str = "cpu"
    threads: int = 1
    warmup: int = 1
    repeats: int = 5
    patience: float = 30.0

    def __post_init__(self) -> None:
        for name, least in (("threads", 1), ("repeats", 1), ("warmup", 0)):
            if getattr(self, name) < least:
                raise RangeError(where=name, expected=f"at least {least}", got=getattr(self, name))


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTime:
    """Seconds that a training step of one network takes: the median, the least and the most of ``repeats``."""

    median: float
    lowest: float
    highest: float
    repeats: int


def time_training_steps(
    models: Sequence[nn.Module],
    recipe: Recipe,
    input_sizes: Sequence[int],
    image_size: int,
    conditions: StepConditions,
    teacher: Teacher | None = None,
) -> list[StepTime]:
    """Times the steps of :class:`Training`: views, forward, backward and the optimiser; no reading of files.

    The networks take turns, step by step, so other programs slow all of them alike.

    Args:
        models: from (batch, 3, input_size, input_size) to (batch, classes); moved to the device and trained.
        recipe: of the batch and the views that are timed.
        input_sizes: height and width of each network's views in pixels.
        image_size: height and width of the stored images in pixels, from which views are cropped.
        conditions: of the measurement.
        teacher: of every step, if the recipe gives its answers a weight; None: steps have no teacher.

    Returns:
        A time for each of ``models``, in their order.
    """
    recipe = recipe.without_teacher if teacher is None else recipe
    device = torch.device(conditions.device)
    turns = conditions.warmup + conditions.repeats
    # Labels are made up: at a low rate no loss gets far enough to diverge. What else a recipe may ask for is timed
    # where it is part of every step: not the growing of views, nor what is done before a score.
    recipe = replace(
        recipe, epochs=turns, learning_rate=1e-4, start_size=None, mixup=0, cutmix=0, recalibration_batches=0
    )
    images = _RandomImages(recipe.batch_size, image_size, device)
    begun = time.perf_counter()
    with threads(conditions.threads):
        trainings = [
            Training(model, images, recipe, size, seed=0, device=device, compiling="never", teacher=teacher)
            for model, size in zip(models, input_sizes, strict=True)
        ]
        seconds: list[list[float]] = [[] for _ in models]
        for turn in range(turns):
            if turn > conditions.warmup and time.perf_counter() - begun > conditions.patience:
                break
            for training, taken in zip(trainings, seconds, strict=True):
                training.run_epoch()
                if turn >= conditions.warmup:
                    taken.append(images.seconds)
    return [
        StepTime(median=statistics.median(taken), lowest=min(taken), highest=max(taken), repeats=len(taken))
        for taken in seconds
    ]


class _RandomImages:
    """Images of noise, a step an epoch, and a clock that runs while a step is done with them.

    Attributes:
        seconds: of the last step: from when its batch was asked for to when the next one was.
    """

    def __init__(self, batch_size: int, image_size: int, device: torch.device) -> None:
        generator = torch.Generator().manual_seed(0)
        shape = (batch_size, 3, image_size, image_size)
        self._images = torch.randint(256, shape, dtype=torch.uint8, generator=generator).to(device)
        self._normalise = Normaliser((0.5, 0.5, 0.5), (0.25, 0.25, 0.25), device)
        self._labels = torch.zeros(batch_size, dtype=torch.int64, device=device)
        self._device = device
        self.seconds = 0.0

    @property
    def num_classes(self) -> int:
        return 1

    def class_counts(self) -> Sequence[int]:
        return [len(self._labels)]

    def steps_per_epoch(self, batch_size: int) -> int:
        return 1

    @contextmanager
    def training_batches(self, recipe: Recipe, input_size: int, *, seed: int, epoch: int) -> Iterator[Batches]:
        images = len(self._images)
        draws = ViewDraws.of(recipe, images, seed, epoch).of_batches(np.arange(images), images, self._device)

        def timed() -> Batches:
            wait(self._device)
            start = time.perf_counter()
            for drawn in draws:
                yield make_views(self._images, drawn, recipe, input_size, self._normalise), self._labels
            wait(self._device)
            self.seconds = time.perf_counter() - start

        yield timed()

    @contextmanager
    def evaluation_batches(self, split: Split, input_size: int) -> Iterator[Batches]:
        """Gives one image, since scoring is not timed."""
        yield iter([(torch.zeros((1, 3, input_size, input_size), device=self._device), self._labels[:1])])

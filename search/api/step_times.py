"""The times of training steps of networks, of as many trainings as run at the same time."""

from collections.abc import Sequence
from concurrent.futures.process import BrokenProcessPool
from statistics import median

import torch

from pipelines.measuring.processor import device_name
from pipelines.measuring.timing import StepConditions, StepTime, time_training_steps
from pipelines.measuring.together import together
from pipelines.training.distillation import Teacher
from pipelines.training.micro_batches import out_of_memory
from pipelines.training.recipe import Recipe
from search.errors import BatchTooLargeToTimeError
from spaces import Candidate
from ulsam import build_model


def step_times(
    networks: Sequence[Candidate],
    recipe: Recipe,
    image_size: int,
    conditions: StepConditions,
    teacher: Candidate | None = None,
    processes: int = 1,
) -> list[StepTime]:
    """Returns the time of a training step of each network.

    Args:
        networks: to time.
        recipe: of the batch and the views.
        image_size: height and width of the stored images in pixels.
        conditions: of the measurement in each process.
        teacher: of every step; its weights are random. None: steps have no teacher.
        processes: that time the networks at the same time, as concurrent trials train. A step takes the median over
            the processes.

    Raises:
        BatchTooLargeToTimeError: a batch does not fit into memory, or the system killed one of several processes, as it
            does where memory is short.
    """
    try:
        measured = together(processes, _time_here, networks, recipe, image_size, conditions, teacher)
    except RuntimeError as error:
        if not (out_of_memory(error) or isinstance(error, BrokenProcessPool)):
            raise
        largest, device = max(network.input_size for network in networks), device_name(torch.device(conditions.device))
        raise BatchTooLargeToTimeError(recipe.batch_size, largest, device) from None
    return [_joined(times) for times in zip(*measured, strict=True)]


def _time_here(
    networks: Sequence[Candidate],
    recipe: Recipe,
    image_size: int,
    conditions: StepConditions,
    teacher: Candidate | None,
) -> list[StepTime]:
    sizes = [network.input_size for network in networks]
    models = [build_model(network.arch, network.input_size) for network in networks]
    asked = None if teacher is None else Teacher(build_model(teacher.arch, teacher.input_size), teacher.input_size)
    return time_training_steps(models, recipe, sizes, image_size, conditions, asked)


def _joined(times: Sequence[StepTime]) -> StepTime:
    return StepTime(
        median=median(time.median for time in times),
        lowest=min(time.lowest for time in times),
        highest=max(time.highest for time in times),
        repeats=min(time.repeats for time in times),
    )

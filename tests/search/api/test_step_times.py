"""Times of steps while as many trainings run as at the same time in a search."""

import os
import signal

import pytest

from pipelines.measuring.timing import StepConditions, StepTime
from pipelines.measuring.together import together
from pipelines.training.recipe import Recipe
from search.api import step_times as timed
from search.errors import BatchTooLargeToTimeError
from spaces import Candidate
from ulsam import ArchConfig

NETWORKS = [
    Candidate(arch=ArchConfig(backbone="mobilenet_v2", width=width, num_classes=2, stem_stride=1), input_size=16)
    for width in (0.1, 0.2)
]
RECIPE = Recipe(epochs=1, batch_size=2)
CONDITIONS = StepConditions(warmup=0, repeats=2)


def test_each_network_has_its_time_in_concurrent_processes() -> None:
    times = timed.step_times(NETWORKS, RECIPE, 16, CONDITIONS, teacher=NETWORKS[1], processes=2)
    assert len(times) == 2
    for one in times:
        assert 0 < one.lowest <= one.median <= one.highest
        assert one.repeats == 2


def test_the_time_is_the_median_of_the_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [
        StepTime(median=3.0, lowest=2.0, highest=9.0, repeats=5),
        StepTime(median=4.0, lowest=1.0, highest=8.0, repeats=4),
    ]
    monkeypatch.setattr(timed, "together", lambda *arguments: [[one] for one in found])
    joined = StepTime(median=3.5, lowest=1.0, highest=9.0, repeats=4)
    assert timed.step_times(NETWORKS[:1], RECIPE, 16, CONDITIONS, processes=2) == [joined]


def die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_process_that_the_system_kills_for_its_memory_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timed, "together", lambda processes, _, *arguments: together(processes, die, *arguments))
    with pytest.raises(BatchTooLargeToTimeError) as refused:
        timed.step_times(NETWORKS, RECIPE, 16, CONDITIONS, processes=2)
    assert refused.value.batch_size == RECIPE.batch_size

"""Latency: what is measured, in which order, under which conditions."""

import time

import pytest
import torch
from torch import Tensor, nn

from pipelines.errors import RangeError
from pipelines.measuring.latency import LatencyConditions, measure_latency


class Sleeper(nn.Module):
    """Answers after a known time, and remembers how it was called."""

    def __init__(self, seconds: float, log: list[tuple[float, tuple[int, ...], int, bool, bool]]) -> None:
        super().__init__()
        self.seconds = seconds
        self.log = log

    def forward(self, x: Tensor) -> Tensor:
        channels_last = x.is_contiguous(memory_format=torch.channels_last)
        self.log.append((self.seconds, tuple(x.shape), torch.get_num_threads(), self.training, channels_last))
        time.sleep(self.seconds)
        return x


def test_networks_take_turns_under_the_stated_conditions() -> None:
    before = torch.get_num_threads()
    log: list[tuple[float, tuple[int, ...], int, bool, bool]] = []
    conditions = LatencyConditions(batch_size=3, input_size=10, threads=2, warmup=2, repeats=5)
    turns: list[tuple[int, int, int]] = []
    measure_latency(
        [Sleeper(0.0, log), Sleeper(0.001, log)], conditions, lambda done, of: turns.append((done, of, len(log)))
    )
    assert turns == [(done, 7, 2 * done) for done in range(1, 8)]
    assert [seconds for seconds, *_ in log] == [0.0, 0.001] * 7
    assert {call[1:] for call in log} == {((3, 3, 10, 10), 2, False, True)}
    assert torch.get_num_threads() == before


def test_the_median_and_the_quartiles_are_those_of_the_timed_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = iter([9.0, 0.1, 0.4, 0.2, 0.3, 0.5])  # the first is the warm-up
    clock = [0.0]

    class Steps(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            clock[0] += next(taken)
            return x

    monkeypatch.setattr("pipelines.measuring.turns.time.perf_counter", lambda: clock[0])
    conditions = LatencyConditions(batch_size=4, input_size=8, warmup=1, repeats=5)
    (latency,) = measure_latency([Steps()], conditions)
    assert (latency.lower, latency.median, latency.upper) == pytest.approx((0.2, 0.3, 0.4))
    assert latency.images_per_second == pytest.approx(4 / 0.3)
    assert latency.conditions == conditions


def test_one_call_is_its_own_median() -> None:
    (latency,) = measure_latency([nn.Identity()], LatencyConditions(input_size=8, warmup=0, repeats=1))
    assert latency.lower == latency.median == latency.upper > 0


@pytest.mark.parametrize(
    "wrong", [{"batch_size": 0}, {"repeats": 0}, {"threads": 0}, {"input_size": 0}, {"warmup": -1}]
)
def test_impossible_conditions_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(RangeError) as refused:
        LatencyConditions(**wrong)
    assert (refused.value.where, refused.value.got) == next(iter(wrong.items()))

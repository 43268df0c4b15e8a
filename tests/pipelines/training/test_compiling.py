"""When a network is compiled."""

import pytest
import torch

from pipelines.names import CompileMode
from pipelines.training.compiling import worth_compiling

CPU, CUDA = torch.device("cpu"), torch.device("cuda")


@pytest.mark.parametrize(
    ("mode", "device", "seconds_left", "expected"),
    [
        ("auto", CPU, 1e6, False),
        ("auto", CUDA, 60, False),
        ("auto", CUDA, 1e4, True),
        ("always", CPU, 0, True),
        ("never", CUDA, 1e6, False),
    ],
)
def test_only_where_it_pays(mode: CompileMode, device: torch.device, seconds_left: float, expected: bool) -> None:
    assert worth_compiling(mode, device, seconds_left) is expected

"""Calls in several processes at the same time."""

import os

import pytest

from pipelines.measuring.together import together


def refuse(number: int) -> None:
    raise ArithmeticError(number)


def test_each_call_has_a_process_of_its_own() -> None:
    """No call ends before all have begun, so that none of two processes can take both."""
    processes = together(2, os.getpid)
    assert len({*processes, os.getpid()}) == 3


def test_one_call_is_made_here() -> None:
    assert together(1, os.getpid) == [os.getpid()]


@pytest.mark.parametrize("processes", [1, 2])
def test_an_error_is_that_of_the_call(processes: int) -> None:
    with pytest.raises(ArithmeticError) as raised:
        together(processes, refuse, 7)
    assert raised.value.args == (7,)

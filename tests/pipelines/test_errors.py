"""Errors as data: the line is made of the fields, and the fields go from process to process."""

import pickle
from copy import copy
from pathlib import Path
from typing import Any

import pytest

from pipelines.errors import DataError, DetailedError, NoArchiveError, NoPreparedDataError, RangeError
from pipelines.training.divergence import DivergedError, NotFinite


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        ({"what": "exists already"}, "exists already"),
        ({"what": "exists already", "where": Path("a/b")}, "a/b: exists already"),
        ({"what": "exists already", "where": "a", "remedy": "remove it"}, "a: exists already; remove it"),
        ({"where": "size", "expected": "1 to 9", "got": 0}, "size: expected 1 to 9, got 0"),
        ({"where": "size", "expected": "1 to 9"}, "size: expected 1 to 9"),
        ({"expected": "a name", "got": "''", "remedy": "say one"}, "expected a name, got ''; say one"),
        ({"what": "is a folder", "where": "a", "expected": "a file"}, "a: is a folder; expected a file"),
    ],
)
def test_the_line_is_made_of_the_fields(fields: dict[str, Any], line: str) -> None:
    assert str(DetailedError(**fields)) == line


def test_the_line_may_have_another_where_and_another_remedy() -> None:
    error = DetailedError("exists already", where="out", remedy="remove it")
    assert error.line(where="--out") == "--out: exists already; remove it"
    assert error.line(remedy="") == "out: exists already"
    assert str(error) == "out: exists already; remove it"


@pytest.mark.parametrize(
    "error",
    [
        RangeError(where="size", expected="1 to 9", got=0),
        NoPreparedDataError(Path("a"), is_folder=True),
        NoArchiveError("not there", where="a", reason="b"),
        DivergedError("nan", loss="training", epoch=3, origin=NotFinite("output", "0", "Linear")),
    ],
)
def test_errors_come_whole_through_a_pickle_and_a_copy(error: Exception) -> None:
    for again in (pickle.loads(pickle.dumps(error)), copy(error)):
        assert type(again) is type(error)
        assert vars(again) == vars(error)
        assert str(again) == str(error)


def test_errors_of_values_are_value_errors() -> None:
    assert issubclass(DataError, ValueError)
    assert issubclass(RangeError, ValueError)

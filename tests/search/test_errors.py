"""Errors of this package: their lines, a table, and that they go from process to process."""

import pickle
from pathlib import Path

import pytest

from pipelines.errors import DetailedError
from search.config.mistakes import MissingKeyError, UnknownKeyError, WrongValueError
from search.config.yaml_file import YamlSyntaxError
from search.config.yaml_loader import KeyTwiceError
from search.errors import ArgumentError, FileError, UsageError

ERRORS = [
    (UsageError("is gone", where="a", remedy="make it"), "a: is gone; make it"),
    (UnknownKeyError("serach", meant="search"), "serach: unknown key; did you mean 'search'?"),
    (UnknownKeyError("foo", known=["b", "a"]), "foo: unknown key; expected one of a, b"),
    (MissingKeyError("missing, it has no default", where="name"), "name: missing, it has no default"),
    (WrongValueError(where="a.b", expected="at least 1", got="0"), "a.b: expected at least 1, got 0"),
    (KeyTwiceError("line 2", "a"), "line 2: the key 'a' occurs twice"),
    (
        KeyTwiceError("line 2", "1"),
        "line 2: the key '1' occurs twice; a number has no commas, write 1000000 or 1M",
    ),
    (YamlSyntaxError(Path("a.yaml"), 3, "odd"), "a.yaml line 3: odd"),
    (YamlSyntaxError(Path("a.yaml"), None, "odd"), "a.yaml: odd"),
    (
        YamlSyntaxError(Path("a.yaml"), 3, "mapping values are not allowed here"),
        "a.yaml line 3: does not fit the line above: check that the line is indented like its neighbors, and that its "
        "section is not a comment",
    ),
    (
        FileError("a.yaml", (MissingKeyError("missing", where="b"), WrongValueError(expected="keys", got="nothing"))),
        "a.yaml: b: missing\na.yaml: expected keys, got nothing",
    ),
    (ArgumentError("device", "expected cpu, got tpu"), "device: expected cpu, got tpu"),
    (ArgumentError("picture", "there is no folder x", got=Path("x/y.png")), "picture x/y.png: there is no folder x"),
]


@pytest.mark.parametrize(("error", "line"), ERRORS)
def test_the_line_of_each_kind(error: DetailedError, line: str) -> None:
    assert str(error) == line


@pytest.mark.parametrize("error", [error for error, _ in ERRORS])
def test_each_kind_comes_whole_through_a_pickle(error: DetailedError) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert vars(again).keys() == vars(error).keys()

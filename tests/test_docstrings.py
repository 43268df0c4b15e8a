"""Public docstrings name the arguments: a reader finds units, shapes and the meaning of None there."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers import ROOT

Function = ast.FunctionDef | ast.AsyncFunctionDef

ROOMS = ("ulsam", "spaces", "pipelines", "search")
COMMANDS = ROOT / "search" / "cli"  # typer shows the help of each option instead


def functions(body: list[ast.stmt]) -> Iterator[Function]:
    """The public functions of a module or of its public classes."""
    for node in body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from functions(node.body)
        if isinstance(node, Function) and not node.name.startswith("_"):
            yield node


def unnamed(function: Function) -> list[str]:
    """The arguments that the docstring of a function of two or more does not name; none for overrides without one."""
    given = function.args
    names = [one.arg for one in (*given.posonlyargs, *given.args, *given.kwonlyargs) if one.arg not in ("self", "cls")]
    words = ast.get_docstring(function)
    if len(names) < 2 or words is None:
        return []
    return [name for name in names if not re.search(rf"\b{name}\b", words)]


@pytest.mark.parametrize("room", ROOMS)
def test_public_docstrings_name_all_arguments(room: str) -> None:
    modules = [path for path in sorted((ROOT / room).rglob("*.py")) if COMMANDS not in path.parents]
    found = [(path, one) for path in modules for one in functions(ast.parse(path.read_text(encoding="utf-8")).body)]
    assert len(found) > 50
    assert {f"{Path(path).relative_to(ROOT)}:{one.name}": unnamed(one) for path, one in found if unnamed(one)} == {}


def test_an_argument_that_is_not_named_is_found() -> None:
    (one,) = functions(ast.parse('def f(size, *, seed):\n    """Draws an image of ``size`` pixels."""').body)
    assert unnamed(one) == ["seed"]

"""Reads a YAML file into a validated model; the file can't run code, and each mistake is named."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from pipelines.errors import first_line
from search.errors import FileError, UsageError
from search.mistakes import Key, Mistake, clash, mistakes_in, without
from search.yaml_loader import AmbiguousError, HandwrittenLoader, PlainLoader
from spaces.config import ClashError
from spaces.scalars import BY_HAND

Model = TypeVar("Model", bound=BaseModel)
_LIMIT = 1 << 20  # bytes


def read_yaml(path: Path, *, by_hand: bool = False) -> Any:
    """The plain values of a YAML file.

    Args:
        path: of the file.
        by_hand: whether a user wrote it; then scalars are read as editors read them, by YAML 1.2: ``1e6`` is a number,
            and ``2024-01-01`` a text. Files of our own are written, and read, by YAML 1.1.

    Raises:
        UsageError: there is no such file, it is not YAML, or it uses tags, aliases or a key twice.
    """
    if path.is_dir():
        raise UsageError(f"{path}: is a folder; expected a YAML file")
    try:
        if path.stat().st_size > _LIMIT:
            raise UsageError(f"{path}: larger than {_LIMIT >> 20} MiB, not a settings file")
        return yaml.load(path.read_text(encoding="utf-8"), HandwrittenLoader if by_hand else PlainLoader)
    except FileNotFoundError:
        raise UsageError(f"{path}: no such file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: can't be read ({error})") from None
    except AmbiguousError as error:
        raise FileError(str(path), error.mistakes) from None
    except yaml.MarkedYAMLError as error:
        line = f" line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise UsageError(f"{path}{line}: {_syntax(error.problem or error.context or 'not valid YAML')}") from None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise UsageError(f"{path}: not valid YAML ({first_line(error)})") from None


def validate(
    model: type[Model],
    values: Any,
    where: str,
    *,
    by_hand: bool = False,
    clashes: Callable[[Model], Iterable[ClashError]] = lambda _: (),
) -> Model:
    """``values`` as a ``model``.

    Args:
        model: what they should be.
        values: plain values, as read.
        where: what to call them in a message, such as the file's name.
        by_hand: whether a user wrote them, who may mean another value than one of our own files with the same text.
        clashes: valid values that make no sense together.

    Raises:
        FileError: naming each key that is wrong, what was expected and what came.
    """
    if not isinstance(values, dict):
        came = "nothing" if values is None else type(values).__name__
        raise FileError(where, (f"expected keys and values, got {came}",))
    mistakes: list[Mistake] = []
    wrong: list[Key] = []
    left: dict[str, Any] | None = values
    while left is not None:  # what hides behind a mistake is looked for without the key that has it
        try:
            made = model.model_validate(left, context={BY_HAND: by_hand})
        except ValidationError as error:
            found = mistakes_in(error.errors(include_url=False), model)
        else:
            found = [clash(error) for error in clashes(made)]
            left = None
        # What only the missing keys make wrong is no mistake of the user's.
        new = [mistake for mistake in found if not mistake.touches(wrong)]
        mistakes += new
        wrong += [key for mistake in new for key in mistake.keys]
        left = None if left is None or not new else without(left, wrong, model)
    if mistakes:
        raise FileError(where, tuple(mistake.text for mistake in mistakes))
    return made


def _syntax(problem: str) -> str:
    """A parser's complaint, with its usual cause."""
    if "\\t" in problem:
        return f"{problem}; indent with spaces, not with tabs"
    if problem.startswith(("mapping values", "expected <block end>")):
        return "does not fit what is above it: is it indented like its neighbours, and its section no comment any more?"
    if problem.startswith("could not find expected ':'"):
        return "expected 'key: value'"
    return problem

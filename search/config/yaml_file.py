"""Reads a YAML file into a validated model; the file can't run code, and each mistake is named."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from pipelines.errors import first_line
from search.config.mistakes import KeyPath, Mistake, WrongValueError, clash, mistakes_in, without
from search.config.yaml_loader import AmbiguousError, HandwrittenLoader, NotPlainError, PlainLoader
from search.errors import FileError, UsageError
from spaces.config import ClashError
from spaces.scalars import BY_HAND

SyntaxCause = Literal["tabs", "indentation", "no value"]
Model = TypeVar("Model", bound=BaseModel)
_LIMIT = 1 << 20  # bytes


class IsFolderError(UsageError):
    """A folder stands where a file is expected."""


class NoSuchFileError(UsageError):
    """There is no such file."""


class TooLargeError(UsageError):
    """A file is too large for settings."""


class UnreadableError(UsageError):
    """A file can't be read, or is no text."""


class YamlSyntaxError(UsageError):
    """A file is not YAML.

    Attributes:
        line_number: counted from 1; None: the parser does not say.
        cause: the usual one, if it is known.
    """

    def __init__(self, path: Path, line_number: int | None, problem: str) -> None:
        what, cause = _syntax(problem)
        super().__init__(what, where=path if line_number is None else f"{path} line {line_number}")
        self.line_number = line_number
        self.cause = cause


class NotPlainYamlError(YamlSyntaxError):
    """A file uses tags or aliases."""


def read_yaml(path: Path, *, by_hand: bool = False) -> Any:
    """Reads the plain values of a YAML file.

    Args:
        path: of the file, at most 1 MiB.
        by_hand: whether a user wrote the file; then scalars are read as editors read them, by YAML 1.2: ``1e6`` is a
            number, and ``2024-01-01`` a text. Files of this program are written and read by YAML 1.1.

    Raises:
        UsageError: the base of all errors below.
        IsFolderError: ``path`` is a folder.
        NoSuchFileError: there is no file.
        TooLargeError: the file is too large for settings.
        UnreadableError: the file can't be read, or is not UTF-8.
        YamlSyntaxError: the file is not YAML, or has tags or aliases.
        FileError: readers of YAML understand the file differently, for example a key that occurs twice.
    """
    if path.is_dir():
        raise IsFolderError("is a folder", where=path, expected="a YAML file")
    try:
        if path.stat().st_size > _LIMIT:
            raise TooLargeError(f"larger than {_LIMIT >> 20} MiB, not a settings file", where=path)
        return yaml.load(path.read_text(encoding="utf-8"), HandwrittenLoader if by_hand else PlainLoader)
    except FileNotFoundError:
        raise NoSuchFileError("no such file", where=path) from None
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableError(f"can't be read ({error})", where=path) from None
    except UsageError:
        raise
    except AmbiguousError as error:
        raise FileError(path, error.mistakes) from None
    except yaml.MarkedYAMLError as error:
        number = error.problem_mark.line + 1 if error.problem_mark else None
        kind = NotPlainYamlError if isinstance(error, NotPlainError) else YamlSyntaxError
        raise kind(path, number, error.problem or error.context or "not valid YAML") from None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise YamlSyntaxError(path, None, f"not valid YAML ({first_line(error)})") from None


def validate(
    model: type[Model],
    values: Any,
    where: str,
    *,
    by_hand: bool = False,
    clashes: Callable[[Model], Iterable[ClashError]] = lambda _: (),
) -> Model:
    """Validates plain values and returns them as a model.

    Args:
        model: of the values.
        values: plain values, as read; not changed.
        where: the name of the values in messages, such as the file's name.
        by_hand: whether a user wrote the values, so that a share of 1 is refused, which may mean 1 %.
        clashes: returns the errors of valid values that make no sense together.

    Raises:
        FileError: values are wrong; the error names each key, what was expected and what it has.
    """
    if not isinstance(values, dict):
        came = "nothing" if values is None else type(values).__name__
        raise FileError(where, (WrongValueError(expected="keys and values", got=came),))
    mistakes: list[Mistake] = []
    wrong: list[KeyPath] = []
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
        raise FileError(where, tuple(mistake.error for mistake in mistakes))
    return made


def _syntax(problem: str) -> tuple[str, SyntaxCause | None]:
    """Returns a parser's message in plain words, and the usual cause of the fault."""
    if "\\t" in problem:
        return f"{problem}; indent with spaces, not with tabs", "tabs"
    if problem.startswith(("mapping values", "expected <block end>")):
        what = (
            "does not fit the line above: check that the line is indented like its neighbors, and that its section "
            "is not a comment"
        )
        return what, "indentation"
    if problem.startswith("could not find expected ':'"):
        return "expected 'key: value'", "no value"
    return problem, None

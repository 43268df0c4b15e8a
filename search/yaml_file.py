"""Reads a YAML file into a validated model; the file can't run code, and each mistake is named."""

from collections.abc import Hashable
from dataclasses import fields, is_dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from pipelines.errors import first_line
from search.errors import UsageError

Model = TypeVar("Model", bound=BaseModel)
_LIMIT = 1 << 20  # bytes
_UNKNOWN = ("extra_forbidden", "unexpected_keyword_argument")  # of a model, of a dataclass


def read_yaml(path: Path) -> Any:
    """The plain values of a YAML file.

    Raises:
        UsageError: there is no such file, it is not YAML, or it uses tags, aliases or a key twice.
    """
    if path.is_dir():
        raise UsageError(f"{path}: is a folder; expected a YAML file")
    try:
        if path.stat().st_size > _LIMIT:
            raise UsageError(f"{path}: larger than {_LIMIT >> 20} MiB, not a settings file")
        return yaml.load(path.read_text(encoding="utf-8"), _PlainLoader)
    except FileNotFoundError:
        raise UsageError(f"{path}: no such file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: can't be read ({error})") from None
    except yaml.MarkedYAMLError as error:
        line = f" line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise UsageError(f"{path}{line}: {_syntax(error.problem or error.context or 'not valid YAML')}") from None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise UsageError(f"{path}: not valid YAML ({first_line(error)})") from None


def validate(model: type[Model], values: Any, where: str) -> Model:
    """``values`` as a ``model``.

    Args:
        model: what they should be.
        values: plain values, as read.
        where: what to call them in a message, such as the file's name.

    Raises:
        UsageError: naming the first key that is wrong, what was expected and what came.
    """
    if not isinstance(values, dict):
        came = "nothing" if values is None else type(values).__name__
        raise UsageError(f"{where}: expected keys and values, got {came}")
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise UsageError(f"{where}: {_describe(error.errors(include_url=False), model)}") from None


def _describe(errors: list[ErrorDetails], model: type[BaseModel]) -> str:
    """The first mistake, and how many more there are."""
    # An unknown key is the likeliest cause of whatever else is wrong.
    first = next((error for error in errors if error["type"] in _UNKNOWN), errors[0])
    path = _path(first, model)
    # A value that fits none of several types has an error for each; the one that got furthest says most.
    related = [error for error in errors if _path(error, model)[: len(path)] == path]
    path = max((_path(error, model) for error in related), key=len)
    alike = [error for error in related if _path(error, model) == path]
    others = len(errors) - len(related)
    more = f" (and {others} more mistake{'s' if others > 1 else ''})" if others else ""
    key = ".".join(str(part) for part in path)
    if first["type"] in _UNKNOWN:
        known = sorted(_fields(model, path[:-1]))
        close = get_close_matches(str(path[-1]), known, n=1) or _elsewhere(model, str(path[-1]))
        hint = f"did you mean {close[0]!r}?" if close else f"expected one of {', '.join(known)}"
        return f"{key}: unknown key; {hint}{more}"
    if first["type"] == "missing":
        return f"{key}: missing, it has no default{more}"
    message = " or ".join(dict.fromkeys(_message(error) for error in alike))
    value = alike[0]["input"]
    unsaid = first["type"] == "value_error" or "://" in str(value)  # an address, which may hold a password
    came = "" if unsaid else f", got {'nothing' if value is None else repr(value)}"
    return f"{key + ': ' if key else ''}{message}{came}{more}"


def _syntax(problem: str) -> str:
    """A parser's complaint, with its usual cause."""
    if "\\t" in problem:
        return f"{problem}; indent with spaces, not with tabs"
    if problem.startswith(("mapping values", "expected <block end>")):
        return "does not fit what is above it: is it indented like its neighbours, and its section no comment any more?"
    if problem.startswith("could not find expected ':'"):
        return "expected 'key: value'"
    return problem


_PLAINLY = {
    "model_type": "expected keys and values",
    "dict_type": "expected keys and values",
    "tuple_type": "expected a list, such as [a, b]",
    "float_parsing": "expected a number",
    "int_parsing": "expected a whole number",
}


def _message(error: ErrorDetails) -> str:
    if error["type"] in _PLAINLY:
        return _PLAINLY[error["type"]]
    message = error["msg"].removeprefix("Value error, ")
    message = message[0].lower() + message[1:]
    return message.replace("input should be", "expected")


def _path(error: ErrorDetails, model: type[BaseModel]) -> list[str | int]:
    """Where in the file: pydantic puts the members of a union into the path as well."""
    if error["type"] in (*_UNKNOWN, "missing"):
        return list(error["loc"])
    return [part for part in error["loc"] if isinstance(part, int) or part in _keys(model)]


def _fields(model: type, parents: list[str | int]) -> set[str]:
    """The keys that may stand under ``parents``."""
    for parent in parents:
        section = _sections(model).get(str(parent))
        if section is None:
            return set()
        model = section
    return _own_keys(model)


def _elsewhere(model: type, key: str) -> list[str]:
    """Where else in the file a key may stand."""
    return [f"{name}.{key}" for name, section in _sections(model).items() if key in _own_keys(section)]


def _keys(model: type) -> set[str]:
    """Every key of ``model`` and the sections within."""
    return _own_keys(model).union(*(_keys(section) for section in _sections(model).values()))


def _own_keys(model: Any) -> set[str]:
    if issubclass(model, BaseModel):
        return set(model.model_fields)
    return {field.name for field in fields(model)}


def _sections(model: type) -> dict[str, type]:
    """The keys of ``model`` whose values are models or dataclasses."""
    if not issubclass(model, BaseModel):
        return {}
    annotations = {name: field.annotation for name, field in model.model_fields.items()}
    return {
        name: annotation
        for name, annotation in annotations.items()
        if isinstance(annotation, type) and (issubclass(annotation, BaseModel) or is_dataclass(annotation))
    }


class _PlainLoader(yaml.SafeLoader):
    """Safe YAML, and plain: words and numbers as keys, none of them twice, no tags, and no aliases, which can
    unfold a small file into gigabytes.
    """

    def compose_node(self, parent: Any, index: Any) -> Any:
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]
        if self.check_event(yaml.AliasEvent):
            raise yaml.composer.ComposerError(None, None, "aliases (*name) are not allowed here", event.start_mark)
        if getattr(event, "tag", None) is not None:
            raise yaml.composer.ComposerError(None, None, f"tags ({event.tag}) are not allowed here", event.start_mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise yaml.constructor.ConstructorError(
                    None, None, "a key is a single word or number", key_node.start_mark
                )
            if key_node.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key_node.value!r} stands twice", key_node.start_mark
                )
            seen.add(key_node.value)
        return super().construct_mapping(node, deep=deep)

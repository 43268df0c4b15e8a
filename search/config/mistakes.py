"""What is wrong with values that should be a model: each mistake an error of its own, named by its key."""

from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass, fields, is_dataclass
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from pipelines.errors import DetailedError
from search.errors import UsageError
from spaces.config import ClashError
from ulsam.errors import InvalidError

KeyPath = tuple[str | int, ...]
_UNKNOWN = ("extra_forbidden", "unexpected_keyword_argument")  # of a model, of a dataclass
_EXPECTED = "expected "
_PLAINLY = {
    "model_type": "expected keys and values",
    "dict_type": "expected keys and values",
    "tuple_type": "expected a list, such as [a, b]",
    "string_type": "expected a text; a number needs quotes to be one",
    "bool_type": "expected true or false",
    "float_parsing": "expected a number",
    "float_type": "expected a number; one in quotes is a text",
    "int_parsing": "expected a whole number",
    "int_type": "expected a whole number; one in quotes is a text",
    "int_from_float": "expected a whole number",
    "invalid_key": "expected a word as the key",
    "path_type": "expected a path",
    "greater_than_equal": "expected at least {ge:.12g}",
    "greater_than": "expected more than {gt:.12g}",
    "less_than_equal": "expected at most {le:.12g}",
    "less_than": "expected less than {lt:.12g}",
}


class MissingKeyError(UsageError):
    """A key is missing and has no default."""


class UnknownKeyError(UsageError):
    """A key is none of the section's.

    Attributes:
        meant: the key that it is probably a misspelling of, or the section where it belongs; empty: nobody knows.
    """

    def __init__(self, where: str, *, meant: str = "", known: Iterable[str] = ()) -> None:
        expected = "" if meant else f"one of {', '.join(sorted(known))}"
        super().__init__(
            "unknown key", where=where, expected=expected, remedy=f"did you mean {meant!r}?" if meant else ""
        )
        self.meant = meant


class WrongValueError(UsageError):
    """A value is not what its key takes; the cause is the error of its check, if that has fields."""


class ClashingValueError(UsageError):
    """A value makes no sense together with another; the cause says with which."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake.

    Attributes:
        keys: of the values that it is about; the error names the first.
        error: the mistake in fields.
    """

    keys: tuple[KeyPath, ...]
    error: UsageError

    def touches(self, others: Iterable[KeyPath]) -> bool:
        """Whether one of the mistake's keys is one of ``others``, or a key within or around one."""
        return any(key[: len(other)] == other[: len(key)] for key in self.keys for other in others)


def mistakes_in(errors: list[ErrorDetails], model: type[BaseModel]) -> list[Mistake]:
    """Turns pydantic's errors into mistakes.

    Unknown keys come first, because they may be the cause of other errors. Other errors of the same keys are left out.

    Args:
        errors: of one validation of the model.
        model: of the whole file, whose keys are suggested for unknown ones.
    """
    by_key: dict[KeyPath, list[ErrorDetails]] = {}
    for error in errors:
        by_key.setdefault(_key(error, model), []).append(error)
    # A value that fits none of several types has an error for each; the one that got furthest says most.
    deepest = {key: alike for key, alike in by_key.items() if not any(_within(other, key) for other in by_key)}
    missing = {key for key, alike in deepest.items() if alike[0]["type"] == "missing"}
    unknown, others = [], []
    for key, alike in deepest.items():
        if alike[0]["type"] in _UNKNOWN:
            meant = _meant(key, model)
            keys = (
                (key, meant) if meant is not None and meant in missing else (key,)
            )  # a required key that is misspelt is one mistake
            unknown.append(Mistake(keys, _unknown(key, meant, model)))
        else:
            others.append(_mistake(key, alike))
    named = [key for mistake in unknown for key in mistake.keys]
    return [*unknown, *(mistake for mistake in others if not mistake.touches(named))]


def clash(error: ClashError, section: KeyPath = ()) -> Mistake:
    """Turns an error about values that do not fit together into a mistake.

    Args:
        error: of the model at ``section``.
        section: the key of the model in the file; empty: the whole file.
    """
    keys = tuple((*section, *key.split(".")) for key in error.keys)
    clashing = ClashingValueError(error.what, where=_dotted(keys[0]), expected=error.expected, got=error.got)
    clashing.__cause__ = error
    return Mistake(keys, clashing)


def without(values: dict[str, Any], keys: Iterable[KeyPath], model: type[BaseModel]) -> dict[str, Any] | None:
    """Returns a copy of values without some keys; a required key gets the example of its field.

    Args:
        values: of a whole file, not changed.
        keys: to leave out.
        model: of the whole file.

    Returns:
        The copy; None: a key can't be left out, as its field has no example or the key is not a text.
    """
    left = deepcopy(values)
    for key in keys:
        names = [part for part in key if isinstance(part, str)]
        if not names:
            return None  # the key is no word: it can't be left out by its name
        first, *inner = names
        field = model.model_fields.get(first)
        if inner and isinstance(left.get(first), dict):
            holder = left[first]
            for part in inner[:-1]:
                holder = holder.get(part, {})
            if isinstance(holder, dict):
                holder.pop(inner[-1], None)
        else:
            left.pop(first, None)
        if field is not None and field.is_required() and not inner:
            if not field.examples:
                return None
            left[first] = field.examples[0]
    return left


def _mistake(key: KeyPath, alike: list[ErrorDetails]) -> Mistake:
    error = alike[0]
    cause = error.get("ctx", {}).get("error")
    if isinstance(cause, ClashError):
        return clash(cause, key)
    if error["type"] == "missing":
        return Mistake((key,), MissingKeyError("missing, it has no default", where=_dotted(key)))
    messages = list(dict.fromkeys(_message(error) for error in alike))
    if len(messages) == 1 and isinstance(cause, DetailedError | InvalidError):
        where = ": ".join(part for part in (_dotted(key), cause.where) if part)
        wrong = WrongValueError(cause.what, where=where, expected=cause.expected, got=cause.got, remedy=cause.remedy)
        wrong.__cause__ = cause
        return Mistake((key,), wrong)
    message = " or ".join(messages)
    value = error["input"]
    unsaid = error["type"] == "value_error" or "://" in str(value)  # an address, which may hold a password
    got = None if unsaid else "nothing" if value is None else repr(value)
    if message.startswith(_EXPECTED):
        wrong = WrongValueError(where=_dotted(key), expected=message.removeprefix(_EXPECTED), got=got)
    else:
        wrong = WrongValueError(message if got is None else f"{message}, got {got}", where=_dotted(key))
    return Mistake((key,), wrong)


def _unknown(key: KeyPath, meant: KeyPath | None, model: type[BaseModel]) -> UnknownKeyError:
    if meant is None:
        return UnknownKeyError(_dotted(key), known=_fields(model, key[:-1]))
    name = meant[-1:] if meant[:-1] == key[:-1] else meant
    return UnknownKeyError(_dotted(key), meant=_dotted(name))


def _meant(key: KeyPath, model: type[BaseModel]) -> KeyPath | None:
    """Returns the key that is probably meant by an unknown one, by its spelling or its section; None: unknown."""
    *parents, name = key
    close = get_close_matches(str(name), sorted(_fields(model, key[:-1])), n=1)
    if close:
        return (*parents, close[0])
    return next(((section, name) for section, kind in _sections(model).items() if name in _own_keys(kind)), None)


def _message(error: ErrorDetails) -> str:
    if error["type"] in _PLAINLY:
        return _PLAINLY[error["type"]].format(**error.get("ctx", {}))
    if error["type"] == "too_short":
        fewest = error["ctx"]["min_length"]
        return "expected at least one value" if fewest == 1 else f"expected at least {fewest} values"
    message = error["msg"].removeprefix("Value error, ")
    message = message[0].lower() + message[1:]
    return message.replace("input should be", "expected")


def _dotted(key: KeyPath) -> str:
    return ".".join(str(part) for part in key)


def _within(key: KeyPath, other: KeyPath) -> bool:
    return len(key) > len(other) and key[: len(other)] == other


def _key(error: ErrorDetails, model: type[BaseModel]) -> KeyPath:
    """Returns the key in the file; pydantic adds the members of a union to the path."""
    if error["type"] in (*_UNKNOWN, "missing"):
        return error["loc"]
    return tuple(part for part in error["loc"] if isinstance(part, int) or part in _keys(model))


def _fields(model: type, parents: KeyPath) -> set[str]:
    """Returns the keys that are allowed under ``parents``."""
    for parent in parents:
        section = _sections(model).get(str(parent))
        if section is None:
            return set()
        model = section
    return _own_keys(model)


def _keys(model: type) -> set[str]:
    """Returns every key of ``model`` and of the sections in it."""
    return _own_keys(model).union(*(_keys(section) for section in _sections(model).values()))


def _own_keys(model: Any) -> set[str]:
    if issubclass(model, BaseModel):
        return set(model.model_fields)
    return {field.name for field in fields(model)}


def _sections(model: type) -> dict[str, type]:
    """Returns the keys of ``model`` whose values are models or dataclasses."""
    if not issubclass(model, BaseModel):
        return {}
    annotations = {name: field.annotation for name, field in model.model_fields.items()}
    return {
        name: annotation
        for name, annotation in annotations.items()
        if isinstance(annotation, type) and (issubclass(annotation, BaseModel) or is_dataclass(annotation))
    }

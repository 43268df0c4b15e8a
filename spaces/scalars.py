"""The kinds of single values in a search file, each with the JSON Schema of exactly what it accepts.

Editors read YAML 1.2 and check by the schema. A quoted number is a text, and no number is a truth value. The patterns
are in the syntax that Python and JavaScript share.
"""

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, ValidationInfo, WithJsonSchema

from spaces.counts import COUNT_PATTERN, parse_count
from ulsam.errors import InvalidError

END = r"$(?!\n)"  # $ alone also matches before a last line break in Python
BY_HAND = "by_hand"  # key of pydantic's validation context: the values come from a user's file, not from one of ours

_DECIMALS = r"(?:\.[0-9]{0,6})?"
_PERCENT = re.compile(rf"[ \t]*((?:0|[1-9][0-9]*){_DECIMALS})[ \t]*%[ \t]*")
_TRUTHS = {
    form(word): truth
    for word, truth in (("yes", True), ("no", False), ("on", True), ("off", False))
    for form in (str.lower, str.title, str.upper)
}


class ShareError(InvalidError):
    """A value is no share, or may mean another one."""

    def __init__(self, value: object, remedy: str = "") -> None:
        super().__init__(expected="a share like 1% or 0.01", got=repr(value), remedy=remedy)


def _read_whole(value: Any) -> Any:
    """Reads 2.0 as 2, as JSON does."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _refuse_truth(value: Any) -> Any:
    """Refuses a truth value, which is a number to Python, also in a list of choices.

    Raises:
        InvalidError: ``value`` is true or false.
    """
    if isinstance(value, bool):
        raise InvalidError(expected="a value other than true and false", got=repr(value))
    return value


def _read_flag(value: Any) -> Any:
    """Reads ``yes``, which is a truth value in YAML 1.1 and a text in YAML 1.2, as a truth value."""
    return _TRUTHS.get(value, value) if isinstance(value, str) else value


def _read_share(value: Any, info: ValidationInfo) -> Any:
    """Reads ``1%`` as 0.01.

    A user who writes 1 may mean all or a hundredth, so 1 is refused in a user's file. Files of this program may have 1.

    Raises:
        ShareError: a text is not a percentage, or a number may be a percentage.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return value
    if isinstance(value, str):
        percent = _PERCENT.fullmatch(value)
        if percent is None:
            raise ShareError(value)
        return float(percent.group(1)) / 100
    by_hand = isinstance(value, int) or (info.context or {}).get(BY_HAND)
    if 1 < value <= 100 or (value == 1 and by_hand):
        raise ShareError(value, remedy=f"write {value:g}%" + (" or 100%" if value == 1 else ""))
    return value


def _share_schema(most: int) -> WithJsonSchema:
    """Returns the schema of shares of at most ``most`` percent."""
    below = {10: "[0-9]", 50: "[1-4]?[0-9]", 100: "[1-9]?[0-9]"}[most]
    percent = rf"^[ \t]*(?:{most}(?:\.0{{0,6}})?|{below}{_DECIMALS})[ \t]*%[ \t]*{END}"
    number = {"type": "number", "minimum": 0} | ({"exclusiveMaximum": 1} if most == 100 else {"maximum": most / 100})
    return WithJsonSchema({"anyOf": [number, {"type": "string", "pattern": percent}]})


_COUNT = {"anyOf": [{"type": "number", "minimum": 1}, {"type": "string", "pattern": f"^{COUNT_PATTERN}{END}"}]}
_FLAG = {"anyOf": [{"type": "boolean"}, {"enum": list(_TRUTHS)}]}

Count = Annotated[int, BeforeValidator(parse_count), WithJsonSchema(_COUNT)]
READ_WHOLE = BeforeValidator(_read_whole)
NO_TRUTH = BeforeValidator(_refuse_truth)
WholeNumber = Annotated[int, Field(strict=True), READ_WHOLE]
PositiveInt = Annotated[int, Field(ge=1, strict=True), READ_WHOLE]
Number = Annotated[float, Field(strict=True)]
Flag = Annotated[bool, Field(strict=True), BeforeValidator(_read_flag), WithJsonSchema(_FLAG)]

_read = BeforeValidator(_read_share)
Share = Annotated[float, Field(ge=0, le=1, strict=True), _read, _share_schema(100)]
HalfShare = Annotated[float, Field(ge=0, le=0.5, strict=True), _read, _share_schema(50)]
TenthShare = Annotated[float, Field(ge=0, le=0.1, strict=True), _read, _share_schema(10)]

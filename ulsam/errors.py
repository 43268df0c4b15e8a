"""The base of the errors of this package, with one field for each part of the message."""

from typing import Any


class InvalidError(ValueError):
    """A value is not valid. Its line is ``where: what; expected E, got G; remedy``, without empty parts.

    Attributes:
        what: the fault in words; empty where ``expected`` says it all.
        where: a field, a key or a place in a network.
        expected: what the value should be.
        got: what it is, as the line shows it; None: that is not shown.
        remedy: what to do.
    """

    def __init__(
        self, what: str = "", *, where: str = "", expected: str = "", got: object = None, remedy: str = ""
    ) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.expected = expected
        self.got = got
        self.remedy = remedy

    def __str__(self) -> str:
        came = "" if self.got is None else f", got {self.got}"
        expected = f"expected {self.expected}{came}" if self.expected else ""
        said = "; ".join(part for part in (self.what, expected, self.remedy) if part)
        return f"{self.where}: {said}" if self.where else said

    def __reduce__(self) -> tuple[Any, ...]:
        # By default, pickle restores an exception from its ``args``, which lack the keyword arguments.
        return _rebuild, (type(self), self.args, self.__dict__)


def _rebuild(kind: type[InvalidError], args: tuple[object, ...], fields: dict[str, object]) -> InvalidError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(fields)
    return error

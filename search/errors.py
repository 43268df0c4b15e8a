"""What a user can mend, below all rooms: a type, fields, and the line that they make."""

from pipelines.errors import DetailedError


class UsageError(DetailedError):
    """Something asked for can't be done."""


class FileError(UsageError):
    """A file that a user wrote has mistakes; its text has one line for each.

    Attributes:
        where: the file.
        mistakes: an error for each, whose ``where`` is a key or a line of the file; empty: it is the file as a whole.
    """

    def __init__(self, where: object, mistakes: tuple[UsageError, ...]) -> None:
        super().__init__(where=where)
        self.mistakes = mistakes

    def line(self, *, where: str | None = None, remedy: str | None = None) -> str:
        return "\n".join(f"{self.where if where is None else where}: {mistake}" for mistake in self.mistakes)


class ArgumentError(UsageError):
    """A value that a caller gave can't be used; the command line calls the argument by its option.

    Attributes:
        argument: its name in Python.
        what: what is wrong, and what was expected.
        got: the value where ``what`` does not say it.
    """

    def __init__(self, argument: str, what: str, got: object = None, *, remedy: str = "") -> None:
        super().__init__(what, where=argument, got=got, remedy=remedy)
        self.argument = argument

    def line(self, *, where: str | None = None, remedy: str | None = None) -> str:
        where = self.where if where is None else where
        return super().line(where=where if self.got is None else f"{where} {self.got}", remedy=remedy)

"""What a user can mend: said in one line, or in one for each mistake, with exit code 2."""


class UsageError(ValueError):
    """Something asked for can't be done; the message says what, where, what was expected and what to do."""


class FileError(UsageError):
    """A file that a user wrote has mistakes; the message has one line for each.

    Attributes:
        where: the file.
        mistakes: each in one line, beginning with its key where it has one.
    """

    def __init__(self, where: str, mistakes: tuple[str, ...]) -> None:
        super().__init__("\n".join(f"{where}: {mistake}" for mistake in mistakes))
        self.where = where
        self.mistakes = mistakes


class ArgumentError(UsageError):
    """A value that a caller gave can't be used; the command line calls the argument by its option.

    Attributes:
        argument: its name in Python.
        problem: what is wrong, what was expected and what to do.
        got: the value where the problem does not say it.
    """

    def __init__(self, argument: str, problem: str, got: object = None) -> None:
        super().__init__(f"{argument}{'' if got is None else f' {got}'}: {problem}")
        self.argument = argument
        self.problem = problem
        self.got = got

    def __reduce__(self) -> tuple[type["ArgumentError"], tuple[str, str, object]]:
        return type(self), (self.argument, self.problem, self.got)

"""What a user can mend: said in one line, with exit code 2."""


class UsageError(ValueError):
    """Something asked for can't be done; the message says what, where, what was expected and what to do."""

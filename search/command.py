"""Commands as they are printed: a user can paste them into a shell."""

import shlex
from pathlib import Path


def command(*words: object) -> str:
    """Returns the ``ulsam-search`` command with ``words`` in their order, each quoted for a shell."""
    return f"ulsam-search {' '.join(map(quoted, words))}"


def quoted(word: object) -> str:
    """Returns a word of a command, quoted for a shell where needed.

    Args:
        word: text or a path; a path that starts with ``-`` gets ``./`` before it, so that no command takes it for an
            option.
    """
    text = str(word)
    return shlex.quote(f"./{text}" if isinstance(word, Path) and text.startswith("-") else text)

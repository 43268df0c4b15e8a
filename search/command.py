"""Commands as they are printed: what is pasted into a shell is what was meant."""

import shlex
from pathlib import Path


def command(*words: object) -> str:
    """``ulsam-search`` with ``words``, each quoted for a shell."""
    return f"ulsam-search {' '.join(map(quoted, words))}"


def quoted(word: object) -> str:
    """A word of a command, quoted for a shell where it must be. A path is never taken for an option."""
    text = str(word)
    return shlex.quote(f"./{text}" if isinstance(word, Path) and text.startswith("-") else text)

"""Names of folders that something may take for more than a name, and commands that name them."""

import json
import subprocess
import sys
from pathlib import Path

from hypothesis import strategies as st

ODD = "a? # % & ; ' \" [b] {c} $ ~ \\ \t é @:|`50%25`${HOME}"


def names() -> st.SearchStrategy[str]:
    """Names with such characters; no folder has a slash, or only dots, as its name."""
    letters = st.sampled_from("ab-?#%&;'\"[]{}$~\\ \té@:|`!*=+<>^()")
    known = st.sampled_from([ODD, "${HOME}", "50%25 off", "what?x", "-x", "~"])
    return st.text(letters, min_size=1, max_size=12) | known


def pasted(line: str, folder: Path) -> list[str]:
    """The arguments that a program gets when a shell runs ``line`` in ``folder``."""
    program, _, rest = line.partition(" ")
    assert program == "ulsam-search"
    show = "import json, sys; print(json.dumps(sys.argv[1:]))"
    shell = ["sh", "-c", f'"$0" -c "$1" {rest}', sys.executable, show]
    return list(json.loads(subprocess.run(shell, cwd=folder, check=True, capture_output=True, text=True).stdout))

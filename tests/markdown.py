"""The code blocks of a Markdown text."""

import re
import shlex


def blocks(text: str, language: str) -> list[str]:
    """Those of a language."""
    return re.findall(rf"```{language}\n(.*?)```", text, flags=re.DOTALL)


def commands(text: str, program: str) -> list[list[str]]:
    """The command lines of ``program``, split into words, in order; one that is written twice comes once."""
    lines = [line.partition("  # ")[0].strip() for block in blocks(text, "sh") for line in block.splitlines()]
    return [shlex.split(line)[1:] for line in dict.fromkeys(lines) if line.split()[0] == program]

"""Fills the site's pages with files from above and with the commands' own help, so that nothing is written twice.

A line that is only a link to a Markdown file above, such as ``[SECURITY.md](../SECURITY.md)``, becomes that file;
``<!-- COMMANDS -->`` becomes the commands.
"""

import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
PAGES = Path(__file__).parent
_FILE = re.compile(r"^\[[^\]]+\]\(\.\./([A-Z]+\.md)\)$", flags=re.MULTILINE)
_LINK = re.compile(r"\[([^\]]*)\]\(([^)]+)\)")


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Called by MkDocs for each page."""
    filled = _LINK.sub(_on_site, _FILE.sub(lambda link: _file(link[1]), markdown))
    return filled.replace("<!-- COMMANDS -->", _commands()) if "<!-- COMMANDS -->" in filled else filled


def _file(name: str) -> str:
    """A file above, without its title, which the page has, and with links as from ``docs/``."""
    text = (ROOT / name).read_text(encoding="utf-8").partition("\n")[2]

    def from_docs(link: re.Match[str]) -> str:
        words, target = link[1], link[2]
        if "://" in target or target.startswith("#"):
            return link[0]
        return f"[{words}]({target.removeprefix('docs/') if target.startswith('docs/') else f'../{target}'})"

    return _LINK.sub(from_docs, text)


def _on_site(link: re.Match[str]) -> str:
    """A link as it holds on the site: one to a file above leads to its page; without a page it is words."""
    words, target = link[1], link[2]
    if not target.startswith("../"):
        return link[0]
    page = "index.md" if target == "../README.md" else target.removeprefix("../").lower()
    return f"[{words}]({page})" if page.endswith(".md") and (PAGES / page).exists() else words


def _commands() -> str:
    """Every command with its arguments and options."""
    from typer.main import get_command

    from search.cli import _commands as commands

    found: dict[str, Any] = {}
    for name, command in get_command(commands).commands.items():  # type: ignore[attr-defined]
        group = getattr(command, "commands", None)
        found |= {name: command} if group is None else {f"{name} {sub}": own for sub, own in group.items()}
    return "\n\n".join(_command(name, found[name]) for name in sorted(found))


def _command(name: str, command: Any) -> str:
    rows = ["| | |", "| --- | --- |"]
    for param in command.params:
        if param.name != "help":
            is_argument = param.param_type_name == "argument"
            term = param.metavar or param.name.upper() if is_argument else ", ".join(param.opts + param.secondary_opts)
            rows.append(f"| `{term}` | {(param.help or '').replace('|', '/')} |")
    table = "\n".join(rows)
    return f"## {name}\n\n{command.help}\n\n{table}"

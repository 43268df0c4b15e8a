"""Fills the site's pages with sections of the README and the commands' own help, so that nothing is written twice.

A page says ``<!-- README: Heading -->``, ``<!-- FILE: SECURITY.md -->`` or ``<!-- COMMANDS -->``.
"""

import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = Path(__file__).parent
_MARK = re.compile(r"^<!-- (README|FILE): (.+) -->$", flags=re.MULTILINE)


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Called by MkDocs for each page."""
    filled = _MARK.sub(lambda mark: _linked(_section(mark[2]) if mark[1] == "README" else _file(mark[2])), markdown)
    return filled.replace("<!-- COMMANDS -->", _commands()) if "<!-- COMMANDS -->" in filled else filled


def _section(heading: str) -> str:
    """What the README has under a heading; under ``Introduction`` what comes before the first."""
    if heading == "Introduction":
        return README.partition("\n## ")[0].partition("\n")[2]
    found = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", README, flags=re.MULTILINE | re.DOTALL)
    if found is None:
        raise ValueError(f"README.md: no heading {heading!r}")
    return found[1]


def _file(name: str) -> str:
    """A file without its title, which the page has."""
    return (ROOT / name).read_text(encoding="utf-8").partition("\n")[2]


def _linked(text: str) -> str:
    """With links that hold on the site: to pages and pictures; those to other files are words."""

    def link(found: re.Match[str]) -> str:
        words, target = found[1], found[2]
        if "://" in target:
            return found[0]
        if target.startswith("#"):
            return f"[{words}]({_page_of(target[1:])})"
        if target.startswith("docs/"):
            return f"[{words}]({target.removeprefix('docs/')})"
        page = Path(target).stem.lower() + ".md"
        return f"[{words}]({page})" if target.endswith(".md") and (PAGES / page).exists() else words

    return re.sub(r"\[([^\]]*)\]\(([^)]+)\)", link, text)


def _page_of(slug: str) -> str:
    """The page that has the README's section with this anchor."""
    for page in PAGES.glob("*.md"):
        for mark in _MARK.finditer(page.read_text(encoding="utf-8")):
            if re.sub(r"[^a-z0-9 -]", "", mark[2].lower()).replace(" ", "-") == slug:
                return page.name
    raise ValueError(f"README.md: no page has the section #{slug}")


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

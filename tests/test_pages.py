"""README and docs as Markdown: links, pictures, tables, and the names of files, options and keys in their text."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.main import get_command

from search.cli import _commands
from tests.helpers import ROOT
from tests.pages import README, page

DOCS = sorted(path for path in (ROOT / "docs").glob("*.md"))
PAGES = [ROOT / "README.md", *DOCS]
INCLUDED = {"index", "architecture", "security", "changelog"}  # files above, by docs/hooks.py


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_every_linked_file_and_picture_is_there(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", path.read_text()):
        if not target.startswith("http"):
            assert (path.parent / target).exists(), target


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_no_cell_of_a_table_has_more_than_200_characters(path: Path) -> None:
    for line in path.read_text().splitlines():
        if line.startswith("|"):
            assert max(len(cell.strip()) for cell in line.split("|")) <= 200, line


def test_every_page_is_in_the_menu_and_says_first_what_it_is_for() -> None:
    menu = re.findall(r": ([a-z-]+)\.md$", (ROOT / "mkdocs.yml").read_text(), flags=re.MULTILINE)
    assert sorted(menu) == sorted(path.stem for path in DOCS)
    for name in set(menu) - INCLUDED:
        title, sentence = page(name).split("\n\n")[:2]
        assert title.startswith("# "), name
        assert sentence.startswith("This page "), name


def test_the_readme_leads_to_every_page() -> None:
    seen: set[str] = set()
    ahead = {README}
    while ahead:
        names = set(re.findall(r"\]\((?:docs/)?([a-z-]+)\.md", ahead.pop())) - seen
        seen |= names
        ahead |= {page(name) for name in names}
    assert seen >= {path.stem for path in DOCS} - INCLUDED - {"commands"}


def test_the_options_in_the_text_are_ones_that_there_are() -> None:
    known = {"--install-completion", "--verbose", "--help"} | set(options(get_command(_commands)))
    for path in PAGES:
        text = re.sub(r"```.*?```", "", path.read_text(), flags=re.DOTALL)
        for code in re.findall(r"`([^`]+)`", text):
            ours = code.startswith(("ulsam-search ", "--", "export ", "launch ", "train ", "init ", "plan "))
            assert not ours or set(re.findall(r"--[a-z0-9-]+", code)) <= known, (path.name, code)


def options(command: object) -> Iterator[str]:
    """Those of a command and of the commands below it."""
    for parameter in command.params:  # type: ignore[attr-defined]
        yield from (*parameter.opts, *parameter.secondary_opts)
    for below in getattr(command, "commands", {}).values():
        yield from options(below)


def test_the_files_to_extend_are_there_and_have_the_names_that_are_to_change() -> None:
    text = page("extend")
    for path in re.findall(r"`((?:[a-z_]+/)+[a-z_0-9]+\.(?:py|js))`", text):
        assert (ROOT / path).is_file(), path
    steps = re.findall(r"^\d\. `([^`]+\.py)`: (.+)$", text, flags=re.MULTILINE)
    named = [(path, name) for path, what in steps if "NAME" not in path for name in re.findall(r"`(\w+)`", what)]
    assert len(named) >= 15
    for path, name in named:
        assert re.search(rf"\b{name}\b", (ROOT / path).read_text()), (path, name)


def test_the_glossary_is_in_order() -> None:
    terms = re.findall(r"^\| ([^|]+) \|", page("glossary"), flags=re.MULTILINE)[2:]
    assert terms == sorted(terms, key=str.lower)
    assert len(terms) >= 40

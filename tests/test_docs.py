"""The site: it builds without a warning, loads nothing from elsewhere, and its tutorial runs without a change."""

import os
import re
import subprocess
from pathlib import Path

import pytest
from typer.main import get_command

from pipelines.datasets import folder
from search.cli import _commands
from tests.helpers import COMMAND, ROOT, shell
from tests.markdown import commands
from tests.test_readme import paint_photos

TUTORIAL = (ROOT / "docs" / "tutorial.md").read_text()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its folder, built."""
    path = tmp_path_factory.mktemp("docs") / "site"
    process = subprocess.run(
        [COMMAND.with_name("mkdocs"), "build", "--strict", "--quiet", "--site-dir", path],
        cwd=ROOT,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 0, process.stderr
    assert not process.stderr
    return path


def text_of(page: Path) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page.read_text()))


def test_its_pages_have_what_the_readme_and_the_commands_say(site: Path) -> None:
    assert "goes on, with the same trials under the same numbers" in text_of(site / "images" / "index.html")
    assert "space.placements.at_most" in text_of(site / "search-file" / "index.html")
    assert "Learns one attention map for each of groups subspaces" in text_of(site / "python" / "index.html")
    page = text_of(site / "commands" / "index.html")
    for name, command in get_command(_commands).commands.items():  # type: ignore[attr-defined]
        assert name in page
        if not hasattr(command, "commands"):
            assert command.help.splitlines()[0].split("`")[0] in page.replace("&lt;", "<").replace("&#39;", "'")
    assert not (site / "hooks.py").exists()


def test_it_needs_no_network(site: Path) -> None:
    for page in site.rglob("*.html"):
        loaded = re.findall(r'<(?:script|img|link)[^>]+(?:src|href)="(https?://[^"]+)"', page.read_text())
        assert not loaded, page


def test_the_tutorial_has_the_shares_of_the_splits_that_are_made(tmp_path: Path) -> None:
    said = re.search(r"(\d+) % of the photographs .* and (\d+) % of the rest", " ".join(TUTORIAL.split()))
    assert said is not None
    test, val = (int(share) / 100 for share in said.groups())
    for place in (path for name in ("cat", "dog") for path in (tmp_path / name / f"{n}.jpg" for n in range(100))):
        place.parent.mkdir(exist_ok=True)
        place.touch()
    splits = folder(tmp_path).splits
    assert len(splits["test"]) == round(200 * test)
    assert len(splits["val"]) == round(200 * (1 - test) * val)


def test_the_tutorials_commands_are_ones_that_there_are() -> None:
    known = get_command(_commands)
    for words in commands(TUTORIAL, "ulsam-search"):
        known.commands[words[0]].make_context(words[0], list(words[1:]))  # type: ignore[attr-defined]


@pytest.mark.slow
def test_the_tutorial_runs_as_it_stands(tmp_path: Path) -> None:
    paint_photos(tmp_path / "photos")
    shortened = {"--trials": "3", "--epochs": "1"}
    with shell(tmp_path) as terminal:
        for words in commands(TUTORIAL, "ulsam-search"):
            words = [shortened.get(before, word) for before, word in zip(["", *words], words, strict=False)]
            run = terminal.launch if words[0] == "launch" else None
            assert run(*words[1:]) if run else terminal.run(*words)
    for path in ("front.html", "runs/photos/report.html", "best/model.onnx", "trained/weights.safetensors"):
        assert (tmp_path / path).is_file(), path

"""The site: it builds without a warning, loads nothing from elsewhere, and its pages' commands run without a change."""

import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml
from playwright.sync_api import expect
from typer.main import get_command

from pipelines.datasets import folder
from search.cli import _commands
from tests.browser import close_browser, open_page
from tests.file_server import file_server
from tests.helpers import COMMAND, ROOT
from tests.markdown import blocks, commands
from tests.pages import page
from tests.road import reader, typed

TUTORIAL, GROCERIES = page("tutorial"), page("groceries")


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


def test_its_pages_have_the_files_above_and_what_the_code_says(site: Path) -> None:
    home = (site / "index.html").read_text()
    assert "make quickstart" in home
    assert 'href="launch/"' in home
    assert 'href="security/"' in home
    assert "Where does a line go?" in text_of(site / "architecture" / "index.html")
    assert "Learns one attention map for each of groups subspaces" in text_of(site / "python" / "index.html")
    text = text_of(site / "commands" / "index.html")
    for name, command in get_command(_commands).commands.items():  # type: ignore[attr-defined]
        assert name in text
        if not hasattr(command, "commands"):
            assert command.help.splitlines()[0].split("`")[0] in text.replace("&lt;", "<").replace("&#39;", "'")
    assert not (site / "hooks.py").exists()


def test_it_needs_no_network(site: Path) -> None:
    for path in site.rglob("*.html"):
        loaded = re.findall(r'<(?:script|img|link)[^>]+(?:src|href)="(https?://[^"]+)"', path.read_text())
        assert not loaded, path


def test_its_search_answers_what_users_ask_with_the_first_hit(site: Path) -> None:
    answers = {
        "trained weights": "weights/",
        "two machines": "cluster/#two-machines-of-your-own",
        "more trials": "launch/#more-trials",
        "another metric": "prepare/#your-own-metric",
        "a time limit": "launch/#limit-the-time",
        "my own backbone": "extend/#a-backbone",
        "latency on my device": "export/#limit-the-latency-on-your-device",
        "unequal classes": "prepare/#unequal-classes",
        "why this network": "why/",
        "how sure": "won/#how-sure-a-figure-is",
        "How do I start from trained weights?": "weights/",
        "How do I run a search on two machines?": "cluster/#two-machines-of-your-own",
        "How do I run more trials?": "launch/#more-trials",
        "How do I use another metric?": "prepare/#your-own-metric",
        "How do I set a time limit?": "launch/#limit-the-time",
        "How do I use my own backbone?": "extend/#a-backbone",
        "How do I limit the latency on my device?": "export/#limit-the-latency-on-your-device",
        "How do I handle unequal classes?": "prepare/#unequal-classes",
        "Why was this network chosen?": "why/",
        "How sure is the accuracy?": "won/#how-sure-a-figure-is",
    }
    with file_server(site) as address, open_page(server=address) as browser:
        browser.goto(address)
        browser.click(".md-search__input")
        for question, answer in answers.items():
            browser.fill(".md-search__input", question)
            browser.keyboard.press("End")  # the page searches when a key is let go
            hit = browser.locator(".md-search-result__item").first.locator(".md-search-result__link")
            name, _, section = answer.partition("#")
            expect(hit.first, question).to_have_attribute("href", re.compile(rf"/{name}(\?|$)"), timeout=60_000)
            if section:  # links of a hit: its page, then the sections that answer, the best first
                expect(hit.nth(1), question).to_have_attribute("href", re.compile(rf"/{name}.*#{section}$"))
    close_browser()  # its loop would be in the way of commands that run in this process


def test_the_tutorial_has_the_shares_of_the_splits_that_are_made(tmp_path: Path) -> None:
    said = re.search(r"(\d+)% of the photographs of each class .* and (\d+)% of the rest", " ".join(TUTORIAL.split()))
    assert said is not None
    test, val = (int(share) / 100 for share in said.groups())
    for place in (path for name in ("cat", "dog") for path in (tmp_path / name / f"{n}.jpg" for n in range(100))):
        place.parent.mkdir(exist_ok=True)
        place.touch()
    splits = folder(tmp_path).splits
    assert len(splits["test"]) == round(200 * test)
    assert len(splits["val"]) == round(200 * (1 - test) * val)


def test_the_pages_commands_are_ones_that_there_are() -> None:
    known = get_command(_commands)
    for words in commands(TUTORIAL + GROCERIES, "ulsam-search"):
        known.commands[words[0]].make_context(words[0], list(words[1:]))  # type: ignore[attr-defined]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "files"),
    [
        ("tutorial", ["front.html", "runs/photos/report.html", "best/model.onnx", "trained/weights.safetensors"]),
        ("groceries", ["groceries.png", "groceries-best/model.onnx", "runs/grocery-64/study.db"]),
    ],
)
def test_a_pages_commands_run_as_they_stand(tmp_path: Path, name: str, files: list[str]) -> None:
    with reader(tmp_path) as terminal:
        fresh = tmp_path / "examples" / "grocery-64.yaml"
        values = yaml.safe_load(fresh.read_text())
        values["training"] |= {"epochs": 1}
        fresh.write_text(yaml.safe_dump(values | {"search": {"trials": 2}}))
        printed = [typed(terminal, words) for words in commands(page(name), "ulsam-search")]
    assert all(printed)
    for path in files:
        assert (tmp_path / path).is_file(), path
    samples = "".join(block for block in blocks(page(name), "text") if "│" not in block).splitlines()
    stable = {without_numbers(line) for line in samples if "..." not in line and not line.startswith("best:")}
    assert stable <= {without_numbers(line) for line in "".join(printed).splitlines()}


def without_numbers(line: str) -> str:
    """What stays the same where a command prints other figures."""
    return re.sub(r"[\d.,]+", "#", line)

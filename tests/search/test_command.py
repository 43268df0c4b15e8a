"""A command that is printed does, pasted into a shell, what was meant."""

import html
import re
from pathlib import Path

import pytest
from hypothesis import given, settings

from pipelines.errors import DataError
from pipelines.storage.manifest import read_manifest
from search.artifacts.model_card import code
from search.artifacts.reference_blueprints import prepare_command, train_command, write_blueprints
from search.cli.advice import advised
from search.command import command, quoted
from search.config.yaml_file import read_yaml
from search.render.report import report
from search.study.run_names import RUNS_VARIABLE, called
from tests.folders import ODD, names, pasted
from tests.search.factory import spec, trained
from ulsam.reference import network_references


@given(name=names())
@settings(max_examples=20)
def test_a_shell_takes_each_word_as_it_is(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    folder = tmp_path_factory.mktemp("shell")
    assert pasted(command("train", name, "--seed", 3), folder) == ["train", name, "--seed", "3"]


def test_a_path_is_no_option() -> None:
    assert quoted(Path("-out")) == "./-out"
    assert quoted("--out") == "--out"


def test_a_run_is_called_by_its_name_where_that_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(RUNS_VARIABLE, raising=False)
    assert called(Path("runs/tiny")) == "tiny"
    assert called(Path("other/tiny")) == tmp_path / "other/tiny"
    monkeypatch.setenv(RUNS_VARIABLE, "other")
    assert called(Path("runs/tiny")) == tmp_path / "runs/tiny"
    assert called(Path("other/tiny")) == "tiny"


def test_commands_for_images_and_references_quote_their_folders(tmp_path: Path) -> None:
    images = tmp_path / ODD
    images.mkdir()
    with pytest.raises(DataError) as refused:
        read_manifest(images)
    line = advised(refused.value).partition("prepare the data with: ")[2]
    source, out = ("--source", str(images)), ("--out", f"data/{ODD}")
    assert pasted(line, tmp_path) == ["prepare", "--dataset", "folder", *source, *out]
    row = network_references()[0]
    assert pasted(train_command(row, images), tmp_path)[1] == str(images / f"{row.name}.yaml")
    assert pasted(prepare_command(row), tmp_path)[-1] == f"data/{row.dataset}"
    write_blueprints(images / "two\nlines")
    assert read_yaml(next((images / "two\nlines").glob("*.yaml")))["arch"], "a comment may not end before its line"


@given(name=names())
def test_a_card_shows_a_command_as_it_is(name: str) -> None:
    """By CommonMark: the fence is longer than any run of backticks within, and one space at both ends is none."""
    shown = code(command("evaluate", name))
    ticks = re.match("`+", shown)
    assert ticks is not None
    inner = shown.removeprefix(ticks[0]).removesuffix(ticks[0])
    assert ticks[0] not in re.findall("`+", inner)
    assert (inner[1:-1] if inner.startswith(" ") else inner) == command("evaluate", name)
    assert r"a\|b" in code("a|b", in_table=True)


def test_a_report_quotes_the_weights_to_start_from(tmp_path: Path) -> None:
    search = spec("tiny", training={"pretrained": f"{ODD}/start.pth"})
    trials = trained(search, list(search.search_space)[::9])
    page = html.unescape(report(search, trials, run=quoted(tmp_path / ODD)))
    line = page.partition("<code>ulsam-search train ")[2].partition("</code>")[0]
    assert pasted(f"ulsam-search {line}", tmp_path)[1:3] == ["--pretrained", f"{ODD}/start.pth"]

"""Options of the main command."""

import logging
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.helpers import shell


def test_verbose_tells_what_is_logged_beside_the_output(tmp_path: Path) -> None:
    before = list(logging.getLogger("ulsam_search").handlers)
    with shell(tmp_path) as terminal:
        output = terminal.run("runs")
        outputs = [terminal.run(option, "runs") for option in ("--verbose", "-v")]
    for text in outputs:
        first, rest = text.split("\n", 1)
        assert version("ulsam-search") in first
        assert rest == output
    assert logging.getLogger("ulsam_search").handlers == before


def test_lines_come_while_it_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    from search.cli.verbose import shown_log

    with shown_log():
        capsys.readouterr()  # with which version it is
        logging.getLogger("ulsam_search.somewhere").info("a worker was lost")
    logging.getLogger("ulsam_search.somewhere").info("nobody asks for this")
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1
    assert captured.err.endswith("a worker was lost\n")
    assert captured.out == ""

"""One real search that many tests look at: prepared, launched and finished once."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.helpers import Shell, shell

settings.register_profile("project", deadline=None)  # a busy core makes any example slow
settings.load_profile("project")

TINY_SEARCH = """
name: tiny
data: data/digits
space: {widths: [0.1, 0.2], groups: [1, 4], placements: {at_most: 2}}
budgets: {flops: 1M}
search: {trials: 5, concurrent: 1}
training: {epochs: 2, input_size: 16, batch_size: 32, flip: false, min_crop: 0.9}
"""


@pytest.fixture(scope="session")
def digits_shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    """A folder with the digits prepared by the command line."""
    with shell(tmp_path_factory.mktemp("road")) as terminal:
        terminal.run("prepare", "--dataset", "digits", "--size", 16, "--out", "data/digits")
        yield terminal


@pytest.fixture(scope="session")
def finished(digits_shell: Shell) -> Shell:
    """A folder with a finished search: the run ``tiny``, launched by the command line, its output in a file."""
    digits_shell.write("tiny.yaml", TINY_SEARCH)
    output = digits_shell.launch("tiny.yaml")
    digits_shell.write("launch.log", output)
    return digits_shell


@pytest.fixture
def new_shell(digits_shell: Shell, tmp_path: Path) -> Iterator[Shell]:
    """An empty folder that sees the prepared digits."""
    (tmp_path / "data").symlink_to(digits_shell.folder / "data")
    with shell(tmp_path) as terminal:
        yield terminal

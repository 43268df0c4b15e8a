"""The notebook runs from its first cell to its last, and once more where it has run before."""

import tempfile
from pathlib import Path
from unittest import mock

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode

from tests.helpers import ROOT

pytestmark = pytest.mark.slow


def executed(folder: Path) -> NotebookNode:
    """The notebook with its outputs, in ``folder``."""
    notebook = nbformat.read(ROOT / "examples" / "digits.ipynb", as_version=4)
    with tempfile.TemporaryDirectory(prefix="us") as ray_folder:
        environment = {"RAY_TMPDIR": ray_folder, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
        with mock.patch.dict("os.environ", environment):
            NotebookClient(notebook, timeout=500, resources={"metadata": {"path": str(folder)}}).execute()
    return notebook


def test_it_runs_as_it_stands_and_again(tmp_path: Path) -> None:
    for _ in range(2):
        notebook = executed(tmp_path)
        front, picture, best, files = [cell.outputs for cell in notebook.cells if cell.cell_type == "code"][-4:]
        assert "probability_on_front" in front[0].data["text/html"]
        assert picture[0].data["image/png"]
        assert "mobilenet_v2" in best[0].data["text/plain"]
        assert "arch.yaml" in files[0].data["text/plain"]
    assert (tmp_path / "runs" / "notebook" / "study.db").is_file()

"""What importing a room brings along: the libraries it is about, and no effects."""

import subprocess
import sys

import pytest

HEAVY = {
    "PIL", "cv2", "ffcv", "mlflow", "moocore", "optuna", "pandas", "plotly", "pydantic", "ray", "rich", "safetensors",
    "sklearn", "torchvision", "typer", "yaml",
}  # fmt: skip


def imported_by(statement: str) -> set[str]:
    """The heavy libraries that a fresh interpreter has loaded after ``statement``."""
    code = f"import sys; {statement}; print(*{{name.partition('.')[0] for name in sys.modules}})"
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    return HEAVY & set(output.split())


@pytest.mark.parametrize(
    ("statement", "allowed"),
    [
        ("import ulsam", set()),
        ("import pipelines.training, pipelines.augment", set()),
        ("import spaces", {"pydantic"}),
        ("import search", set()),
        ("import search.cli", {"rich", "typer"}),
        ("import search.strategy.proposer, search.strategy.front", {"optuna", "moocore", "pydantic", "yaml", "rich"}),
        ("import search.record.folder", HEAVY - {"ray", "mlflow", "ffcv", "sklearn", "torchvision", "plotly"}),
    ],
)
def test_a_room_imports_what_it_is_about_and_no_more(statement: str, allowed: set[str]) -> None:
    assert imported_by(statement) <= allowed


def test_importing_leaves_torch_as_it_was() -> None:
    """FFCV's import sets torch's thread count, and the authors' own ULSAM its default tensor type."""
    pytest.importorskip("ffcv", reason="FFCV is not installed")
    state = "(torch.get_num_threads(), torch.get_default_dtype(), int(torch.random.get_rng_state().sum()))"
    modules = "search.cli, search.cli.launch, search.run.launch, search.views.mlflow_mirror, pipelines.ffcv_reader"
    code = f"import torch; before = {state}; import {modules}; print(before == {state})"
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert output.strip() == "True"

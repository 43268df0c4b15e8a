"""What importing a room brings along: the libraries it is about, and no effects."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

HEAVY = {
    "PIL", "cv2", "ffcv", "mlflow", "moocore", "optuna", "pandas", "plotly", "pydantic", "ray", "rich", "safetensors",
    "scipy", "sklearn", "torchvision", "typer", "yaml",
}  # fmt: skip


def imported_by(statement: str) -> set[str]:
    """The heavy libraries that a fresh interpreter has loaded after ``statement``."""
    code = f"import sys; {statement}; print(*{{name.partition('.')[0] for name in sys.modules}})"
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    return HEAVY & set(output.split())


ROOMS: dict[str, set[str]] = {
    "import ulsam": set(),
    "import pipelines.training.loop, pipelines.loading.augment": set(),
    "import spaces": {"pydantic"},
    "import search": set(),
    "import search.cli": {"rich", "typer"},
    "import search.strategy.proposer, search.strategy.front": {
        "optuna",
        "moocore",
        "pydantic",
        "scipy",
        "yaml",
        "rich",
    },
    # Every worker of a cluster imports this.
    "import search.run.candidate": {"ray", "pandas", "pydantic", "rich", "safetensors", "yaml"},
    "import search.record.folder": HEAVY - {"ray", "mlflow", "ffcv", "sklearn", "torchvision", "plotly"},
}


@pytest.fixture(scope="module")
def imported() -> dict[str, set[str]]:
    """What each room brings along; the interpreters run side by side, as torch takes seconds to import."""
    with ThreadPoolExecutor() as pool:
        return dict(zip(ROOMS, pool.map(imported_by, ROOMS), strict=True))


@pytest.mark.parametrize("statement", ROOMS)
def test_a_room_imports_what_it_is_about_and_no_more(imported: dict[str, set[str]], statement: str) -> None:
    assert imported[statement] <= ROOMS[statement]


def test_importing_leaves_torch_as_it_was() -> None:
    """FFCV's import sets torch's thread count, and the authors' own ULSAM its default tensor type."""
    pytest.importorskip("ffcv", reason="FFCV is not installed")
    state = "(torch.get_num_threads(), torch.get_default_dtype(), int(torch.random.get_rng_state().sum()))"
    modules = "search.cli, search.cli.launch, search.run.launch, search.views.mlflow_mirror, pipelines.loading.ffcv"
    code = f"import torch; before = {state}; import {modules}; print(before == {state})"
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert output.strip() == "True"

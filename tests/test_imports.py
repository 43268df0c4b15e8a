"""What importing a package brings along: the libraries it is about, and no effects."""

import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

import pytest

from tests.search.factory import fill, new_run, result

HEAVY = {
    "PIL", "botorch", "cv2", "ffcv", "matplotlib", "mlflow", "moocore", "numpy", "optuna", "pandas", "plotly",
    "pyarrow", "pydantic", "ray", "rich", "safetensors", "scipy", "sklearn", "sqlalchemy", "torch", "torchvision",
    "typer", "yaml",
}  # fmt: skip


def imported_by(statements: Sequence[str]) -> list[set[str]]:
    """The heavy libraries that a fresh interpreter has loaded after each of ``statements``."""
    printed = "print(*{name.partition('.')[0] for name in sys.modules})"
    code = "\n".join(["import sys", *(f"{statement}; {printed}" for statement in statements)])
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    return [HEAVY & set(line.split()) for line in output.splitlines()]


def modules(package: str) -> list[str]:
    """All of a package."""
    folder = Path(__file__).parent.parent.joinpath(*package.split("."))
    return sorted(f"{package}.{file.stem}" for file in folder.glob("[a-z]*.py"))


RECORD = {"moocore", "numpy", "optuna", "pydantic", "rich", "sqlalchemy", "yaml"}
WORKER = {"numpy", "pandas", "pyarrow", "pydantic", "ray", "rich", "safetensors", "sqlalchemy", "torch", "yaml"}
# Each group is imported in one interpreter, in this order: what is loaded before, a statement may load as well.
GROUPS: list[dict[str, set[str]]] = [
    {
        "import search": set(),
        # What a network is and what it costs is arithmetic.
        "import ulsam": set(),
        "import ulsam.arch, ulsam.plan, ulsam.cost, ulsam.reference, ulsam.attention.cost": set(),
        "import pipelines.training.loop, pipelines.loading.augment; from ulsam import build_model, inherit": {
            "numpy",
            "torch",
        },
        # Every worker of a cluster imports this.
        "import search.ray_backend.trial_worker": WORKER,
    },
    {
        "import spaces": {"numpy", "pydantic"},
        "import search.config.settings": RECORD - {"moocore", "optuna"},
        "import search.run.proposer, search.optimize.pareto": RECORD,
        # The posterior imports torch where it is computed.
        f"import {', '.join(modules('search.study') + modules('search.analysis'))}": RECORD,
    },
    # Choosing knows nothing of Optuna.
    {"import search.optimize.choosing, search.optimize.hypervolume_gap_estimate": {"moocore", "numpy"}},
    {"import search.cli": {"rich", "typer"}},
]
PACKAGES = {statement: needed for group in GROUPS for statement, needed in group.items()}


def test_in_a_group_each_statement_needs_all_that_was_needed_before() -> None:
    """Otherwise a statement could load what only another of its group needs."""
    for group in GROUPS:
        needs = list(group.values())
        assert all(before <= after for before, after in pairwise(needs))


@pytest.fixture(scope="module")
def imported() -> dict[str, set[str]]:
    """What each package brings along; the interpreters run side by side, as torch takes seconds to import."""
    with ThreadPoolExecutor() as pool:
        found = pool.map(imported_by, GROUPS)
        return {
            statement: heavy
            for group, sets in zip(GROUPS, found, strict=True)
            for statement, heavy in zip(group, sets, strict=True)
        }


@pytest.mark.parametrize("statement", PACKAGES)
def test_a_package_imports_what_it_needs_and_no_more(imported: dict[str, set[str]], statement: str) -> None:
    assert imported[statement] <= PACKAGES[statement]


def test_importing_leaves_torch_as_it_was() -> None:
    """FFCV's import sets torch's thread count, and the authors' own ULSAM its default tensor type."""
    if find_spec("ffcv") is None:  # importing it takes seconds
        pytest.skip("FFCV is not installed")
    state = "(torch.get_num_threads(), torch.get_default_dtype(), int(torch.random.get_rng_state().sum()))"
    packages = "search.cli.launch, search.ray_backend.run_search, search.tracking.mlflow_mirror, pipelines.loading.ffcv"
    code = f"import torch; before = {state}; import {packages}; print(before == {state})"
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert output.strip() == "True"


COMMANDS = [["runs"], ["status", "tiny"], ["front", "tiny"], ["front", "tiny", "--json"]]


def test_looking_at_runs_needs_neither_torch_nor_a_picture(tmp_path: Path) -> None:
    """Nor Ray nor MLflow: what lists and shows runs answers at once, also beside a search that fills the machine."""
    _, record = new_run(tmp_path / "runs")
    fill(record, [result(0.5), result(0.6), result(0.4)])
    environment = {**os.environ, "ULSAM_SEARCH_RUNS": str(tmp_path / "runs")}
    code = (
        "import sys\n"
        "from search.cli import app\n"
        f"for sys.argv[1:] in {COMMANDS}:\n"
        "    try: app()\n"
        "    except SystemExit as end: assert not end.code, end.code\n"
        "    print(end='\\f')\n"
        "    print(*{name.partition('.')[0] for name in sys.modules}, end='\\f', file=sys.stderr)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    shown, loaded = (printed.split("\f")[:-1] for printed in (ran.stdout, ran.stderr))
    for arguments, text, names in zip(COMMANDS, shown, loaded, strict=True):
        assert HEAVY & set(names.split()) <= RECORD - {"optuna"} | {"scipy", "typer"}, arguments
        assert "tiny" in text

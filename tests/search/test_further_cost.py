"""A further known cost: the guide's example. Its diff is a new file and two lines of ``spaces/known_cost.py``."""

import json
import os
import subprocess
import sys
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from tests.helpers import ROOT

# spaces/memory_traffic.py
MEMORY_TRAFFIC = '''
"""What the layers of a network write."""

from ulsam import ArchConfig, count_cost


def count_written(arch: ArchConfig, input_size: int) -> int:
    """Elements of the layers' outputs, for one image."""
    return sum(layer.out_channels * layer.size**2 for layer in count_cost(arch, input_size).layers)
'''
# spaces/known_cost.py
IMPORT = ("from spaces.counts import format_count\n", "from spaces.memory_traffic import count_written\n")
ENTRY = (
    "KNOWN_COSTS: tuple[KnownCost, ...] = (PARAMS, FLOPS)\n",
    'TRAFFIC = KnownCost(name="traffic", label="traffic", unit="elements", example="2M", count=count_written)\n'
    "KNOWN_COSTS: tuple[KnownCost, ...] = (PARAMS, FLOPS, TRAFFIC)\n",
)

SEARCH = """
import json
from pathlib import Path
from search.render.front_page import page_data
from search.render.front_table import csv_table, front_columns
from tests.search import factory

factory._WORST["traffic"] = 3_000_000
sections = {"budgets": {"traffic": "171K"}, "search": {"objectives": ["traffic", "flops"]}}
folder, record = factory.new_run(Path("runs"), "tiny", **sections)
trials = factory.fill(record, [factory.result(0.5 + number / 100) for number in range(14)])
spec = record.spec
print(json.dumps({
    "costs": [trial.costs for trial in record.trials()],
    "objectives": [list(trial.objectives) for trial in record.trials()],
    "metrics": [objective.name for objective in spec.objectives],
    "columns": front_columns(spec),
    "csv": csv_table(spec, trials).splitlines()[0],
    "page": page_data(spec, trials),
    "within": [spec.search_space.count_within_budgets(), spec.search_space.count()],
}))
"""

RUNS = """
import json, mlflow
client = mlflow.MlflowClient("sqlite:///mirror.db")
(experiment,) = [found for found in client.search_experiments() if found.name == "tiny"]
runs = client.search_runs([experiment.experiment_id])
print(json.dumps([run.data.metrics["traffic"] for run in runs if "traffic" in run.data.metrics]))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This code with the diff, beside an empty folder for runs."""
    folder = tmp_path_factory.mktemp("further")
    for package in ("search", "pipelines", "ulsam", "tests"):
        (folder / package).symlink_to(ROOT / package)
    copytree(ROOT / "spaces", folder / "spaces")
    (folder / "spaces" / "memory_traffic.py").write_text(MEMORY_TRAFFIC)
    known = folder / "spaces" / "known_cost.py"
    text = known.read_text()
    for before, after in ((IMPORT[0], "".join(IMPORT)), ENTRY):
        assert text.count(before) == 1
        text = text.replace(before, after)
    known.write_text(text)
    return folder


def ran(folder: Path, script: str, *arguments: str) -> Any:
    """What a script prints as JSON, with the code in ``folder``."""
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout) if done.stdout.startswith(("{", "[")) else done.stdout


def test_it_is_budgeted_minimised_shown_exported_and_logged(folder: Path) -> None:
    command = "from search.cli import app; app()"
    found = ran(folder, SEARCH)
    counts = [costs["traffic"] for costs in found["costs"]]
    assert all(0 < count <= 171_000 for count in counts), "within its budget"
    assert 14 < found["within"][0] < found["within"][1]
    assert found["metrics"] == ["accuracy", "traffic", "flops"]
    assert [values[1:] for values in found["objectives"]] == [[c["traffic"], c["flops"]] for c in found["costs"]]
    assert "traffic" in found["columns"]
    assert found["csv"].split(",")[3:6] == ["params", "flops", "traffic"]
    assert found["page"]["minimised"] == ["traffic", "flops"]
    assert [network["traffic"] for network in found["page"]["networks"]] == counts
    front = ran(folder, command, "front", "tiny", "--json")
    assert front["budgets"] == {"params": None, "flops": None, "traffic": 171_000}
    assert front["reference"].keys() == {"accuracy", "traffic", "flops"}
    assert all(row["traffic"] in counts for row in front["front"])
    limit = sorted(counts)[5]
    options = ("--untried", "--max", f"traffic={limit}", "--json")
    taken = ran(folder, command, "export", "tiny", "--out", "best", *options)
    assert taken["untried"]["traffic"] <= limit
    assert taken["untried"]["trained"] == sum(count <= limit for count in counts)
    assert f"| traffic (elements) | {taken['untried']['traffic']:,} |" in (folder / "best/README.md").read_text()
    ran(folder, command, "mirror", "tiny", "--to", "sqlite:///mirror.db")
    assert sorted(ran(folder, RUNS)) == sorted(counts)

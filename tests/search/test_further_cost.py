"""A further known cost: the guide's example. Its diff is a new file and two lines of ``spaces/known_cost.py``.

A cost that a run alone knows, as from a table of its own, comes from ``SearchSection.known_costs`` and goes the same way.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from search.analysis.choose import choose
from search.api.export import UnknownCostError, choose_network
from search.api.front import front
from search.artifacts.cost_rows import cost_rows
from search.artifacts.write import network_of
from search.config.settings import SearchSection, SearchSettings
from search.config.yaml_file import validate
from search.errors import FileError
from search.render.front_page import page_data
from search.render.front_table import csv_table
from spaces import KNOWN_COSTS, Budgets, KnownCost
from tests.helpers import ROOT
from tests.search import factory
from ulsam import ArchConfig

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


def count_table(arch: ArchConfig, input_size: int) -> int:
    """Nanoseconds, as a table may have them: by width, and by placement."""
    return round(1000 * arch.width) * input_size + 37 * len(arch.placements)


TABLE = KnownCost(name="table", label="nanoseconds", example="9K", count=count_table)


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every run knows of the cost, and nothing else does."""
    monkeypatch.setattr(SearchSection, "known_costs", property(lambda _: (*KNOWN_COSTS, TABLE)))
    monkeypatch.setitem(factory._WORST, "table", 10_000)


@pytest.mark.usefixtures("table")
def test_a_cost_that_a_run_alone_knows_goes_the_same_way(tmp_path: Path) -> None:
    folder, record = factory.new_run(tmp_path, search={"objectives": ["table"]})
    trials = factory.fill(record, [factory.result(0.5 + number / 100) for number in range(6)])
    spec = record.spec
    counts = [count_table(trial.arch, spec.recipe.input_size) for trial in trials]
    assert [trial.costs["table"] for trial in trials] == counts
    assert [trial.objectives[1:] for trial in trials] == [(count,) for count in counts]
    assert spec.search_space.cost_table.count([trial.arch for trial in trials])["table"].tolist() == counts
    assert [network["table"] for network in page_data(spec, trials)["networks"]] == counts
    assert csv_table(spec, trials).splitlines()[0].split(",")[3:6] == ["params", "flops", "table"]
    limit = sorted(counts)[2]
    best = choose(spec, trials, Budgets({"table": limit}))
    assert best.costs["table"] <= limit
    measured = network_of(spec, best).measured
    assert measured.costs == best.costs
    assert f"| nanoseconds | {best.costs['table']:,} |" in cost_rows(measured.costs, spec.known_costs)
    assert "table" in front(str(folder.path)).spec.reference.costs


def test_what_a_run_does_not_know_is_neither_minimised_nor_limited(tmp_path: Path) -> None:
    with pytest.raises(FileError) as refused:
        validate(SearchSettings, {"name": "a", "data": "b", "search": {"objectives": ["table"]}}, "file")
    assert [mistake.where for mistake in refused.value.mistakes] == ["search.objectives"]
    folder, record = factory.new_run(tmp_path)
    factory.fill(record, [factory.result(0.5)])
    with pytest.raises(UnknownCostError) as unknown:
        choose_network(str(folder.path), tmp_path / "best", budgets=Budgets({"table": 5}))
    assert unknown.value.where == "table"

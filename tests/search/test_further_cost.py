"""A further known cost: the guide's example. Its diff is a new file and two lines of ``spaces/known_cost.py``.

A cost that a run alone knows, as from a table of its own, comes from ``SearchSection.known_costs`` and goes the same
way.
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
from spaces import KNOWN_COSTS, Budgets, Candidate, KnownCost, format_count
from tests.helpers import ROOT
from tests.search import factory

# spaces/memory_traffic.py
MEMORY_TRAFFIC = '''
"""What the layers of a network write."""

from spaces.candidate import Candidate
from ulsam import count_cost
from ulsam.cost import LayerCost


def written_by(layer: LayerCost) -> int:
    """Elements of its output, for one image."""
    return layer.out_channels * layer.size**2


def count_written(network: Candidate) -> int:
    """Elements of the layers' outputs, for one image."""
    return sum(map(written_by, count_cost(network.arch, network.input_size).layers))
'''
# spaces/known_cost.py
IMPORT = ("from spaces.counts import format_count\n", "from spaces.memory_traffic import count_written, written_by\n")
ENTRY = (
    "KNOWN_COSTS: tuple[KnownCost, ...] = (PARAMS, FLOPS)\n",
    'TRAFFIC = KnownCost(name="traffic", label="traffic", unit="elements", example="2M",\n'
    "                    count=count_written, of_layer=written_by)\n"
    "KNOWN_COSTS: tuple[KnownCost, ...] = (PARAMS, FLOPS, TRAFFIC)\n",
)

# Runs where the diff is; what it prints is looked at by the tests.
SEARCH = """
import json
from dataclasses import replace
from pathlib import Path
import mlflow
from pipelines.storage.manifest import file_sha256
from search.analysis.choose import choose
from search.artifacts.network import ExportedNetwork
from search.artifacts.write import network_of, write_network
from search.render.architecture_picture import architecture_picture
from search.render.cost_plane import cost_plane
from search.render.evaluation_table import final_cells, final_columns
from search.render.front_page import page_data
from search.render.front_table import csv_table, front_columns
from search.study.final_evaluation import FinalEvaluation
from spaces import Budgets
from spaces.space_sample import SpaceSample
from tests.helpers import Shell
from tests.search import factory

factory._WORST["traffic"] = 3_000_000
sections = {"budgets": {"traffic": "171K"}, "search": {"objectives": ["traffic", "flops"]}}
folder, record = factory.new_run(Path("runs"), "tiny", **sections)
trials = factory.fill(record, [factory.result(0.5 + number / 100) for number in range(14)])
spec, shell = record.spec, Shell(Path.cwd(), "")
limit = sorted(trial.costs["traffic"] for trial in trials)[5]

best = choose(spec, trials, Budgets({"traffic": limit}))
weights = Path("weights")
weights.write_bytes(b"weights")
kept = replace(best, result=replace(best.result, weights_sha256=file_sha256(weights)))
write_network(network_of(spec, kept), weights, Path("taken"), ())
final = FinalEvaluation(
    weights_sha256="a", candidate=best.candidate, trial=best.number, epochs=2, seed=0, folder="/x",
    val=factory.score(3, 4),
)
record.record_evaluation(final)
axes = cost_plane(spec, SpaceSample.of(spec.search_space)).axes[0]
untried = shell.figures("export", "tiny", "--out", "best", "--untried", "--max", f"traffic={limit}")
shell.run("mirror", "tiny", "--to", "sqlite:///mirror.db")
client = mlflow.MlflowClient("sqlite:///mirror.db")
(experiment,) = [found for found in client.search_experiments() if found.name == "tiny"]
print(json.dumps({
    "costs": [trial.costs for trial in record.trials()],
    "objectives": [list(trial.objectives) for trial in record.trials()],
    "metrics": [objective.name for objective in spec.objectives],
    "columns": front_columns(spec),
    "csv": csv_table(spec, trials).splitlines()[0],
    "page": page_data(spec, trials),
    "within": [spec.search_space.count_within_budgets(), spec.search_space.count()],
    "limit": limit,
    "best": best.costs,
    "measured": ExportedNetwork.load(Path("taken")).measured.costs,
    "card": Path("taken/README.md").read_text(),
    "final": dict(zip(final_columns(spec), final_cells(spec, [final])[0])),
    "plane": [axes.get_xlabel(), axes.get_ylabel()],
    "drawn": architecture_picture(best.candidate, spec.known_costs, spec.search.objectives),
    "front": shell.figures("front", "tiny"),
    "untried": untried["untried"],
    "untried card": Path("best/README.md").read_text(),
    "cost": shell.figures("cost", "taken"),
    "layers": shell.run("cost", "taken"),
    "latency": shell.figures("latency", "taken", "--repeats", 1, "--warmup", 0, "--device", "cpu"),
    "latencies": shell.run("latency", "taken", "--repeats", 1, "--warmup", 0, "--device", "cpu"),
    "logged": [run.data.metrics["traffic"] for run in client.search_runs([experiment.experiment_id])
               if "traffic" in run.data.metrics and run.data.tags["ulsam_search.trial"] != "final"],
    "logged later": [run.data.metrics["traffic"] for run in client.search_runs([experiment.experiment_id])
                     if run.data.tags["ulsam_search.trial"] == "final"],
}))
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


@pytest.fixture(scope="module")
def found(folder: Path) -> dict[str, Any]:
    """What that code says of a search that minimises the cost."""
    done = subprocess.run(
        [sys.executable, "-c", SEARCH],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder), "COLUMNS": "240"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    said: dict[str, Any] = json.loads(done.stdout)
    return said


def test_it_is_budgeted_and_minimised(found: dict[str, Any]) -> None:
    counts = [costs["traffic"] for costs in found["costs"]]
    assert all(0 < count <= 171_000 for count in counts), "within its budget"
    assert 14 < found["within"][0] < found["within"][1]
    assert found["metrics"] == ["accuracy", "traffic", "flops"]
    assert [values[1:] for values in found["objectives"]] == [[c["traffic"], c["flops"]] for c in found["costs"]]
    assert found["front"]["budgets"] == {"params": None, "flops": None, "traffic": 171_000}
    assert found["front"]["reference"].keys() == {"accuracy", "traffic", "flops"}
    limit, untried = found["limit"], found["untried"]
    assert found["best"]["traffic"] <= limit
    assert untried["traffic"] <= limit
    assert untried["trained"] == sum(count <= limit for count in counts)


def test_tables_pages_and_pictures_show_it(found: dict[str, Any]) -> None:
    counts = [costs["traffic"] for costs in found["costs"]]
    assert "traffic" in found["columns"]
    assert found["csv"].split(",")[3:6] == ["params", "flops", "traffic"]
    assert all(row["traffic"] in counts for row in found["front"]["front"])
    page = found["page"]
    assert page["minimised"] == ["traffic", "flops"]
    assert page["drawn"] == ["flops", "traffic"]
    assert page["by_block"] == ["params", "flops", "traffic"]
    assert [network["traffic"] for network in page["networks"]] == counts
    for network in page["networks"]:
        assert sum(page["blocks"][place]["traffic"] for place in network["blocks"]) == network["traffic"]
    assert found["plane"] == ["FLOPs (multiply-adds)", "traffic (elements)"], "what is minimised"
    assert f" {format_count(found['best']['traffic'])} traffic at 32 px" in found["drawn"]
    assert found["final"]["traffic"] == format_count(found["best"]["traffic"])


def test_it_is_in_the_folder_that_is_taken_home(found: dict[str, Any]) -> None:
    assert found["measured"] == found["best"]
    assert f"| traffic (elements) | {found['best']['traffic']:,} |" in found["card"]
    assert f"| traffic (elements) | {found['untried']['traffic']:,} |" in found["untried card"]


def test_commands_about_one_network_say_it(found: dict[str, Any]) -> None:
    traffic = found["best"]["traffic"]
    assert found["cost"]["traffic"] == sum(layer["traffic"] for layer in found["cost"]["layers"]) == traffic
    (sums,) = (line.split() for line in found["layers"].splitlines() if line.split()[:1] == ["sum"])
    assert f"{traffic:,}" in sums
    assert found["latency"]["networks"][0]["traffic"] == traffic
    assert "traffic" in found["latencies"]
    assert format_count(traffic) in found["latencies"]


def test_mlflow_has_it(found: dict[str, Any]) -> None:
    assert sorted(found["logged"]) == sorted(costs["traffic"] for costs in found["costs"])
    assert found["logged later"] == [found["best"]["traffic"]]


def count_table(network: Candidate) -> int:
    """Nanoseconds, as a table may have them: by width, and by placement."""
    return round(1000 * network.arch.width) * network.input_size + 37 * len(network.arch.placements)


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
    counts = [count_table(trial.candidate) for trial in trials]
    assert [trial.costs["table"] for trial in trials] == counts
    assert [trial.objectives[1:] for trial in trials] == [(count,) for count in counts]
    assert spec.search_space.cost_table.count([trial.candidate for trial in trials])["table"].tolist() == counts
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

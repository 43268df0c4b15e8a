"""A search, on real Ray, that maximises a function of the user's own; its code runs only where a command allows it."""

import pytest

from pipelines.training.own_metric import MetricModuleError, MetricValueError, NoMetricModuleError
from search.api.own_metric import ChangedMetricError
from search.artifacts.network import ExportedNetwork
from search.errors import ArgumentError, CodeNotAllowedError
from search.run.warm_start import WarmStartMetricError
from search.study.trial import Status
from tests.helpers import Shell
from tests.own_metrics import BROKEN, MODULE
from tests.search.ray_backend.searches import trials_of

MISTAKES = "my_metrics:mistakes"
SEARCH = """
name: mine
data: data/digits
space: {widths: [0.1, 0.2], groups: [1], placements: {at_most: 1}}
search: {trials: 2, concurrent: 1, metric: "METRIC", baselines: false, confirm: 0}
training: {epochs: 2, input_size: 8, batch_size: 64, learning_rate: 0.05, flip: false, recalibration_batches: 1}
"""


def ran(terminal: Shell) -> bool:
    """Whether the module ran: it leaves a file then."""
    return (terminal.folder / "ran").exists()


@pytest.fixture
def terminal(new_shell: Shell) -> Shell:
    """A folder with a search file and its module, which notes that it runs."""
    notes = f"from pathlib import Path\nPath({str(new_shell.folder / 'ran')!r}).touch()\n"
    new_shell.write("my_metrics.py", notes + MODULE)
    new_shell.write("broken.py", BROKEN)
    new_shell.write("mine.yaml", SEARCH.replace("METRIC", MISTAKES))
    return new_shell


def test_a_search_maximises_it_and_shows_it_as_any_metric(terminal: Shell) -> None:
    terminal.launch_here("mine.yaml", "--allow-code", MISTAKES)
    trials = trials_of(terminal)
    assert [trial.status for trial in trials] == [Status.COMPLETE] * 2
    for trial in trials:
        assert trial.result is not None
        last = trial.result.epochs[-1]
        assert trial.value == last.val["mistakes"] == pytest.approx(1 - last.val["accuracy"])
        assert trial.standard_error == last.standard_errors["mistakes"]
        assert set(last.val) == {"accuracy", "balanced_accuracy", "macro_f1", "top5", "loss", "mistakes"}
    (terminal.folder / "my_metrics.py").rename(terminal.folder / "elsewhere.py")
    (terminal.folder / "ran").unlink()
    best = terminal.figures("front", "mine")["front"]
    assert max(row["mistakes"] for row in best) == max(trial.value for trial in trials), "the worst network is the best"
    assert "best_mistakes" in terminal.figures("status", "mine")
    terminal.run("report", "mine")
    for page in ("front.html", "report.html"):
        assert "mistakes" in (terminal.folder / "runs" / "mine" / page).read_text()
    terminal.run("export", "mine", "--out", "best", "--no-portable")
    found = ExportedNetwork.load(terminal.folder / "best")
    assert "validation mistakes" in (terminal.folder / "best" / "README.md").read_text()
    plain = terminal.figures("evaluate", "best")
    assert "mistakes" not in plain["validation"]
    assert MISTAKES in terminal.run("evaluate", "best")
    assert not ran(terminal), "nothing above needs the module"
    (terminal.folder / "elsewhere.py").rename(terminal.folder / "my_metrics.py")
    scored = terminal.figures("evaluate", "best", "--allow-code", MISTAKES)
    assert scored["validation"]["mistakes"] == pytest.approx(found.measured.metrics["mistakes"])
    assert ran(terminal)
    terminal.run("train", "best", "--out", "longer", "--epochs", "1", "--no-portable", "--allow-code", MISTAKES)
    assert "mistakes" in ExportedNetwork.load(terminal.folder / "longer").measured.metrics
    goes_on_with_the_same_source_alone(terminal)


def goes_on_with_the_same_source_alone(terminal: Shell) -> None:
    resume = ("launch", "--resume", "mine", "--trials", "3")
    refused = terminal.refused(CodeNotAllowedError, *resume)
    assert (refused.path, refused.allowed) == (MISTAKES, None)
    before = (terminal.folder / "my_metrics.py").read_text()
    terminal.write("my_metrics.py", before + "\n# changed\n")
    changed = terminal.refused(ChangedMetricError, *resume, "--allow-code", MISTAKES)
    assert (changed.path, changed.line_number) == (MISTAKES, len(before.splitlines()) + 1)
    assert terminal.refused(ChangedMetricError, "evaluate", "best", "--allow-code", MISTAKES).path == MISTAKES
    warm = (
        SEARCH.replace("METRIC", MISTAKES).replace("name: mine", "name: warm").replace("0}", "0, warm_start: [mine]}")
    )
    terminal.write("warm.yaml", warm)
    terminal.refused(WarmStartMetricError, "plan", "warm.yaml", "--no-timing", "--allow-code", MISTAKES)
    assert len(trials_of(terminal)) == 2
    terminal.write("my_metrics.py", before)
    terminal.run("plan", "warm.yaml", "--no-timing", "--allow-code", MISTAKES)
    terminal.launch_here(*resume[1:], "--allow-code", MISTAKES)
    assert len(trials_of(terminal)) == 3


def test_commands_that_would_run_it_refuse_before_anything_runs(terminal: Shell) -> None:
    for command in ("plan", "launch"):
        refused = terminal.refused(CodeNotAllowedError, command, "mine.yaml")
        assert (refused.path, refused.allowed) == (MISTAKES, None)
        refused = terminal.refused(CodeNotAllowedError, command, "mine.yaml", "--allow-code", "my_metrics:f2")
        assert (refused.path, refused.allowed) == (MISTAKES, "my_metrics:f2")
    assert not ran(terminal)
    terminal.write("plain.yaml", SEARCH.replace("METRIC", "accuracy"))
    needless = terminal.refused(ArgumentError, "plan", "plain.yaml", "--allow-code", MISTAKES)
    assert needless.argument == "allow_code"
    assert not (terminal.folder / "runs").exists()


@pytest.mark.parametrize(
    ("metric", "kind"),
    [
        ("nowhere:f", NoMetricModuleError),
        ("broken:gone", MetricModuleError),
        ("broken:number", MetricModuleError),
        ("broken:divides", MetricValueError),
        ("broken:above_one", MetricValueError),
    ],
)
def test_what_can_not_be_computed_is_refused_before_anything_starts(
    terminal: Shell, metric: str, kind: type[NoMetricModuleError]
) -> None:
    terminal.write("mine.yaml", SEARCH.replace("METRIC", metric))
    for command in ("plan", "launch"):
        assert terminal.refused(kind, command, "mine.yaml", "--allow-code", metric).path == metric
    assert not (terminal.folder / "runs").exists()


def test_one_that_fails_on_real_images_ends_the_search_with_its_name(terminal: Shell) -> None:
    metric = "broken:breaks_on_real_images"
    terminal.write("mine.yaml", SEARCH.replace("METRIC", metric))
    said = terminal.launch_here("mine.yaml", "--allow-code", metric, expect=1)
    assert f"{metric}: raised ZeroDivisionError" in said
    assert "launch the search file under another name" in said, "a resume refuses the function as corrected"
    assert not [trial for trial in trials_of(terminal) if trial.result is not None], "it is no fault of a network"

"""``export --trial``: the network of one trial, whatever others score."""

from pathlib import Path

import pytest

from search.analysis.trial_by_number import NoTrialError
from search.artifacts.network import ExportedNetwork
from search.artifacts.write import WeightsMissingError
from search.errors import UsageError
from tests.helpers import Shell


def test_the_network_of_a_trial_is_written_with_its_own_weights(finished: Shell, tmp_path: Path) -> None:
    for number in sorted(int(path.stem) for path in (finished.folder / "runs" / "tiny" / "weights").iterdir()):
        out = tmp_path / str(number)
        assert f"trial {number}, " in finished.run("export", "tiny", "--no-portable", "--trial", number, "--out", out)
        assert ExportedNetwork.load(out).origin.trial == number


def test_a_trial_without_weights_is_refused(finished: Shell, tmp_path: Path) -> None:
    out = tmp_path / "none"
    weights = sorted((finished.folder / "runs" / "tiny" / "weights").iterdir())[0]
    weights.rename(tmp_path / weights.name)
    try:
        error = finished.refused(WeightsMissingError, "export", "tiny", "--trial", int(weights.stem), "--out", out)
    finally:
        (tmp_path / weights.name).rename(weights)
    assert error.where == f"trial {int(weights.stem)}"
    assert finished.refused(NoTrialError, "export", "tiny", "--trial", 99, "--out", out).where == "trial 99"
    assert not out.exists()


def test_code_that_no_training_would_run_is_refused(finished: Shell, tmp_path: Path) -> None:
    error = finished.refused(UsageError, "export", "tiny", "--allow-code", "my:f2", "--out", tmp_path / "none")
    assert error.where == "--allow-code my:f2"
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    "others",
    [("--max-flops", "1M"), ("--max", "params=1M"), ("--max-latency", "1s"), ("--pick", "knee"), ("--untried",)],
)
def test_a_trial_excludes_other_choices(finished: Shell, tmp_path: Path, others: tuple[str, ...]) -> None:
    error = finished.refused(UsageError, "export", "tiny", "--trial", 1, *others, "--out", tmp_path / "none")
    assert error.where == "--trial 1"
    assert not (tmp_path / "none").exists()

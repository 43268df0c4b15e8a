"""``export --control``: a network beside itself without the blocks that its attention replaces."""

from dataclasses import replace
from shutil import copytree

import pytest
import yaml
from PIL import Image

from pipelines.storage.manifest import file_sha256
from pipelines.weights import save_weights
from search.analysis.control import control_of
from search.api.control import NothingReplacedError
from search.api.explain import explanation
from search.artifacts.network import ExportedNetwork
from search.study.folder import RunFolder
from search.study.trial import TrialRecord
from spaces import Candidate, Encoding
from tests.helpers import Shell
from tests.search.cli.records import record_of
from tests.search.factory import result
from ulsam import build_model


def add_trial(shell: Shell, candidate: Candidate, value: float) -> TrialRecord:
    """A trial of the run ``tiny`` that scored ``value``, with untrained weights."""
    record, folder = record_of(shell), RunFolder.find(shell.folder / "runs", "tiny")
    trial = record.start(candidate, Encoding(record.spec.search_space), record.spec.search.seed)
    weights = folder.weights(trial.number)
    save_weights(build_model(candidate.arch, candidate.input_size).state_dict(), weights)
    return record.finish(trial, replace(result(value), weights_sha256=file_sha256(weights)))


@pytest.fixture
def mine(finished: Shell, new_shell: Shell) -> Shell:
    """A copy of the run, which may have more trials than others expect of it."""
    copytree(finished.folder / "runs" / "tiny", new_shell.folder / "runs" / "tiny")
    return new_shell


def untried(shell: Shell, *, replaces: bool) -> Candidate:
    """A network that was not trained, with or without attention in place of a block."""
    record = record_of(shell)
    tried = {trial.candidate for trial in record.trials()}
    space = record.spec.search_space
    return next(one for one in space if one not in tried and (control_of(one) is not None) == replaces)


def test_it_trains_the_control_as_the_search_did_and_every_view_says_so(
    mine: Shell,
) -> None:
    replaced, tmp_path = add_trial(mine, untried(mine, replaces=True), 0.98), mine.folder
    output = mine.run("export", "tiny", "--control", "--no-portable", "--out", tmp_path / "best")
    control = control_of(replaced.candidate)
    assert control is not None
    network = ExportedNetwork.load(tmp_path / "best")
    gain = network.measured.over_control
    assert gain is not None
    assert gain.over == control.arch.arch_id
    trained = ExportedNetwork.load(tmp_path / "best" / "control" / "seed-0")
    assert trained.candidate == control
    assert trained.recipe == record_of(mine).spec.recipe
    assert gain.value == pytest.approx(0.98 - trained.measured.accuracy)
    assert gain.said.startswith("ULSAM: ")
    assert gain.said in output
    assert gain.said in (tmp_path / "best" / "README.md").read_text()

    Image.new("RGB", (16, 16)).save(mine.folder / "photo.png")
    assert explanation(tmp_path / "best", mine.folder / "photo.png").beyond_removal == gain.said
    apart = explanation(tmp_path / "best" / "control" / "seed-0", mine.folder / "photo.png")
    assert apart.beyond_removal == "", "nothing is replaced there"

    (known,) = mine.figures("front", "tiny")["over_control"]
    assert (known["trial"], known["value"]) == (replaced.number, pytest.approx(gain.value))
    assert gain.said in mine.run("front", "tiny", "--page", tmp_path / "front.html")
    assert (
        gain.said.partition(" over removing")[0] in (tmp_path / "front.html").read_text()
    )  # then there are no signs that JSON has as codes
    again = mine.figures("export", "tiny", "--control", "--no-portable", "--out", tmp_path / "again")
    assert again["measured"]["over_control"]["value"] == pytest.approx(gain.value)
    assert [file.name for file in (tmp_path / "again" / "control").iterdir()] == ["arch.yaml"], "it was trained before"
    assert yaml.safe_load((tmp_path / "again" / "control" / "arch.yaml").read_text())["arch"]["removed"]


def test_a_network_that_replaces_nothing_has_no_control(mine: Shell) -> None:
    add_trial(mine, untried(mine, replaces=False), 0.99)
    mine.refused(NothingReplacedError, "export", "tiny", "--control", "--out", "best")
    assert not (mine.folder / "best").exists()

"""A trained network of a run, as a notebook takes it: chosen, built, asked and exported."""

from pathlib import Path

import pytest
import torch
from PIL import Image

from search import Run
from search.analysis.choose import NoneWithinError
from search.analysis.trial_by_number import NoTrialError
from search.api.export import UnknownCostError
from search.api.predict import predict
from search.artifacts.model import load_model
from search.artifacts.predict import NotAFileError
from search.errors import ArgumentError
from search.study.trial import Status
from spaces import Budgets
from spaces.counts import CountError
from tests.helpers import Shell


@pytest.fixture
def run(finished: Shell) -> Run:
    return Run("tiny", finished.folder / "runs")


@pytest.fixture
def photograph(tmp_path: Path) -> Path:
    path = tmp_path / "grey.png"
    Image.new("RGB", (16, 16), (90, 120, 150)).save(path)
    return path


def test_the_best_within_limits_is_the_front_s(run: Run) -> None:
    front = run.front()
    assert run.best().trial == front.accuracy.idxmax()
    most = front.flops.max()
    cheaper = run.best(max_flops=int(most) - 1)
    assert cheaper.costs["flops"] < most
    assert cheaper.accuracy == front.accuracy[front.flops < most].max()
    assert run.best(max_flops="1G", max_params="1G", pick="knee").trial in front.index
    with pytest.raises(NoneWithinError):
        run.best(max_params=1)
    with pytest.raises(CountError):
        run.best(max_flops="thirty")
    with pytest.raises(UnknownCostError):
        run.best(budgets=Budgets({"watts": 3}))


def test_a_network_is_found_by_its_trial(run: Run) -> None:
    for trial in (record for record in run.records if record.status is Status.COMPLETE):
        found = run.network(trial.number)
        assert (found.trial, found.arch, found.accuracy) == (trial.number, trial.arch, trial.value)
    assert run.network(run.best().trial) == run.best()
    with pytest.raises(NoTrialError):
        run.network(99)


def test_it_answers_as_its_export_does(run: Run, photograph: Path, tmp_path: Path) -> None:
    best = run.best()
    folder = best.export(tmp_path / "best", formats=())
    exported, model = load_model(folder)
    assert exported == best.description
    assert (exported.arch, exported.input_size) == (best.arch, best.input_size)
    images = torch.rand(2, 3, best.input_size, best.input_size)
    with torch.inference_mode():
        assert torch.equal(best.model()(images), model(images))
    assert best.predict(photograph, top=2) == list(predict(folder, [photograph], top=2))


def test_what_can_not_be_asked_is_refused(run: Run, photograph: Path) -> None:
    with pytest.raises(NotAFileError):
        run.best().predict(photograph, photograph.with_name("none.png"))
    with pytest.raises(ArgumentError):
        run.best().predict(photograph, top=0)

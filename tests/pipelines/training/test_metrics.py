"""Metrics and what is kept of them, by closed forms; a further metric is computed wherever scores are."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from math import inf, log

import pytest
import torch
from torch import Tensor, nn

from pipelines.split import Split
from pipelines.training.epoch import Epoch
from pipelines.training.loop import Training
from pipelines.training.metrics import ACCURACY, LOSS, METRICS, Metric, maximisable, metric_named, metrics_for
from pipelines.training.recipe import Recipe
from pipelines.training.score import Score
from pipelines.training.scoring import score
from pipelines.training.shares import binomial_error
from pipelines.training.source import Batches
from tests.metrics import TOP_2, added

CPU = torch.device("cpu")
EPOCH = Epoch(number=3, train_loss=0.5, val={"loss": 0.25, "accuracy": 0.75, "top_2": 0.875}, seconds=1.5)


class ThreeClasses:
    """Ten images of each of three classes, all alike, in batches of 8."""

    num_classes = 3

    def class_counts(self) -> list[int]:
        return [10, 10, 10]

    def steps_per_epoch(self, batch_size: int) -> int:
        return 1

    @contextmanager
    def training_batches(self, recipe: Recipe, input_size: int, *, seed: int, epoch: int) -> Iterator[Batches]:
        yield iter([(torch.zeros(30, 3, 8, 8), torch.arange(30) % 3)])

    @contextmanager
    def evaluation_batches(self, split: Split, input_size: int) -> Iterator[Batches]:
        labels = torch.arange(30) % 3
        yield ((torch.zeros(len(some), 3, 8, 8), some) for some in labels.split(8))


class Ranks(nn.Module):
    """Says of every image: the first class, if not that the second."""

    def __init__(self) -> None:
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(()))

    def forward(self, images: Tensor) -> Tensor:
        return torch.tensor([2.0, 1.0, 0.0]).expand(len(images), 3) + self.bias


def test_a_score_is_the_mean_over_all_images() -> None:
    found = score(Ranks(), ThreeClasses(), "val", 8, CPU)
    normaliser = torch.tensor([2.0, 1.0, 0.0]).logsumexp(dim=0)
    assert found.values == {
        "accuracy": 10 / 30,
        "loss": pytest.approx(float(normaliser) - 1),
        "balanced_accuracy": pytest.approx(1 / 3),
        "macro_f1": pytest.approx((2 * 10 / (30 + 10)) / 3),
    }
    assert found.standard_errors["balanced_accuracy"] == pytest.approx(binomial_error(1 / 3, 30))
    assert (found.correct, found.images) == (10, 30)
    assert found.accuracy == found.values["accuracy"]
    assert set(found.further) == {"loss", "balanced_accuracy", "macro_f1"}


def test_a_further_metric_is_in_every_score_and_epoch() -> None:
    recipe = Recipe(epochs=2, batch_size=30, recalibration_batches=0)
    with added(TOP_2):
        training = Training(Ranks(), ThreeClasses(), recipe, 8, seed=0, device=CPU)
        epoch = training.run_epoch()
        assert score(Ranks(), ThreeClasses(), "val", 8, CPU).values["top_2"] == 20 / 30
        assert training.annealed_score().values["top_2"] == 20 / 30
    assert epoch.val["top_2"] == 20 / 30
    assert Epoch.from_dict(json.loads(json.dumps(epoch.to_dict()))).standard_errors == epoch.standard_errors
    assert set(epoch.standard_errors) == {"balanced_accuracy", "macro_f1"}
    assert epoch.metrics["val_top_2"] == 20 / 30


def test_five_classes_have_no_first_five() -> None:
    assert "top5" not in [metric.name for metric in metrics_for(5)]
    assert metrics_for(6) == METRICS


def test_a_score_is_read_as_it_was_written() -> None:
    found = score(Ranks(), ThreeClasses(), "val", 8, CPU)
    assert found.standard_errors
    assert Score.from_dict(json.loads(json.dumps(found.to_dict()))) == found
    earlier = Score.from_dict({"correct": 3, "images": 4, "accuracy": 0.75, "loss": 0.5})
    assert earlier == Score(values={"accuracy": 0.75, "loss": 0.5}, images=4)


def test_a_score_is_shown_with_all_its_values() -> None:
    values = {"accuracy": 0.75, "loss": 0.5, "top_2": 0.875}
    with added(TOP_2):
        shown = str(Score(values=values, images=8))
    for words in ("75.0000%", "6 of 8", "loss 0.5000", "top-2 accuracy 87.50%"):
        assert words in shown


def test_correct_images_survive_the_division() -> None:
    for images in (1, 3, 7, 1301, 99_991):
        for correct in {0, 1, images // 3, images - 1, images}:
            assert Score(values={"accuracy": correct / images}, images=images).correct == correct


def test_epochs_are_read_as_they_were_written() -> None:
    written = json.loads(json.dumps(EPOCH.to_dict()))
    assert written["val_top_2"] == 0.875
    assert Epoch.from_dict(written) == EPOCH


def test_epochs_of_earlier_versions_are_read() -> None:
    earlier = {"number": 3, "train_loss": 0.5, "val_loss": 0.25, "val_accuracy": 0.75, "seconds": 1.5, "pieces": 2}
    epoch = Epoch.from_dict(earlier)
    assert (epoch.val, epoch.micro_batches) == ({"loss": 0.25, "accuracy": 0.75}, 2)
    assert (epoch.val_loss, epoch.val_accuracy) == (0.25, 0.75)


def test_a_search_maximises_shares_alone() -> None:
    shares = ("accuracy", "balanced_accuracy", "macro_f1", "top5")
    assert maximisable() == shares
    assert (ACCURACY.larger_is_better, LOSS.larger_is_better) == (True, False)
    assert (ACCURACY.worst, LOSS.worst) == (0.0, inf)
    with added(TOP_2):
        assert maximisable() == (*shares, "top_2")


def test_guessing_scores_what_a_uniform_distribution_does() -> None:
    labels = torch.arange(4)
    uniform = torch.zeros(4, 4)
    assert LOSS.of_chance(4) == log(4) == pytest.approx(float(LOSS.sum_over(uniform, labels)) / 4)
    assert (ACCURACY.of_chance(4), TOP_2.of_chance(4)) == (0.25, 0.5)


def test_metrics_are_found_by_name() -> None:
    assert [metric_named(metric.name) for metric in METRICS] == list(METRICS)
    with pytest.raises(ValueError, match="accuracy, loss"):
        metric_named("top_2")


@pytest.mark.parametrize(("metric", "words"), [(ACCURACY, "12.3457%"), (LOSS, "0.1235"), (TOP_2, "12.35%")])
def test_values_are_shown_in_their_own_format(metric: Metric, words: str) -> None:
    assert metric.in_words(0.1234567) == words


def test_standard_error_is_binomial() -> None:
    assert binomial_error(0.5, 100) == pytest.approx(0.05)
    assert binomial_error(0.9, 50_000) == pytest.approx(0.00134, abs=1e-5)
    assert [binomial_error(share, 10) for share in (0.0, 1.0)] == pytest.approx([(11 / 12 / 12 / 10) ** 0.5] * 2)
    assert binomial_error(1.0, 229) < binomial_error(228 / 229, 229), "nobody is surer than who was never wrong"

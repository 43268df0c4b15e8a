"""A function of a user's own is found without running it, computed of all images at once, and refused if it fails."""

from hashlib import sha256
from math import sqrt
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import fbeta_score

from pipelines.loading.data import PreparedData
from pipelines.training.own_metric import (
    MetricModuleError,
    MetricValueError,
    NoMetricModuleError,
    OwnMetric,
    OwnMetricError,
)
from pipelines.training.predicting import predictions_on
from pipelines.training.scoring import score
from pipelines.training.shares import binomial_error
from tests.own_metrics import BROKEN, MODULE, own
from tests.pipelines.training.colours import CPU, INPUT_SIZE, network


def outputs(counts: tuple[int, ...], rights: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Labels and probabilities of images of which so many of each class are right."""
    labels = np.repeat(np.arange(len(counts)), counts)
    answers = labels.copy()
    for label, (count, right) in enumerate(zip(counts, rights, strict=True)):
        answers[np.flatnonzero(labels == label)[right:count]] = (label + 1) % len(counts)
    return labels, np.eye(len(counts), dtype=np.float32)[answers]


def test_a_score_has_the_value_of_scikit_learn_beside_the_other_metrics(data: PreparedData) -> None:
    model = network()
    predicted = predictions_on(model, data, "val", INPUT_SIZE, CPU, flip_average=False)
    plain = score(model, data, "val", INPUT_SIZE, CPU)
    found = score(model, data, "val", INPUT_SIZE, CPU, own_metric=own("f2").load())
    expected = fbeta_score(predicted.labels, predicted.predicted, beta=2, average="macro")
    assert found.values == {**plain.values, "f2": pytest.approx(expected)}
    assert found.standard_errors["f2"] > 0
    assert "f2 " in str(found)
    confident = score(model, data, "val", INPUT_SIZE, CPU, own_metric=own("confidence").load(), decides=False)
    assert confident.values["confidence"] == pytest.approx(predicted.probability.mean(), abs=1e-6)
    assert "confidence" not in confident.standard_errors


def test_its_error_is_that_of_images_drawn_again_within_their_classes() -> None:
    counts, rights = (200, 100, 100), (180, 50, 90)
    labels, probabilities = outputs(counts, rights)
    right = own("right").load()
    shares = [one / count for one, count in zip(rights, counts, strict=True)]
    variance = sum(share * (1 - share) * count for share, count in zip(shares, counts, strict=True)) / 400**2
    assert right.value(labels, probabilities) == 320 / 400
    assert right.error(labels, probabilities) == pytest.approx(sqrt(variance), rel=0.3)
    assert right.error(labels, probabilities) == right.error(labels, probabilities)


def test_all_right_is_known_as_well_as_a_share_of_one() -> None:
    found = own("right").load()
    assert found.value(*outputs((20, 20), (20, 20))) == 1
    assert found.error(*outputs((20, 20), (20, 20))) == binomial_error(1.0, 40)


def test_outputs_that_are_no_numbers_are_worth_nothing() -> None:
    labels, probabilities = outputs((4, 4), (4, 4))
    probabilities[0] = np.nan
    found = own("divides", BROKEN).load()
    assert (found.value(labels, probabilities), found.error(labels, probabilities)) == (0.0, binomial_error(1.0, 8))


@pytest.mark.parametrize(
    ("function", "said"),
    [
        ("divides", "ZeroDivisionError: division by zero (my_metrics.py, line 6)"),
        ("is_not_a_number", "nan"),
        ("above_one", "2.0"),
        ("is_a_list", "ndarray"),
        ("writes", "read-only"),
    ],
)
def test_a_function_that_gives_no_number_from_0_to_1_is_refused(function: str, said: str) -> None:
    with pytest.raises(MetricValueError, match=r"from 0 to 1|raised") as refused:
        own(function, BROKEN).load().try_out(3)
    assert refused.value.path == f"my_metrics:{function}"
    assert said in str(refused.value)


def test_a_value_beyond_1_by_rounding_is_1() -> None:
    above = own("f", "def f(labels, probabilities): return 1 + 1e-12").load()
    assert above.value(*outputs((2, 2), (2, 2))) == 1


@pytest.mark.parametrize(
    ("function", "source"),
    [
        ("f", "def f(labels"),
        ("f", "import no_such_package"),
        ("f", "raise SystemExit(3)"),
        ("number", BROKEN),
        ("gone", MODULE),
    ],
)
def test_a_module_without_such_a_function_is_refused(function: str, source: str) -> None:
    with pytest.raises(MetricModuleError) as refused:
        own(function, source).load()
    assert refused.value.path == f"my_metrics:{function}"
    assert len(str(refused.value).splitlines()) == 1


def test_its_module_is_beside_the_file_or_on_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    for folder, value in ((here, 0.25), (there, 0.75)):
        (folder / "shop" / "scores").mkdir(parents=True)
        (folder / "shop" / "mine.py").write_text(f"def f(labels, probabilities): return {value}\n")
    (there / "shop" / "scores" / "__init__.py").write_text("raise AssertionError('it ran')")
    monkeypatch.syspath_prepend(there)
    assert OwnMetric.find("shop.mine:f", here).load().function(None, None) == 0.25
    assert OwnMetric.find("shop.mine:f", tmp_path).load().function(None, None) == 0.75
    assert OwnMetric.find("shop.scores:f", tmp_path).source.startswith("raise"), "it is read, and does not run"
    for path in ("shop.gone:f", "shop:f"):
        with pytest.raises(NoMetricModuleError) as refused:
            OwnMetric.find(path, here)
        assert refused.value.path == path


def test_its_hash_is_that_of_its_text_whatever_ends_the_lines(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_bytes(b"def f(a, b):\n    return 0\n")
    one = OwnMetric.find("one:f", tmp_path)
    assert one.sha256 == sha256(b"def f(a, b):\n    return 0\n").hexdigest()
    (tmp_path / "one.py").write_bytes(b"def f(a, b):\r\n    return 0\r\n")
    assert OwnMetric.find("one:f", tmp_path) == one
    (tmp_path / "one.py").write_bytes(b"\xff")
    with pytest.raises(OwnMetricError):
        OwnMetric.find("one:f", tmp_path)

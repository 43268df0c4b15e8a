"""Where a network errs: closed forms on a matrix by hand, and what holds for any predictions."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import confusion_matrix, precision_score, recall_score

from search.analysis.error_analysis import MOST_IMAGES, Confusion, analyse_errors
from search.analysis.interval import accuracy_interval
from tests.search.errors import analysis_of, predictions

NAMES = ["cat", "dog", "fox", "owl"]
MATRIX = [[8, 2, 0, 0], [2, 3, 0, 0], [0, 1, 4, 0], [0, 0, 0, 0]]  # no owl, and none predicted
PAIRS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=60)


def test_recall_and_precision_are_shares_of_a_row_and_of_a_column() -> None:
    analysis = analysis_of(MATRIX, NAMES)
    assert analysis.matrix == MATRIX
    assert (analysis.correct, analysis.images) == (15, 20)
    cat, dog, fox, owl = analysis.classes
    assert (cat.recall, cat.precision) == (8 / 10, 8 / 10)
    assert (dog.recall, dog.precision) == (3 / 5, 3 / 6)
    assert (fox.recall, fox.precision) == (4 / 5, 4 / 4)
    assert dog.recall_interval == accuracy_interval(3, 5)
    assert dog.precision_interval == accuracy_interval(3, 6)
    assert (owl.images, owl.recall, owl.recall_interval) == (0, None, None)
    assert (owl.precision, owl.precision_interval) == (None, None)


def test_a_class_that_is_never_predicted_has_a_recall_and_no_precision() -> None:
    cat, dog = analysis_of([[0, 3], [0, 2]], ["cat", "dog"]).classes
    assert (cat.recall, cat.precision) == (0, None)
    assert (dog.recall, dog.precision) == (1, 2 / 5)


def test_pairs_and_classes_come_in_the_order_in_which_they_matter() -> None:
    analysis = analysis_of(MATRIX, NAMES)
    # Of the two pairs with two images, that of the five dogs comes before that of the ten cats.
    assert [(pair.true, pair.predicted, pair.images) for pair in analysis.confusions] == [
        (1, 0, 2),
        (0, 1, 2),
        (2, 1, 1),
    ]
    # Of the two classes with a recall of 0.8, the one with more images comes first.
    assert [one.name for one in analysis.by_recall] == ["dog", "cat", "fox"]


def test_the_images_of_highest_loss_are_named_by_their_place_in_the_split() -> None:
    losses = [0.5, 7.0, math.nan, 0.1, 7.0, math.inf]
    analysis = analyse_errors(predictions([(0, 0), (0, 1), (1, 0), (1, 1), (1, 0), (0, 1)], losses), ["cat", "dog"])
    assert [image.index for image in analysis.highest_loss] == [2, 5, 1, 4, 0, 3]
    third = analysis.highest_loss[2]
    assert (third.true, third.predicted, third.probability, third.loss) == (0, 1, 0.75, 7.0)
    many = analyse_errors(predictions([(0, 1)] * 100, [float(loss) for loss in range(100)]), ["cat", "dog"])
    assert [image.index for image in many.highest_loss] == list(range(99, 99 - MOST_IMAGES, -1))


@given(PAIRS)
def test_for_any_predictions_the_counts_add_up(pairs: list[tuple[int, int]]) -> None:
    analysis = analyse_errors(predictions(pairs), "abcde")
    assert sum(one.images for one in analysis.classes) == len(pairs) == sum(map(sum, analysis.matrix))
    assert sum(one.predictions for one in analysis.classes) == len(pairs)
    recalled = sum((one.recall or 0) * one.images for one in analysis.classes)
    assert recalled == pytest.approx(analysis.correct) == sum(true == other for true, other in pairs)
    assert analysis.images - analysis.correct == sum(pair.images for pair in analysis.confusions)
    assert all(pair.true != pair.predicted and pair.images for pair in analysis.confusions)
    assert {one.label for one in analysis.by_recall} == {true for true, _ in pairs}
    for one in analysis.classes:
        if one.recall is not None and one.recall_interval is not None:
            assert 0 <= one.recall_interval.low <= one.recall <= one.recall_interval.high <= 1


@given(PAIRS)
def test_for_any_predictions_the_figures_are_those_of_scikit_learn(pairs: list[tuple[int, int]]) -> None:
    analysis, labels = analyse_errors(predictions(pairs), "abcde"), list(range(5))
    true, predicted = zip(*pairs, strict=True)
    assert analysis.matrix == confusion_matrix(true, predicted, labels=labels).tolist()
    arguments = {"labels": labels, "average": None, "zero_division": 0}
    assert [one.recall or 0 for one in analysis.classes] == recall_score(true, predicted, **arguments).tolist()
    assert [one.precision or 0 for one in analysis.classes] == precision_score(true, predicted, **arguments).tolist()


def test_a_network_without_errors_confuses_nothing() -> None:
    analysis = analysis_of([[3, 0], [0, 2]], ["cat", "dog"])
    assert analysis.confusions == ()
    assert {one.recall for one in analysis.classes} == {1.0}


def test_many_classes_take_no_whole_matrix() -> None:
    names = [str(label) for label in range(1_000_000)]  # whose matrix would take 8 terabytes
    analysis = analyse_errors(predictions([(999_999, 5), (3, 3)]), names)
    assert analysis.confusions == (Confusion(true=999_999, predicted=5, images=1),)


def test_json_names_the_classes_and_has_null_where_there_is_nothing_to_divide_by() -> None:
    values = json.loads(json.dumps(analysis_of(MATRIX, NAMES).to_dict()))
    assert values["confusions"][0] == {"true": "dog", "predicted": "cat", "images": 2}
    assert values["highest_loss"][0] | {"true": "cat", "predicted": "dog", "loss": 1.0} == values["highest_loss"][0]
    owl = {key: values["classes"][3][key] for key in ("class", "recall", "recall_interval", "precision")}
    assert owl == {"class": "owl", "recall": None, "recall_interval": None, "precision": None}

"""Where a network errs, in the lines that evaluate prints."""

from search.render.error_words import error_lines
from tests.search.errors import analysis_of


def test_the_classes_of_lowest_recall_and_the_most_confused_pairs_are_named() -> None:
    lines = error_lines(analysis_of([[9, 1, 0], [2, 3, 0], [0, 0, 0]], ["cat", "dog", "owl"]), "test")
    assert lines == [
        "classes of lowest recall, test split:",
        "  dog: 60.0% (3 of 5); 95% interval (images): 23.1% to 88.2%",
        "  cat: 90.0% (9 of 10); 95% interval (images): 59.6% to 98.2%",
        "most confused classes, test split:",
        "  dog predicted as cat: 2 of 5 images",
        "  cat predicted as dog: 1 of 10 images",
    ]


def test_five_of_each_are_named_and_no_class_without_an_error() -> None:
    matrix = [
        [3 if true == other else int(other == (true + 1) % 8 and true < 7) for other in range(8)] for true in range(8)
    ]
    lines = error_lines(analysis_of(matrix, list("abcdefgh")), "test")
    assert len(lines) == 12
    assert lines[0] == "classes of lowest recall, test split (5 of 7 classes with errors):"
    assert lines[6] == "most confused classes, test split (5 of 7 pairs with errors):"
    one_error = error_lines(analysis_of([[3, 1], [0, 4]], ["cat", "dog"]), "test")
    assert [line for line in one_error if line.startswith("  dog")] == []


def test_a_network_without_errors_has_one_line() -> None:
    assert error_lines(analysis_of([[3, 0], [0, 2]], ["cat", "dog"]), "test") == [
        "all test images are classified correctly"
    ]

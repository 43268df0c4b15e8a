"""One of several parts of the images."""

import pytest

from pipelines.errors import RangeError
from pipelines.fold import Fold


@pytest.mark.parametrize(("number", "of"), [(0, 1), (-1, 5), (5, 5)])
def test_a_fold_that_is_not_there_is_refused(number: int, of: int) -> None:
    with pytest.raises(RangeError):
        Fold(number, of)


@pytest.mark.parametrize("first", [0, 7])
def test_seeds_in_a_row_leave_out_each_fold_once(first: int) -> None:
    folds = [Fold.of_seed(seed, 5) for seed in range(first, first + 10)]
    assert folds[:5] == folds[5:]
    assert {fold.number for fold in folds[:5]} == set(range(5))

"""Folds in a search file."""

from typing import Any

import pytest
from pydantic import ValidationError

from search.config.settings import SearchSettings
from tests.search.factory import settings


def keys_of(error: ValidationError) -> tuple[str, ...]:
    """The keys of the one mistake."""
    (found,) = error.errors()
    keys: tuple[str, ...] = found["ctx"]["error"].keys
    return keys


def test_a_search_has_no_folds_unless_asked_for() -> None:
    assert settings().search.folds is None
    assert settings(search={"folds": None}).search.folds is None
    assert settings(search={"folds": 20}).search.folds == 20


@pytest.mark.parametrize("folds", [0, 1, 21, 2.5, True, "5"])
def test_other_numbers_are_refused(folds: Any) -> None:
    with pytest.raises(ValidationError):
        SearchSettings.model_validate({"name": "a", "data": "b", "search": {"folds": folds}})


def test_what_does_not_work_with_folds_is_refused() -> None:
    """A teacher has learnt from images of the folds, and FFCV reads one file."""
    assert settings(training={"teacher": "auto"}).training.teacher == "auto"
    with pytest.raises(ValidationError) as teacher:
        settings(search={"folds": 5}, training={"teacher": "auto"})
    assert keys_of(teacher.value) == ("search.folds", "training.teacher")
    with pytest.raises(ValidationError) as reader:
        settings(search={"folds": 5}, resources={"reader": "ffcv"})
    assert keys_of(reader.value) == ("resources.reader", "search.folds")

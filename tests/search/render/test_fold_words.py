"""What a user is told of folds."""

from search.render.fold_words import folds_in_words, scored_on, suggestion
from search.study.folds_spec import FoldsSpec
from search.study.spec import StudySpec
from tests.search.factory import DATA, spec


def with_images(val_images: int, **sections: object) -> StudySpec:
    known = spec("folds", **sections)
    return known.model_copy(update={"data": DATA.model_copy(update={"val_images": val_images})})


def test_folds_are_suggested_where_validation_images_are_few() -> None:
    """And where further seeds are trained at all."""
    few = folds_in_words(with_images(1_999, search={"confirm": 0.1}))
    assert few is not None
    assert few.startswith("1,999 validation images are few: with search.folds 5")
    assert folds_in_words(with_images(2_000, search={"confirm": 0.1})) is None
    assert folds_in_words(with_images(1_999, search={"confirm": 0})) is None
    assert folds_in_words(with_images(1_999, search={"confirm": 0.1}, training={"teacher": "auto"})) is None
    assert suggestion(2_000) is None
    assert (suggestion(296) or "").startswith("296 validation images are few: 5 ")


def test_folds_are_named_with_their_images() -> None:
    folds = FoldsSpec(images=(592, 587, 583), groups_sha256="a")
    known = with_images(296).model_copy(update={"folds": folds})
    assert scored_on(known) == "3 folds of 583 to 592 images of train and val"
    assert (folds_in_words(known) or "").startswith(f"{scored_on(known)}: each training leaves one out")
    assert scored_on(with_images(296)) == "296 validation images"
    assert FoldsSpec(images=(5, 5), groups_sha256="a").in_words == "2 folds of 5 images of train and val"

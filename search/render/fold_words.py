"""Folds in words: what a search does with them, or that it could use them."""

from search.study.spec import StudySpec

FEW = 2_000  # validation images: at an accuracy of 80 %, the interval of so many is 3.5 points wide
SUGGESTED = 5


def folds_in_words(spec: StudySpec) -> str | None:
    """Returns a line on the folds of a search; None: it has none, and validation images enough.

    Args:
        spec: the search.
    """
    if spec.folds is not None:
        return (
            f"{spec.folds.in_words}: each training leaves one out and is scored on it, further seeds on others; the "
            "images are kept in memory if they fit, and are otherwise read by the plain reader"
        )
    if spec.data.val_images < FEW and spec.search.confirm and spec.training.teacher is None:
        return (
            f"{spec.data.val_images:,} validation images are few: with search.folds {SUGGESTED}, further seeds are "
            "scored on other parts of train and val"
        )
    return None


def scored_on(spec: StudySpec) -> str:
    """Returns the images that the networks of a search are scored on: ``296 validation images``."""
    return f"{spec.data.val_images:,} validation images" if spec.folds is None else spec.folds.in_words


def suggestion(val_images: int) -> str | None:
    """Returns the comment of ``search.folds`` in a new search file; None: that of the key itself.

    Args:
        val_images: the number of validation images.
    """
    if val_images >= FEW:
        return None
    return f"{val_images:,} validation images are few: {SUGGESTED} scores further seeds on other parts of train and val"

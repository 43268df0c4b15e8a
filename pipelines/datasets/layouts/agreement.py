"""Combines the class, split and group that several files give for one image."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from pipelines.errors import DataError
from pipelines.split import Split

_NAMED = 3
_Value = TypeVar("_Value", bound=str)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """The class, split and group that a row of a table, or a folder, gives for an image; None: it gives none.

    Attributes:
        where: it is said.
        label, split, group: of the image.
    """

    where: str
    label: str | None = None
    split: Split | None = None
    group: str | None = None


class DisagreementError(DataError):
    """Files give two classes, two splits or two groups for one image.

    Attributes:
        said: the two values.
        by: the places that give them.
    """

    def __init__(self, image: str, said: tuple[str, str], by: tuple[str, str]) -> None:
        super().__init__(f"is {said[0]!r} by {by[0]} and {said[1]!r} by {by[1]}", where=image, remedy="correct one")
        self.said = said
        self.by = by


class LabelWithoutFileError(DataError):
    """Files that have a class are not there.

    Attributes:
        names: of the files, as they are called where their classes are said.
    """

    def __init__(self, where: str, names: Sequence[str]) -> None:
        super().__init__(f"no file for {_some(names)}", where=where, remedy="add the images, or remove their lines")
        self.names = tuple(names)


class FileWithoutLabelError(DataError):
    """Images have no class.

    Attributes:
        images: where they are.
    """

    def __init__(self, where: str, images: Sequence[str]) -> None:
        what = f"no line for {_some(images)}"
        super().__init__(what, where=where, remedy="add a line for each image, or move the images elsewhere")
        self.images = tuple(images)


def _some(images: Sequence[str]) -> str:
    named = ", ".join(images[:_NAMED]) + (", ..." if len(images) > _NAMED else "")
    return f"{len(images)} {'image' if len(images) == 1 else 'images'} ({named})"


def agreed(image: str, statements: Iterable[Statement]) -> Statement:
    """Returns the class, split and group that all statements together give for an image.

    Args:
        image: where it is.
        statements: of the image, at least one.

    Raises:
        DisagreementError: two of them contradict each other.
    """
    statements = list(statements)
    return Statement(
        where=statements[0].where,
        label=_one(image, [(statement.label, statement.where) for statement in statements]),
        split=_one(image, [(statement.split, statement.where) for statement in statements]),
        group=_one(image, [(statement.group, statement.where) for statement in statements]),
    )


def _one(image: str, values: Iterable[tuple[_Value | None, str]]) -> _Value | None:
    """Returns the only value among ``values``, each with the place that gives it; None: no place gives one."""
    said = [(value, where) for value, where in values if value is not None]
    for value, where in said[1:]:
        if value != said[0][0]:
            raise DisagreementError(image, (said[0][0], value), (said[0][1], where))
    return said[0][0] if said else None

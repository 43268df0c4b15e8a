"""What several files say of one image, brought together."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from pipelines.errors import DataError
from pipelines.split import Split

_NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What a row of a table, or a folder, says of an image; None: nothing.

    Attributes:
        where: it is said.
        label, split, group: of the image.
    """

    where: str
    label: str | None = None
    split: Split | None = None
    group: str | None = None


class DisagreementError(DataError):
    """An image is said to be of two classes, in two splits or of two groups.

    Attributes:
        said: the two.
        by: what says so.
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
    """Returns all that is said of an image.

    Args:
        image: where it is.
        statements: of the image, at least one.

    Raises:
        DisagreementError: two of them contradict each other.
    """
    statements = list(statements)

    def one(value_of: Callable[[Statement], str | None]) -> str | None:
        first: Statement | None = None
        for statement in statements:
            value = value_of(statement)
            if value is None:
                continue
            if first is None:
                first = statement
            elif value != (before := value_of(first)):
                raise DisagreementError(image, (str(before), value), (first.where, statement.where))
        return None if first is None else value_of(first)

    return Statement(
        where=statements[0].where,
        label=one(lambda statement: statement.label),
        split=one(lambda statement: statement.split),  # type: ignore[arg-type]
        group=one(lambda statement: statement.group),
    )

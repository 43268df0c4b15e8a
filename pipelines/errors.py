"""Errors of data and weights. Each has a type and fields, which give its message of one line."""

from collections.abc import Sequence
from typing import Any, Literal

_NAMED_FAILURES = 5


class DetailedError(ValueError):
    """An error in fields. Its line is ``where: what; expected E, got G; remedy``, without empty parts.

    Code uses the type and the fields; the line is for people. The name of a subclass describes the fault. A subclass
    may have further fields.

    Attributes:
        what: the fault in words; empty where ``expected`` says it all.
        where: a file, an address, a key or an argument.
        expected: what should be there.
        got: what is there instead, as the line shows it; None: that is not shown.
        remedy: what to do.
    """

    def __init__(
        self, what: str = "", *, where: object = "", expected: str = "", got: object = None, remedy: str = ""
    ) -> None:
        super().__init__(what)
        self.what = what
        self.where = str(where)
        self.expected = expected
        self.got = got
        self.remedy = remedy

    def line(self, *, where: str | None = None, remedy: str | None = None) -> str:
        """Returns the error in one line.

        Args:
            where: a name for the place that replaces the error's own; None: the error's own.
            remedy: a remedy that replaces the error's own; None: the error's own.
        """
        where = self.where if where is None else where
        remedy = self.remedy if remedy is None else remedy
        came = "" if self.got is None else f", got {self.got}"
        expected = f"expected {self.expected}{came}" if self.expected else ""
        said = "; ".join(part for part in (self.what, expected, remedy) if part)
        return f"{where}: {said}" if where else said

    def __str__(self) -> str:
        return self.line()

    def __reduce__(self) -> tuple[Any, ...]:
        # By default, pickle restores an exception from its ``args``, which lack the keyword arguments.
        return _rebuild, (type(self), self.args, self.__dict__)


def _rebuild(kind: type[DetailedError], args: tuple[object, ...], fields: dict[str, object]) -> DetailedError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(fields)
    return error


class RangeError(DetailedError):
    """A value is out of its range; ``where`` is its name."""


class DataError(DetailedError):
    """Images or prepared files are not as they should be."""


class WeightsError(DetailedError):
    """A file does not hold the weights of this network."""


class DataExistError(DataError):
    """There is something already where data are to be written."""


class NoPreparedDataError(DataError):
    """A folder has no manifest.

    Attributes:
        is_folder: whether there is such a folder, with photographs in it, perhaps.
    """

    def __init__(self, folder: object, *, is_folder: bool) -> None:
        super().__init__("no prepared data", where=folder, remedy="prepare the data first")
        self.is_folder = is_folder


class NoSourceError(DataError):
    """A data set needs the folder of its images or archives.

    Attributes:
        dataset: its name.
    """

    def __init__(self, dataset: str) -> None:
        super().__init__(f"{dataset} needs the folder of its images or archives", where="source")
        self.dataset = dataset


class NoArchiveError(DataError):
    """An official archive is not there, or not whole, and was not to be downloaded.

    Attributes:
        url: where it is published; empty: the reader of the archive knows.
        reason: what the reader says of it; empty: there is no file.
    """

    def __init__(
        self, what: str = "", *, where: object, expected: str = "", url: str = "", reason: object = ""
    ) -> None:
        remedy = (
            "allow the download"
            + (f", or fetch the archive from {url}" if url else "")
            + (f" ({reason})" if reason else "")
        )
        super().__init__(what, where=where, expected=expected, remedy=remedy)
        self.url = url
        self.reason = str(reason)


class NoColumnError(DataError):
    """A table has no column of a name.

    Attributes:
        column: the name.
        columns: those that the table has.
    """

    def __init__(self, where: object, column: str, columns: tuple[str, ...]) -> None:
        super().__init__(f"has no column {column!r}", where=where, expected=f"one of {', '.join(columns)}")
        self.column = column
        self.columns = columns


class UnclearColumnError(DataError):
    """A column of a table is not clear from names and content.

    Attributes:
        role: of the column that is sought.
        columns: those that the table has.
    """

    def __init__(self, where: object, role: Literal["file", "label"], columns: tuple[str, ...]) -> None:
        of = {"file": "image files", "label": "classes"}[role]
        what = f"which column has the {of} is not clear, of {', '.join(columns)}"
        super().__init__(what, where=where, remedy=f"name the {role} column")
        self.role = role
        self.columns = columns


class NoTableToReadError(DataError):
    """Columns or tables are named for a layout that has none.

    Attributes:
        layout: its name.
    """

    def __init__(self, source: object, layout: str, named: str) -> None:
        super().__init__(f"the layout {layout} has no {named}", where=source, remedy="name another layout")
        self.layout = layout


class NoGroupsError(DataError):
    """A pattern of groups matches no image.

    Attributes:
        pattern: that matches none.
    """

    def __init__(self, pattern: str, example: str) -> None:
        what, expected = "matches no image", f"a match in paths such as {example}"
        super().__init__(what, where="group pattern", expected=expected, got=repr(pattern))
        self.pattern = pattern


class SplitGroupError(DataError):
    """A group has images in two splits that are given.

    Attributes:
        group: its name.
        splits: the two.
        others: number of further groups of which the same is true.
    """

    def __init__(self, group: str, images: tuple[str, str], splits: tuple[str, str], others: int) -> None:
        more = f" and {others} others" if others else ""
        super().__init__(
            f"images of group {group!r}{more} are in two given splits: {splits[0]}, and {splits[1]} ({images[1]})",
            where=images[0],
            expected="all images of a group in one split",
            remedy="move the images to one split, or correct the groups",
        )
        self.group = group
        self.splits = splits
        self.others = others


class NothingToDrawError(DataError):
    """A split that has to be drawn would have no images.

    Attributes:
        needed: groups of images that a class must have to be in all splits that are drawn.
        grouped: whether images are in groups.
        near: whether images are nearly equal, and kept together for that.
    """

    def __init__(self, split: str, needed: int, *, grouped: bool = False, near: bool = False) -> None:
        super().__init__(
            "no class has enough images to draw from",
            where=f"{split} split",
            expected=f"a class with at least {needed} images that are neither copies nor of one group",
            remedy=one_of(
                "add images",
                "keep only equal images together" if near else "",
                "correct the groups" if grouped else "",
            ),
        )
        self.needed = needed
        self.grouped = grouped
        self.near = near


class UnreadableImagesError(DataError):
    """Images can't be read.

    Attributes:
        failures: an error for each.
    """

    def __init__(self, failures: Sequence[DataError]) -> None:
        named = "; ".join(str(failure) for failure in failures[:_NAMED_FAILURES])
        more = f"; and {len(failures) - _NAMED_FAILURES} more" if len(failures) > _NAMED_FAILURES else ""
        super().__init__(f"{named}{more}", remedy=f"remove, replace or skip {'it' if len(failures) == 1 else 'them'}")
        self.failures = tuple(failures)


def one_of(*remedies: str) -> str:
    """Returns remedies in words, such as ``a, b, or c``.

    Args:
        remedies: one at least; those that are empty are left out.
    """
    *others, last = [remedy for remedy in remedies if remedy]
    return ", ".join([*others, f"or {last}" if others else last])


def first_line(error: BaseException) -> str:
    """Returns the first line of an error's message; empty if the error has no message."""
    return str(error).partition("\n")[0]

"""What every layout returns: image files with their classes, splits and groups."""

from dataclasses import dataclass
from pathlib import Path

from pipelines.datasets.layouts.tree import SourceFile
from pipelines.names import LayoutName
from pipelines.split import Split


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One labelled image.

    Attributes:
        file: of the image.
        label: the name of its class.
        split: it is in; None: splits are to be drawn.
        group: of images that belong together; None: it belongs to no other.
    """

    file: SourceFile
    label: str
    split: Split | None = None
    group: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The labelled images of a source.

    Attributes:
        entries: in the order of the files.
        said: what the layout was read from, such as the columns of a table; empty: the layout's name says it all.
        tables: paths of the files below the source that say classes.
        grouped_by: where groups come from, such as ``column patient``; empty: there are none.
    """

    entries: tuple[Entry, ...]
    said: str = ""
    tables: frozenset[str] = frozenset()
    grouped_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """The names of columns of a table; None: recognised by its name or content, or absent; empty: absent.

    Attributes:
        file: of the image's file, or of its bytes.
        label: of the class.
        split: of the split.
        group: of the group.
    """

    file: str | None = None
    label: str | None = None
    split: str | None = None
    group: str | None = None

    def named(self) -> tuple[str, ...]:
        """The names that are neither None nor empty."""
        return tuple(filter(None, (self.file, self.label, self.split, self.group)))


@dataclass(frozen=True, slots=True, kw_only=True)
class HowToRead:
    """What a user says of the layout of a source.

    Attributes:
        layout: its name; None: recognised.
        labels: tables in CSV or TSV, as paths of files or as paths below the source; empty: those at the top of it.
        columns: of tables.
    """

    layout: LayoutName | None = None
    labels: tuple[Path, ...] = ()
    columns: Columns = Columns()

"""What people call the splits of a data set."""

import re

from pipelines.split import Split

_NAMES: dict[Split, tuple[str, ...]] = {
    "train": ("train", "training"),
    "val": ("val", "valid", "validation", "dev"),
    "test": ("test", "testing"),
}
_SPLIT_OF = {name: split for split, names in _NAMES.items() for name in names}
SPLIT_NAMES = tuple(_SPLIT_OF)


def split_named(name: str) -> Split | None:
    """Returns the split that is called so, in upper or lower case; None: there is none."""
    return _SPLIT_OF.get(name.strip().casefold())


def split_of_file(name: str) -> Split | None:
    """Returns the split that the name of a file begins with, such as ``validation-00000-of-00002.parquet``."""
    return split_named(re.split(r"[-_.]", name, maxsplit=1)[0])

"""Lines of errors at the terminal name options; a table of them."""

from pathlib import Path

import pytest

from pipelines.errors import DataError, DataExistError, NoArchiveError, NoPreparedDataError, NoSourceError
from search.cli.advice import advised


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (DataError("damaged", where="a"), "a: damaged"),
        (
            DataExistError("exists already", where="a", remedy="remove it"),
            "a: exists already; choose another --out or remove it",
        ),
        (NoSourceError("folder"), "--source: folder needs the folder of its images or archives"),
        (NoArchiveError("no b", where="a", reason="c"), "a: no b; add --download to fetch it (c)"),
        (
            NoArchiveError(where="a", expected="b there", url="u"),
            "a: expected b there; add --download, or fetch it from u",
        ),
        (
            NoPreparedDataError("nowhere", is_folder=False),
            "nowhere: no prepared data there; make it with: ulsam-search prepare --out nowhere ...",
        ),
        (
            NoPreparedDataError(Path("my photos"), is_folder=True),
            "my photos: no prepared data there; make it with: ulsam-search prepare --dataset folder "
            "--source 'my photos' --out 'data/my photos'",
        ),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_lines_at_the_terminal(error: ValueError, line: str) -> None:
    assert advised(error) == line

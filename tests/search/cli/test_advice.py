"""Lines of errors at the terminal name options; a table of them."""

from pathlib import Path

import pytest

from pipelines.errors import DataError, DataExistError, NoArchiveError, NoPreparedDataError, NoSourceError
from search.cli.advice import advised
from search.errors import ArgumentError
from search.export.blueprint import IsSearchFileError
from search.record.folder import OtherSettingsError, RunExistsError
from search.settings import IsArchitectureError


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (DataError("damaged", where="a"), "a: damaged"),
        (ArgumentError("max_flops", "expected a number"), "--max-flops: expected a number"),
        (ArgumentError("picture", "no folder", got="x/y.png"), "--picture x/y.png: no folder"),
        (ArgumentError("label", "who?"), "--class: who?"),
        (
            RunExistsError(Path("elsewhere/a")),
            "elsewhere/a: exists already; choose another name in the search file, or go on with that run: "
            f"ulsam-search launch --resume {Path('elsewhere/a').resolve()}",
        ),
        (
            OtherSettingsError(Path("runs/a"), ("search.seed", "data")),
            "runs/a: began with other values of search.seed, data; choose another name in the search file, or go on as "
            "it began: ulsam-search launch --resume a",
        ),
        (
            IsArchitectureError("an architecture", where="a b.yaml", expected="a search file"),
            "a b.yaml: an architecture; expected a search file. To train it: ulsam-search train 'a b.yaml'",
        ),
        (
            IsSearchFileError("a search file", where="a.yaml", expected="an architecture"),
            "a.yaml: a search file; expected an architecture. To search: ulsam-search launch a.yaml",
        ),
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

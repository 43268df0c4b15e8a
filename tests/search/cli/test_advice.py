"""Lines of errors at the terminal name options; a table of them."""

from pathlib import Path

import pytest

from pipelines.errors import (
    DataError,
    DataExistError,
    NoArchiveError,
    NoColumnError,
    NoGroupsError,
    NoPreparedDataError,
    NoSourceError,
    NoTableToReadError,
    NothingToDrawError,
    SplitGroupError,
    UnclearColumnError,
    UnreadableImagesError,
)
from search.cli.advice import advised
from search.errors import (
    ArgumentError,
    BatchTooLargeToTimeError,
    CpusAloneError,
    ExistsError,
    FileError,
    ForeignSchemaError,
    IsArchitectureError,
    IsSearchFileError,
    NoGpuToTimeError,
    NothingBegunError,
    NotPortableError,
    NoWeightsError,
    OtherSettingsError,
    RunExistsError,
    TooFewImagesError,
    TrainingExistsError,
    UsageError,
    WorkersTooLargeError,
)


@pytest.mark.parametrize(
    ("error", "where", "named"),
    [
        (DataError("damaged", where="a"), "a", ["damaged"]),
        (ArgumentError("max_flops", "expected a number"), "--max-flops", ["expected a number"]),
        (ArgumentError("picture", "no folder", got="x/y.png"), "--picture x/y.png", ["no folder"]),
        (ArgumentError("label", "who?"), "--class", ["who?"]),
        (
            RunExistsError(Path("elsewhere/a")),
            "elsewhere/a",
            [f"ulsam-search launch --resume {Path('elsewhere/a').resolve()}"],
        ),
        (
            OtherSettingsError(Path("runs/a"), ("search.seed", "data")),
            "runs/a",
            ["search.seed, data", "ulsam-search launch --resume a"],
        ),
        (IsArchitectureError(Path("a b.yaml")), "a b.yaml", ["ulsam-search train 'a b.yaml'"]),
        (IsSearchFileError(Path("a.yaml")), "a.yaml", ["ulsam-search launch a.yaml"]),
        (DataExistError("exists already", where="a", remedy="remove it"), "a", ["--out"]),
        (NoSourceError("folder"), "--source", ["folder"]),
        (NoGroupsError("(a)", "b/c.jpg"), "--group-pattern", ["(a)", "b/c.jpg"]),
        (UnclearColumnError("a.csv", "label", ("b", "c")), "a.csv", ["b, c", "--label-column", "--layout"]),
        (UnclearColumnError("a.csv", "file", ("b", "c")), "a.csv", ["b, c", "--file-column"]),
        (NoTableToReadError("a", "classes", "columns"), "a", ["classes", "--layout"]),
        (UnreadableImagesError([DataError("torn", where="a")]), "a", ["torn", "--skip-unreadable"]),
        (
            SplitGroupError("a", ("t/b", "v/b"), ("train", "val"), 0),
            "t/b",
            ["; add --redraw, move the images to one split, or correct --group-pattern or --group-column"],
        ),
        (
            SplitGroupError("a", ("t/b", "v/b"), ("train", "test"), 0),
            "t/b",
            ["; move the images to one split, or correct --group-pattern or --group-column"],
        ),
        (NothingToDrawError("val", 3), "val split", ["at least 3", "; add images"]),
        (
            NothingToDrawError("val", 3, grouped=True, near=True),
            "val split",
            ["; add images, use --copies equal, or correct --group-pattern or --group-column"],
        ),
        (NoArchiveError("no b", where="a", reason="c"), "a", ["no b", "--download", "c"]),
        (NoArchiveError(where="a", expected="b there", url="u"), "a", ["b there", "--download", "from u"]),
        (NoPreparedDataError("nowhere", is_folder=False), "nowhere", ["ulsam-search prepare --out nowhere"]),
        (
            NoPreparedDataError(Path("my photos"), is_folder=True),
            "my photos",
            ["ulsam-search prepare --dataset folder --source 'my photos' --out 'data/my photos'"],
        ),
        (ExistsError(Path("a")), "a", ["--out"]),
        (TrainingExistsError(Path("a")), "a", ["--resume", "--out"]),
        (NothingBegunError(Path("a")), "a", ["--resume"]),
        (NoWeightsError(Path("a")), "a", ["ulsam-search train"]),
        (NotPortableError("off", where="b"), "b", ["off", "--no-portable"]),
        (NotPortableError("off", where="b", trained=True), "b", ["off", "--resume --no-portable"]),
        (WorkersTooLargeError(3, "2 CPUs for each", grows=True), "--workers 3", ["2 CPUs", "--device", "--cpus"]),
        (WorkersTooLargeError(3, "2 CPUs for each", grows=False), "--workers 3", ["2 CPUs", "fewer --cpus"]),
        (TooFewImagesError(3, images=9, batch_size=16), "--workers 3", ["9", "16", "--workers"]),
        (ForeignSchemaError(Path("a")), "a", ["--out"]),
        (NoGpuToTimeError(0.5), "resources.gpus", ["0.5", "--no-timing", "--device cpu"]),
        (BatchTooLargeToTimeError(512, 64, "cpu"), "training.batch_size", ["512", "64 px", "cpu", "--no-timing"]),
        (CpusAloneError(), "--cpus", ["--workers", "--address"]),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_lines_at_the_terminal_name_the_place_and_the_options(error: ValueError, where: str, named: list[str]) -> None:
    line = advised(error)
    assert line.startswith(f"{where}: ")
    assert [word for word in named if word not in line] == []
    assert "\n" not in line


def test_every_mistake_of_a_file_is_a_line() -> None:
    error = FileError("a.yaml", (UsageError("odd", where="b"), UsageError("odd")))
    assert advised(error) == "a.yaml: b: odd\na.yaml: odd"


@pytest.mark.parametrize(
    "error",
    [
        DataExistError("exists already", where="a", remedy="choose another folder"),
        NoSourceError("folder"),
        NoGroupsError("(a)", "b/c.jpg"),
        NoColumnError("a.csv", "b", ("c",)),
        UnclearColumnError("a.csv", "label", ("b", "c")),
        NoTableToReadError("a", "classes", "columns"),
        UnreadableImagesError([DataError("torn", where="a")]),
        SplitGroupError("a", ("b", "c"), ("train", "val"), 0),
        NothingToDrawError("val", 3, grouped=True, near=True),
        NoPreparedDataError("a", is_folder=True),
        *(kind(Path("a")) for kind in (ExistsError, TrainingExistsError, NothingBegunError, RunExistsError)),
        *(kind(Path("a")) for kind in (IsArchitectureError, IsSearchFileError, NoWeightsError)),
        OtherSettingsError(Path("a"), ("b",)),
        ForeignSchemaError(Path("a")),
        NoGpuToTimeError(1),
        BatchTooLargeToTimeError(512, 64, "cpu"),
        CpusAloneError(),
        NotPortableError("off", trained=True),
        WorkersTooLargeError(3, "a GPU", grows=True),
        TooFewImagesError(3, images=9, batch_size=16),
    ],
)
def test_without_the_command_line_they_name_no_option_and_no_command(error: ValueError) -> None:
    assert "--" not in str(error)
    assert "ulsam-search" not in str(error)

"""Lines of errors at the terminal name options; a table of them."""

from pathlib import Path

import pytest

from pipelines.errors import DataError, DataExistError, NoArchiveError, NoPreparedDataError, NoSourceError
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
            IsArchitectureError(Path("a b.yaml")),
            "a b.yaml: an architecture; expected a search file. To train it: ulsam-search train 'a b.yaml'",
        ),
        (
            IsSearchFileError(Path("a.yaml")),
            "a.yaml: a search file; expected an architecture, as export writes. To search: ulsam-search launch a.yaml",
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
        (ExistsError(Path("a")), "a: exists already; choose another --out or remove it"),
        (TrainingExistsError(Path("a")), "a: exists already; go on with --resume, or choose another --out"),
        (NothingBegunError(Path("a")), "a: no training was begun there; start it without --resume"),
        (NoWeightsError(Path("a")), "a: an architecture without weights; train it first, with ulsam-search train"),
        (NotPortableError("off", where="b"), "b: off; --no-portable leaves them out"),
        (
            NotPortableError("off", trained=True),
            "off; --no-portable leaves them out; with --resume --no-portable nothing is trained again",
        ),
        (
            WorkersTooLargeError(3, "2 CPUs for each", grows=True),
            "--workers 3: the cluster has not 2 CPUs for each; where machines come on demand, say --device and --cpus",
        ),
        (
            WorkersTooLargeError(3, "2 CPUs for each", grows=False),
            "--workers 3: this machine has not 2 CPUs for each; ask for fewer, or for fewer --cpus",
        ),
        (
            TooFewImagesError(3, images=9, batch_size=16),
            "--workers 3: the 9 training images are no whole batch of 16; leave --workers out",
        ),
        (ForeignSchemaError(Path("a")), "a: exists already, and is not our schema; choose another folder for --out"),
        (
            NoGpuToTimeError(0.5),
            "resources.gpus: 0.5, but torch finds no GPU here to time on; plan with --no-timing, or with --device cpu "
            "for the times of a CPU",
        ),
        (
            BatchTooLargeToTimeError(512, 64, "cpu"),
            "training.batch_size: 512 images of 64 px do not fit into the memory of cpu; ask for less, or plan with "
            "--no-timing",
        ),
        (
            CpusAloneError(),
            "--cpus: is for --workers or --address; torch takes all cores of this machine without them",
        ),
        (FileError("a.yaml", (UsageError("odd", where="b"), UsageError("odd"))), "a.yaml: b: odd\na.yaml: odd"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_lines_at_the_terminal(error: ValueError, line: str) -> None:
    assert advised(error) == line


@pytest.mark.parametrize(
    "error",
    [
        DataExistError("exists already", where="a", remedy="choose another folder"),
        NoSourceError("folder"),
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

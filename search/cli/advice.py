"""The lines of errors as a terminal shows them: the rooms below say what is wrong, this one names the options."""

from pathlib import Path

from pipelines.errors import (
    DataExistError,
    DetailedError,
    NoArchiveError,
    NoGroupsError,
    NoPreparedDataError,
    NoSourceError,
    NoTableToReadError,
    NothingToDrawError,
    SplitGroupError,
    UnclearColumnError,
    UnreadableImagesError,
    one_of,
)
from search.api.run_names import called
from search.command import command
from search.errors import (
    ArgumentError,
    BatchTooLargeToTimeError,
    CodeNotAllowedError,
    CpusAloneError,
    ExistsError,
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
    WorkersTooLargeError,
)

_GROUPS = "correct --group-pattern or --group-column"
_OPTIONS = {"label": "class"}  # those that are not called as their arguments are


def advised(error: ValueError) -> str:
    """The line of ``error``, with the names of options and commands."""
    if not isinstance(error, DetailedError):
        return str(error)
    match error:
        case CpusAloneError():
            return f"--cpus: applies only to --workers and --address; {error.remedy}"
        case ArgumentError(argument=argument):
            option = _OPTIONS.get(argument, argument.replace("_", "-"))
            return error.line(where=f"--{option}", remedy=_remedy(error))
        case IsArchitectureError(where=path):
            return f"{error}. To train this network: {command('train', Path(path))}"
        case IsSearchFileError(where=path):
            return f"{error}. To search: {command('launch', Path(path))}"
        case NoSourceError():
            return error.line(where="--source")
        case NoGroupsError():
            return error.line(where="--group-pattern")
    return error.line(remedy=_remedy(error))


def _remedy(error: DetailedError) -> str | None:
    """What mends ``error`` at the command line; None: what the error says."""
    match error:
        case UnreadableImagesError():
            return "nothing was written; remove or replace these files, or add --skip-unreadable"
        case SplitGroupError(splits=splits):
            redraw = "add --redraw" if set(splits) == {"train", "val"} else ""
            return one_of(redraw, "move the images to one split", _GROUPS)
        case NothingToDrawError(grouped=grouped, near=near):
            equal, correct = "use --copies equal" if near else "", _GROUPS if grouped else ""
            return one_of("add images", equal, correct)
        case DataExistError() | ExistsError():
            return "choose another --out, or remove the existing one"
        case UnclearColumnError(role=role):
            return f"name it with --{role}-column, or read the images another way with --layout"
        case NoTableToReadError():
            return "name another layout with --layout, or omit the option"
        case NoArchiveError(url="", reason=reason):
            return f"add --download to download the archive ({reason})"
        case NoArchiveError(url=url):
            return f"add --download, or download the archive from {url}"
        case NoPreparedDataError(where=folder, is_folder=True):  # photographs may be there: not to write among them
            out = Path("data", Path(folder).resolve().name)
            preparing = command("prepare", "--dataset", "folder", "--source", folder, "--out", out)
            return f"prepare the data with: {preparing}"
        case NoPreparedDataError(where=folder):
            return f"prepare the data with: {command('prepare', '--out', folder)} ..."
        case RunExistsError(where=path):
            resuming = command("launch", "--resume", called(Path(path)))
            return f"choose another name in the search file, or resume that run: {resuming}"
        case OtherSettingsError(where=path):
            resuming = command("launch", "--resume", called(Path(path)))
            return f"choose another name in the search file, or resume the run with its own settings: {resuming}"
        case TrainingExistsError():
            return "continue that training with --resume, or choose another --out"
        case NothingBegunError():
            return "start the training without --resume"
        case NoWeightsError():
            return "train the network first, with ulsam-search train"
        case NotPortableError(trained=True):
            return "--no-portable omits these files; --resume --no-portable also trains nothing again"
        case NotPortableError():
            return "--no-portable omits these files"
        case WorkersTooLargeError(grows=True):
            return "if the cluster adds machines on demand, set --device and --cpus"
        case WorkersTooLargeError():
            return "use fewer workers, or fewer --cpus"
        case ForeignSchemaError():
            return "choose another folder for --out"
        case CodeNotAllowedError(path=path):
            return f"read the module; if you trust it, add --allow-code {path}"
        case NoGpuToTimeError():
            return "use --no-timing, or --device cpu to time on a CPU"
        case BatchTooLargeToTimeError():
            return "use a smaller batch, or --no-timing"
        case TooFewImagesError():
            return "remove --workers"
        case _:
            return None

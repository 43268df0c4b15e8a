"""The lines of errors as they stand at the terminal: rooms below say what, here stand the options that mend it."""

from pathlib import Path

from pipelines.errors import DataExistError, NoArchiveError, NoPreparedDataError, NoSourceError
from search.command import command
from search.errors import ArgumentError
from search.export.blueprint import IsSearchFileError
from search.record.folder import OtherSettingsError, RunExistsError
from search.record.names import called
from search.settings import IsArchitectureError

_OPTIONS = {"label": "class"}  # those that are not called as their arguments are


def advised(error: ValueError) -> str:
    """The line of ``error``, with the names of options and commands."""
    match error:
        case ArgumentError(argument=argument):
            return error.line(where=f"--{_OPTIONS.get(argument, argument.replace('_', '-'))}")
        case RunExistsError(where=path):
            resuming = command("launch", "--resume", called(Path(path)))
            return error.line(remedy=f"choose another name in the search file, or go on with that run: {resuming}")
        case OtherSettingsError(where=path):
            resuming = command("launch", "--resume", called(Path(path)))
            return error.line(remedy=f"choose another name in the search file, or go on as it began: {resuming}")
        case IsArchitectureError(where=path):
            return f"{error}. To train it: {command('train', Path(path))}"
        case IsSearchFileError(where=path):
            return f"{error}. To search: {command('launch', Path(path))}"
        case DataExistError():
            return error.line(remedy="choose another --out or remove it")
        case NoSourceError():
            return error.line(where="--source")
        case NoArchiveError(url="", reason=reason):
            return error.line(remedy=f"add --download to fetch it ({reason})")
        case NoArchiveError(url=url):
            return error.line(remedy=f"add --download, or fetch it from {url}")
        case NoPreparedDataError(where=folder, is_folder=True):  # photographs may be there: not to write among them
            out = Path("data", Path(folder).resolve().name)
            preparing = command("prepare", "--dataset", "folder", "--source", folder, "--out", out)
            return error.line(remedy=f"make it with: {preparing}")
        case NoPreparedDataError(where=folder):
            return error.line(remedy=f"make it with: {command('prepare', '--out', folder)} ...")
        case _:
            return str(error)

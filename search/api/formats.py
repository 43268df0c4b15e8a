"""The formats that ``export`` and ``train`` offer, in a separate file so that ``--help`` loads nothing else."""

from collections.abc import Iterable
from importlib.util import find_spec

from search.artifacts.formats.names import DEFAULT_FORMATS, FORMAT_FILES, FORMAT_PACKAGES, FormatName
from search.errors import UsageError

__all__ = ["DEFAULT_FORMATS", "FORMAT_FILES", "FormatName", "NotInstalledError", "check_installed"]


class NotInstalledError(UsageError):
    """A format needs a package that is not installed."""


def check_installed(formats: Iterable[FormatName]) -> None:
    """Checks that the packages of formats are installed, before anything starts.

    Args:
        formats: to be written.

    Raises:
        NotInstalledError: a package is missing.
    """
    for name in formats:
        package = FORMAT_PACKAGES.get(name)
        if package is not None and find_spec(package) is None:
            what = f"the package {package} is not installed, which writes {FORMAT_FILES[name]}"
            raise NotInstalledError(what, where=name, remedy=f"run pip install {package}")

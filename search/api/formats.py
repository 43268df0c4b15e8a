"""The formats that ``export`` and ``train`` offer; apart from them, so that ``--help`` loads nothing else."""

from search.artifacts.formats.names import FORMAT_FILES, FORMAT_NAMES, FormatName

__all__ = ["FORMAT_FILES", "FORMAT_NAMES", "FormatName"]

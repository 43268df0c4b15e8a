"""The formats that ``export`` and ``train`` offer, in a separate file so that ``--help`` loads nothing else."""

from search.artifacts.formats.names import FORMAT_FILES, FORMAT_NAMES, FormatName

__all__ = ["FORMAT_FILES", "FORMAT_NAMES", "FormatName"]

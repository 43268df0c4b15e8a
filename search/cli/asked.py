"""What a search file asks for, checked against the data and the weights that it names: for ``plan`` and ``launch``."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

    from pipelines.storage.manifest import Manifest
    from search.record.facts import StudyFacts
    from search.settings import SearchSettings
    from ulsam import ArchConfig, Inheritance


def facts_of(path: Path, settings: "SearchSettings", manifest: "Manifest") -> "StudyFacts":
    """The facts of the search in the file at ``path``.

    Raises:
        UsageError: it can't be: attention fits nowhere, no network is within the budgets, the data are too small.
    """
    from search.record.facts import StudyFacts

    with _named(path):
        facts = StudyFacts.of(settings, manifest)
        facts.search_space.check()
        return facts


def pretrained_of(
    path: Path, settings: "SearchSettings", facts: "StudyFacts"
) -> "tuple[dict[str, Tensor] | None, Mapping[ArchConfig, Inheritance]]":
    """The weights that trainings start from, if any, and what networks of each backbone and width take of them.

    Raises:
        UsageError: the file is not there, has no weights, or they fit no network.
    """
    from pipelines.weights import read_pretrained
    from search.run.pretrained import inheritances

    if settings.training.pretrained is None:
        return None, {}
    with _named(path, "training.pretrained"):
        weights = read_pretrained(settings.training.pretrained)
        return weights, inheritances(facts.search_space, weights)


@contextmanager
def _named(path: Path, key: str | None = None) -> Iterator[None]:
    """Says of which search file, and of which of its keys, an error is."""
    from pipelines.errors import WeightsError
    from search.errors import UsageError
    from spaces import SpaceError

    where = f"{path}: {key}" if key else str(path)
    try:
        yield
    except (UsageError, SpaceError, WeightsError) as error:
        raise UsageError(f"{where}: {error}") from None
    except OSError as error:
        raise UsageError(f"{where}: {error.filename}: {error.strerror}") from None

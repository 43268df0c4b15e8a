"""What a search file asks for, checked against the data and the weights that it names: for ``plan`` and ``launch``."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from pipelines.errors import RangeError, WeightsError
from pipelines.storage.manifest import Manifest
from pipelines.weights_file import weights_file
from search.config.settings import SearchSettings
from search.errors import FileError, UsageError
from search.run.pretrained import inheritances, read_trained
from search.study.spec import StudySpec
from spaces import Candidate
from ulsam import Inheritance
from ulsam.trained_weights import TrainedWeights


def validate_config(path: Path, settings: SearchSettings, manifest: Manifest) -> StudySpec:
    """The spec of the search in the file at ``path``.

    Raises:
        FileError: it can't be, for all these reasons: the data are too small, there is no file of pretrained weights,
            attention fits nowhere, no network is within the budgets.
    """
    mistakes = tuple(_mistakes(settings, manifest))
    if mistakes:
        raise FileError(path, mistakes)
    return StudySpec.of(settings, manifest)


def _mistakes(settings: SearchSettings, manifest: Manifest) -> Iterator[UsageError]:
    """What does not fit the data or the machine."""
    training = settings.training
    space = settings.space_for(len(manifest.classes), manifest.image_size)
    try:
        training.to_recipe().check_size(min(space.input_sizes))
    except RangeError as error:
        yield UsageError(where=f"training.{error.where}", expected=error.expected, got=error.got)
    try:
        if training.pretrained is not None:
            weights_file(training.pretrained).open("rb").close()
    except OSError as error:
        yield UsageError(f"{error.filename}: {error.strerror}", where="training.pretrained")
    yield from _too_large(settings, manifest.image_size)
    yield from (UsageError(problem.what, where=problem.where) for problem in space.problems())


def _too_large(settings: SearchSettings, image_size: int) -> Iterator[UsageError]:
    """Images that would be enlarged: that costs time, and shows a network nothing more."""
    sizes = settings.space.input_sizes
    key = "training.input_size" if sizes is None else "space.input_sizes"
    above = [size for size in sizes or (settings.training.input_size or image_size,) if size > image_size]
    if above:
        expected = f"at most {image_size} pixels, the size of the stored images"
        remedy = f"prepare the data at {max(above)} pixels"
        yield UsageError(where=key, expected=expected, got=", ".join(map(str, above)), remedy=remedy)


def validate_pretrained(
    path: Path, settings: SearchSettings, spec: StudySpec
) -> tuple[TrainedWeights | None, Mapping[Candidate, Inheritance]]:
    """The weights that trainings start from, if any, and what networks of each backbone and width take of them.

    Raises:
        UsageError: the file is not there, has no weights, or they fit no network.
    """
    if settings.training.pretrained is None:
        return None, {}
    with _named(path):
        weights = read_trained(settings.training.pretrained)
        return weights, inheritances(spec.search_space, weights)


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Says of which search file an error of its pretrained weights is."""
    try:
        yield
    except (UsageError, WeightsError) as error:
        raise FileError(path, (UsageError(str(error), where="training.pretrained"),)) from error
    except OSError as error:
        mistake = UsageError(f"{error.filename}: {error.strerror}", where="training.pretrained")
        raise FileError(path, (mistake,)) from error

"""Checks a search file against the data and the weights that it names: for ``plan`` and ``launch``."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from pipelines.errors import RangeError, WeightsError
from pipelines.storage.manifest import Manifest, file_sha256
from pipelines.training.own_metric import OwnMetric
from pipelines.weights_file import weights_file
from search.config.settings import SearchSettings
from search.errors import FileError, UsageError
from search.run.pretrained import check_file, inheritances, nearly_fresh, read_trained
from search.run.prior_runs import prior_scores
from search.study.folds_spec import FoldsSpec
from search.study.pretrained_files import PretrainedFile
from search.study.prior_score import describe_prior
from search.study.spec import StudySpec
from spaces import Candidate
from ulsam import Inheritance
from ulsam.backbones import Backbone
from ulsam.trained_weights import TrainedWeights

_KEY = "training.pretrained"


def validate_config(
    path: Path,
    settings: SearchSettings,
    manifest: Manifest,
    folds: FoldsSpec | None = None,
    own_metric: OwnMetric | None = None,
) -> StudySpec:
    """Returns the spec of the search in a file.

    Args:
        path: of the search file, for errors.
        settings: the content of the file.
        manifest: of the data.
        folds: of the data, where the file asks for folds.
        own_metric: the function of the user's own that the file names, which may run; None: it names none.

    Raises:
        FileError: the data are too small, there is no file of pretrained weights, attention fits nowhere, no network is
            within the budgets (the error has all of these), or the teacher does not suit the data.
        OwnMetricError: ``own_metric`` can't be computed.
    """
    if own_metric is not None:
        own_metric.load().try_out(len(manifest.classes))
    mistakes = tuple(_mistakes(settings, manifest))
    if mistakes:
        raise FileError(path, mistakes)
    teacher = _id_of_teacher(path, settings.training.teacher, manifest)
    return StudySpec.of(settings, manifest, teacher, folds, own_metric)


def _id_of_teacher(path: Path, teacher: Path | str | None, manifest: Manifest) -> str | None:
    if not isinstance(teacher, Path):  # none, or one that the search trains
        return None
    from search.artifacts.teacher import id_of_teacher, load_teacher  # loads torch

    with _named(path, "training.teacher"):
        return id_of_teacher(load_teacher(teacher, manifest)[0])


def _mistakes(settings: SearchSettings, manifest: Manifest) -> Iterator[UsageError]:
    """Yields what does not fit the data or the machine."""
    training = settings.training
    space = settings.space_for(len(manifest.classes), manifest.image_size)
    try:
        training.to_recipe().check_size(min(space.input_sizes))
    except RangeError as error:
        yield UsageError(where=f"training.{error.where}", expected=error.expected, got=error.got)
    for of, path in training.pretrained_paths.items():
        try:
            weights_file(path).open("rb").close()
        except OSError as error:
            yield UsageError(f"{error.filename}: {error.strerror}", where=_key(of))
    yield from _too_large(settings, manifest.image_size)
    yield from (UsageError(problem.what, where=problem.where) for problem in space.problems())


def _too_large(settings: SearchSettings, image_size: int) -> Iterator[UsageError]:
    """Yields an error for images that would be enlarged, which takes time and shows a network nothing more."""
    sizes = settings.space.input_sizes
    key = "training.input_size" if sizes is None else "space.input_sizes"
    above = [size for size in sizes or (settings.training.input_size or image_size,) if size > image_size]
    if above:
        expected = f"at most {image_size} pixels, the size of the stored images"
        remedy = f"prepare the data at {max(above)} pixels"
        yield UsageError(where=key, expected=expected, got=", ".join(map(str, above)), remedy=remedy)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedStart:
    """The weights that networks of a search start from.

    Attributes:
        spec: the search, with the files.
        weights: by the names of the run's copies.
        inherited: by plain network of each backbone and width, the part it takes over; empty: all start fresh.
        nearly_fresh: the number of networks within the budgets that take over next to nothing; None: too many to count.
    """

    spec: StudySpec
    weights: Mapping[str, TrainedWeights]
    inherited: Mapping[Candidate, Inheritance]
    nearly_fresh: int | None

    @property
    def prior_in_words(self) -> list[str]:
        """A line that says which earlier runs guide the search; empty where none does."""
        return describe_prior(self.spec.prior)

    def cut_from(self, plain: Candidate) -> float | None:
        """Returns the width that the weights of a plain network are cut from; None: they are not cut."""
        file = self.spec.pretrained_for(plain.arch)
        return None if file is None else file.cut_from(plain.arch)


def with_prior(runs: Path, start: CheckedStart) -> CheckedStart:
    """Returns the same start with the scores of the runs that ``search.prior`` names.

    Args:
        runs: the folder of all runs.
        start: as :func:`validate_pretrained` returns it.

    Raises:
        PriorRunError: a run has trained too few networks of the space.
        UsageError: there is no such run, or its record can't be read.
    """
    if not start.spec.search.prior:
        return start
    spec = start.spec.model_copy(update={"prior": prior_scores(runs, start.spec)})
    return replace(start, spec=spec)


def validate_pretrained(path: Path, settings: SearchSettings, spec: StudySpec) -> CheckedStart:
    """Reads the weights that trainings start from, if any, and returns what networks take over.

    Args:
        path: of the search file, for errors.
        settings: the content of the file.
        spec: the search, as :func:`validate_config` returns it.

    Raises:
        FileError: a file is missing, has no weights, or they fit no network.
    """
    paths = settings.training.pretrained_paths
    if not paths:
        return CheckedStart(spec=spec, weights={}, inherited={}, nearly_fresh=0)
    trained = {}
    for of, file_path in paths.items():
        with _named(path, _key(of)):
            weights = read_trained(file_path)
            file = PretrainedFile(
                file=file_path.name,
                sha256=file_sha256(weights_file(file_path)),
                convention=weights.convention,
                backbone=None if of is None else of[0],
                width=None if of is None else of[1],
                trained_backbone=weights.backbone,
                trained_width=weights.width,
            )
            check_file(file, weights, spec.search_space)
            trained[file] = weights
    spec = spec.starting_from(tuple(trained))
    with _named(path, _KEY):
        inherited = inheritances(spec.search_space, trained)
    return CheckedStart(
        spec=spec,
        weights={file.name: weights for file, weights in trained.items()},
        inherited=inherited,
        nearly_fresh=nearly_fresh(spec.search_space, inherited),
    )


def _key(of: tuple[Backbone, float] | None) -> str:
    return _KEY if of is None else f"{_KEY}.{of[0]}.{of[1]:g}"


@contextmanager
def _named(path: Path, key: str) -> Iterator[None]:
    """Adds the search file and the key to an error of weights.

    Raises:
        FileError: the block raised an error.
    """
    try:
        yield
    except (UsageError, WeightsError) as error:
        raise FileError(path, (UsageError(str(error), where=key),)) from error
    except OSError as error:
        raise FileError(path, (UsageError(f"{error.filename}: {error.strerror}", where=key),)) from error

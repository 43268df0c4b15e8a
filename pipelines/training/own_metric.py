"""A metric of a user's own: a Python function of the labels and probabilities of all images of a split.

The source of its module travels with a training, so that a worker on another machine needs no file. Nothing here asks
whether the code may run: :mod:`search.api.own_metric` does.
"""

import sys
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.util import decode_source
from numbers import Real
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Self

from pipelines.errors import DetailedError, first_line
from pipelines.training.shares import binomial_error

if TYPE_CHECKING:  # a run that is shown has no use for it
    import numpy as np
    from numpy.typing import NDArray

_RESAMPLES = 100  # the error that they estimate is known to 7 %
_SEED = 0  # of the resamples: the same outputs have the same error
_ROUNDING = 1e-6  # beyond 0 and 1
_TRIED = 4  # made-up images of each class


class OwnMetricError(DetailedError):
    """A metric of a user's own can't be computed.

    Attributes:
        path: the import path of its function.
    """

    def __init__(
        self, path: str, what: str = "", *, expected: str = "", got: object = None, remedy: str = "correct the function"
    ) -> None:
        super().__init__(what, where=path, expected=expected, got=got, remedy=remedy)
        self.path = path


class NoMetricModuleError(OwnMetricError):
    """The module of the function is not found."""


class MetricModuleError(OwnMetricError):
    """The module can't be loaded, or has no such function."""


class MetricValueError(OwnMetricError):
    """The function raises, or returns something else than a number from 0 to 1."""


@dataclass(frozen=True, slots=True)
class OwnMetric:
    """A function that a search maximises, as its record and its tasks have it.

    Attributes:
        path: its import path, ``module:function``.
        source: of the whole module.
    """

    path: str
    source: str

    @classmethod
    def find(cls, path: str, folder: Path) -> Self:
        """Reads the module of a function without running it.

        Args:
            path: ``module:function``.
            folder: that may have the module; the Python path is next.

        Raises:
            NoMetricModuleError: the module is in neither, or can't be read.
        """
        names = path.partition(":")[0].split(".")
        for place in (folder, *map(Path, sys.path)):
            for file in (place.joinpath(*names).with_suffix(".py"), place.joinpath(*names, "__init__.py")):
                if file.is_file():
                    return cls(path, _read(file, path))
        expected = f"{'/'.join(names)}.py in {folder.resolve()} or on the Python path"
        remedy = "to use a module in another folder, add this folder to PYTHONPATH"
        raise NoMetricModuleError(path, "no such module", expected=expected, remedy=remedy)

    @property
    def name(self) -> str:
        """The name of the function, and of the metric."""
        return self.path.partition(":")[2]

    @property
    def sha256(self) -> str:
        """Of the module's source: 64 hexadecimal digits."""
        return sha256(self.source.encode()).hexdigest()

    def load(self) -> "LoadedMetric":
        """Runs the module and returns its function.

        Raises:
            MetricModuleError: the module raises, or has no such function.
        """
        module_name = self.path.partition(":")[0]
        module = ModuleType(module_name)
        try:
            exec(compile(self.source, self._file, "exec"), module.__dict__)
        except (Exception, SystemExit) as error:
            what = f"the module can't be loaded: {_said(error, self._file)}"
            raise MetricModuleError(self.path, what, remedy="") from error
        if self.name not in module.__dict__:
            raise MetricModuleError(self.path, f"{module_name} has no {self.name}", remedy="")
        function = module.__dict__[self.name]
        if not callable(function):
            got = type(function).__name__
            raise MetricModuleError(self.path, expected=f"{self.name} to be a function", got=got, remedy="")
        return LoadedMetric(self.path, function, self._file)

    @property
    def _file(self) -> str:
        """The name of the module's file in tracebacks."""
        return f"{self.path.partition(':')[0]}.py"


@dataclass(frozen=True, slots=True)
class LoadedMetric:
    """A function of a user's own that can be called.

    Attributes:
        path: its import path.
        function: of labels, (images,) int64, and probabilities, (images, classes) float32, both of NumPy: a number from
            0 to 1, larger is better.
        file: the name of its file in tracebacks.
    """

    path: str
    function: Callable[..., Any]
    file: str

    @property
    def name(self) -> str:
        """The name of the metric."""
        return self.path.partition(":")[2]

    def try_out(self, classes: int) -> None:
        """Calls the function with a few made-up images.

        Args:
            classes: of the data.

        Raises:
            MetricValueError: the function raises, or does not return a number from 0 to 1.
        """
        import numpy as np

        labels = np.arange(_TRIED * classes, dtype=np.int64) % classes
        outputs = np.random.default_rng(_SEED).random((len(labels), classes), dtype=np.float32)
        self._value(labels, outputs / outputs.sum(axis=1, keepdims=True), " on made-up images")

    def value(self, labels: "NDArray[np.int64]", probabilities: "NDArray[np.float32]") -> float:
        """Returns the value of the metric.

        A network whose outputs are not numbers, as after a training that diverged, has the value 0; the function is not
        called.

        Args:
            labels: (images,), at least one.
            probabilities: (images, classes).

        Raises:
            MetricValueError: the function raises, or does not return a number from 0 to 1.
        """
        import numpy as np

        return self._value(labels, probabilities) if np.isfinite(probabilities).all() else 0.0

    def error(self, labels: "NDArray[np.int64]", probabilities: "NDArray[np.float32]") -> float:
        """Returns the standard error of the value: its standard deviation between 100 resamples of the images.

        A resample draws as many images of every class with replacement (the stratified bootstrap; Efron and Tibshirani,
        "An Introduction to the Bootstrap", 1993), so that it has the classes of the split. The draws are seeded: the
        same outputs have the same error. Where all images are right all resamples are alike, so the error is no less
        than the binomial one of a share of 1.

        Args:
            labels: (images,), at least one.
            probabilities: (images, classes).

        Raises:
            MetricValueError: the function raises, or does not return a number from 0 to 1.
        """
        import numpy as np

        least = binomial_error(1.0, len(labels))
        if not np.isfinite(probabilities).all():
            return least
        drawn = [self._value(labels[some], probabilities[some], " on a resample") for some in _resamples(labels)]
        return max(float(np.std(drawn, ddof=1)), least)

    def _value(self, labels: "NDArray[np.int64]", probabilities: "NDArray[np.float32]", on: str = "") -> float:
        given = labels.view(), probabilities.view()
        for array in given:
            array.setflags(write=False)  # resamples are drawn from the same ones
        try:
            value = self.function(*given)
        except (Exception, SystemExit) as error:
            raise MetricValueError(self.path, f"raised {_said(error, self.file)}{on}") from error
        number = float(value) if isinstance(value, Real) else None
        if number is None or not -_ROUNDING <= number <= 1 + _ROUNDING:  # NaN is not either
            got = type(value).__name__ if number is None else number
            raise MetricValueError(self.path, expected=f"a number from 0 to 1{on}", got=got)
        return min(max(number, 0.0), 1.0)


def _resamples(labels: "NDArray[np.int64]") -> "Sequence[NDArray[np.int64]]":
    """Returns the indices of the images of each resample, which has as many images of each class."""
    import numpy as np

    by_class = labels.argsort(kind="stable")
    counts = np.bincount(labels)
    first, count = np.repeat(counts.cumsum() - counts, counts), np.repeat(counts, counts)
    draws = np.random.default_rng(_SEED).random((_RESAMPLES, len(labels)))
    return [by_class[first + (draw * count).astype(np.int64)] for draw in draws]


def _read(file: Path, path: str) -> str:
    try:
        return decode_source(file.read_bytes())
    except (OSError, SyntaxError, UnicodeDecodeError) as error:
        raise NoMetricModuleError(path, f"{file} can't be read: {first_line(error)}", remedy="") from error


def _said(error: BaseException, file: str) -> str:
    """Returns the type of an error, its first line, and the last line of ``file`` that it came through."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == file]
    text = f"{type(error).__name__}: {first_line(error)}".rstrip(": ")
    return f"{text} ({file}, line {lines[-1]})" if lines else text

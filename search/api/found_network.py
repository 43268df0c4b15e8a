"""A trained network of a run, for a notebook."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from search.api.arguments import check_at_least
from search.artifacts.formats.names import DEFAULT_FORMATS, FormatName
from search.artifacts.model import build_trained
from search.artifacts.network import ExportedNetwork
from search.artifacts.predict import Prediction, check_photographs, predictions
from search.artifacts.write import write_network
from spaces import KnownCost
from ulsam import ArchConfig, MobileNet


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundNetwork:
    """A network that a search has trained; see :meth:`search.api.run.Run.best`.

    Attributes:
        trial: the number of its trial.
        description: the content of its exported ``arch.yaml``.
        weights: the file of its weights in the run's folder.
        known_costs: the costs that the search counts, in the order shown.
    """

    trial: int
    description: ExportedNetwork
    weights: Path
    known_costs: tuple[KnownCost, ...]

    @property
    def arch(self) -> ArchConfig:
        """The architecture."""
        arch: ArchConfig = self.description.arch
        return arch

    @property
    def input_size(self) -> int:
        """The height and width of its images, in pixels."""
        return self.description.input_size

    @property
    def accuracy(self) -> float:
        """Top-1 accuracy on the validation split, 0 to 1."""
        return self.description.measured.accuracy

    @property
    def costs(self) -> Mapping[str, int]:
        """The exact costs, by name, among them ``params`` and ``flops`` (multiply-adds of one image)."""
        return self.description.measured.costs

    def model(self) -> MobileNet:
        """Returns the network with its trained weights, in evaluation mode, on the CPU.

        The model takes images as they are normalised in training; :meth:`predict` takes photographs.

        Raises:
            UsageError: the weights are not those that were scored.
            WeightsError: the weights are gone: the search deletes those of networks that can't be on its front.
        """
        return build_trained(self.description, self.weights)

    def predict(self, *images: str | Path, top: int = 3) -> list[Prediction]:
        """Returns the likeliest classes of each photograph, in their order.

        Args:
            *images: photographs of any size; the prediction for one that can't be read says why.
            top: the number of classes for each, at least 1.

        Raises:
            UsageError: ``top`` is below 1, a file does not exist, or the weights are not those that were scored.
            WeightsError: the weights are gone.
        """
        check_at_least(1, top=top)
        paths = [Path(image) for image in images]
        check_photographs(paths)
        return list(predictions(self.description, self.model(), paths, top))

    def export(self, out: str | Path, formats: Sequence[FormatName] = DEFAULT_FORMATS) -> Path:
        """Writes ``arch.yaml``, the weights, a README and the files of ``formats``, and returns the folder.

        Args:
            out: folder to write; must not exist yet.
            formats: the formats for other programs to write; empty: none.

        Raises:
            UsageError: ``out`` exists, the weights are gone or damaged, or a format can't be written.
        """
        write_network(self.description, self.weights, Path(out), formats, self.known_costs)
        return Path(out)

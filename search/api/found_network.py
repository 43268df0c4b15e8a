"""A trained network of a run, for a notebook."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from search.api.arguments import check_at_least
from search.artifacts.formats.names import FORMAT_NAMES, FormatName
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
        description: all that is known of it, as its exported folder says.
        weights: the file of them in the run's folder.
        known_costs: what the search knows of its costs.
    """

    trial: int
    description: ExportedNetwork
    weights: Path
    known_costs: tuple[KnownCost, ...]

    @property
    def arch(self) -> ArchConfig:
        """Its layers."""
        arch: ArchConfig = self.description.arch
        return arch

    @property
    def input_size(self) -> int:
        """The side of its images, in pixels."""
        return self.description.input_size

    @property
    def accuracy(self) -> float:
        """Top-1 on the validation split, 0 to 1."""
        return self.description.measured.accuracy

    @property
    def costs(self) -> Mapping[str, int]:
        """Its exact costs, by name: ``params``, and ``flops``, multiply-adds of one image."""
        return self.description.measured.costs

    def model(self) -> MobileNet:
        """The network with its trained weights, in evaluation mode, on the CPU.

        It takes images as they are normalised in training; :meth:`predict` takes photographs.

        Raises:
            UsageError: the weights are not those that were scored.
            WeightsError: they are gone, as the search deletes those of networks that can't be on its front.
        """
        return build_trained(self.description, self.weights)

    def predict(self, *images: str | Path, top: int = 3) -> list[Prediction]:
        """The ``top`` likeliest classes of each photograph; of one that can't be read the prediction says why.

        Raises:
            UsageError: ``top`` is below 1, or a file is not there.
        """
        check_at_least(1, top=top)
        paths = [Path(image) for image in images]
        check_photographs(paths)
        return list(predictions(self.description, self.model(), paths, top))

    def export(self, out: str | Path, formats: Sequence[FormatName] = FORMAT_NAMES) -> Path:
        """Writes it to the new folder ``out``: ``arch.yaml``, weights, a README and the files of ``formats``.

        Raises:
            UsageError: ``out`` exists, the weights are gone or damaged, or a format can't be written.
        """
        write_network(self.description, self.weights, Path(out), formats, self.known_costs)
        return Path(out)

"""An exported network as a model with its weights."""

from pathlib import Path

from pipelines.storage.manifest import file_sha256
from pipelines.weights import load_weights
from search.artifacts.network import WEIGHTS_NAME, ExportedNetwork, load_network
from search.errors import NoWeightsError, UsageError
from ulsam import MobileNet, build_model


class NoSuchNetworkError(UsageError):
    """There is no such file or folder."""


class OtherWeightsError(UsageError):
    """The weights are not those that were scored."""


def load_model(folder: Path) -> tuple[ExportedNetwork, MobileNet]:
    """Returns the network in ``folder`` and its model with weights, on the CPU, in evaluation mode.

    Args:
        folder: of the exported network, or its ``arch.yaml``.

    Raises:
        NoSuchNetworkError: there is no such file or folder.
        NoWeightsError: it is an architecture that was never trained.
        UsageError: files are missing or damaged, or the weights are not those that were scored.
        WeightsError: the weights are missing, damaged, or those of another network.
    """
    if not folder.exists():
        raise NoSuchNetworkError("no such file or folder", where=folder, expected="a folder that export or train wrote")
    network = load_network(folder)
    if not isinstance(network, ExportedNetwork):
        raise NoWeightsError(folder)
    weights = (folder.parent if folder.is_file() else folder) / WEIGHTS_NAME
    return network, build_trained(network, weights)


def build_trained(network: ExportedNetwork, weights: Path) -> MobileNet:
    """Returns the model of ``network`` with its weights, on the CPU, in evaluation mode.

    Args:
        network: the exported network.
        weights: the file of its weights.

    Raises:
        OtherWeightsError: the file holds other weights than those that were scored.
        WeightsError: there is no such file, it is damaged, or its weights are another network's.
    """
    if weights.is_file() and file_sha256(weights) != network.measured.weights_sha256:
        raise OtherWeightsError("not the weights that were scored (SHA-256 differs)", where=weights)
    model = build_model(network.arch, network.input_size)
    load_weights(model, weights)
    return model.eval()

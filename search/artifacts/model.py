"""An exported network, built and filled with its weights."""

from pathlib import Path

from pipelines.storage.manifest import file_sha256
from pipelines.weights import load_weights
from search.artifacts.network import WEIGHTS_NAME, ExportedNetwork, load_network
from search.errors import NoWeightsError, UsageError
from ulsam import MobileNet, build_model


class NoSuchNetworkError(UsageError):
    """There is no such file or folder."""


class OtherWeightsError(UsageError):
    """Weights are not those that were scored."""


def load_model(folder: Path) -> tuple[ExportedNetwork, MobileNet]:
    """The network in ``folder`` (or the folder of that ``arch.yaml``), in evaluation mode.

    Raises:
        UsageError: files are missing or damaged.
        WeightsError: the weights are another network's.
    """
    if not folder.exists():
        raise NoSuchNetworkError("no such file or folder", where=folder, expected="a folder that export or train wrote")
    network = load_network(folder)
    if not isinstance(network, ExportedNetwork):
        raise NoWeightsError(folder)
    weights = (folder.parent if folder.is_file() else folder) / WEIGHTS_NAME
    return network, build_trained(network, weights)


def build_trained(network: ExportedNetwork, weights: Path) -> MobileNet:
    """``network`` with the weights in the file ``weights``, in evaluation mode.

    Raises:
        OtherWeightsError: the file holds other weights than those that were scored.
        WeightsError: there is no such file, it is damaged, or its weights are another network's.
    """
    if weights.is_file() and file_sha256(weights) != network.measured.weights_sha256:
        raise OtherWeightsError("not the weights that were scored (SHA-256 differs)", where=weights)
    model = build_model(network.arch, network.input_size)
    load_weights(model, weights)
    return model.eval()

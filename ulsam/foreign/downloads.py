"""Where libraries offer trained weights of MobileNets, as torchvision 0.29 and timm 1.0.31 name them."""

from dataclasses import dataclass

from ulsam.backbones import Backbone

_TORCHVISION = "https://download.pytorch.org/models"
_TIMM = "https://github.com/rwightman/pytorch-image-models/releases/download/v0.1-weights"
_HUB = "https://huggingface.co/timm"


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedWeights:
    """A file to download.

    Attributes:
        library, backbone, width: whose weights, and of which network.
        url: where it is.
        name: to keep it under.
        sha256: how its SHA-256 begins; empty: its library does not say.
    """

    library: str
    backbone: Backbone
    width: float
    url: str
    name: str
    sha256: str = ""


def _named(library: str, base: str, width: float, name: str) -> OfferedWeights:
    """A file of MobileNet-V2 whose name ends in the beginning of its SHA-256."""
    sha256 = name.removesuffix(".pth").rpartition("-")[2]
    return OfferedWeights(
        library=library, backbone="mobilenet_v2", width=width, url=f"{base}/{name}", name=name, sha256=sha256
    )


def _on_hub(width: float, model: str) -> OfferedWeights:
    url, name = f"{_HUB}/{model}/resolve/main/model.safetensors", f"{model}.safetensors"
    return OfferedWeights(library="timm", backbone="mobilenet_v1", width=width, url=url, name=name)


OFFERED_WEIGHTS = (
    _named("torchvision", _TORCHVISION, 1.0, "mobilenet_v2-7ebf99e0.pth"),
    _named("timm", _TIMM, 0.5, "mobilenetv2_050-3d30d450.pth"),
    _named("timm", _TIMM, 1.0, "mobilenetv2_100_ra-b33bc2c4.pth"),
    _named("timm", _TIMM, 1.4, "mobilenetv2_140_ra-21a4e913.pth"),
    _on_hub(1.0, "mobilenetv1_100.ra4_e3600_r224_in1k"),
    _on_hub(1.25, "mobilenetv1_125.ra4_e3600_r224_in1k"),
)

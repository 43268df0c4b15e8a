"""``weights``: what a file of trained weights holds, and the same weights by our names."""

from pathlib import Path

import h5py
import torch

from pipelines.tensor_files import HoldsCodeError
from pipelines.weights import NoWeightsFileError, read_weights
from search.errors import ArgumentError, ExistsError
from search.run.pretrained import IncompleteWeightsError, NothingFitsError
from tests.helpers import Shell
from tests.ulsam.foreign.test_keras import weights_of as keras_weights_of
from tests.ulsam.foreign.test_timm import weights_of
from ulsam import ArchConfig, build_model
from ulsam.backbones import backbone_shape


def test_a_file_of_another_library_is_told_and_converted(new_shell: Shell) -> None:
    torch.save({"state_dict": weights_of("mobilenetv2_035")}, new_shell.folder / "timm.pth.tar")
    figures = new_shell.figures("weights", "timm.pth.tar", "--out", "own.safetensors")
    assert (figures["library"], figures["backbone"], figures["width"]) == ("timm", "mobilenet_v2", 0.35)
    model = build_model(ArchConfig(backbone="mobilenet_v2", width=0.35, num_classes=5))
    model.load_state_dict(read_weights(new_shell.folder / "own.safetensors"))
    whole = sum(parameter.numel() for parameter in model.parameters())
    assert (figures["classes"], figures["tensors"], figures["params"]) == (5, 314, whole)
    fits = {fit["width"]: fit for fit in figures["fits"]}
    assert fits[0.35] == {"width": 0.35, "cut_from": None, "params": whole, "inherited": whole}
    assert 0 < fits[1.0]["inherited"] < fits[1.0]["params"] / 50
    assert new_shell.figures("weights", "own.safetensors") == figures | {
        "file": "own.safetensors",
        "library": "torchvision",
        "out": None,
    }


def test_a_file_of_keras_keeps_its_convention(new_shell: Shell) -> None:
    with h5py.File(new_shell.folder / "keras.h5", "w") as file:
        for path, tensor in keras_weights_of("mobilenet_v1", 0.25).items():
            file[path] = tensor.numpy()
    figures = new_shell.figures("weights", "keras.h5", "--out", "own.safetensors")
    assert (figures["library"], figures["convention"], figures["tensors"]) == ("keras", "keras", 137)
    again = new_shell.figures("weights", "own.safetensors")
    assert (again["convention"], again["params"]) == ("keras", figures["params"])
    assert "convention: keras" in new_shell.run("weights", "own.safetensors")


def test_it_says_what_it_found(new_shell: Shell) -> None:
    torch.save(weights_of("mobilenetv1_100h"), new_shell.folder / "timm.pth")
    lines = new_shell.run("weights", "timm.pth").splitlines()
    assert lines[0].startswith("timm.pth: mobilenet_v1 x1")
    assert "timm, no classifier" in lines[0]
    assert lines[2].endswith("convention: timm")
    assert "conv_head.weight, " in lines[3]
    assert lines[-2].startswith("mobilenet_v1 x1 inherits 3,206,976 of ")
    assert lines[-1].endswith(": ulsam-search init DATA --pretrained timm.pth")
    fits = {fit["width"]: fit for fit in new_shell.figures("weights", "timm.pth")["fits"]}
    classifier = 1000 * (backbone_shape("mobilenet_v1", 0.5).feature_channels + 1)
    assert fits[0.5]["cut_from"] == 1
    assert fits[0.5]["inherited"] == fits[0.5]["params"] - classifier, "all before the classifier is cut"


def test_what_can_not_be_read_or_written_is_refused(new_shell: Shell) -> None:
    folder: Path = new_shell.folder
    new_shell.refused(NoWeightsFileError, "weights", "none.pth")
    torch.save(torch.nn.Linear(2, 3), folder / "whole.pth")
    new_shell.refused(HoldsCodeError, "weights", "whole.pth")
    torch.save(torch.nn.Linear(2, 3).state_dict(), folder / "linear.pth")
    other = new_shell.refused(NothingFitsError, "weights", "linear.pth")
    assert (other.names, other.own[0]) == (("weight", "bias"), "features.0.0.weight")
    torch.save(weights_of("mobilenetv2_035"), folder / "timm.pth")
    torch.save(
        {name: one for name, one in weights_of("mobilenetv1_100h").items() if ".bn2." not in name}, folder / "no"
    )
    lacking = new_shell.refused(IncompleteWeightsError, "weights", "no")
    assert (str(lacking.where), lacking.tensor, lacking.got) == ("no", "features.1.conv.1.1.weight", "none")
    new_shell.refused(ArgumentError, "weights", "timm.pth", "--out", "own.pth")
    (folder / "own.safetensors").touch()
    new_shell.refused(ExistsError, "weights", "timm.pth", "--out", "own.safetensors")


def test_a_file_or_a_network_to_download_is_named(new_shell: Shell) -> None:
    for arguments in ((), ("timm.pth", "--download", "mobilenet_v2"), ("--download", "mobilenet_v2", "--from", "jax")):
        assert new_shell.refused(ArgumentError, "weights", *arguments).argument == "download"

"""A space whose networks start from several files: checked and told before anything starts."""

from pathlib import Path

import h5py
import torch

from search.errors import FileError
from search.run.pretrained import IncompleteWeightsError, NothingFitsError, OtherBackboneError
from tests.conftest import TINY_SEARCH
from tests.helpers import Shell
from tests.ulsam.foreign.test_keras import weights_of
from ulsam import ArchConfig, build_model
from ulsam.backbones import Backbone


def write_network(path: Path, width: float, backbone: Backbone = "mobilenet_v2") -> None:
    torch.save(build_model(ArchConfig(backbone=backbone, width=width, num_classes=10)).state_dict(), path)


def search_from(files: str, widths: str = "[0.1, 0.3, 0.35]") -> str:
    wide = TINY_SEARCH.replace("[0.1, 0.2]", widths).replace("budgets: {flops: 1M}", "budgets: {flops: 10M}")
    return wide.replace("epochs: 2", f"epochs: 2, pretrained: {files}")


def test_each_width_starts_from_its_file_and_what_starts_fresh_is_counted(new_shell: Shell) -> None:
    write_network(new_shell.folder / "a.pth", 0.1)
    with h5py.File(new_shell.folder / "b.h5", "w") as file:
        for path, tensor in weights_of("mobilenet_v2", 0.35).items():
            file[path] = tensor.numpy()
    new_shell.write("tiny.yaml", search_from("{mobilenet_v2: {0.1: a.pth, 0.35: b.h5}}"))
    figures = new_shell.figures("plan", "tiny.yaml", "--no-timing")
    inherited = {one["width"]: one for one in figures["inherited"]}
    assert inherited[0.1]["inherited"] == inherited[0.1]["params"]
    assert inherited[0.35]["fresh"] == ["classifier"]
    assert inherited[0.3]["fresh"] == ["classifier"]  # cut from the wider file
    assert {width: one["cut_from"] for width, one in inherited.items()} == {0.1: None, 0.3: 0.35, 0.35: None}
    lines = new_shell.run("plan", "tiny.yaml", "--no-timing").splitlines()
    assert [line.split(" inherits ")[0] for line in lines if " inherits " in line] == [
        "mobilenet_v2 x0.1 from a.pth",
        "mobilenet_v2 x0.3 from b.h5, cut from x0.35,",
        "mobilenet_v2 x0.35 from b.h5",
    ]


def test_what_is_too_narrow_to_be_cut_starts_fresh_and_is_counted(new_shell: Shell) -> None:
    """Block 1 of V2 adds its input at x0.25, and not at x0.5."""
    write_network(new_shell.folder / "a.pth", 0.5)
    new_shell.write("tiny.yaml", search_from("a.pth", "[0.25, 0.35]"))
    figures = new_shell.figures("plan", "tiny.yaml", "--no-timing")
    cuts = {one["width"]: one["cut_from"] for one in figures["inherited"]}
    assert cuts == {0.25: None, 0.35: 0.5}
    assert figures["inherited"][0]["inherited"] == 0, "the last norm and the classifier have the same shapes"
    assert 0 < figures["nearly_fresh"] < figures["space"]["within_budgets"]


def test_networks_without_a_file_are_counted(new_shell: Shell) -> None:
    write_network(new_shell.folder / "a.pth", 0.1)
    new_shell.write("tiny.yaml", search_from("{mobilenet_v2: {0.1: a.pth}}", "[0.1, 0.35]"))
    figures = new_shell.figures("plan", "tiny.yaml", "--no-timing")
    new_shell.write("narrow.yaml", search_from("a.pth", "[0.1]"))
    narrow = new_shell.figures("plan", "narrow.yaml", "--no-timing")
    assert narrow["nearly_fresh"] == 0
    assert figures["nearly_fresh"] == figures["space"]["within_budgets"] - narrow["space"]["within_budgets"] > 0
    assert f"{figures['nearly_fresh']:,} of {figures['space']['within_budgets']:,} networks" in (
        new_shell.run("plan", "tiny.yaml", "--no-timing")
    )


def test_a_file_that_is_not_what_it_is_said_to_be_is_refused(new_shell: Shell) -> None:
    write_network(new_shell.folder / "a.pth", 0.1)
    write_network(new_shell.folder / "v1.pth", 0.1, "mobilenet_v1")
    torch.save({"layer1.weight": torch.ones(3)}, new_shell.folder / "other.pth")
    whole = build_model(ArchConfig(backbone="mobilenet_v2", width=1.0, num_classes=10)).state_dict()
    torch.save({name: one for name, one in whole.items() if ".conv.1.1." not in name}, new_shell.folder / "lacks.pth")
    for files, key, cause in (
        ("lacks.pth", "training.pretrained", IncompleteWeightsError),
        ("{mobilenet_v2: {0.2: a.pth}}", "training.pretrained.mobilenet_v2.0.2", OtherBackboneError),
        ("{mobilenet_v2: {0.1: v1.pth}}", "training.pretrained.mobilenet_v2.0.1", OtherBackboneError),
        ("v1.pth", "training.pretrained", OtherBackboneError),
        ("{mobilenet_v2: {0.1: other.pth}}", "training.pretrained.mobilenet_v2.0.1", NothingFitsError),
        ("{mobilenet_v2: {0.1: none.pth}}", "training.pretrained.mobilenet_v2.0.1", type(None)),
        ("{resnet: {0.1: a.pth}}", "training.pretrained", type(None)),
    ):
        new_shell.write("tiny.yaml", search_from(files))
        error = new_shell.refused(FileError, "launch", "tiny.yaml")
        assert [mistake.where.startswith(key) for mistake in error.mistakes] == [True], error
        assert type(error.__cause__) is cause, files

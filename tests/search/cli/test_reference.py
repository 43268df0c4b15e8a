"""The publication's tables on the screen, and as files that networks are trained from."""

import shlex
from pathlib import Path

import pytest
import torch
import yaml
from torchvision.models import mobilenet_v2
from typer.main import get_command

from pipelines.errors import RangeError
from search.artifacts.blueprint import Blueprint
from search.artifacts.open_data import NoDataNamedError, OutputsError
from search.cli import _commands
from search.errors import ArgumentError, ExistsError, FileError
from tests.helpers import Shell
from ulsam.arch import NoSuchBlockError
from ulsam.reference import network_references


def test_the_attention_table_has_formula_print_and_built_module(new_shell: Shell) -> None:
    output = new_shell.run("reference", "attention")
    rows = {line.split()[0]: line for line in output.splitlines() if line.strip()}
    for mechanism, figures in {
        "non_local": ("2m^2 hw", "102,760,448", "102.76 M", "526,592"),
        "double_attention": ("2mt", "65,536", "66 K", "131,776"),
        "squeeze_excite": ("2m^2/r", "32,768", "0.03 M"),
        "bam": ("16,490,496", "16.49 M", "6,862,976"),
        "cbam": ("98hw", "51,976", "84,744"),
        "ulsam": ("1,024", "1 K", "2,563", "0.2 M"),
    }.items():
        assert all(figure in rows[mechanism] for figure in figures), rows[mechanism]
    assert "ulsam: biases and norms: 3m + 3g parameters more" in output


def test_the_network_table_has_every_row_whole(new_shell: Shell) -> None:
    output = new_shell.run("reference", "networks")
    assert "…" not in output
    table = output.partition("Printed costs are")[0]
    rows = {line.split()[0]: line.split() for line in table.splitlines() if line.strip()}
    for reference in network_references():
        assert reference.flops_printed in rows[reference.name]
        assert f"{reference.cost.flops:,}" in rows[reference.name]
    assert rows["imagenet-substitute-12"][-11:-1] == (
        ["2.96M", "2.969", "+0.009", "261.88M", "261.885", "+0.005", "3,067,904", "262,659,328", "71.52", "90.25"]
    )
    assert "72 of 76 rows agree to the last printed digit" in output
    (line,) = [line for line in output.splitlines() if line.startswith("fine-grained-37 to fine-grained-40: ")]
    assert all(words in line for words in ("224.16M", "223.77M", "imagenet-substitute-14"))


def test_every_row_is_a_file_with_its_commands(new_shell: Shell) -> None:
    output = new_shell.run("reference", "networks", "--out", "reference")
    assert "reference: 76 files" in output
    printed = [shlex.split(line)[1:] for line in output.splitlines() if line.startswith("  ulsam-search ")]
    assert [words[0] for words in printed] == ["prepare", "train"]
    assert (new_shell.folder / printed[1][1]).is_file()
    for reference in network_references():
        path = new_shell.folder / "reference" / f"{reference.name}.yaml"
        blueprint = Blueprint.load(path)
        assert blueprint.arch == reference.archs[0]
        assert blueprint.target is not None
        assert blueprint.target.top1 == reference.top1
        text = path.read_text()
        commands = [line[2:] for line in text.splitlines() if line.startswith("# ulsam-search ")]
        assert [shlex.split(command)[1] for command in commands] == ["prepare", "train"]
        assert f"train reference/{path.name} --data data/{reference.dataset} " in commands[1]
        for command in commands:
            name, *arguments = shlex.split(command)[1:]
            get_command(_commands).commands[name].make_context(name, arguments)  # type: ignore[attr-defined]
        assert all(arch.arch_id in text for arch in reference.archs[1:])
    before = sorted(new_shell.folder.rglob("*"))
    assert new_shell.refused(ExistsError, "reference", "networks", "--out", "reference").where == "reference"
    assert sorted(new_shell.folder.rglob("*")) == before


@pytest.fixture
def by_hand(new_shell: Shell) -> Path:
    """An architecture that somebody wrote."""
    return new_shell.write(
        "mine.yaml",
        yaml.safe_dump(
            {
                "arch": {
                    "backbone": "mobilenet_v2",
                    "width": 0.1,
                    "num_classes": 10,
                    "stem_stride": 1,
                    "placements": [{"block": 8, "mode": "substitute", "groups": 4}],
                    "removed": [5, 6, 9, 10, 12, 13, 15, 16],  # fewer layers are exported sooner
                },
                "recipe": {"epochs": 1, "input_size": 16, "flip": False},
                "target": {"top1": 99.5, "source": "my colleague"},
            }
        ),
    )


def test_an_architecture_by_hand_is_trained_and_scored(new_shell: Shell, by_hand: Path) -> None:
    output = new_shell.run("train", by_hand, "--data", "data/digits", "--learning-rate", 0.05, "--out", "trained")
    assert "after 1 epoch\n" in output
    assert "target: 99.5 % top-1 (my colleague)" in output
    assert "reproduced" in new_shell.run("evaluate", "trained")
    trained = yaml.safe_load((new_shell.folder / "trained" / "arch.yaml").read_text())
    assert trained["origin"]["run"] == "ulsam-search train"
    assert trained["recipe"]["learning_rate"] == 0.05
    assert "selected the network" not in (new_shell.folder / "trained" / "README.md").read_text()


def test_weights_that_hardly_fit_are_remarked_on(new_shell: Shell, by_hand: Path) -> None:
    wide = mobilenet_v2(width_mult=1.0, num_classes=10).state_dict()
    torch.save(wide | {"features.0.0.weight": torch.zeros(8, 3, 3, 3)}, new_shell.folder / "wide.pth")
    arguments = ("train", by_hand, "--data", "data/digits", "--pretrained", "wide.pth", "--no-portable")
    output = new_shell.run(*arguments, "--out", "trained", "--learning-rate", 1e-6)
    assert "less than half" in output
    refused = new_shell.refused(ArgumentError, *arguments, "--out", "other", "--learning-rate=-1")
    assert refused.argument == "learning_rate"
    assert isinstance(refused.__cause__, RangeError)
    assert refused.__cause__.got == -1


def test_an_architecture_by_hand_needs_data_of_its_classes(new_shell: Shell, by_hand: Path) -> None:
    assert new_shell.refused(NoDataNamedError, "train", by_hand, "--out", "trained").argument == "data"
    text = by_hand.read_text()
    by_hand.write_text(text.replace("num_classes: 10", "num_classes: 11"))
    outputs = new_shell.refused(OutputsError, "train", by_hand, "--data", "data/digits", "--out", "trained")
    assert outputs.where.endswith("data/digits")
    by_hand.write_text(text.replace("block: 8", "block: 80"))
    damaged = new_shell.refused(FileError, "train", by_hand, "--data", "data/digits", "--out", "trained")
    (mistake,) = damaged.mistakes
    assert mistake.where == "arch: block 80"
    assert isinstance(mistake.__cause__, NoSuchBlockError)
    assert not (new_shell.folder / "trained").exists()

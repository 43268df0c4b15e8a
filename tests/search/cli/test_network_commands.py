"""``explain``, ``cost`` and ``latency`` on networks that were really searched and trained."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits

from pipelines.datasets.images import UnreadableImageError
from pipelines.errors import DetailedError
from search.api.explain import NoSuchImageError, UnknownLabelError
from search.artifacts.model import NoSuchNetworkError
from search.artifacts.network import ExportedNetwork
from search.errors import ArgumentError, NoWeightsError, UsageError
from tests.helpers import Shell
from ulsam import ArchConfig, count_cost
from ulsam.plan import SinglePositionError


@pytest.fixture(scope="module")
def exported(finished: Shell) -> Shell:
    """The folders ``look/a`` and ``look/b``, and a picture of a three."""
    finished.run("export", "tiny", "--no-portable", "--out", "look/a")
    finished.run("export", "tiny", "--no-portable", "--max-params", "200K", "--out", "look/b")
    three = load_digits().images[3] * 15.9
    picture = Image.fromarray(three.astype(np.uint8)).resize((64, 64))
    picture.save(finished.folder / "three.png")
    finished.write("by-hand.yaml", "arch: {backbone: mobilenet_v2}\nrecipe: {epochs: 1, input_size: 32}")
    return finished


def test_networks_are_explained_side_by_side(exported: Shell) -> None:
    output = exported.run("explain", "look/a", "look/b", "three.png", "--out", "look.png")
    lines = [line for line in output.splitlines() if not line.startswith("  ")]  # of a replaced block there is one more
    assert lines[0].startswith("look/a: ")
    assert lines[1].startswith("look/b: ")
    assert lines[2] == "picture: look.png"
    with Image.open(exported.folder / "look.png") as picture:
        assert picture.format == "PNG"
    of_one = exported.run("explain", "look/a", "three.png", "--class", "7", "--out", "seven.svg").splitlines()
    assert sum(not line.startswith("  ") for line in of_one) == 2


def test_what_is_explained_is_what_is_predicted(exported: Shell) -> None:
    """Also where the answer is the mean over an image and its mirror image."""
    shutil.copytree(exported.folder / "look" / "a", exported.folder / "look" / "mirrored")
    arch = exported.folder / "look" / "mirrored" / "arch.yaml"
    arch.write_text(arch.read_text().replace("flip_average: false", "flip_average: true"))
    answers = []
    for folder in ("look/a", "look/mirrored"):
        explained = exported.run("explain", folder, "three.png").splitlines()[0].partition(": ")[2]
        predicted = exported.run("predict", folder, "three.png", "--top", 1).strip().partition(": ")[2]
        name, share = predicted.rsplit(" ", 1)
        assert explained == f"{name} ({share})"
        answers.append(explained)
    assert answers[0] != answers[1]


@pytest.mark.parametrize(
    ("arguments", "kind", "where", "remedy"),
    [
        (("three.png",), UsageError, "explain", ""),
        (("look/a", "four.png"), NoSuchImageError, "four.png", "the image comes last"),
        (("look/none", "three.png"), NoSuchNetworkError, "look/none", ""),
        (("look/a", "three.png", "--class", "dog"), UnknownLabelError, "label", "it knows 0, 1, 2"),
        (("look/a", "three.png", "--class", "1 "), UnknownLabelError, "label", "did you mean '1'?"),
        (("look/a", "three.png", "--out", "look.jpg"), ArgumentError, "out", ""),
        (("look/a", "look/a/arch.yaml"), UnreadableImageError, "look/a/arch.yaml", ""),
        (("by-hand.yaml", "three.png"), NoWeightsError, "by-hand.yaml", "train the network first"),
    ],
    ids=["no network", "no image", "no folder", "class", "nearly a class", "ending", "not an image", "not trained"],
)
def test_what_can_not_be_explained_is_one_line(
    exported: Shell, arguments: tuple[str, ...], kind: type[DetailedError], where: str, remedy: str
) -> None:
    error = exported.refused(kind, "explain", *arguments)
    assert error.where == where
    assert error.remedy.startswith(remedy)
    assert "\n" not in str(error)


def test_costs_are_a_row_a_layer_with_their_sums(exported: Shell) -> None:
    output = exported.run("cost", "look/a")
    cost = count_cost(ExportedNetwork.load(exported.folder / "look" / "a").arch, 16)
    rows = [line.split() for line in output.splitlines() if line.split()]
    for layer in cost.layers:
        output_shape = f"{layer.out_channels}x{layer.size}x{layer.size}"
        assert [str(layer.block), layer.role, output_shape, f"{layer.params:,}", f"{layer.flops:,}"] in [
            row[:5] for row in rows
        ]
    (sums,) = (row for row in rows if row[0] == "sum")
    assert sums[1:3] == [f"{cost.params:,}", f"{cost.flops:,}"]
    assert f"{cost.rest.pooling:,}" in sums
    assert f"{count_cost(ExportedNetwork.load(exported.folder / 'look' / 'a').arch, 64).flops:,}" in exported.run(
        "cost", "look/a/arch.yaml", "--input-size", 64
    )


def test_latency_is_a_table_with_its_conditions(exported: Shell) -> None:
    shutil.copytree(exported.folder / "look" / "a", exported.folder / "look" / "a[/b]", dirs_exist_ok=True)
    output = exported.run("latency", "look/a[/b]", "look/b/arch.yaml", "--batch", 4, "--repeats", 5, "--warmup", 1)
    assert "cpu, 1 thread, batch 4, float32, channels_last: median of 5 calls after 1 warm-up call" in output
    rows = [line.split("│") for line in output.splitlines() if "look/" in line]
    assert [row[1].strip() for row in rows] == ["look/a[/b]", "look/b/arch.yaml"]
    for row in rows:
        median, spread, rate = float(row[3]), row[4].split(" to "), float(row[5].replace(",", ""))
        assert row[2].strip() == "16"
        assert float(spread[0]) <= median <= float(spread[1])
        assert rate == pytest.approx(4000 / median, rel=0.02)


def test_each_network_is_timed_on_images_of_its_own_size(exported: Shell) -> None:
    (exported.folder / "larger.yaml").write_text(
        "arch: {backbone: mobilenet_v2, width: 0.1}\ninput_size: 24\nrecipe: {epochs: 1}\n"
    )
    sizes = {}
    for asked in ((), ("--input-size", 16)):
        figures = exported.figures("latency", "look/a", "larger.yaml", "--repeats", 1, "--warmup", 0, *asked)
        sizes[asked] = [network["conditions"]["input_size"] for network in figures["networks"]]
        arch = ArchConfig(backbone="mobilenet_v2", width=0.1)
        assert figures["networks"][1]["flops"] == count_cost(arch, sizes[asked][1]).flops
    assert list(sizes.values()) == [[16, 24], [16, 16]]


def test_times_on_a_busy_machine_come_with_a_doubt(exported: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.measuring.busy.busy_share", lambda: 0.5)
    output = exported.run("latency", "look/a", "--repeats", 1, "--warmup", 0, "--device", "cpu")
    assert output.startswith("other programs use 50% of this machine's cores: these times may be too long")
    monkeypatch.setattr("pipelines.measuring.busy.busy_share", lambda: 0.0)
    assert "busy" not in exported.run("latency", "look/a", "--repeats", 1, "--warmup", 0, "--device", "cpu")


def test_latency_needs_a_map_for_every_ulsam(exported: Shell) -> None:
    Path(exported.folder / "big.yaml").write_text(
        "arch: {backbone: mobilenet_v2, placements: [{block: 17, mode: insert}]}\nrecipe: {epochs: 1, input_size: 224}"
    )
    size = exported.refused(ArgumentError, "latency", "big.yaml", "--input-size", 32)
    assert (size.argument, size.got) == ("input_size", 32)
    assert isinstance(size.__cause__, SinglePositionError)
    assert exported.refused(ArgumentError, "latency", "look/a", "--device", "gpu").argument == "device"

"""The publication's networks with their printed costs and accuracies (https://arxiv.org/abs/2006.15102).

``networks.csv`` has the printed figures; each row is read as the architectures that it describes. The printed
costs follow a convention of their own, found by trying: the round figure of the plain network (such as 3.4 M
parameters, 300 M FLOPs) and the exact change that attention makes to it. Parameters of norms are not counted, and
all costs are those of 1000 classes, on whatever data set the network was trained.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from importlib.resources import files
from itertools import product

from ulsam.arch import ArchConfig, Mode, Placement
from ulsam.backbones import Backbone, backbone_shape
from ulsam.cost import Cost, count_cost
from ulsam.plan import layer_plan

CLASSES: Mapping[str, int] = {"imagenet1k": 1000, "food101": 101, "cub200": 200, "stanford_dogs": 120}


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkReference:
    """One row of a table.

    Attributes:
        name: of the row, such as ``imagenet-substitute-12``: its table, and its number there from 1.
        archs: the networks that fit the row, all of the same cost; more than one where the publication names
            several blocks, or only a shape. Their classes are those of ``dataset``.
        blocks: where attention goes, as printed.
        params_printed, flops_printed: as printed, such as ``2.96M``.
        params, flops: the same, as this package counts them by the publication's convention.
        dataset: that the accuracies belong to.
        top1, top5: printed accuracies in percent, the target of a full training; None: not printed.
    """

    name: str
    archs: tuple[ArchConfig, ...]
    blocks: str
    params_printed: str
    flops_printed: str
    params: float
    flops: float
    dataset: str
    top1: float
    top5: float | None

    @property
    def cost(self) -> Cost:
        """Exact cost of each of ``archs``, at 224 pixels."""
        return count_cost(self.archs[0])

    @property
    def params_difference(self) -> float:
        """Ours less the printed."""
        return self.params - millions(self.params_printed)

    @property
    def flops_difference(self) -> float:
        """Ours less the printed."""
        return self.flops - millions(self.flops_printed)

    @property
    def agrees(self) -> bool:
        """Whether both costs are as printed, to the last printed digit, rounded or cut off."""
        params = abs(self.params_difference) < _last_digit(self.params_printed)
        return params and abs(self.flops_difference) < _last_digit(self.flops_printed)


def network_references() -> tuple[NetworkReference, ...]:
    """Returns the rows of all tables, in print order."""
    text = files("ulsam.reference").joinpath("networks.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    plain = {(row["model"], row["width"]): row for row in rows if row["placement"] == "none"}
    numbers: Counter[str] = Counter()
    references = []
    for row in rows:
        numbers[row["table"]] += 1
        name = f"{row['table']}-{numbers[row['table']]:02d}"
        references.append(_reference(name, row, plain[row["model"], row["width"]]))
    return tuple(references)


def millions(printed: str) -> float:
    """Returns a printed figure such as ``2.96M`` as a number, 2,960,000."""
    return float(printed.removesuffix("M")) * 1e6


def _reference(name: str, row: dict[str, str], plain: dict[str, str]) -> NetworkReference:
    archs = tuple(_archs(row))
    counted = replace(archs[0], num_classes=1000)
    base = replace(counted, placements=())
    return NetworkReference(
        name=name,
        archs=archs,
        blocks=row["blocks"],
        params_printed=row["params_printed"],
        flops_printed=row["flops_printed"],
        params=millions(plain["params_printed"]) + _params_without_norms(counted) - _params_without_norms(base),
        flops=millions(plain["flops_printed"]) + count_cost(counted).flops - count_cost(base).flops,
        dataset=row["dataset"],
        top1=float(row["top1"]),
        top5=float(row["top5"]) if row["top5"] else None,
    )


def _archs(row: dict[str, str]) -> Iterator[ArchConfig]:
    backbone: Backbone = "mobilenet_v1" if row["model"] == "mobilenet_v1" else "mobilenet_v2"
    base = ArchConfig(backbone=backbone, width=float(row["width"]), num_classes=CLASSES[row["dataset"]])
    if row["placement"] == "none":
        yield base
        return
    mode: Mode = "insert" if row["placement"] == "insert" else "substitute"
    for blocks in product(*_choices(row["blocks"], base)):
        placements = tuple(Placement(block=block, mode=mode, groups=int(row["g"])) for block in blocks)
        yield replace(base, placements=placements)


def _choices(printed: str, base: ArchConfig) -> list[list[int]]:
    """For each placement, the blocks that ``printed`` leaves open.

    It is a shape (``512ch@14x14``), a range (``one of 7-11``), or blocks (``12|13 + 15``: 12 or 13, and 15).
    """
    if shape := re.fullmatch(r"(\d+)ch@(\d+)x\2", printed):
        channels, size = int(shape[1]), int(shape[2])
        sizes = [block.convs[-1].size for block in layer_plan(base).blocks]
        blocks = backbone_shape(base.backbone, base.width).blocks
        return [[block.index for block in blocks if (block.out_channels, sizes[block.index]) == (channels, size)]]
    if span := re.fullmatch(r"one of (\d+)-(\d+)", printed):
        return [list(range(int(span[1]), int(span[2]) + 1))]
    return [[int(block) for block in choice.split("|")] for choice in printed.split(" + ")]


def _params_without_norms(arch: ArchConfig) -> int:
    """Weights and biases of convolutions and linear layers; ``arch`` has no attention but ULSAM."""
    blocks = layer_plan(arch).blocks
    attention = [layer for block in blocks for layer in (block.substitute, block.insert) if layer is not None]
    normed = [conv.out_channels for block in blocks for conv in block.convs]
    normed += [layer.channels + layer.groups for layer in attention]
    return count_cost(arch).params - 2 * sum(normed)


def _last_digit(printed: str) -> float:
    """Returns the value of one unit of the last digit of a printed figure: 10,000 for ``2.96M``."""
    decimals: int = len(printed.removesuffix("M").partition(".")[2])
    return float(10 ** (6 - decimals))

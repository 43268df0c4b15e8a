"""The publication's tables: every printed cost comes out, and every row is a network that can be built."""

import csv
from importlib.resources import files

import pytest
from torch import nn

from tests.helpers import shared
from ulsam import build_model, count_cost
from ulsam.attention import (
    BAM,
    CBAM,
    ECA,
    ULSAM,
    CoordinateAttention,
    DoubleAttention,
    GlobalContext,
    NonLocal,
    SimAM,
    SqueezeExcite,
)
from ulsam.reference import AttentionReference, NetworkReference, attention_references, network_references

ATTENTION = {row.mechanism: row for row in attention_references()}
PRINTED = {name: row for name, row in ATTENTION.items() if row.params_printed}
NETWORKS = {row.name: row for row in network_references()}
MODULES = {
    "non_local": NonLocal(512),
    "double_attention": DoubleAttention(512),
    "squeeze_excite": SqueezeExcite(512),
    "bam": BAM(512),
    "cbam": CBAM(512),
    "ulsam": ULSAM(512, groups=1),
    "eca": ECA(512),
    "simam": SimAM(),
    "coordinate": CoordinateAttention(512),
    "global_context": GlobalContext(512),
}


@pytest.mark.parametrize("row", PRINTED.values(), ids=list(PRINTED))
def test_the_formulas_give_what_is_printed(row: AttentionReference) -> None:
    decimals = len(row.flops_printed.partition(".")[2])
    assert f"{row.params / 1e3:.0f}" == row.params_printed
    assert f"{row.flops / 1e6:.{decimals}f}" == row.flops_printed


@pytest.mark.parametrize("row", ATTENTION.values(), ids=list(ATTENTION))
def test_beside_the_formula_stands_the_built_module(row: AttentionReference) -> None:
    built = sum(parameter.numel() for parameter in MODULES[row.mechanism].parameters())
    assert row.built.params == built
    assert bool(row.difference) == ((row.built.params, row.built.flops) != (row.params, row.flops))


def test_the_attention_table_is_the_printed_one() -> None:
    with shared("reference/poster_attention.csv").open() as file:
        printed = list(csv.DictReader(file))
    names = {"a2_net": "double_attention", "se": "squeeze_excite"}
    assert [names.get(row["module"], row["module"]) for row in printed] == list(PRINTED) == list(ATTENTION)[:6]
    for row in printed:
        ours = ATTENTION[names.get(row["module"], row["module"])]  # type: ignore[index]
        assert ours.params_formula == row["params_formula"]
        assert ours.flops_formula.replace(" ", "") == row["flops_formula"].replace(" ", "")
        assert (ours.params_printed, ours.flops_printed) == (row["params_1e3_printed"], row["flops_1e6_printed"])


def test_the_network_tables_are_the_printed_ones() -> None:
    ours = files("ulsam.reference").joinpath("networks.csv").read_text()
    assert ours == shared("reference/poster_networks.csv").read_text()


def test_all_printed_costs_come_out_but_one_figure() -> None:
    assert len(NETWORKS) == 76
    disagreeing = [row for row in NETWORKS.values() if not row.agrees]
    assert {(row.blocks, row.flops_printed) for row in disagreeing} == {("12 + 13 + 15 + 16", "224.16M")}
    assert all(round(row.flops / 1e6, 2) == 223.77 for row in disagreeing)


def test_flops_of_v2_agree_to_ten_thousand() -> None:
    rows = [row for row in NETWORKS.values() if row.archs[0].backbone == "mobilenet_v2" and row.agrees]
    assert len(rows) == 30
    assert all(abs(row.flops_difference) < 0.01e6 for row in rows)


@pytest.mark.parametrize(
    ("name", "blocks"),
    [
        ("imagenet-insert-02", [(6,), (7,), (8,), (9,), (10,), (11,)]),
        ("imagenet-insert-12", [(12,), (13,)]),
        ("imagenet-insert-18", [(14,), (15,), (16,)]),
        ("imagenet-substitute-01", [(7,), (8,), (9,), (10,), (11,)]),
        ("imagenet-substitute-12", [(12, 15), (12, 16), (13, 15), (13, 16)]),
        ("imagenet-substitute-14", [(12, 13, 15, 16)]),
        ("fine-grained-01", [()]),
    ],
)
def test_a_row_names_every_network_that_fits(name: str, blocks: list[tuple[int, ...]]) -> None:
    archs = NETWORKS[name].archs
    assert [tuple(placement.block for placement in arch.placements) for arch in archs] == blocks


@pytest.mark.parametrize("row", NETWORKS.values(), ids=list(NETWORKS))
def test_all_networks_of_a_row_cost_the_same(row: NetworkReference) -> None:
    costs = {(cost.params, cost.flops) for cost in map(count_cost, row.archs)}
    assert costs == {(row.cost.params, row.cost.flops)}


def test_the_convention_counts_no_norms() -> None:
    """3.4 M less what the built network has fewer than the plain one, norms apart."""
    row = NETWORKS["imagenet-substitute-12"]

    def counted(*, placed: bool) -> int:
        reference = row if placed else NETWORKS["imagenet-insert-17"]
        modules = [
            module for module in build_model(reference.archs[0]).modules() if not isinstance(module, nn.BatchNorm2d)
        ]
        return sum(parameter.numel() for module in modules for parameter in module.parameters(recurse=False))

    assert row.params == 3.4e6 + counted(placed=True) - counted(placed=False)


def test_networks_have_the_classes_of_their_data_set() -> None:
    assert {(row.dataset, row.archs[0].num_classes) for row in NETWORKS.values()} == {
        ("imagenet1k", 1000),
        ("food101", 101),
        ("cub200", 200),
        ("stanford_dogs", 120),
    }
    row = NETWORKS["fine-grained-35"]
    assert (row.dataset, row.top1, row.top5, row.archs[0].placements[0].groups) == ("cub200", 65.41, None, 8)

"""The publication's comparison of attention mechanisms by cost (table 1 of https://arxiv.org/abs/2006.15102).

Mechanisms that the publication does not compare follow, without printed figures.

Its formulas are those of one module over m = 512 channels and 14x14 positions, with reduction r = 16 and t = m/8.
They count weights of convolutions and linear layers alone; the built module has biases and norms as well.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from ulsam.arch import Mechanism
from ulsam.attention.cost import AttentionCost, attention_cost, coordinate_hidden, eca_kernel

CHANNELS, SIZE, REDUCTION = 512, 14, 16


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionReference:
    """One row of the table.

    Attributes:
        mechanism: which.
        params_formula, flops_formula: as printed, in m, t, r, h and w.
        params, flops: what the formulas give.
        params_printed, flops_printed: as printed, in thousands and in millions; empty: the table lacks the mechanism.
        built: exact cost of the module that :func:`ulsam.build_model` places, with one subspace where it is ULSAM.
        difference: why ``built`` is not what the formulas give; empty where it is.
    """

    mechanism: Mechanism
    params_formula: str
    flops_formula: str
    params: int
    flops: int
    params_printed: str
    flops_printed: str
    built: AttentionCost
    difference: str


def attention_references() -> tuple[AttentionReference, ...]:
    """Returns the rows of the table, in print order, then those of mechanisms that it lacks."""
    return (*_printed_rows(), *_further_rows())


def _printed_rows() -> Iterator[AttentionReference]:
    m, t, r, positions = CHANNELS, CHANNELS // 8, REDUCTION, SIZE**2
    yield _row(
        "non_local",
        ("2m^2", 2 * m**2, "524"),
        ("2m^2 hw", 2 * m**2 * positions, "102.76"),
        "biases; the norm after the last convolution",
    )
    yield _row(
        "double_attention",
        ("2mt", 2 * m * t, "66"),
        ("2mt hw", 2 * m * t * positions, "12.85"),
        "four convolutions between m and t channels, of which the formula counts two; biases",
    )
    yield _row("squeeze_excite", ("2m^2/r", 2 * m**2 // r, "33"), ("2m^2/r", 2 * m**2 // r, "0.03"))
    bam = 4 * m**2 // r + 18 * m**2 // r**2
    yield _row(
        "bam",
        ("4m^2/r + 18m^2/r^2", bam, "84"),
        ("2m^2/r + (4m^2/r + 18m^2/r^2) hw", 2 * m**2 // r + bam * positions, "16.49"),
        "the spatial branch ends in one channel, m/r weights where the formula counts m^2/r; the channel branch's "
        "2m^2/r are not repeated at each position; biases and norms",
    )
    yield _row(
        "cbam",
        ("2m^2/r + 98", 2 * m**2 // r + 98, "33"),
        ("2m^2/r + 98hw", 2 * m**2 // r + 98 * positions, "0.05"),
        "the hidden layer sees both mean and maximum, so its FLOPs are twice the formula's; a norm",
    )
    yield _row(
        "ulsam",
        ("2m", 2 * m, "1"),
        ("2m hw", 2 * m * positions, "0.2"),
        "biases and norms: 3m + 3g parameters more",
    )


def _further_rows() -> Iterator[AttentionReference]:
    m, r, positions = CHANNELS, REDUCTION, SIZE**2
    kernel = eca_kernel(m)
    yield _row("eca", (f"k, here {kernel}", kernel, ""), ("km", kernel * m, ""))
    yield _row("simam", ("0", 0, ""), ("0", 0, ""))
    hidden = coordinate_hidden(m)
    yield _row(
        "coordinate",
        ("3mn", 3 * m * hidden, ""),
        ("2mn(h + w)", 2 * m * hidden * 2 * SIZE, ""),
        f"a norm; n = {hidden}, the hidden channels",
    )
    yield _row(
        "global_context",
        ("m + 2m^2/r", m + 2 * m**2 // r, ""),
        ("m hw + 2m^2/r", m * positions + 2 * m**2 // r, ""),
        "biases; a norm",
    )


def _row(
    mechanism: Mechanism, params: tuple[str, int, str], flops: tuple[str, int, str], difference: str = ""
) -> AttentionReference:
    """Returns a row; ``params`` and ``flops`` are the formula, what it gives, and what is printed."""
    return AttentionReference(
        mechanism=mechanism,
        params_formula=params[0],
        flops_formula=flops[0],
        params=params[1],
        flops=flops[1],
        params_printed=params[2],
        flops_printed=flops[2],
        built=attention_cost(mechanism, CHANNELS, 1, SIZE),
        difference=difference,
    )

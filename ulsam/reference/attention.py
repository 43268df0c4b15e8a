"""The publication's comparison of attention mechanisms by cost (table 1 of https://arxiv.org/abs/2006.15102).

Its formulas are those of one module over m = 512 channels and 14x14 positions, with reduction r = 16 and t = m/8.
They count weights of convolutions and linear layers alone; the built module has biases and norms as well.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from ulsam.arch import Mechanism
from ulsam.attention.cost import AttentionCost, attention_cost

CHANNELS, SIZE, REDUCTION = 512, 14, 16


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionReference:
    """One row of the table.

    Attributes:
        mechanism: which.
        params_formula, flops_formula: as printed, in m, t, r, h and w.
        params, flops: what the formulas give.
        params_printed, flops_printed: as printed, in thousands and in millions.
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
    """Returns the rows of the table, in print order."""
    return tuple(_rows())


def _rows() -> Iterator[AttentionReference]:
    m, t, r, positions = CHANNELS, CHANNELS // 8, REDUCTION, SIZE**2

    def row(
        mechanism: Mechanism,
        params: tuple[str, int, str],
        flops: tuple[str, int, str],
        difference: str = "",
    ) -> AttentionReference:
        """``params`` and ``flops``: the formula, what it gives, what is printed."""
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

    yield row(
        "non_local",
        ("2m^2", 2 * m**2, "524"),
        ("2m^2 hw", 2 * m**2 * positions, "102.76"),
        "biases; the norm after the last convolution",
    )
    yield row(
        "double_attention",
        ("2mt", 2 * m * t, "66"),
        ("2mt hw", 2 * m * t * positions, "12.85"),
        "four convolutions between m and t channels, of which the formula counts two; biases",
    )
    yield row("squeeze_excite", ("2m^2/r", 2 * m**2 // r, "33"), ("2m^2/r", 2 * m**2 // r, "0.03"))
    bam = 4 * m**2 // r + 18 * m**2 // r**2
    yield row(
        "bam",
        ("4m^2/r + 18m^2/r^2", bam, "84"),
        ("2m^2/r + (4m^2/r + 18m^2/r^2) hw", 2 * m**2 // r + bam * positions, "16.49"),
        "the spatial branch ends in one channel, m/r weights where the formula counts m^2/r; the channel branch's "
        "2m^2/r are not repeated at each position; biases and norms",
    )
    yield row(
        "cbam",
        ("2m^2/r + 98", 2 * m**2 // r + 98, "33"),
        ("2m^2/r + 98hw", 2 * m**2 // r + 98 * positions, "0.05"),
        "the hidden layer sees both mean and maximum, so its FLOPs are twice the formula's; a norm",
    )
    yield row(
        "ulsam",
        ("2m", 2 * m, "1"),
        ("2m hw", 2 * m * positions, "0.2"),
        "biases and norms: 3m + 3g parameters more",
    )

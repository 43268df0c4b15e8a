"""What docs/measured.md says of 8-bit integers is what was measured."""

from math import sqrt
from statistics import mean, median, stdev
from typing import Any

import pytest

from tests.figures import PAGE, result

NETWORKS = result("int8/result.json")["networks"]
ROWS = {
    "MobileNet-V2, 96 px": "mobilenet_v2-x1.0-stem2-81c",
    "ULSAM for blocks 15, 16, 96 px": "mobilenet_v2-x1.0-stem2-81c-sub15g4-sub16g4",
    "ULSAM for seven blocks, 64 px": (
        "mobilenet_v2-x1.0-stem2-81c-sub8g4-sub9g4-sub10g4-sub12g4-sub13g4-sub15g4-sub16g4"
    ),
}


def points(runs: list[dict[str, Any]], how: str) -> str:
    changes = [100 * run[how]["change"] for run in runs]
    return f"{mean(changes):.1f} ± {stdev(changes) / sqrt(len(changes)):.1f}"


@pytest.mark.parametrize("row", ROWS)
def test_a_row_is_what_was_measured(row: str) -> None:
    runs = [run for run in NETWORKS if run["network"] == ROWS[row]]
    assert len({run["seed"] for run in runs}) == len(runs) == 3
    same = [f"{mean(100 * run[how]['same_class'] for run in runs):.1f}%" for how in ("alone", "corrected")]
    cells = (
        row,
        f"{mean(100 * run['float32'] for run in runs):.1f}%",
        points(runs, "alone"),
        points(runs, "corrected"),
        " and ".join(same),
        f"{median(run['bytes'] for run in runs):.2f}",
        f"{median(run['latency'] for run in runs):.2f}",
    )
    assert f"| {' | '.join(cells)} |" in PAGE


def test_the_largest_losses_and_the_small_networks_are_as_said() -> None:
    def largest(how: str) -> str:
        return f"{max(-100 * run[how]['change'] for run in NETWORKS):.1f}"

    assert f"is {largest('alone')} points alone and {largest('corrected')} points with corrected biases" in PAGE
    small = [run for run in NETWORKS if run["data"] == "digits"]
    slower = sorted(f"{run['latency']:.1f}" for run in small)
    taken = sorted(f"{run['float32_ms']:.2f}" for run in small)
    assert f"{' to '.join(slower)} times the latency" in PAGE
    assert f"{' and '.join(taken)} ms per call" in PAGE

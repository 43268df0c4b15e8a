"""What docs/groceries.md says of networks from trained weights is what the result file says."""

import csv
from decimal import ROUND_HALF_UP, Decimal
from statistics import mean, stdev

from tests.figures import BENCHMARKS, result, row
from tests.pages import page

GROCERIES = page("groceries")
BLOCKS = {"A": "5, 6", "B": "8, 9, 10", "C": "12, 13", "D": "15, 16"}
FIGURES = result("transfer/result.json")


def percent(name: str) -> str:
    """``70.2 ± 0.8``, or nothing if that network was not trained."""
    found = FIGURES["networks"].get(name)
    return f"{100 * found['mean']:.1f} ± {100 * found['error']:.1f}" if found else ""


def test_each_network_of_the_result_file_has_its_figures() -> None:
    for name, found in FIGURES["networks"].items():
        assert found["n"] == FIGURES["seeds"] == 3
        size, how, *groups = name.split()
        start = f"{size} px | {', '.join(BLOCKS[group] for group in groups) or 'none: plain'} | {found['mega_flops']}"
        if how == "plain":
            cells = [percent(name), "", ""]
        else:
            gain = FIGURES["ulsam_over_left_out"].get(" ".join([size, *groups]))
            ways = [percent(" ".join([size, way, *groups])) for way in ("without", "ulsam")]
            cells = [*ways, f"{100 * gain['mean']:+.1f} ± {100 * gain['error']:.1f}" if gain else ""]
        line = next(line for line in GROCERIES.splitlines() if line.startswith(f"| {start} |"))
        assert [cell.strip() for cell in line.split("|")[4:7]] == cells, name


def test_what_the_page_concludes_is_that_of_the_result_file() -> None:
    between, within = (100 * FIGURES[f"between_{what}_sd"] for what in ("networks", "seeds"))
    assert f"{between:.1f} points between networks and {within:.1f} between seeds" in GROCERIES
    tau, every = FIGURES["tau"], FIGURES["ulsam_over_left_out"]["all"]
    assert f"is {tau['all']:.2f} over all networks, and {tau['within_10_percent_of_flops']:.2f} over pairs" in GROCERIES
    assert (
        f"{100 * every['mean']:+.1f} ± {100 * every['error']:.1f} points, the mean of {every['n']} pairs" in GROCERIES
    )
    for name, kind in (("96 without C D", "the network"), ("80 plain", "The plain network at 80 px")):
        found = FIGURES["networks"][name]
        cells = f"{kind} has {100 * found['mean']:.1f} % for {found['mega_flops']}M"
        assert cells in GROCERIES


def test_the_trainings_without_clipped_gradients_are_those_of_the_rows() -> None:
    seven = "8+9+10+12+13+15+16"
    for network, rate, says in (
        ("plain", "0.02", "| plain x1 | 55.1 | {} |"),
        ("cut:x0.9", "0.05", "| plain cut to x0.9, rate 0.05 | 49.3 | {} |"),
        ("cut:x0.65", "0.05", "| plain cut to x0.65, rate 0.05 | 29.6 | {} |"),
        ("cut:x0.5", "0.05", "| plain cut to x0.5, rate 0.05 | 17.7 | {} |"),
        ("plain", "0.05", "At 0.05 the plain network breaks ({} %)"),
        (f"drop:{seven}", "0.05", "without the seven blocks from 8 to 16 has {} %"),
    ):
        assert says.format(", ".join(accuracies(network, rate))) in GROCERIES
    at_a_low_rate = [accuracies(network, "0.01")[0] for network in ("plain", f"drop:{seven}")]
    assert f"they have {' and '.join(at_a_low_rate)} %" in GROCERIES
    assert f"ended at {min(accuracies('ulsam:12+13', '0.02'))} %" in GROCERIES


def accuracies(network: str, rate: str) -> list[str]:
    """Percent of the test images, seed by seed."""
    wanted = {"network": network, "size": "96", "rate": rate, "clip": "0"}
    rows = [row for row in rows_of("first_trainings") if wanted.items() <= row.items()]
    return [
        str((100 * Decimal(row["test"])).quantize(Decimal("0.1"), ROUND_HALF_UP))
        for row in sorted(rows, key=lambda row: row["seed"])
    ]


def test_how_ulsam_begins_is_that_of_the_rows() -> None:
    starts = rows_of("starts")

    def values(start: str, groups: str, column: str = "accuracy") -> list[float]:
        found = [one for one in starts if (one["start"], one["groups"]) == (start, groups)]
        return [float(one[column].rpartition("; ")[2]) for one in sorted(found, key=lambda one: one["seed"])]

    for groups, blocks in (("C", "12, 13"), ("BCD", "8, 9, 10, 12, 13, 15, 16")):
        ways = [values(start, groups) for start in ("blocks left out", "as it is", "gate at zero", "new parts first")]
        assert f"| {row(blocks, *map(mean_and_error, ways))} |" in GROCERIES
        with_ulsam, without = (mean(values(start, groups, "moved")) for start in ("as it is", "blocks left out"))
        assert f"{with_ulsam:.2f} {'with ULSAM and' if groups == 'C' else 'and'} {without:.2f}" in GROCERIES
    pairs = zip(values("as it is", "BCD"), values("new parts first", "BCD"), strict=True)
    assert f"replaced {mean_and_error([one - other for one, other in pairs])} points" in GROCERIES


def rows_of(name: str) -> list[dict[str, str]]:
    """The rows of a file of trainings."""
    with (BENCHMARKS / "transfer" / f"{name}.csv").open() as file:
        return list(csv.DictReader(file))


def mean_and_error(values: list[float]) -> str:
    """``70.2 ± 0.8``, in percent."""
    return f"{100 * mean(values):.1f} ± {100 * stdev(values) / len(values) ** 0.5:.1f}"

"""What docs/groceries.md says of networks from trained weights is what the result file says."""

from decimal import ROUND_HALF_UP, Decimal
from statistics import mean

import pytest

from tests.figures import differences, mean_and_error, result, row, rows_of, shown
from tests.pages import page

GROCERIES = page("groceries")
BLOCKS = {"A": "5, 6", "B": "8, 9, 10", "C": "12, 13", "D": "15, 16"}
FIGURES = result("transfer/result.json")


def percent(name: str) -> str:
    """``70.2 ± 0.8``, or nothing if that network was not trained."""
    found = FIGURES["networks"].get(name)
    return shown(found["mean"], found["error"]) if found else ""


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
            cells = [*ways, shown(gain["mean"], gain["error"], sign="+") if gain else ""]
        line = next(line for line in GROCERIES.splitlines() if line.startswith(f"| {start} |"))
        assert [cell.strip() for cell in line.split("|")[4:7]] == cells, name


def test_the_table_has_no_other_networks() -> None:
    rows = GROCERIES.partition("| size | blocks |")[2].partition("\n\n")[0].splitlines()[2:]
    named = [percent for line in rows for percent in line.split("|")[4:6] if percent.strip()]
    assert len(named) == len(FIGURES["networks"]) == 24


def test_the_result_file_is_that_of_the_trainings() -> None:
    trainings = [one for one in rows_of("transfer/trainings") if one["epochs"] == str(FIGURES["epochs"])]
    for name, found in FIGURES["networks"].items():
        reports = [float(one["report"]) for one in trainings if one["network"] == name]
        assert (found["n"], found["mean"]) == (len(reports), pytest.approx(mean(reports), abs=1e-4)), name


def test_what_the_page_concludes_is_that_of_the_result_file() -> None:
    between = {size: 100 * found["between_networks_sd"] for size, found in FIGURES["signal"].items()}
    within = 100 * FIGURES["signal"]["96"]["between_seeds_sd"]
    assert (
        f"is {between['all']:.1f} points between all networks. At 96 px it is {between['96']:.1f} points" in GROCERIES
    )
    assert f"{within:.1f} points between seeds" in GROCERIES
    tau = FIGURES["tau"]
    assert f"is {tau['all']:.2f} over all networks, and {tau['within_10_percent_of_flops']:.2f} over pairs" in GROCERIES
    gains = {name: (found["mean"], found["error"]) for name, found in FIGURES["ulsam_over_left_out"].items()}
    every, *others = (shown(*gain, sign="+") for gain in (gains.pop("all"), *sorted(gains.values())))
    assert f"{every} points, the mean of {len(gains)} pairs, which go from {others[0]} to {others[-1]}" in GROCERIES
    networks = FIGURES["networks"]
    for name, kind in (("96 without C D", "the network"), ("80 plain", "The plain network at 80 px")):
        assert f"{kind} has {100 * networks[name]['mean']:.1f}% for {networks[name]['mega_flops']}M" in GROCERIES
    whole, without = networks["96 plain"], networks["96 without A"]
    points, flops = 100 * (whole["mean"] - without["mean"]), whole["mega_flops"] - without["mega_flops"]
    assert f"cost more: {points:.1f} points for {flops:.1f}M FLOPs" in GROCERIES


def test_the_trainings_without_clipped_gradients_are_those_of_the_rows() -> None:
    seven = "8+9+10+12+13+15+16"
    for network, rate, says in (
        ("plain", "0.02", "| plain x1 | 55.1 | {} |"),
        ("cut:x0.9", "0.05", "| plain cut to x0.9, rate 0.05 | 49.3 | {} |"),
        ("cut:x0.65", "0.05", "| plain cut to x0.65, rate 0.05 | 29.6 | {} |"),
        ("cut:x0.5", "0.05", "| plain cut to x0.5, rate 0.05 | 17.7 | {} |"),
        ("plain", "0.05", "At 0.05 the plain network breaks ({}%)"),
        (f"drop:{seven}", "0.05", "without the seven blocks from 8 to 16 has {}%"),
    ):
        assert says.format(", ".join(accuracies(network, rate))) in GROCERIES
    at_a_low_rate = [accuracies(network, "0.01")[0] for network in ("plain", f"drop:{seven}")]
    assert f"they have {' and '.join(at_a_low_rate)}%" in GROCERIES
    assert f"ended at {min(accuracies('ulsam:12+13', '0.02'))}%" in GROCERIES


def accuracies(network: str, rate: str) -> list[str]:
    """Percent of the test images, seed by seed."""
    wanted = {"network": network, "size": "96", "rate": rate, "clip": "0"}
    rows = [row for row in rows_of("transfer/first_trainings") if wanted.items() <= row.items()]
    return [
        str((100 * Decimal(row["test"])).quantize(Decimal("0.1"), ROUND_HALF_UP))
        for row in sorted(rows, key=lambda row: row["seed"])
    ]


def test_how_ulsam_begins_is_that_of_the_rows() -> None:
    starts = rows_of("transfer/starts")

    def found(start: str, groups: str) -> list[dict[str, str]]:
        rows = [one for one in starts if (one["start"], one["groups"]) == (start, groups)]
        return sorted(rows, key=lambda one: one["seed"])

    def values(start: str, groups: str) -> list[float]:
        return [float(one["accuracy"]) for one in found(start, groups)]

    def distances(start: str, groups: str, other: int) -> list[float]:
        return [float(one["moved"].split("; ")[other]) for one in found(start, groups)]

    for groups, blocks in (("C", "12, 13"), ("BCD", "8, 9, 10, 12, 13, 15, 16")):
        ways = [values(start, groups) for start in ("blocks left out", "as it is", "gate at zero", "new parts first")]
        assert f"| {row(blocks, *map(mean_and_error, ways))} |" in GROCERIES
        from_without, from_whole = (mean(distances("as it is", groups, other)) for other in (0, 1))
        assert f"{from_without:.2f} {'of their norm for 12, 13' if groups == 'C' else 'for the'}" in GROCERIES
        assert f"{from_whole:.2f} against {mean(distances('blocks left out', groups, 1)):.2f}" in GROCERIES
    for start, after in (("gate at zero", "points. One of the six"), ("new parts first", "points; three seeds")):
        both = [differences(values(start, groups), values("as it is", groups)) for groups in ("C", "BCD")]
        assert f"by {' and '.join(mean_and_error(found, sign='+') for found in both)} {after}" in GROCERIES


def test_the_recipes_are_those_of_the_rows() -> None:
    first = "rate 0.02, clipped at 10"
    words = {
        first: "6 epochs, batches of 64, rate 0.02, clipped at 10",
        f"{first}, 12 epochs": "12 epochs",
        "rate 0.014, batches of 32, clipped at 10": "batches of 32, rate 0.014",
        "rate 0.014, batches of 32, clipped at 10, 12 epochs": "batches of 32, rate 0.014, 12 epochs",
        f"{first}, fresh parts 5 times": "rate of fresh parts 0.1",
        "rate 0.01, clipped at 10, fresh parts 5 times": "rate 0.01, of fresh parts 0.05",
        "rate 0.05, clipped at 10": "rate 0.05",
        f"{first}, frozen statistics": "statistics of trained norms frozen",
    }
    found = {
        (one["recipe"], one["network"], one["seed"]): float(one["report"])
        for one in rows_of("transfer/recipes")
        if one["method"] == "3"
    }
    networks = ("64 plain", "64 ulsam C", "64 without B C D")
    for recipe, label in words.items():
        columns = [[found[recipe, network, seed] for seed in "012"] for network in networks]
        cells = row(label, *map(mean_and_error, columns))
        base = [found[first, network, seed] for network in networks for seed in "012"]
        gain = mean_and_error(differences([value for column in columns for value in column], base), sign="+")
        assert f"| {cells} | {'' if recipe == first else f'{gain} '}|" in GROCERIES, recipe

"""What docs/measured.md says of searches and accuracies is what the result files say."""

import csv
from statistics import mean, stdev
from typing import Any

from tests.figures import BENCHMARKS, PAGE, result, row


def test_the_search_is_that_of_the_result_file() -> None:
    figures = result("search_quality/result.json")

    def missing(sampler: str, at_once: int = 1) -> str:
        (found,) = (
            found
            for found in figures["missing"]
            if (found["table"], found["sampler"], found["at_once"]) == ("NAS-Bench-Macro, flops", sampler, at_once)
        )
        assert found["n"] == 20
        return shares(found["missing"], ("30", "50", "100"))

    def shares(values: dict[str, dict[str, float]], after: tuple[str, ...]) -> str:
        return ", ".join(f"{100 * values[trials]['mean']:.1f}" for trials in after) + "%"

    def stopped(sampler: str, stopping: str) -> str:
        (found,) = (one for one in figures["epochs"] if (one["sampler"], one["stopping"]) == (sampler, stopping))
        return shares(found["missing"], ("20", "30", "50"))

    assert row("100 trials", missing("ulsam-search"), missing("GPSampler"), missing("TPE")) in PAGE
    assert row("16 trials at once", missing("ulsam-search", 16), missing("GPSampler", 16)) in PAGE
    assert row("stopping by the front", stopped("ulsam-search", "front")) in PAGE
    assert f"without early stopping | {stopped('ulsam-search', 'none')} | | {stopped('TPE', 'none')} |" in PAGE
    one, two = (figures["proposal"][f"{known} known"]["mean"] for known in (1, 2))
    assert row("one known cost", f"{one:.2f} s") in PAGE
    assert row("the same with two known costs", f"{two:.2f} s") in PAGE
    held = sum(look["bound_held"] for look in figures["finish_line"])
    assert f"held in {held} of {sum(look['searches'] for look in figures['finish_line'])}" in PAGE


def test_the_search_near_the_budget_is_that_of_the_result_file() -> None:
    figures = result("search_quality/result-budget.json")
    assert f"Means of {figures['seeds']} searches" in PAGE
    found = {
        (one["table"], one["share"], one["trials"], one["limit_weight"]): (one["regret"][0], one["missing"][0])
        for one in figures["searches"]
    }
    for label, table, share in (
        ("quarter", "flops", 0.25),
        ("60%", "flops", 0.6),
        ("60%, parameters known too", "params+flops", 0.6),
    ):
        for trials in (14, 30, 60):
            (regret, missing), (regret_0, missing_0) = (found[table, share, trials, weight] for weight in (4, 0))
            regrets = f"{regret:.2f} points", f"{regret_0:.2f} points"
            assert f"| {row(label, str(trials), *regrets, f'{missing:.0f}%', f'{missing_0:.0f}%')} |" in PAGE


def test_the_kernels_are_those_of_the_result_file() -> None:
    figures = result("search_quality/result-kernels.json")
    assert f"Means of {figures['seeds']} searches ± one standard error" in PAGE
    for one in figures["searches"]:
        regret = f"{one['regret'][0]:.2f}", f"{one['regret_rbf'][0]:.2f}", signed(one["regret_gain"], 2)
        missing = f"{one['missing'][0]:.1f}%", f"{one['missing_rbf'][0]:.1f}%", signed(one["missing_gain"], 1)
        assert f"| {row(str(one['trials']), *regret, *missing)} |" in PAGE

    bounds = figures["finish_line"]
    held, looks = sum(one["bound_held"] for one in bounds), sum(one["searches"] for one in bounds)
    assert f"held in {held} of {looks} looks at {figures['seeds']} searches with the additive kernel" in " ".join(
        PAGE.split()
    )


def test_the_simulated_searches_are_those_of_the_result_file() -> None:
    figures = result("outcome/result-simulated.json")
    assert f"on {figures['worlds']} draws of accuracies" in PAGE
    for one in figures["searches"]:
        budget, sampler = one["budget"], f"`{one['sampler']}`"
        gain, regret = signed(one["gain"], 2), signed(one["regret"], 2).removeprefix("+")
        assert f"| {row(budget, sampler, gain, regret)} |" in PAGE


def signed(mean_and_error: list[float], digits: int) -> str:
    return f"{mean_and_error[0]:+.{digits}f} ± {mean_and_error[1]:.{digits}f}"


def test_the_fidelities_are_those_of_the_result_file() -> None:
    figures = result("fidelity/result.json")["kendall_tau_with_95_percent_interval"]
    labels = {
        "flops": "FLOPs alone",
        "truncated_3": "after 3 epochs, not annealed",
        "annealed_1": "annealed after 1 epoch",
        "annealed_3": "annealed after 3 epochs",
        "annealed_9": "annealed after 9 epochs",
        "the same training with another seed": "the same training with another seed",
    }
    for name, label in labels.items():
        found = figures[name]
        assert row(label, f"{found['tau']:.2f} ({found['low']:.2f} to {found['high']:.2f}) |") in PAGE, name


def test_the_accuracies_are_those_of_the_result_file() -> None:
    networks = result("accuracy/result.json")["networks"]
    found, plain = networks["found"], networks["torchvision's MobileNet-V2"]
    for network, named, training in (
        (found, "what a search of the groceries from fresh weights found", ", recipe `fine-grained`, test, 3 seeds"),
        (plain, "torchvision's MobileNet-V2", ", the same training"),
    ):
        accuracy = network["test_accuracy"]
        assert accuracy["n"] == 3
        costs = f"({network['params'] / 1e6:.2f}M parameters, {network['flops'] / 1e6:.1f}M FLOPs)"
        expected = f"{100 * accuracy['mean']:.1f}% (sd {100 * accuracy['sd']:.1f})"
        assert row(f"{named} {costs}{training}", expected) in PAGE
    less = plain["test_accuracy"]["mean"] - found["test_accuracy"]["mean"]
    label = f"the difference, at {found['flops'] / plain['flops']:.2f} of the FLOPs"
    assert row(label, f"{100 * less:.1f} points less") in PAGE


def test_the_spread_of_narrow_networks_is_that_of_the_trainings() -> None:
    with (BENCHMARKS / "narrow" / "trainings.csv").open() as file:
        rows = [found for found in csv.DictReader(file) if found["method"] == "3"]
    for setting, label in (
        ("rate 0.1", "rate 0.1, 8 seeds, method 3"),
        ("rate 0.05", "which the rule of `init` gives such batches"),
        ("rate 0.1, warm-up 2.5 epochs", "with a warm-up of 2.5 epochs"),
    ):
        spreads = []
        for width in ("0.1", "0.2", "0.35"):
            own = [
                100 * float(found["accuracy"])
                for found in rows
                if (found["setting"], found["width"]) == (setting, width)
            ]
            assert len(own) == 8
            spreads.append(f"{mean(own):.1f} ± {stdev(own):.1f}")
        assert row(label, f"{spreads[0]}, {spreads[1]} and {spreads[2]}%") in PAGE


def test_the_whole_search_is_that_of_the_result_file() -> None:
    figures = result("end_to_end/result.json")
    needed = figures["seconds_of_ours_until_it_is_worth_as_much"] / 60
    ours = f"after {figures['trained_by_ours_until_it_is_worth_as_much']} trials, {needed:.1f} minutes"
    times = f"{figures['times_as_fast']:.1f} times as fast"
    rival = f"after {figures['trials_of_the_rival']} trials of {figures['epochs']} epochs"
    minutes = figures["seconds_of_the_rival"] / 60
    assert row("in the end", f"{ours}: {times}", f"{rival}, {minutes:.0f} minutes") in PAGE
    best = [figures[f"seconds_of_{whose}"] / 60 for whose in ("ours_to_the_best_of_the_rival", "the_rival_to_its_best")]
    assert row("on the way", *(f"{one:.1f} minutes" for one in best)) in PAGE
    more = figures["hypervolume_of_ours_in_the_end"] / figures["hypervolume_of_the_rival"]
    after = f"worth of the front after {figures['seconds_of_ours_in_all'] / 60:.0f} minutes"
    assert row(after, f"{more:.2f} times the rival's in the end") in PAGE


def test_the_kills_are_those_of_the_result_file() -> None:
    parts = result("faults/result.json")["parts"]
    drivers, workers, their_drivers, their_workers = (
        parts[part] for part in ("ours-driver", "ours-worker", "rival-driver", "rival-worker")
    )

    def finished(part: dict[str, Any]) -> str:
        return f"{part['trials_finished']} of {part['trials_asked']}"

    def again(part: dict[str, Any]) -> str:
        return f"{part['epochs_trained_again']} of {part['epochs_trained']:,}"

    assert workers["finished_trainings_lost"] == workers["finished_trainings_made_again"] == 0
    in_mlflow = f"MLflow has {their_drivers['finished_in_mlflow']} finished"
    lost, made = (
        [str(part[name]) for part in (drivers, their_drivers)]
        for name in ("finished_trainings_lost", "finished_trainings_made_again")
    )
    for cells in (
        ("driver kills", str(drivers["kills"]), str(their_drivers["kills"])),
        ("trials finished", finished(drivers), f"{finished(their_drivers)}; {in_mlflow}"),
        ("finished trainings lost", *lost),
        ("finished trainings made again", f"{made[0]}, not yet on record", made[1]),
        ("epochs trained twice", again(drivers), again(their_drivers)),
        ("in which a first epoch comes", str(workers["kills"]), str(their_workers["kills"])),
        ("the rival tries a trial three times", finished(workers), finished(their_workers)),
        ("epochs trained twice", again(workers), again(their_workers)),
    ):
        assert f"{row(*cells)} |" in PAGE

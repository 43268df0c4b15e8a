"""The README's measured figures are those of the result files."""

import json
from statistics import median
from typing import Any

from tests.helpers import ROOT

README = (ROOT / "README.md").read_text()


def result(name: str) -> dict[str, Any]:
    """A benchmark's result file."""
    return json.loads((ROOT / "benchmarks" / name).read_text())  # type: ignore[no-any-return]


def test_the_measured_overhead_is_that_of_the_result_file() -> None:
    figures = result("overhead/result.json")
    ours, theirs, times = (figures[name] for name in ("ours_trials_a_minute", "rival_trials_a_minute", "times_as_many"))
    expected = (
        f"{ours['median']:.0f}, against {theirs['median']:.0f} of Ray Tune with its own OptunaSearch in the same run: "
        f"{times['median']:.0f} times as many ({times['lowest']:.0f} to {times['highest']:.0f}, n = {times['n']})"
    )
    assert expected in README


def test_the_measured_gains_of_ulsam_are_those_of_the_result_files() -> None:
    for threads in (1, 2):
        rows = result(f"attention/result-cpu-{threads}.json")["rows"]
        gains = sorted(row["times_as_fast_as_the_loop"]["median"] for row in rows)
        rounds = rows[0]["times_as_fast_as_the_loop"]["n"]
        assert f"{median(gains):.1f} times as fast in the middle of {len(rows)} cases" in README
        assert f"({gains[0]:.2f} to {gains[-1]:.1f}, n = {rounds} each)" in README


def test_the_measured_step_and_costs_are_those_of_the_result_files() -> None:
    for mode, spread in result("training_step/result-cpu.json")["percent_more_than_the_plain_network"].items():
        words = {"insert": "inserted", "substitute": "substituted, with four blocks fewer,"}[mode]
        expected = f"{words} {spread['median']:+.1f} % ({spread['lowest']:+.1f} to {spread['highest']:+.1f}"
        assert expected in README
    figures = result("costs/result.json")
    times = figures["times_as_fast_as_one_by_one"]
    assert f"{figures['seconds_for_all']['median']:.2f} s" in README
    assert f"{times['median']:.0f} times as fast ({times['lowest']:.0f} to {times['highest']:.0f}" in README


def test_the_measured_search_is_that_of_the_result_file() -> None:
    figures = result("search_quality/result.json")

    def missing(sampler: str, at_once: int = 1) -> str:
        (row,) = (
            row
            for row in figures["missing"]
            if (row["table"], row["sampler"], row["at_once"]) == ("NAS-Bench-Macro, flops", sampler, at_once)
        )
        assert row["n"] == 20
        shares = ", ".join(f"{100 * row['missing'][trials]['mean']:.1f}" for trials in ("30", "50", "100"))
        return f"{shares} %"

    assert f"{missing('ulsam-search')}, against {missing('GPSampler')} of Optuna's GPSampler" in README
    assert f"and {missing('TPE')} of its TPE" in README
    assert f"with 16 at once {missing('ulsam-search', 16)}, against {missing('GPSampler', 16)}" in README
    one, two = (figures["proposal"][f"{known} known"]["mean"] for known in (1, 2))
    assert f"{one:.2f} s, with two known costs {two:.2f} s" in README
    held = sum(look["bound_held"] for look in figures["finish_line"])
    assert f"held in {held} of {sum(look['searches'] for look in figures['finish_line'])}" in README


def middle(spread: dict[str, float], digits: int = 1) -> str:
    """``2.0 (1.5 to 2.4)``."""
    return f"{spread['median']:.{digits}f} ({spread['lowest']:.{digits}f} to {spread['highest']:.{digits}f})"


def test_the_measured_loading_is_that_of_the_result_file() -> None:
    figures = result("loading/result-cpu.json")
    for name in ("digits", "photographs", "made-up photographs"):
        times = figures[f"{name}, 1 worker"]["times_as_fast_as_DataLoader"]["resident"]
        assert middle(times) in README, name
    alone = figures["made-up photographs, 1 worker"]["times_as_fast_as_decoding_in_one_thread"]
    assert middle(alone["ffcv, reading alone"], 2) in README


def test_the_measured_candidate_is_that_of_the_result_file() -> None:
    figures = result("candidate/result.json")
    assert middle(figures["times_as_long_as_ours"]["script on the photographs"]) in README
    first = figures["seconds_to_the_first_batch"]
    again = first["in a worker that trained before"]["resident"]["median"]
    new = first["in a new process, imports done"]["resident"]["median"]
    assert f"{again * 1000:.0f} ms in a worker that trained before, {new:.2f} s in a new one" in README


def test_the_measured_step_profile_is_that_of_the_result_file() -> None:
    networks = result("step_profile/result-cpu.json")["networks"]
    share = max(network["percent_of_the_time"]["input"] for network in networks.values())
    assert f"input is at most {share:.1f} % of a step" in README


def test_the_measured_gpu_is_that_of_the_result_files() -> None:
    captured, eager = (result(f"step_profile/result-cuda{how}.json")["networks"] for how in ("", "-eager"))
    names = ("mobilenet_v2 x1.0", "mobilenet_v2 x1.0, four ULSAM")
    one, four, one_eager, four_eager = (
        f"{profile[name]['milliseconds_a_step']['median']:.1f}" for profile in (captured, eager) for name in names
    )
    assert (
        f"{one} ms, with four ULSAM {four}; kernel by kernel, as it was before, {one_eager} and {four_eager}" in README
    )

    sharing = result("sharing/result-cuda.json")
    two, eight = (
        " and ".join(
            f"{rates[number]['times_as_many_as_one']['median']:.2f}"
            for name, rates in sharing.items()
            if name.startswith("mobilenet_v2")
        )
        for number in ("2", "8")
    )
    assert f"two train {two} times as many images together, eight {eight}" in README

    loading = result("loading/result-cuda.json")
    small, large = (
        loading[f"{name}, 8 workers"]["times_as_fast_as_DataLoader"] for name in ("digits", "made-up photographs")
    )
    for reader in ("resident", "ffcv"):
        assert middle(small[reader]) in README
        assert middle(large[reader]) in README

    rows = result("attention/result-cuda.json")["rows"]
    gains = sorted(row["times_as_fast_as_the_loop"]["median"] for row in rows)
    least = min(row["times_as_fast_as_the_loop"]["median"] for row in rows if row["g"] == 16)
    assert f"{median(gains):.1f} times as fast in the middle of {len(rows)} cases ({gains[0]:.2f} to" in README
    assert f"with g = 16 at least {least:.1f} times" in README


def test_the_measured_fidelities_are_those_of_the_result_file() -> None:
    figures = result("fidelity/result.json")["kendall_tau_with_95_percent_interval"]

    def tau(name: str) -> str:
        return f"{figures[name]['tau']:.2f} ({figures[name]['low']:.2f} to {figures[name]['high']:.2f})"

    for name in (
        "flops",
        "truncated_3",
        "annealed_1",
        "annealed_3",
        "annealed_9",
        "the same training with another seed",
    ):
        assert tau(name) in README, name


def test_the_measured_accuracies_are_those_of_the_result_file() -> None:
    networks, plain_name = result("accuracy/result.json")["networks"], "torchvision's MobileNet-V2"

    def row(name: str) -> str:
        network, accuracy = networks[name], networks[name]["test_accuracy"]
        assert accuracy["n"] == 3
        return f"{accuracy['mean']:.1%} (sd {100 * accuracy['sd']:.1f}) with {network['params'] / 1e6:.2f}M".replace(
            "%", " %"
        )

    found, plain = networks["found"], networks[plain_name]
    assert f"{row('found')} parameters and {found['flops'] / 1e6:.1f}M FLOPs" in README
    assert f"{row(plain_name)} and {plain['flops'] / 1e6:.1f}M" in README
    less = plain["test_accuracy"]["mean"] - found["test_accuracy"]["mean"]
    assert f"{100 * less:.1f} points less" in README
    assert f"{found['flops'] / plain['flops']:.2f} of the FLOPs" in README


def test_the_measured_side_by_side_is_that_of_the_result_file() -> None:
    figures = result("end_to_end/result.json")
    trials, minutes = figures["trials_of_the_rival"], figures["seconds_of_the_rival"] / 60
    ours, needed = (
        figures["trained_by_ours_until_it_is_worth_as_much"],
        figures["seconds_of_ours_until_it_is_worth_as_much"],
    )
    assert f"after {trials} trials of {figures['epochs']} epochs, {minutes:.0f} minutes" in README
    assert f"after {ours} trials, {needed / 60:.1f} minutes: {figures['times_as_fast']:.1f} times as fast" in README
    more = figures["hypervolume_of_ours_in_the_end"] / figures["hypervolume_of_the_rival"]
    assert f"worth {more:.2f} times as much after {figures['seconds_of_ours_in_all'] / 60:.0f} minutes" in README
    best = [figures[f"seconds_of_{whose}"] / 60 for whose in ("ours_to_the_best_of_the_rival", "the_rival_to_its_best")]
    assert f"was on the way: {best[0]:.1f} minutes, against its {best[1]:.1f}" in README


def test_the_measured_kills_are_those_of_the_result_file() -> None:
    parts = result("faults/result.json")["parts"]
    drivers, workers, their_drivers, their_workers = (
        parts[part] for part in ("ours-driver", "ours-worker", "rival-driver", "rival-worker")
    )

    def finished(part: dict[str, Any]) -> str:
        return f"{part['trials_finished']} of {part['trials_asked']}"

    def again(part: dict[str, Any]) -> str:
        return f"{part['epochs_trained_again']} of {part['epochs_trained']:,} epochs trained twice"

    assert drivers["finished_trainings_lost"] == workers["finished_trainings_lost"] == 0
    assert f"{drivers['kills']} drivers killed" in README
    assert (
        f"{finished(drivers)} trials finished, none lost, none that was on record made again; {again(drivers)}"
        in README
    )
    lost, made = their_drivers["finished_trainings_lost"], their_drivers["finished_trainings_made_again"]
    assert (
        f"{their_drivers['kills']} kills: {finished(their_drivers)} finished, {lost} lost that had been trained to its "
        f"end, {made} made again, {again(their_drivers)}; MLflow has {their_drivers['finished_in_mlflow']} finished |"
    ) in README
    assert f"{workers['kills']} workers killed" in README
    assert f"{finished(workers)} trials finished, none lost or made again, {again(workers)}" in README
    same = f"the same {their_workers['kills']} kills: {finished(their_workers)} finished, {again(their_workers)} |"
    assert same in README


def test_the_measured_scale_is_that_of_the_result_file() -> None:
    figures = result("scale/result.json")
    growth, slopes, proposals = figures["growth"], figures["slopes_by_1000_trials"], figures["proposals"]
    first, last = growth[0], growth[-1]
    ideal = figures["seconds_of_a_training"] / figures["at_once"]
    steady = (last["seconds"] - first["seconds"]) / (last["trials"] - first["trials"]) / ideal
    assert f"| {figures['trials']:,} trials that sleep for {figures['seconds_of_a_training']:g} s" in README
    assert f"| {figures['of_the_ideal']:.2f} times the ideal, {steady:.2f} once the workers have started" in README
    assert f"takes {figures['rival_of_the_ideal']:.1f} times the ideal for {figures['rival_trials']} such" in README
    more = f"{slopes['driver_bytes'] / 1e6:.0f} MB to the driver, {slopes['record_bytes'] / 1e6:.1f} MB to the record"
    assert f"1,000 trials more add {more}, and nothing to a trial's overhead" in README
    assert slopes["overhead_seconds_a_trial"] < 0.001
    for space in ("whole", "drawn"):
        seconds = (f"{proposals[space][after]['median']:.2f}" for after in ("100", "300", "1000", "3000"))
        assert f"{', '.join(seconds)} s" in README
    assert f"after 10,000 trials {proposals['drawn']['10000']['median']:.2f} s" in README


def test_the_measured_front_page_is_that_of_the_result_file() -> None:
    figures = result("front_page/result.json")
    drawn, times = figures["ms_to_draw"]["ours"], figures["times_as_long_as_ours"]
    seconds = {name: drawn[name] / 1000 for name in ("median", "lowest", "highest")}
    empty = f"an empty page takes {figures['ms_to_draw']['empty']['median'] / 1000:.2f}"
    assert f"{middle(seconds, 2)} s, of which {empty}; the other takes {middle(times)} times as long" in README
    drag, hover, press, click = (
        f"{figures['answers'][event]['worst_ms']:.0f}" for event in ("drag", "hover", "press", "click")
    )
    assert f"dragging a limit after {drag} ms, hovering {hover}, a key {press}, a click {click} |" in README

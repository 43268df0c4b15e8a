"""What docs/measured.md says of speed is what the result files say."""

from statistics import median

import pytest

from tests.figures import PAGE, middle, result, row, span


def test_the_overhead_is_that_of_the_result_file() -> None:
    figures = result("overhead/result.json")
    ours, theirs, times = (figures[name] for name in ("ours_trials_a_minute", "rival_trials_a_minute", "times_as_many"))
    assert row("ours with its record in SQLite", f"{ours['median']:.0f} |") in PAGE
    assert row("the same by Ray Tune with its own OptunaSearch", f"{theirs['median']:.0f} |") in PAGE
    expected = f"{times['median']:.0f} times as many ({span(times)}, n = {times['n']})"
    assert row("ulsam-search against Ray Tune", expected) in PAGE


@pytest.mark.parametrize(("threads", "label"), [(2, "two threads, eager and compiled"), (1, "one thread, eager")])
def test_the_gains_of_ulsam_are_those_of_the_result_files(threads: int, label: str) -> None:
    rows = result(f"attention/result-cpu-{threads}.json")["rows"]
    gains = sorted(found["times_as_fast_as_the_loop"]["median"] for found in rows)
    rounds = rows[0]["times_as_fast_as_the_loop"]["n"]
    spread = f"({gains[0]:.2f} to {gains[-1]:.1f}, n = {rounds} each)"
    assert row(label, f"{median(gains):.1f} times in the middle of {len(rows)} cases {spread}") in PAGE


def test_the_cases_where_ulsam_is_slower_are_counted() -> None:
    rows = [found for threads in (1, 2) for found in result(f"attention/result-cpu-{threads}.json")["rows"]]
    slower = sum(found["times_as_fast_as_the_loop"]["median"] < 1 for found in rows)
    assert f"In {slower} of the {len(rows)} cases ULSAM is slower" in PAGE


def test_the_step_and_costs_are_those_of_the_result_files() -> None:
    for mode, spread in result("training_step/result-cpu.json")["percent_more_than_the_plain_network"].items():
        label = {"insert": "two threads, batch 16", "substitute": "which leaves four blocks fewer"}[mode]
        expected = f"{spread['median']:+.1f}% ({spread['lowest']:+.1f} to {spread['highest']:+.1f}, n = {spread['n']})"
        assert row(label, expected) in PAGE
    figures = result("costs/result.json")
    times = figures["times_as_fast_as_one_by_one"]
    assert row("networks of the default space", f"{figures['seconds_for_all']['median']:.2f} s") in PAGE
    expected = f"{times['median']:.0f} times as fast ({span(times)}, n = {times['n']})"
    assert row("the same against one by one", expected) in PAGE


def test_the_loading_is_that_of_the_result_file() -> None:
    figures = result("loading/result-cpu.json")
    for name, label in (
        ("photographs", "photographs of 64 pixels (n = 5)"),
        ("digits", "the same: digits of 32 pixels"),
        ("made-up photographs", "where cropping on a CPU is the limit"),
    ):
        times = figures[f"{name}, 1 worker"]["times_as_fast_as_DataLoader"]["resident"]
        assert row(label, f"{middle(times)} times as many") in PAGE, name
    alone = figures["made-up photographs, 1 worker"]["times_as_fast_as_decoding_in_one_thread"]
    expected = f"{middle(alone['ffcv, reading alone'], 2)} times as fast"
    assert row("against libjpeg-turbo alone in one thread", expected) in PAGE


def test_the_memory_of_a_step_is_that_of_the_result_file() -> None:
    networks = result("host_memory/result.json")["networks"]
    for name, label in (
        ("V2 x1.0, 96 px", "against one that gives it back"),
        ("V2 x0.35, 64 px", "x0.35 at 64 pixels"),
    ):
        times = networks[name]["times_as_fast"]
        assert row(label, f"{middle(times, 2)} times as fast (n = {times['n']})") in PAGE


def test_the_candidate_is_that_of_the_result_file() -> None:
    figures = result("candidate/result.json")
    times = middle(figures["times_as_long_as_ours"]["script on the photographs"])
    assert row("a script with DataLoader in a new process", f"{times} times as long") in PAGE
    first = figures["seconds_to_the_first_batch"]
    again = first["in a worker that trained before"]["resident"]["median"]
    new = first["in a new process, imports done"]["resident"]["median"]
    assert row("in a worker that trained before, in a new worker", f"{again * 1000:.0f} ms and {new:.2f} s") in PAGE


def test_the_step_profile_is_that_of_the_result_file() -> None:
    networks = result("step_profile/result-cpu.json")["networks"]
    share = max(network["percent_of_the_time"]["input"] for network in networks.values())
    assert row("MobileNet-V2 at 64 pixels, one thread", f"at most {share:.1f}%") in PAGE


def test_the_gpu_s_figures_are_those_of_the_result_files() -> None:
    captured, eager = (result(f"step_profile/result-cuda{how}.json")["networks"] for how in ("", "-eager"))
    names = ("mobilenet_v2 x1.0", "mobilenet_v2 x1.0, four ULSAM")
    for label, profile in (("with four ULSAM (medians, n = 5)", captured), ("as it was before", eager)):
        plain, four = (f"{profile[name]['milliseconds_a_step']['median']:.1f}" for name in names)
        assert row(label, f"{plain} and {four} ms") in PAGE

    sharing = result("sharing/result-cuda.json")
    for number, label in (("2", "x0.35 and x1.0 (n = 7)"), ("8", "the same, eight trainings")):
        narrow, wide = (
            f"{rates[number]['times_as_many_as_one']['median']:.2f}"
            for name, rates in sharing.items()
            if name.startswith("mobilenet_v2")
        )
        assert row(label, f"{narrow} and {wide} times as many images together") in PAGE

    loading = result("loading/result-cuda.json")
    for name, reader, label in (
        ("digits", "resident", "digits of 32 pixels (n = 5)"),
        ("made-up photographs", "resident", "the same: made-up photographs of 256 pixels"),
        ("digits", "ffcv", "whose images need not fit into memory: digits"),
        ("made-up photographs", "ffcv", "FFCV: made-up photographs"),
    ):
        times = middle(loading[f"{name}, 8 workers"]["times_as_fast_as_DataLoader"][reader])
        assert row(label, f"{times} times as many") in PAGE

    rows = result("attention/result-cuda.json")["rows"]
    gains = sorted(found["times_as_fast_as_the_loop"]["median"] for found in rows)
    least = min(found["times_as_fast_as_the_loop"]["median"] for found in rows if found["g"] == 16)
    spread = f"({gains[0]:.2f} to {gains[-1]:.1f}, n = "
    assert row("the same 32 cases", f"{median(gains):.1f} times in the middle of {len(rows)} cases {spread}") in PAGE
    assert row("the same with g = 16", f"at least {least:.1f} times") in PAGE


def test_the_scale_is_that_of_the_result_file() -> None:
    figures = result("scale/result.json")
    growth, slopes, proposals = figures["growth"], figures["slopes_by_1000_trials"], figures["proposals"]
    first, last = growth[0], growth[-1]
    ideal = figures["seconds_of_a_training"] / figures["at_once"]
    steady = (last["seconds"] - first["seconds"]) / (last["trials"] - first["trials"]) / ideal
    assert f"| {figures['trials']:,} trials that sleep for {figures['seconds_of_a_training']:g} s" in PAGE
    assert f"| {figures['of_the_ideal']:.2f} times the ideal, {steady:.2f} once the workers have started" in PAGE
    label = f"{figures['rival_trials']} such trials by Ray Tune with its own OptunaSearch"
    assert row(label, f"{figures['rival_of_the_ideal']:.1f} times the ideal") in PAGE
    more = f"{slopes['driver_bytes'] / 1e6:.0f} MB to the driver, {slopes['record_bytes'] / 1e6:.1f} MB to the record"
    assert row("what 1,000 further trials add", f"{more}, and nothing to a trial's overhead") in PAGE
    assert slopes["overhead_seconds_a_trial"] < 0.001
    for space, label in (("whole", "considered (medians, n = 12)"), ("drawn", "in a space of 1.3 million networks")):
        seconds = (f"{proposals[space][after]['median']:.2f}" for after in ("100", "300", "1000", "3000"))
        assert row(label, f"{', '.join(seconds)} s") in PAGE
    slowest = f"{proposals['drawn']['10000']['median']:.2f} s"
    assert row("1,000 GPUs would by then ask faster than it answers", slowest) in PAGE


def test_the_surrogate_s_fit_is_that_of_the_result_file() -> None:
    figures = result("surrogate_fit/result.json")["by_observations"]
    times = ", ".join(f"{one['times_longer']['median']:.1f}" for one in figures.values())
    *most, last = figures
    fits = f"a fit of the surrogate to {', '.join(most)} and {last} observations"
    apart = max(abs(one["loss_over_gpytorch"]) for one in figures.values())
    rivals = "BoTorch with GPyTorch's loss against ours (medians, n = 7)"
    rivals += f"; the losses at the end differ by at most {apart:.2f}"
    assert row(f"| {fits}: {rivals}", f"{times} times as long") in PAGE


def test_the_front_page_is_that_of_the_result_file() -> None:
    figures = result("front_page/result.json")
    drawn, times = figures["ms_to_draw"]["ours"], figures["times_as_long_as_ours"]
    seconds = {name: drawn[name] / 1000 for name in ("median", "lowest", "highest")}
    empty = f"of which an empty page takes {figures['ms_to_draw']['empty']['median'] / 1000:.2f}"
    assert f"| {middle(seconds, 2)} s, {empty} |" in PAGE
    assert row("`plot_pareto_front` of the same trials", f"{middle(times)} times as long") in PAGE
    drag, hover, press, click = (
        f"{figures['answers'][event]['worst_ms']:.0f}" for event in ("drag", "hover", "press", "click")
    )
    assert row("a key, a click", f"{drag}, {hover}, {press}, {click} ms") in PAGE

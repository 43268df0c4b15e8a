"""``plan``: what it shows is so, and it starts and writes nothing."""

import re

import pytest
import torch
from joblib import cpu_count

from pipelines.errors import DetailedError, NoPreparedDataError
from pipelines.storage.manifest import file_sha256
from search.analysis.forecast import WORKER_START
from search.config.settings import read_settings
from search.errors import ArgumentError, FileError
from search.study.folder import NoSuchRunError
from spaces import build_space
from tests.conftest import TINY_SEARCH
from tests.helpers import Shell
from ulsam import ArchConfig, build_model


def test_it_counts_prices_and_draws(new_shell: Shell) -> None:
    path = new_shell.write("tiny.yaml", TINY_SEARCH)
    output = new_shell.run("plan", "tiny.yaml", "--picture", "plane.png")
    settings = read_settings(path)
    space = build_space(settings.space, settings.budgets, num_classes=10, input_sizes=(16,))
    assert f"{space.count():,}" in output
    assert f"{len(list(space)):,}" in output
    trials, seconds = re.search(r"(\d+) trials of (\d+) s", output).groups()  # type: ignore[union-attr]
    whole = int(re.search(r"whole search: about (\d+) s ", output).group(1))  # type: ignore[union-attr]
    assert int(trials) == 5
    assert whole == pytest.approx(WORKER_START + int(trials) * int(seconds), abs=int(trials) * 0.6 + 1)
    assert f"; before them, {WORKER_START:.0f} s for the start of the workers\n" in output
    assert "\ncheapest: V2 x0.1" in output
    assert "no trial is stopped early (search.rungs)" in output, "two epochs are too few"
    assert (new_shell.folder / "plane.png").read_bytes().startswith(b"\x89PNG")
    assert sorted(file.name for file in new_shell.folder.iterdir()) == ["data", "plane.png", "tiny.yaml"]


def test_its_figures_are_json_for_programs(new_shell: Shell) -> None:
    path = new_shell.write("tiny.yaml", TINY_SEARCH)
    figures = new_shell.figures("plan", "tiny.yaml", "--picture", "plane.png")
    settings = read_settings(path)
    space = build_space(settings.space, settings.budgets, num_classes=10, input_sizes=(16,))
    counts = space.cost_table.count(list(space))
    assert (figures["name"], figures["trials"], figures["budgets"]) == ("tiny", 5, {"params": None, "flops": 1_000_000})
    assert (figures["space"]["networks"], figures["space"]["within_budgets"]) == (space.count(), len(list(space)))
    for cost in ("params", "flops"):
        assert figures["space"][cost] == {"least": counts[cost].min(), "most": counts[cost].max()}
    networks, price = figures["timing"]["networks"], figures["timing"]["price"]
    assert [network["flops"] for network in networks] == sorted(network["flops"] for network in networks)
    for network in networks:
        step = figures["timing"]["step_seconds"]
        assert network["step_seconds"] == pytest.approx(step["base"] + step["per_flop"] * network["flops"])
    trained = price["trials"] * price["seconds"] / price["at_once"]
    assert price["start_seconds"] == WORKER_START
    assert price["hours"] == pytest.approx((trained + WORKER_START) / 3600)
    assert (new_shell.folder / "plane.png").read_bytes().startswith(b"\x89PNG")
    assert new_shell.figures("plan", "tiny.yaml", "--no-timing")["timing"] is None


def test_it_times_as_many_trainings_at_once_as_this_machine_runs(new_shell: Shell) -> None:
    new_shell.write("tiny.yaml", TINY_SEARCH.replace("concurrent: 1", "concurrent: 2"))
    said = " in each of 2 concurrent processes" if cpu_count() > 1 else ""
    output = new_shell.run("plan", "tiny.yaml")
    assert f"after 1 warm-up step{said}; predicted time" in output
    assert "contention" not in output


def test_it_names_the_plain_networks_that_are_trained_to_compare_with(new_shell: Shell) -> None:
    new_shell.write("tiny.yaml", TINY_SEARCH)
    baselines = new_shell.figures("plan", "tiny.yaml", "--no-timing")["baselines"]
    assert len(baselines) == 2, "at most half of five trials"
    assert all(one["arch"]["placements"] == [] for one in baselines)
    output = new_shell.run("plan", "tiny.yaml", "--no-timing")
    assert all(f"V2 x{one['arch']['width']:g}" in output for one in baselines)
    new_shell.write("tiny.yaml", TINY_SEARCH.replace("search: {", "search: {baselines: false, "))
    assert new_shell.figures("plan", "tiny.yaml", "--no-timing")["baselines"] == []


def test_trials_that_the_space_has_no_networks_for_are_neither_priced_nor_left_unsaid(new_shell: Shell) -> None:
    small = TINY_SEARCH.replace("[1, 4]", "[1]").replace("at_most: 2", "at_most: 1, blocks: [8, 9, 10, 11, 12]")
    new_shell.write("tiny.yaml", small.replace("trials: 5", "trials: 5000, confirm: 0.2"))
    figures = new_shell.figures("plan", "tiny.yaml")
    assert figures["space"]["within_budgets"] == 20
    assert (figures["trials"], figures["trials_at_most"], figures["timing"]["price"]["trials"]) == (5000, 24, 24)
    assert "at most 24 trials" in new_shell.run("plan", "tiny.yaml", "--no-timing")


def test_runs_to_take_trainings_from_are_looked_for_where_launch_would(new_shell: Shell) -> None:
    new_shell.write("tiny.yaml", TINY_SEARCH.replace("search: {", "search: {warm_start: [older], "))
    missing = new_shell.refused(NoSuchRunError, "plan", "tiny.yaml", "--no-timing", "--runs", "elsewhere")
    assert missing.where == "older"


def test_it_names_the_metric_and_the_weights_to_start_from(new_shell: Shell) -> None:
    new_shell.write("tiny.yaml", TINY_SEARCH)
    figures = new_shell.figures("plan", "tiny.yaml", "--no-timing")
    assert (figures["metric"], figures["pretrained"]) == ("accuracy", [])
    output = new_shell.run("plan", "tiny.yaml", "--no-timing")
    assert "metric: accuracy on the validation split, maximized\n" in output
    assert "weights to start from: none (training.pretrained)\n" in output
    balanced = TINY_SEARCH.replace("search: {", "search: {metric: balanced_accuracy, folds: 5, ")
    new_shell.write("tiny.yaml", balanced)
    assert new_shell.figures("plan", "tiny.yaml", "--no-timing")["metric"] == "balanced_accuracy"
    output = new_shell.run("plan", "tiny.yaml", "--no-timing")
    assert "metric: balanced accuracy on the fold that each training leaves out, maximized\n" in output


def test_weights_to_start_from_are_among_the_figures(new_shell: Shell) -> None:
    arch = ArchConfig(backbone="mobilenet_v2", width=0.1, num_classes=10, stem_stride=1)
    torch.save(build_model(arch, 16).state_dict(), new_shell.folder / "start.pth")
    new_shell.write("tiny.yaml", TINY_SEARCH.replace("epochs: 2", "epochs: 2, pretrained: start.pth"))
    figures = new_shell.figures("plan", "tiny.yaml", "--no-timing")
    narrow, wide = figures["inherited"]
    (file,) = figures["pretrained"]
    assert (file["file"], file["sha256"]) == ("start.pth", file_sha256(new_shell.folder / "start.pth"))
    assert "weights to start from: start.pth (training.pretrained)" in new_shell.run("plan", "tiny.yaml", "--no-timing")
    assert (narrow["width"], narrow["inherited"], narrow["fresh"]) == (0.1, narrow["params"], [])
    assert wide["inherited"] < wide["params"]


def test_it_says_how_many_trials_the_hours_take(new_shell: Shell) -> None:
    quick = TINY_SEARCH.replace("batch_size: 64", "batch_size: 8")  # steps are timed four times
    new_shell.write("tiny.yaml", quick.replace("trials: 5", "hours: 2"))
    figures = new_shell.figures("plan", "tiny.yaml")
    timing, price = figures["timing"], figures["timing"]["price"]
    assert (figures["trials"], figures["hours"], timing["hours"]) == (None, 2.0, 2.0)
    assert timing["trials_in_time"] == int(price["at_once"] * (2 * 3600 - WORKER_START) / price["seconds"])
    assert price["trials"] == min(timing["trials_in_time"], figures["trials_at_most"])
    output = new_shell.run("plan", "tiny.yaml")
    assert re.search(
        r"^2 h \(search\.hours\): about [\d,]+ trials? of \d+ s on average after 8 s for the start of the workers, "
        r"1 at a time$",
        output,
        re.MULTILINE,
    )
    assert "shorter than one training" not in output
    new_shell.write("tiny.yaml", quick.replace("trials: 5", "trials: 5, hours: 0.00001"))
    assert new_shell.figures("plan", "tiny.yaml")["timing"]["trials_in_time"] == 0
    assert "search.hours is shorter than one training" in new_shell.run("plan", "tiny.yaml")


def test_without_timing_it_is_costs_alone(new_shell: Shell) -> None:
    new_shell.write("tiny.yaml", TINY_SEARCH)
    output = new_shell.run("plan", "tiny.yaml", "--no-timing")
    assert "FLOPs, lowest to highest" in output
    assert "whole search" not in output


def test_budgets_that_no_network_comes_near_are_remarked_on(new_shell: Shell) -> None:
    new_shell.write("tiny.yaml", TINY_SEARCH.replace("flops: 1M", "flops: 1G, params: 9M"))
    output = new_shell.run("plan", "tiny.yaml", "--no-timing")
    assert "of the parameters and 0% of the FLOPs" in output
    assert "space.widths (0.1, 0.2)" in output
    new_shell.write("tiny.yaml", TINY_SEARCH.replace("flops: 1M", "flops: 720K"))
    assert "space.widths" not in new_shell.run("plan", "tiny.yaml", "--no-timing")


def test_sizes_above_that_of_the_stored_images_are_refused(new_shell: Shell) -> None:
    sized = TINY_SEARCH.replace("input_size: 16, ", "").replace(
        "groups: [1, 4]", "groups: [1, 4], input_sizes: [16, 40]"
    )
    new_shell.write("tiny.yaml", sized)
    (mistake,) = new_shell.refused(FileError, "plan", "tiny.yaml").mistakes
    assert (mistake.where, mistake.got) == ("space.input_sizes", "40")


def test_a_space_of_several_sizes_is_planned(new_shell: Shell) -> None:
    sized = TINY_SEARCH.replace("input_size: 16, ", "").replace(
        "groups: [1, 4]", "groups: [1, 4], input_sizes: [12, 16]"
    )
    new_shell.write("tiny.yaml", sized.replace("flops: 1M", "flops: 9M"))
    new_shell.write("small.yaml", TINY_SEARCH.replace("flops: 1M", "flops: 9M"))
    both, small = (new_shell.figures("plan", name, "--no-timing")["space"] for name in ("tiny.yaml", "small.yaml"))
    assert both["networks"] == 2 * small["networks"]
    assert both["flops"]["least"] < small["flops"]["least"]
    assert both["flops"]["most"] == small["flops"]["most"]


@pytest.mark.parametrize(
    ("change", "arguments", "kind", "where"),
    [
        (("flops: 1M", "flops: 10"), (), FileError, "budgets"),
        (("data/digits", "nowhere"), (), NoPreparedDataError, "nowhere"),
        (("trials", "trails"), (), FileError, "search.trails"),
        (("input_size: 16", "start_size: 32"), (), FileError, "training.start_size"),
        (("input_size: 16", "input_size: 40"), (), FileError, "training.input_size"),
        (("", ""), ("--picture", "plane.txt"), ArgumentError, "picture"),
        (("", ""), ("--picture", "no/plane.png"), ArgumentError, "picture"),
        (("", ""), ("--device", "tpu"), ArgumentError, "device"),
    ],
)
def test_mistakes_are_one_line_and_nothing_is_written(
    new_shell: Shell, change: tuple[str, str], arguments: tuple[str, ...], kind: type[DetailedError], where: str
) -> None:
    new_shell.write("tiny.yaml", TINY_SEARCH.replace(*change))
    error = new_shell.refused(kind, "plan", "tiny.yaml", *arguments)
    (mistake,) = error.mistakes if isinstance(error, FileError) else (error,)
    assert mistake.where == where
    assert "\n" not in str(error)
    assert sorted(file.name for file in new_shell.folder.iterdir()) == ["data", "tiny.yaml"]

"""The README is true: its commands run as they stand, its Python too, its table names every key and default."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from statistics import median
from typing import Any

import click
import pytest
import torch
import yaml
from PIL import Image
from pydantic import BaseModel
from torchvision.models import mobilenet_v2

from search.export.blueprint import Blueprint
from search.settings import SearchSettings
from tests.helpers import ROOT, Shell, shell
from tests.markdown import blocks, commands
from ulsam import count_cost

README = (ROOT / "README.md").read_text()


def paint_photos(root: Path) -> None:
    """A few photographs in two classes."""
    for split, count in (("train", 40), ("val", 10), ("test", 10)):
        for number, name in enumerate(("cat", "dog")):
            (root / split / name).mkdir(parents=True)
            for index in range(count):
                colour = (200 * number + index, 120, 200 - 180 * number)
                Image.new("RGB", (40, 30), colour).save(root / split / name / f"{index}.jpg")


@pytest.fixture
def workspace(tmp_path: Path) -> Shell:
    """A folder with what a reader would have: examples, weights, photographs, the README's search file made short."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    (tmp_path / "docs").mkdir()
    for name in ("photos", "grocery"):
        paint_photos(tmp_path / name)
    short = {"search": {"trials": 3}, "training": {"epochs": 1, "input_size": 16, "batch_size": 16}}
    (search,) = blocks(README, "yaml")
    tiny_space = {"space": {"widths": [0.1]}}
    (tmp_path / "search.yaml").write_text(yaml.safe_dump(yaml.safe_load(search) | short | tiny_space))
    grocery = tmp_path / "examples" / "grocery-64.yaml"
    values = yaml.safe_load(grocery.read_text())
    values["training"] |= {"epochs": 1}
    grocery.write_text(yaml.safe_dump(values | {"search": {"trials": 2}}))
    torch.save(mobilenet_v2(width_mult=0.1).state_dict(), tmp_path / "mobilenet_v2-7ebf99e0.pth")
    with shell(tmp_path) as terminal:
        yield terminal


@pytest.mark.slow
def test_the_commands_of_the_road_run_as_they_stand(workspace: Shell) -> None:
    shortened = {"--trials": "5", "--epochs": "2", "--max-latency": "60s"}  # here the machine may be busy
    for words in commands(README, "ulsam-search"):
        if "--address" in words:
            continue  # tests/search/run/test_launch.py launches on a cluster
        if words[0] == "compare":
            another = yaml.safe_load((workspace.folder / "search.yaml").read_text())
            another |= {"name": words[2], "search": another["search"] | {"seed": 1}}
            workspace.launch(workspace.write("another.yaml", yaml.safe_dump(another)))
        replaced = [shortened.get(before, word) for before, word in zip(["", *words], words, strict=False)]
        output = workspace.launch(*words[1:]) if words[0] == "launch" and "--resume" not in words else None
        if words[0] == "launch" and "--resume" in words:
            output = workspace.launch(*replaced[1:])
        elif output is None:
            output = workspace.run(*replaced)
        assert output, words
    for path in (
        "front.html",
        "front.png",
        "best/arch.yaml",
        "fast/model.onnx",
        "trained/weights.safetensors",
        "explanation.png",
        "tuned/weights.safetensors",
        "reference/imagenet-substitute-12.yaml",
        "docs/grocery-64.png",
    ):
        assert (workspace.folder / path).is_file(), path


def test_every_command_is_one_that_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    from typer.main import get_command

    from search.cli import _commands

    known = get_command(_commands)
    for words in commands(README, "ulsam-search"):
        command = known.commands[words[0]]  # type: ignore[attr-defined]
        command.make_context(words[0], list(words[1:]))


def test_every_command_of_the_road_is_in_the_readme() -> None:
    from search.cli import _commands

    named = {words[0] for words in commands(README, "ulsam-search")}
    single = {command.callback.__name__ for command in _commands.registered_commands if command.callback}
    assert named == single | {str(group.name) for group in _commands.registered_groups}


def test_the_commands_that_print_json_are_those_that_are_said_to() -> None:
    from typer.main import get_command

    from search.cli import _commands

    (sentence,) = re.findall(
        r"each limit\. (.*?)\nprint their figures for programs with `--json`", README, flags=re.DOTALL
    )
    known = get_command(_commands).commands  # type: ignore[attr-defined]
    able = {name for name, command in known.items() for option in command.params if "--json" in option.opts}
    assert set(re.findall(r"`([a-z]+)`", sentence)) == able


def test_rays_commands_have_the_options_that_are_used() -> None:
    from ray.scripts.scripts import cli

    for words in commands(README, "ray"):
        own = words[: words.index("--")] if "--" in words else words  # what follows is for another program
        command = cli.commands["job"].commands[own[1]] if own[0] == "job" else cli.commands[own[0]]
        known = {option for parameter in command.params for option in parameter.opts}
        used = {word for word in own[1:] if word.startswith("--")}
        assert used <= known, words
    remote = [word for words in commands(README, "ray") for word in words if "ulsam-search " in word]
    assert len(remote) == 3
    assert {words[0] for words in commands(README, "ray")} == {
        "get-auth-token",
        "up",
        "rsync-up",
        "exec",
        "rsync-down",
        "down",
        "job",
    }


def test_mlflows_command_has_the_option_that_is_used() -> None:
    from mlflow.cli import cli

    (words,) = commands(README, "mlflow")
    command = cli.get_command(click.Context(cli), words[0])
    assert command is not None
    assert words[1] in {option for parameter in command.params for option in parameter.opts}


def test_makes_targets_are_there() -> None:
    makefile = (ROOT / "Makefile").read_text()
    for target, *_ in commands(README, "make"):
        assert f"\n{target}:" in makefile


def test_the_python_runs_as_it_stands() -> None:
    sampler, code = blocks(README, "python")
    sampler += "\nassert len({tuple(trial.params.items()) for trial in study.trials}) == 12\n"
    subprocess.run([sys.executable, "-c", sampler], check=True, cwd=ROOT)
    code += "\nassert cost.params == sum(p.numel() for p in model.parameters())\nassert attention.groups == 4\n"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


def test_the_architecture_by_hand_is_one_that_trains() -> None:
    (text,) = blocks(README, "yml")
    blueprint = Blueprint.model_validate(yaml.safe_load(text))
    assert count_cost(blueprint.arch, blueprint.recipe.input_size).params > 0


def keys(model: type[BaseModel], prefix: str = "") -> dict[str, object]:
    """Every key of a search file with its default."""
    found: dict[str, object] = {}
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            found |= keys(field.annotation, f"{prefix}{name}.")
        else:
            found[f"{prefix}{name}"] = field.default
    return found


def test_the_table_has_every_key_with_its_default() -> None:
    rows = re.findall(r"^\| (`[^|]+`) \| ([^|]+) \|", README.split("## The search file")[1].split("##")[0], flags=re.M)
    defaults: dict[str, str] = {}
    for names, values in rows:
        section, first, *rest = re.findall(r"[a-z_]+", names)[0], *re.findall(r"`([^`]+)`", names)
        full = [first, *(name if "." in name else f"{section}.{name}" for name in rest)]
        parts = re.findall(r"`([^`]*)`", values) or [""] * len(full)
        defaults |= dict(zip(full, parts if len(parts) == len(full) else parts * len(full), strict=False))
    expected = keys(SearchSettings)
    assert set(defaults) == set(expected) - {"name", "data"}
    for key, default in expected.items():
        written = defaults.get(key)
        if written and default is not None and key not in ("name", "data"):
            value = yaml.safe_load(written)
            assert (list(default) if isinstance(default, tuple) else default) == (
                float(value) if isinstance(default, float) else value
            ), key


def test_the_picture_and_every_linked_file_are_there() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        if not target.startswith("http"):
            assert (ROOT / target).exists(), target


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
        words = {"insert": "inserted", "substitute": "substituted"}[mode]
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

"""README and docs are true: their commands and their Python run as written, and tables name every key and default."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import click
import numpy as np
import pytest
import yaml
from pydantic import BaseModel

from pipelines.training.own_metric import OwnMetric
from search.artifacts.blueprint import Blueprint
from search.config.settings import SearchSettings
from search.config.suggested import from_weights, nested
from tests.helpers import ROOT
from tests.markdown import blocks, commands
from tests.pages import README, ROAD, page
from tests.road import reader, typed
from ulsam import count_cost


def test_the_readme_is_one_page() -> None:
    assert len(README.splitlines()) <= 150
    assert len(README.split()) <= 1500


@pytest.mark.slow
def test_the_commands_of_the_road_run_as_they_stand(tmp_path: Path) -> None:
    with reader(tmp_path) as terminal:
        for words in commands(ROAD, "ulsam-search"):
            if "--address" in words:
                continue  # tests/search/ray_backend/test_run_search.py launches on a cluster
            if words[0] == "compare":
                another = yaml.safe_load((tmp_path / "search.yaml").read_text())
                another |= {"name": words[2], "search": another["search"] | {"seed": 1}}
                terminal.launch(terminal.write("another.yaml", yaml.safe_dump(another)))
            if "--teacher" in words:
                shutil.copytree(tmp_path / "trained", tmp_path / "wide")
            assert typed(terminal, words), words
            if words[0] == "init":
                (short,) = blocks(page("launch"), "yaml")
                written, said = yaml.safe_load((tmp_path / "search.yaml").read_text()), yaml.safe_load(short)
                fitted = {
                    key: written["training"][key] for key in ("epochs", "batch_size", "learning_rate", "clip_norm")
                }
                assert written == said | {"search": {"trials": 5}, "training": fitted | said["training"]}
        for code in (*blocks(README, "python"), *blocks(page("from-python"), "python")):
            subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=terminal.env, check=True)
    for path in (
        "front.html",
        "front.png",
        "photos.pdf",
        "best/arch.yaml",
        "compared/control/seed-0/arch.yaml",
        "fast/model.onnx",
        "trained/weights.safetensors",
        "explanation.png",
        "tuned/weights.safetensors",
        "taught/weights.safetensors",
        "mobilenet_v2.safetensors",
        "small/model.onnx",
        "photos.html",
        "reference/imagenet-substitute-12.yaml",
    ):
        assert (tmp_path / path).is_file(), path


def test_every_command_is_one_that_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    from typer.main import get_command

    from search.cli import _commands

    known = get_command(_commands)
    for words in commands(ROAD, "ulsam-search"):
        command = known.commands[words[0]]  # type: ignore[attr-defined]
        command.make_context(words[0], list(words[1:]))


def test_every_command_is_on_the_road() -> None:
    from search.cli import _commands

    named = {words[0] for words in commands(ROAD, "ulsam-search")}
    single = {command.callback.__name__ for command in _commands.registered_commands if command.callback}
    assert named == single | {str(group.name) for group in _commands.registered_groups}


def test_the_commands_that_print_json_are_those_that_are_said_to() -> None:
    from typer.main import get_command

    from search.cli import _commands

    (sentence,) = re.findall(r"print their figures as JSON with `--json`: (.*?)\.\n", page("look"), flags=re.DOTALL)
    known = get_command(_commands).commands  # type: ignore[attr-defined]
    able = {name for name, command in known.items() for option in command.params if "--json" in option.opts}
    assert set(re.findall(r"`([a-z]+)`", sentence)) == able


def test_rays_commands_have_the_options_that_are_used() -> None:
    from ray.scripts.scripts import cli

    for words in commands(ROAD, "ray"):
        own = words[: words.index("--")] if "--" in words else words  # what follows is for another program
        command = cli.commands["job"].commands[own[1]] if own[0] == "job" else cli.commands[own[0]]
        known = {option for parameter in command.params for option in parameter.opts}
        used = {word.partition("=")[0] for word in own[1:] if word.startswith("--")}
        assert used <= known, words
    remote = [word for words in commands(ROAD, "ray") for word in words if "ulsam-search " in word]
    assert len(remote) == 3
    assert {words[0] for words in commands(ROAD, "ray")} == {
        "get-auth-token",
        "start",
        "up",
        "rsync-up",
        "exec",
        "rsync-down",
        "down",
        "job",
    }


def test_mlflows_command_has_the_option_that_is_used() -> None:
    from mlflow.cli import cli

    (words,) = commands(ROAD, "mlflow")
    command = cli.get_command(click.Context(cli), words[0])
    assert command is not None
    assert words[1] in {option for parameter in command.params for option in parameter.opts}


def test_makes_targets_are_there() -> None:
    makefile = (ROOT / "Makefile").read_text()
    for target, *_ in commands(ROAD, "make"):
        assert f"\n{target}:" in makefile


def test_the_python_runs_as_it_stands() -> None:
    (sampler,), (code,) = blocks(page("parts"), "python"), blocks(page("ulsam"), "python")
    sampler += "\nassert len({tuple(trial.params.items()) for trial in study.trials}) == 12\n"
    code += "\nassert cost.params == sum(p.numel() for p in model.parameters())\nassert attention.groups == 4\n"
    for lines in (sampler, code):
        exec(lines, {})  # each by itself, in this process, where torch is imported


def test_the_own_metric_runs_as_it_stands() -> None:
    (source,) = blocks(page("prepare"), "python")
    found = OwnMetric("my_metrics:cost_weighted", source).load()
    labels = np.array([0, 0, 1, 1])
    found.try_out(2)
    for answers, value in (
        ([0, 0, 1, 1], 1.0),
        ([1, 1, 0, 0], 0.0),
        ([0, 0, 0, 0], 1 - 2 / 22),
        ([1, 0, 1, 1], 12 / 22),
    ):
        assert found.value(labels, np.eye(2, dtype=np.float32)[answers]) == pytest.approx(value)


def test_the_architecture_by_hand_is_one_that_trains() -> None:
    (text,) = blocks(page("publication"), "yml")
    blueprint = Blueprint.model_validate(yaml.safe_load(text))
    assert count_cost(blueprint.arch, blueprint.input_size).params > 0


def test_the_search_file_is_the_one_that_init_writes() -> None:
    said = yaml.safe_load(*blocks(page("launch"), "yaml"))
    suggested = nested([*from_weights(Path("mobilenet_v2-7ebf99e0.pth"), "mobilenet_v2", 1.0, image_size=96)])
    asked = {"name": "photos", "data": "data/photos", "budgets": {"flops": "40M"}}
    assert SearchSettings.model_validate(said) == SearchSettings.model_validate(asked | suggested)


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
    rows = re.findall(r"^\| (`[^|]+`) \| ([^|]+) \|", page("search-file"), flags=re.M)
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


def test_the_keys_in_the_text_are_ones_that_there_are() -> None:
    known = set(keys(SearchSettings))
    sections = {key.rpartition(".")[0] for key in known}
    for name in (path.stem for path in (ROOT / "docs").glob("*.md")):
        text = re.sub(r"\bsearch\.(?:log|yaml|Run|plan|launch|resume|prepare|train)\b", "", page(name))
        for key in re.findall(r"`((?:space|budgets|search|training|resources|storage)\.[a-z_.]+)[`:]", text):
            assert key in known | sections, (name, key)

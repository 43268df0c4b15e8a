"""A search file to begin with."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator

import boto3
import jsonschema
import pytest
import yaml
from moto.server import ThreadedMotoServer

from pipelines.datasets import digits
from pipelines.errors import NoPreparedDataError
from pipelines.storage.manifest import MANIFEST_NAME
from pipelines.storage.prepare import prepare
from pipelines.weights import save_weights
from search.config.settings import SearchSettings, read_settings
from search.errors import ExistsError, FileError, ForeignSchemaError
from search.render.search_file import schema
from search.run.pretrained import NothingFitsError
from tests.helpers import COMMAND, ROOT, Shell, shell
from ulsam import ArchConfig, build_model


@pytest.fixture(scope="module")
def terminal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    folder = tmp_path_factory.mktemp("init")
    prepare(digits(), folder / "digits", image_size=8)
    with shell(folder) as terminal:
        yield terminal


def test_what_was_asked_for_stands_and_all_else_is_a_comment(terminal: Shell) -> None:
    output = terminal.run("init", "digits", "--max-flops", "2M", "--trials", 8, "--out", "mine.yaml")
    assert output.startswith("mine.yaml: ")
    assert "2M FLOPs" in output.splitlines()[0]
    text = (terminal.folder / "mine.yaml").read_text()
    assert yaml.safe_load(text) == {
        "name": "digits",
        "data": "digits",
        "budgets": {"flops": "2M"},
        "search": {"trials": 8},
        "training": {"batch_size": 16, "learning_rate": 0.035},
    }
    _, keys = text.split("\n\n", 1)
    explained = [
        bool(re.search(r"\S +# \S", line)) for line in keys.splitlines() if line[:5] not in ("", "name:", "data:")
    ]
    assert len(explained) > 60
    assert all(explained), "init promises that every key is explained"
    uncommented = re.sub(r"^( *)# (?=[a-z_]+:)", r"\1", keys, flags=re.M)
    everything = SearchSettings.model_validate(yaml.safe_load(uncommented))
    assert everything == read_settings(terminal.folder / "mine.yaml")
    sections = yaml.safe_load(uncommented)
    assert sections.keys() == SearchSettings.model_fields.keys()
    assert sections["training"].keys() == type(everything.training).model_fields.keys()


def test_budgets_that_no_network_meets_are_printed_with_the_remedy(terminal: Shell) -> None:
    output = terminal.run("init", "digits", "--max-flops", "1K", "--out", "tight.yaml")
    assert "tight.yaml: budgets: " in output
    assert all(key in output for key in ("space.widths", "space.input_sizes", "space.stem_stride"))
    assert "budgets: no " not in terminal.run("init", "digits", "--max-flops", "9M", "--out", "wide.yaml")


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("Mum's photos", "Mum-s-photos"),
        ("Obst & Gemüse", "Obst-Gemuse"),
        ("写真", "search"),
        ("-._x" + 70 * "a", "x" + 63 * "a"),
    ],
)
def test_a_search_is_called_as_its_data_as_far_as_a_run_may_be(terminal: Shell, folder: str, name: str) -> None:
    shutil.copytree(terminal.folder / "digits", terminal.folder / folder)
    out = terminal.folder / f"{name}.yaml"
    assert f": search {name} on" in terminal.run("init", terminal.folder / folder, "--out", out).replace("\n", " ")


def test_nothing_is_overwritten_and_mistakes_are_named(terminal: Shell) -> None:
    terminal.run("init", "digits", "--out", "twice.yaml")
    assert terminal.refused(ExistsError, "init", "digits", "--out", "twice.yaml").where == "twice.yaml"
    assert terminal.refused(NoPreparedDataError, "init", "nowhere", "--out", "a.yaml").where == "nowhere"
    (few,) = terminal.refused(FileError, "init", "digits", "--max-flops", "few", "--out", "a.yaml").mistakes
    assert (few.where, few.got) == ("budgets.flops", "'few'")
    (terminal.folder / "other").mkdir()
    (terminal.folder / "other" / "search.schema.json").write_text("{}")
    schema = terminal.refused(ForeignSchemaError, "init", "digits", "--out", "other/a.yaml")
    assert schema.where == "other/search.schema.json"
    assert not (terminal.folder / "a.yaml").exists()


def asked(terminal: Shell, *arguments: str, answers: bytes) -> tuple[int, str]:
    """The exit code and the output of ``init`` on the digits in a terminal, where somebody answers."""
    ours, theirs = os.openpty()
    process = subprocess.Popen(
        [COMMAND, "init", "digits", *arguments],
        cwd=terminal.folder,
        env=terminal.env,
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    os.write(ours, answers)
    output, _ = process.communicate(timeout=60)
    os.close(ours)
    os.close(theirs)
    return process.returncode, output


def test_hours_stand_in_the_place_of_trials(terminal: Shell) -> None:
    terminal.run("init", "digits", "--max-flops", "2M", "--hours", 1.5, "--out", "timed.yaml")
    path = terminal.folder / "timed.yaml"
    search = read_settings(path).search
    assert (search.trials, search.hours) == (None, 1.5)
    assert re.search(r"^ +# trials: 50 ", path.read_text(), re.MULTILINE)
    terminal.run("init", "digits", "--max-flops", "2M", "--hours", 1.5, "--trials", 9, "--out", "both.yaml")
    search = read_settings(terminal.folder / "both.yaml").search
    assert (search.trials, search.hours) == (9, 1.5)


def test_a_preset_sets_what_no_option_sets(terminal: Shell) -> None:
    terminal.run("init", "digits", "--preset", "quick", "--out", "quick.yaml")
    quick = yaml.safe_load((terminal.folder / "quick.yaml").read_text())
    assert quick["search"] == {"trials": 12, "confirm": 0.0}
    assert quick["training"]["epochs"] == 5
    terminal.run("init", "digits", "--preset", "best", "--hours", 2, "--epochs", 3, "--out", "best.yaml")
    best = yaml.safe_load((terminal.folder / "best.yaml").read_text())
    assert best["search"] == {"hours": 2.0, "confirm": 0.25}
    assert best["training"]["epochs"] == 3


def test_in_a_terminal_it_asks(terminal: Shell) -> None:
    code, output = asked(terminal, "--out", "asked.yaml", "--max-params", "1M", answers=b"3M\n12\n\n")
    assert code == 0, output
    assert "FLOPs (multiply-adds), such as" in output
    settings = read_settings(terminal.folder / "asked.yaml")
    assert (settings.budgets.params, settings.budgets.flops, settings.search.trials) == (1_000_000, 3_000_000, 12)


def test_no_trials_are_refused_also_where_it_asks(terminal: Shell) -> None:
    options = ("--out", "none.yaml", "--max-params", "1M", "--max-flops", "2M", "--epochs", "1")
    code, output = asked(terminal, *options, answers=b"0\n")
    assert code == 2
    assert "search.trials" in output
    assert not (terminal.folder / "none.yaml").exists()


def test_data_may_be_in_an_object_store(terminal: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = {"AWS_ACCESS_KEY_ID": "me", "AWS_SECRET_ACCESS_KEY": "hunter2", "AWS_DEFAULT_REGION": "us-east-1"}
    for name, value in keys.items():
        monkeypatch.setenv(name, value)
        monkeypatch.setitem(terminal.env, name, value)
    monkeypatch.setitem(terminal.env, "ULSAM_SEARCH_CACHE", str(terminal.folder / "cache"))
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        address = ":".join(str(part) for part in server.get_host_and_port())
        client = boto3.client("s3", endpoint_url=f"http://{address}")
        client.create_bucket(Bucket="sets")
        client.upload_file(str(terminal.folder / "digits" / MANIFEST_NAME), "sets", f"far/digits/{MANIFEST_NAME}")
        location = f"s3://sets/far/digits?endpoint_override={address}&scheme=http"
        assert ": search digits on digits" in terminal.run("init", location, "--out", "far.yaml")
    finally:
        server.stop()
    settings = read_settings(terminal.folder / "far.yaml")
    assert (settings.name, settings.data) == ("digits", location)


def test_editors_know_every_key_by_the_schema() -> None:
    known = json.loads(schema())
    for example in (ROOT / "examples").glob("*.yaml"):
        jsonschema.validate(yaml.safe_load(example.read_text()), known)
    good = {"name": "a", "data": "b", "budgets": {"params": "2.5M"}, "search": {"confirm": "10%"}}
    jsonschema.validate(good, known)
    for key, value in (("serach", {}), ("budgets", {"params": "few"}), ("search", {"confirm": "many"})):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(good | {key: value}, known)


def test_from_trained_weights_it_writes_a_search_over_what_they_fit(terminal: Shell) -> None:
    plain = build_model(ArchConfig(backbone="mobilenet_v2", width=0.35, num_classes=7)).state_dict()
    save_weights(plain, terminal.folder / "start.safetensors")
    terminal.run("init", "digits", "--pretrained", "start.safetensors", "--max-flops", "9M", "--out", "tuned.yaml")
    settings = read_settings(terminal.folder / "tuned.yaml")
    assert (settings.space.backbones, settings.space.widths) == (("mobilenet_v2",), (0.35,))
    assert settings.training.recipe == "transfer"
    assert str(settings.training.pretrained) == "start.safetensors"
    figures = terminal.figures("plan", "tuned.yaml", "--no-timing")
    (inherited, *_) = figures["inherited"]
    assert inherited["fresh"] == ["classifier"]
    save_weights({"layer": plain["features.0.0.weight"]}, terminal.folder / "other.safetensors")
    refused = terminal.refused(
        NothingFitsError, "init", "digits", "--pretrained", "other.safetensors", "--out", "not.yaml"
    )
    assert refused.names == ("layer",)
    assert not (terminal.folder / "not.yaml").exists()

"""What a user can mend: one line, exit code 2, nothing started and nothing written."""

import shutil
from importlib.metadata import version
from pathlib import Path

import pytest
import torch
from PIL import Image

from tests.helpers import Shell

GOOD = """
name: mine
data: data/digits
training: {input_size: 16}
"""


def refused(terminal: Shell, *arguments: object) -> str:
    """Runs a command that must be refused, and returns its one line."""
    (line,) = refusals(terminal, *arguments)
    return line


def refusals(terminal: Shell, *arguments: object) -> list[str]:
    """Runs a command that must be refused, and returns its lines."""
    before = sorted(terminal.folder.rglob("*"))
    output = terminal.run(*arguments, expect=2)
    assert sorted(terminal.folder.rglob("*")) == before, "something was written"
    lines = output.strip().splitlines()
    assert all(line.startswith("ulsam-search: ") for line in lines)
    return lines


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (GOOD + "serach: {trials: 3}", "mine.yaml: serach: unknown key; did you mean 'search'?"),
        (GOOD + "search: {trials: three}", "search.trials: expected a whole number"),
        (
            GOOD + "budgets: {flops: 1K}",
            "mine.yaml: budgets: no network of the space is within 1K FLOPs; the smallest has",
        ),
        (GOOD + "resources: {gpus: 2}", "resources.gpus: a trial trains on one GPU or a share of it, got 2"),
        (GOOD + "space: {groups: [7]}", "mine.yaml: space: attention can be placed nowhere: with groups [7]"),
        (GOOD.replace("data/digits", "data/none"), "data/none: no prepared data there; make it with: ulsam-search pre"),
        (GOOD + "storage: {study: 'sqlite:////nowhere/at/all/x.db'}", "can't open the study's database"),
    ],
    ids=["unknown key", "wrong type", "budgets", "gpus", "empty space", "missing data", "database"],
)
def test_a_search_that_can_not_run_is_refused_before_it_starts(new_shell: Shell, text: str, message: str) -> None:
    new_shell.write("mine.yaml", text)
    assert message in refused(new_shell, "launch", "mine.yaml")


def test_every_mistake_of_a_file_has_a_line_of_its_own(new_shell: Shell) -> None:
    new_shell.write("mine.yaml", GOOD + "serach: {trials: 3}\nbudgets: {params: 010}\nresources: {gpus: 2}")
    lines = refusals(new_shell, "launch", "mine.yaml")
    keys = [line.removeprefix("ulsam-search: mine.yaml: ").partition(":")[0] for line in lines]
    assert sorted(keys) == ["budgets.params", "resources.gpus", "serach"]


def test_all_that_the_data_make_wrong_is_listed(new_shell: Shell) -> None:
    training = "training: {start_size: 900, pretrained: none.pth}"
    new_shell.write("mine.yaml", GOOD.replace("training: {input_size: 16}", training) + "budgets: {flops: 1K}")
    lines = refusals(new_shell, "launch", "mine.yaml")
    for key in ("training.start_size", "training.pretrained", "budgets"):
        assert sum(line.startswith(f"ulsam-search: mine.yaml: {key}: ") for line in lines) == 1, lines
    assert len(lines) == 3


def test_a_file_of_another_kind_is_named_with_the_command_that_takes_it(new_shell: Shell) -> None:
    new_shell.write("mine.yaml", GOOD)
    new_shell.write("arch.yaml", "arch: {backbone: mobilenet_v2, width: 0.1, num_classes: 10}\n")
    assert "ulsam-search launch mine.yaml" in refused(new_shell, "train", "mine.yaml", "--out", "out")
    assert "ulsam-search train arch.yaml" in refused(new_shell, "launch", "arch.yaml")


def test_weights_to_start_from_that_fit_nowhere_are_refused(new_shell: Shell) -> None:
    path = new_shell.write("start.pth", "not weights")
    new_shell.write("mine.yaml", GOOD.replace("16}", "16, pretrained: start.pth}"))
    assert "mine.yaml: training.pretrained: start.pth: expected weights" in refused(new_shell, "launch", "mine.yaml")
    torch.save({"layer1.0.conv1.weight": torch.ones(3)}, path)
    output = refused(new_shell, "launch", "mine.yaml")
    assert "no network of the space has weights of the same names and shapes" in output
    assert "such as layer1.0.conv1.weight" in output
    path.unlink()
    assert "start.pth: No such file" in refused(new_shell, "launch", "mine.yaml")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["frnt"], "ulsam-search: No such command 'frnt'. Did you mean 'front'?"),
        (["front", "tiny", "--picure", "x.png"], "No such option: --picure (Possible options: --picture); --help says"),
        (["front"], "ulsam-search: Missing argument 'RUN'; --help says more"),
        (["train", "arch.yaml", "--epochs", "0"], "ulsam-search: --epochs: Input should be greater than or equal to 1"),
        (["export", "tiny", "--pick", "first"], "ulsam-search: --pick: 'first' is not one of 'best', 'knee'"),
    ],
)
def test_what_the_command_line_does_not_know_is_one_line(new_shell: Shell, arguments: list[str], message: str) -> None:
    assert message in refused(new_shell, *arguments)


def test_a_command_without_its_command_shows_help(new_shell: Shell) -> None:
    process = new_shell.start()
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "Usage: ulsam-search" in output
    assert "ulsam-search: " not in output


def test_the_version_is_that_of_the_package(new_shell: Shell) -> None:
    assert new_shell.run("--version") == f"ulsam-search {version('ulsam-search')}\n"


@pytest.mark.slow
def test_a_trial_that_fits_nowhere_is_refused(new_shell: Shell) -> None:
    new_shell.write("mine.yaml", GOOD + "resources: {cpus: 999}")
    output = new_shell.launch("mine.yaml", expect=2)
    assert "a trial asks for 999 CPUs and 0 GPUs on one machine, Ray has" in output
    assert not (new_shell.folder / "runs").exists()


def test_a_truncated_data_file_is_refused(new_shell: Shell) -> None:
    data = new_shell.folder / "data"
    source = data.resolve()
    data.unlink()
    shutil.copytree(source, data)
    path = data / "digits" / "val.beton"
    path.write_bytes(path.read_bytes()[:-1])
    new_shell.write("mine.yaml", GOOD)
    assert "val.beton: expected" in refused(new_shell, "launch", "mine.yaml")


def test_a_cluster_that_does_not_answer_is_named(new_shell: Shell) -> None:
    new_shell.write("mine.yaml", GOOD)
    assert "no Ray cluster answers at '127.0.0.1:1'" in refused(
        new_shell, "launch", "mine.yaml", "--address", "127.0.0.1:1"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["launch"], "give either a search file, or --resume RUN"),
        (["launch", "a.yaml", "--resume", "b"], "give either a search file, or --resume RUN"),
        (["launch", "none.yaml"], "none.yaml: no such file"),
        (["launch", "--resume", "none"], "none: no such run in runs; there are none yet"),
        (["front", "none"], "none: no such run in runs; there are none yet"),
        (["export", "none", "--out", "best"], "none: no such run in runs"),
        (["export", "none", "--out", "best", "--max-flops", "few"], "--max-flops: expected a number like 300000"),
        (["export", "none", "--out", "best", "--max-latency", "5"], "--max-latency: expected a time above 0 like 5ms"),
        (
            ["export", "none", "--out", "best", "--max-latency", "5ms", "--untried"],
            "are too many to time. Leave it out",
        ),
        (["export", "none", "--out", "best", "--max-latency", "5ms", "--device", "tpu"], "--device: expected cpu"),
        (["export", "none", "--out", "best", "--device", "cpu"], "--device cpu: says where to time networks; give"),
        (["evaluate", "none"], "none: no such file or folder; expected what export or train wrote"),
        (["evaluate", "none", "--data", "s3://AK:hunter2@b/x"], "--data: holds credentials; leave them out"),
        (["train", "none", "--out", "x", "--seed", "9000000000"], "--seed: expected at most 4000000000"),
        (["evaluate", "data"], "data: a folder, but not of an exported network: it has no arch.yaml"),
        (["train", "none/arch.yaml", "--out", "x"], "none/arch.yaml: no such file"),
        (["prepare", "--dataset", "folder", "--out", "x"], "--source: folder needs the folder of its images"),
        (["prepare", "--dataset", "folder", "--source", "none", "--out", "x"], "none: no such folder"),
        (["prepare", "--dataset", "cifar10", "--source", ".", "--out", "x"], "cifar10 is not there or not whole"),
        (["prepare", "--dataset", "digits", "--out", "data"], "data: exists already"),
        (["prepare", "--dataset", "digits", "--out", "x", "--size", "0"], "expected 1 to 1024 pixels, got 0"),
    ],
)
def test_commands_say_what_is_missing(new_shell: Shell, arguments: list[str], message: str) -> None:
    assert message in refused(new_shell, *arguments)


def test_a_search_file_is_no_run(new_shell: Shell) -> None:
    new_shell.write("mine.yaml", GOOD)
    assert "mine.yaml: a file; expected a run's name" in refused(new_shell, "launch", "--resume", "mine.yaml")


def test_classes_that_a_split_lacks_are_named(new_shell: Shell) -> None:
    for split, names in (("train", "abc"), ("val", "a"), ("test", "abc")):
        for name in names:
            folder = new_shell.folder / "photos" / split / name
            folder.mkdir(parents=True)
            Image.new("RGB", (9, 9), (90, ord(name), 9)).save(folder / "1.png")
    told = new_shell.run("prepare", "--dataset", "folder", "--source", "photos", "--size", 8, "--out", "prepared")
    assert "2 of 3 classes have no val image (b, c): val accuracy is that of the others alone" in told
    assert "no test image" not in told
    new_shell.write("photos.yaml", "name: photos\ndata: prepared\nspace: {backbones: [mobilenet_v1], widths: [0.25]}\n")
    assert "2 of 3 classes have no val image (b, c)" in new_shell.run("plan", "photos.yaml", "--no-timing")
    told = new_shell.run("launch", "photos.yaml", "--address", "127.0.0.1:1", expect=2)  # and goes no further
    assert "2 of 3 classes have no val image (b, c)" in told
    arch = "{backbone: mobilenet_v1, width: 0.25, num_classes: 3, stem_stride: 1}"
    new_shell.write("hand.yaml", f"arch: {arch}\nrecipe: {{epochs: 1, input_size: 8, batch_size: 2}}\n")
    new_shell.run("train", "hand.yaml", "--data", "prepared", "--no-portable", "--out", "trained")
    told = new_shell.run("evaluate", "trained")
    assert "2 of 3 classes have no val image (b, c)" in told
    assert "no test image" not in told


def test_a_place_that_can_not_be_written_is_one_line(new_shell: Shell) -> None:
    new_shell.write("a-file", "not a folder")
    assert "a-file" in refused(new_shell, "prepare", "--dataset", "digits", "--size", "8", "--out", "a-file/data")


def test_a_picture_needs_a_folder_to_go_to(finished: Shell) -> None:
    output = finished.run("front", "tiny", "--picture", "none/front.png", expect=2)
    assert output.startswith("ulsam-search: --picture none/front.png: there is no folder")


def test_damaged_exports_are_refused(finished: Shell, tmp_path: Path) -> None:
    finished.run("export", "tiny", "--no-portable", "--out", tmp_path / "best")
    arch, weights = tmp_path / "best" / "arch.yaml", tmp_path / "best" / "weights.safetensors"
    text, data = arch.read_text(), weights.read_bytes()

    weights.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    assert "not the weights that were scored" in finished.run("evaluate", tmp_path / "best", expect=2)
    weights.unlink()
    assert "weights.safetensors: no such file" in finished.run("evaluate", tmp_path / "best", expect=2)
    weights.write_bytes(data)
    arch.write_text(text.replace("  flops: ", "  flops: 9"))
    assert "are written there" in finished.run("evaluate", tmp_path / "best", expect=2)
    arch.write_text(text.replace("batch_size: 32", "batch_size: 0"))
    assert "recipe: batch_size: expected at least 2: norms need more than one image, got 0" in finished.run(
        "evaluate", tmp_path / "best", expect=2
    )
    arch.write_text(text.replace("batch_size: 32", "batchsize: 32"))
    assert "recipe.batchsize: unknown key" in finished.run("evaluate", tmp_path / "best", expect=2)
    arch.write_text(text + "more: 1\n")
    assert "more: unknown key" in finished.run("evaluate", tmp_path / "best", expect=2)
    arch.write_text(text.replace("mobilenet_v2", "resnet"))
    assert "backbone: expected one of mobilenet_v1" in finished.run("evaluate", tmp_path / "best", expect=2)


def test_other_data_than_the_networks_own_are_refused(finished: Shell, tmp_path: Path) -> None:
    finished.run("export", "tiny", "--no-portable", "--out", tmp_path / "best")
    finished.run("prepare", "--dataset", "digits", "--size", 8, "--out", tmp_path / "other")
    output = finished.run("evaluate", tmp_path / "best", "--data", tmp_path / "other", expect=2)
    assert "holds other data" in output

"""The road a user travels, every real part in its place: images, search, front, export, scores."""

import contextlib
import csv
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
import torch
import yaml
from PIL import Image

from pipelines.loading.augment import Normaliser
from pipelines.loading.photo import read_photo
from pipelines.measuring.latency import Conditions, Latency
from search.export.blueprint import Blueprint
from search.export.interval import accuracy_interval
from search.export.model import load_model
from search.export.network import ExportedNetwork
from search.record.certainty import Contenders
from search.record.folder import RunFolder
from search.record.front import complete, pareto_front
from search.record.result import Status, TrialRecord
from search.record.study import StudyRecord
from tests.helpers import COMMAND, Shell
from ulsam import ArchConfig, count_cost


def record_of(terminal: Shell, run: str = "tiny") -> StudyRecord:
    return RunFolder.find(terminal.folder / "runs", run).open_record()


def test_a_search_trains_what_was_asked_for(finished: Shell) -> None:
    trials = record_of(finished).trials()
    assert [trial.number for trial in trials] == list(range(5))
    assert {trial.status for trial in trials} == {Status.COMPLETE}
    assert len({trial.arch for trial in trials}) == 5
    assert all(trial.flops <= 1_000_000 for trial in trials)
    assert all(len(trial.result.epochs) == 2 for trial in trials if trial.result)


def test_what_a_search_writes_is_for_its_user_alone(finished: Shell) -> None:
    runs = finished.folder / "runs"
    written = [runs, *runs.rglob("*")]
    assert len(written) > 10
    assert not [path for path in written if path.lstat().st_mode & 0o077 and not path.is_symlink()]


def test_the_log_tells_every_trial_the_front_and_what_to_do_next(finished: Shell) -> None:
    log = (finished.folder / "launch.log").read_text()
    assert "tiny: 5 trials, 0 of them done, in" in log
    for number in range(1, 6):
        assert f"[{number}/5] trial" in log
    assert "hypervolume" in log
    assert "tiny: Pareto front" in log
    assert "ulsam-search export tiny" in log
    assert "Traceback" not in log
    assert "Warning" not in log


def test_the_runs_folder_holds_the_weights_that_a_front_may_need_and_nothing_else(finished: Shell) -> None:
    run = finished.folder / "runs" / "tiny"
    assert sorted(path.name for path in run.iterdir() if not path.name.startswith(".")) == [
        "front.html",
        "front.png",
        "ray.log",
        "search.yaml",
        "study.db",
        "weights",
    ]
    record = record_of(finished)
    needed = Contenders(record.facts, record.trials()).numbers
    assert {trial.number for trial in pareto_front(record.trials())} <= needed
    assert {path.name for path in (run / "weights").iterdir()} == {f"{number:05d}.safetensors" for number in needed}


def test_the_front_is_a_table(finished: Shell) -> None:
    output = finished.run("front", "tiny")
    front = pareto_front(record_of(finished).trials())
    assert f"Pareto front, {len(front)} of 5 trials" in output
    for trial in front:
        assert f"{trial.accuracy:.2%}" in output
    assert "reference point: accuracy 10.0%" in output


def test_the_front_is_a_page_and_a_picture(finished: Shell) -> None:
    finished.run("front", "tiny", "--page", "mine.html", "--picture", "mine.png")
    assert (finished.folder / "mine.png").read_bytes().startswith(b"\x89PNG")
    assert "<!doctype html>" in (finished.folder / "mine.html").read_text()[:200]
    assert "expected a name ending in .png" in finished.run("front", "tiny", "--picture", "a.gif", expect=2)
    assert "expected a name ending in .html" in finished.run("front", "tiny", "--page", "a.pdf", expect=2)


def test_the_page_opens_in_the_browser(finished: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command = [str(COMMAND), "front", "tiny", "--open"]
    browser = f"sh -c 'echo %s > {tmp_path / 'opened'}'"
    subprocess.run(command, cwd=finished.folder, env=finished.env | {"BROWSER": browser}, check=True)
    address = (tmp_path / "opened").read_text().strip()
    assert address == (finished.folder / "runs/tiny/front.html").as_uri()
    monkeypatch.setattr("webbrowser.open", lambda address: False)
    assert "no browser was found to open it" in finished.run("front", "tiny", "--open")
    assert finished.figures("front", "tiny", "--open")["name"] == "tiny"  # JSON and nothing else


def test_a_run_that_was_renamed_is_called_by_its_new_name(finished: Shell, tmp_path: Path) -> None:
    shutil.copytree(finished.folder / "runs" / "tiny", tmp_path / "runs" / "[old]")
    output = finished.run("launch", "--resume", "[old]", "--runs", tmp_path / "runs")
    where = tmp_path / "runs" / "[old]"
    assert f"export: ulsam-search export {shlex.quote(str(where))} --max-flops N" in output
    assert str(where) in (where / "front.html").read_text()
    table = finished.run("compare", "tiny", where)
    assert "[old]" in table


def test_an_exported_network_is_rebuilt_from_its_folder_alone(finished: Shell, tmp_path: Path) -> None:
    best = max(complete(record_of(finished).trials()), key=lambda trial: trial.accuracy)
    output = finished.run("export", "tiny", "--no-portable", "--max-flops", "1M", "--out", tmp_path / "best")
    assert f"trial {best.number}" in output
    assert f"  README.md, arch.yaml, weights.safetensors\nscore it: ulsam-search evaluate {tmp_path / 'best'}" in output
    assert sorted(path.name for path in (tmp_path / "best").iterdir()) == [
        "README.md",
        "arch.yaml",
        "weights.safetensors",
    ]
    shutil.move(tmp_path / "best", tmp_path / "elsewhere")
    output = finished.run("evaluate", tmp_path / "elsewhere")
    assert f"recorded validation accuracy {best.accuracy:.4%} on cpu: reproduced on cpu" in output
    assert "test: " in output
    assert best.result is not None
    interval = accuracy_interval(round(best.accuracy * 228), 228)
    assert f"({round(best.accuracy * 228)} of 228), loss" in output.splitlines()[0]
    assert output.splitlines()[1] == f"  {interval}"
    assert output.count(" on ever more images of this kind, with 95% confidence") == 2
    assert f"{interval} |" in (tmp_path / "elsewhere" / "README.md").read_text()


def test_the_export_stays_within_the_budgets(finished: Shell, tmp_path: Path) -> None:
    done = complete(record_of(finished).trials())
    limit = sorted(trial.flops for trial in done)[1]
    finished.run("export", "tiny", "--no-portable", "--max-flops", limit, "--out", tmp_path / "best")
    network = yaml.safe_load((tmp_path / "best" / "arch.yaml").read_text())
    best = max((trial for trial in done if trial.flops <= limit), key=lambda trial: trial.accuracy)
    assert network["measured"]["flops"] <= limit
    assert network["measured"]["accuracy"] == best.accuracy
    output = finished.run("export", "tiny", "--max-params", "1K", "--out", tmp_path / "none", expect=2)
    assert "none of the 5 trained networks is within 1K parameters; the smallest has" in output
    assert not (tmp_path / "none").exists()


def test_of_a_limit_on_latency_what_was_measured_is_told_and_kept(finished: Shell, tmp_path: Path) -> None:
    best = max(complete(record_of(finished).trials()), key=lambda trial: trial.accuracy)
    output = finished.run(
        *("export", "tiny", "--no-portable", "--max-latency", "60s", "--device", "cpu", "--out", tmp_path / "best")
    )
    assert "networks answer within 60 s; the fastest takes " in output
    network = ExportedNetwork.load(tmp_path / "best")
    latency = network.measured.latency
    assert network.measured.accuracy == best.accuracy
    assert latency is not None
    assert latency.lower_ms <= latency.ms <= latency.upper_ms
    assert (latency.device, latency.batch, latency.threads) == ("cpu", 1, 1)
    assert f"({latency.conditions}, by turns)" in output
    assert f", {latency.ms:.3f} ms ({best.arch.arch_id})" in output
    row = f"| latency | {latency.ms:.3f} ms a call (middle half {latency.lower_ms:.3f} to {latency.upper_ms:.3f}), "
    assert row + latency.conditions + " |" in (tmp_path / "best" / "README.md").read_text()
    assert "reproduced on cpu" in finished.run("evaluate", tmp_path / "best")


def test_without_a_limit_on_latency_files_are_as_they_were(finished: Shell, tmp_path: Path) -> None:
    finished.run("export", "tiny", "--no-portable", "--out", tmp_path / "best")
    assert "latency" not in (tmp_path / "best" / "arch.yaml").read_text()
    assert "latency" not in (tmp_path / "best" / "README.md").read_text()
    assert ExportedNetwork.load(tmp_path / "best").measured.latency is None


@pytest.fixture
def slow_best(finished: Shell, monkeypatch: pytest.MonkeyPatch) -> TrialRecord:
    """The best network of ``tiny``, as if it took 9 ms and the others 1, 2, 3..., the next best the longest."""
    kept = [
        trial
        for trial in complete(record_of(finished).trials())
        if (finished.folder / f"runs/tiny/weights/{trial.number:05d}.safetensors").exists()
    ]
    best_first = sorted(kept, key=lambda trial: (-trial.accuracy, trial.flops))
    taken = {trial.arch: 9e-3 if trial == best_first[0] else (9 - n) * 1e-3 for n, trial in enumerate(best_first)}

    def timed(archs: Sequence[ArchConfig], *_: object) -> dict[ArchConfig, Latency]:
        conditions = Conditions(input_size=16)
        return {
            arch: Latency(median=taken[arch], lower=taken[arch] / 2, upper=taken[arch] * 2, conditions=conditions)
            for arch in archs
        }

    monkeypatch.setattr("search.export.timing.time_networks", timed)
    return best_first[0]


def test_a_network_that_is_too_slow_is_not_taken_home(finished: Shell, tmp_path: Path, slow_best: TrialRecord) -> None:
    for pick in ("best", "knee", "cheapest-within-1se"):
        options = ("--no-portable", "--max-latency", "8.5ms", "--device", "cpu", "--pick", pick)
        output = finished.run("export", "tiny", *options, "--out", tmp_path / pick)
        network = ExportedNetwork.load(tmp_path / pick)
        assert network.arch != slow_best.arch
        assert network.measured.latency is not None
        assert network.measured.latency.ms <= 8.5
        assert "ms or longer; is the machine busy?" in output
    told = finished.figures("export", "tiny", "--no-portable", "--max-latency", "8.5ms", "--out", tmp_path / "told")
    assert told["out"] == str(tmp_path / "told")
    assert told["arch_id"] == ExportedNetwork.load(tmp_path / "best").arch.arch_id
    assert told["origin"]["trial"] != slow_best.number
    (taken,) = (row for row in told["timed"] if row["arch_id"] == told["arch_id"])
    assert (taken["ms"], taken["trial"]) == (told["measured"]["latency"]["ms"], told["origin"]["trial"])
    assert max(told["timed"], key=lambda row: row["ms"])["trial"] == slow_best.number


def test_a_limit_that_no_network_meets_is_one_line_and_nothing_is_written(
    finished: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.measuring.busy.busy_share", lambda: 0.0)  # or it says so as well
    output = finished.run("export", "tiny", "--max-latency", "0.001ms", "--out", tmp_path / "best", expect=2)
    assert re.search(r"none of the \d networks timed answers within 0\.001 ms; the fastest, trial \d \(mob", output)
    assert output.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_only_networks_whose_weights_are_there_are_timed(finished: Shell, tmp_path: Path) -> None:
    shutil.copytree(finished.folder / "runs" / "tiny", tmp_path / "tiny")
    kept = sorted((tmp_path / "tiny" / "weights").iterdir())
    networks = complete(record_of(finished).trials())
    for path in kept[1:]:
        path.unlink()
    options = ("--no-portable", "--max-latency", "60s")
    output = finished.run("export", tmp_path / "tiny", *options, "--out", tmp_path / "best")
    assert "1 of 1 networks answer within 60 s" in output
    assert f"not timed: {len(networks) - 1} more, whose weights are not here" in output
    assert ExportedNetwork.load(tmp_path / "best").origin.trial == int(kept[0].stem)
    told = finished.figures("export", tmp_path / "tiny", *options, "--out", tmp_path / "told")
    assert (len(told["timed"]), told["not_timed"]) == (1, len(networks) - 1)
    kept[0].unlink()
    output = finished.run("export", tmp_path / "tiny", *options, "--out", tmp_path / "none", expect=2)
    assert "weights: the weights are missing" in output


def test_an_export_is_used_as_its_readme_says_with_the_search_and_without(finished: Shell) -> None:
    finished.run("export", "tiny", "--out", "best/tiny")
    folder = finished.folder / "best" / "tiny"
    assert {path.name for path in folder.iterdir()} == {
        "README.md",
        "arch.yaml",
        "model.onnx",
        "model.pt2",
        "weights.safetensors",
    }
    readme = (folder / "README.md").read_text()
    without, code = (part.split("```")[0] for part in readme.split("```python\n")[1:])
    output = subprocess.run(
        [sys.executable, "-c", code], cwd=finished.folder, capture_output=True, text=True, check=True
    ).stdout
    assert output.strip() in set("0123456789")
    assert len(without.splitlines()) <= 20
    assert "ulsam" not in without
    photographs = [finished.folder / name for name in ("noise.png", "transparent.png")]
    noise = Image.effect_noise((40, 30), 90)
    noise.save(photographs[0])
    Image.merge("RGBA", (noise, noise, noise, Image.effect_noise((40, 30), 120))).save(photographs[1])
    by_us = finished.run("predict", folder, *photographs, "--top", 1)
    (folder / "predict.py").write_text(without)
    by_others = subprocess.run(
        [sys.executable, "-P", "predict.py", *photographs], cwd=folder, capture_output=True, text=True, check=True
    ).stdout
    assert by_others == by_us
    card = yaml.safe_load(readme.split("---")[1])
    assert card["model-index"][0]["results"][0]["metrics"][0]["value"] == pytest.approx(
        ExportedNetwork.load(folder).measured.accuracy, abs=1e-4
    )
    finished.run("export", "tiny", "--out", "best/tiny", expect=2)


def test_an_exported_network_names_photographs(finished: Shell, tmp_path: Path) -> None:
    finished.run("export", "tiny", "--no-portable", "--out", tmp_path / "best")
    images = [tmp_path / f"{name}.png" for name in ("one", "two")]
    for value, image in enumerate(images):
        Image.effect_noise((40, 30), 60 + 30 * value).save(image)
    told = finished.figures("predict", tmp_path / "best", *images, "--top", 10)
    network, model = load_model(tmp_path / "best")
    for image, prediction in zip(images, told, strict=True):
        assert prediction["image"] == str(image)
        pixels = read_photo(image, network.data.image_size, network.recipe.input_size)
        seen = Normaliser(network.data.mean, network.data.std, pixels.device)(pixels)
        shares = dict(zip(network.data.classes, model(seen).softmax(dim=1)[0].tolist(), strict=True))
        assert {row["class"]: row["probability"] for row in prediction["classes"]} == pytest.approx(shares)
        assert prediction["classes"][0]["class"] == max(shares, key=shares.__getitem__)
    (tmp_path / "bad.png").write_text("no image")
    output = finished.run("predict", tmp_path / "best", tmp_path / "bad.png", *images, "--top", 1, expect=1)
    assert output.count("%") == 2
    assert "bad.png: " in output
    assert "gone.png: not a file; give photographs" in finished.run("predict", tmp_path / "best", "gone.png", expect=2)


def test_a_shell_completes_commands_and_names_of_runs(finished: Shell) -> None:
    def completed(words: str, at: int) -> list[str]:
        asked = {"_ULSAM_SEARCH_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(at)}
        return subprocess.run(
            [COMMAND], cwd=finished.folder, env=finished.env | asked, capture_output=True, text=True, check=True
        ).stdout.split()

    assert completed("ulsam-search sta", 1) == ["status"]
    assert completed("ulsam-search front t", 2) == ["tiny"]
    assert completed("ulsam-search front x", 2) == []


def test_a_report_is_written_beside_the_run_or_where_it_is_wanted(finished: Shell, tmp_path: Path) -> None:
    assert "runs/tiny/report.html" in finished.run("report", "tiny").replace("\n", "")
    assert "5 trials" in (finished.folder / "runs" / "tiny" / "report.html").read_text()
    finished.run("report", "tiny", "--out", tmp_path / "tiny.pdf")
    assert (tmp_path / "tiny.pdf").read_bytes().startswith(b"%PDF-")
    assert "expected a name ending in .html, .pdf" in finished.run("report", "tiny", "--out", "a.docx", expect=2)


def test_a_network_that_was_never_trained_is_a_file_to_train_it_from(finished: Shell, tmp_path: Path) -> None:
    output = finished.run("export", "tiny", "--untried", "--max-flops", "1M", "--out", tmp_path / "next")
    blueprint = Blueprint.load(tmp_path / "next" / "arch.yaml")
    assert blueprint.arch not in {trial.arch for trial in record_of(finished).trials()}
    assert count_cost(blueprint.arch, blueprint.recipe.input_size).flops <= 1_000_000
    assert re.search(r"it beats all \d trained networks within 1M FLOPs with a probability of \d+%", output)
    readme = (tmp_path / "next" / "README.md").read_text()
    assert blueprint.arch.arch_id in readme
    assert "Nobody has trained this network yet" in readme
    again = finished.run("export", "tiny", "--untried", "--out", tmp_path / "next", expect=2)
    assert "next: exists already" in again
    both = finished.run("export", "tiny", "--untried", "--pick", "knee", "--out", tmp_path / "other", expect=2)
    assert "leave out either that or --untried" in both
    command = (
        f"ulsam-search train {tmp_path / 'next' / 'arch.yaml'} --data {record_of(finished).facts.data.folder} --out"
    )
    assert command in output
    assert command in readme
    told = finished.figures("export", "tiny", "--untried", "--max-flops", "1M", "--out", tmp_path / "told")
    assert (told["arch_id"], told["untried"]["trained"]) == (blueprint.arch.arch_id, 5)
    assert 0 <= told["untried"]["beats"] <= 1
    (line,) = [line for line in output.splitlines() if line.startswith("train it: ")]
    command = shlex.split(line.removeprefix("train it: ulsam-search "))
    assert "noted in the run tiny" in finished.run(*command, "--epochs", 1, "--no-portable")
    taken_home = finished.figures("front", "tiny")["taken_home"]
    assert str(tmp_path / "next-trained") in [final["folder"] for final in taken_home]


def test_an_exported_architecture_is_trained_for_longer(finished: Shell, tmp_path: Path) -> None:
    finished.run("export", "tiny", "--no-portable", "--out", tmp_path / "best")
    output = finished.run(
        "train", tmp_path / "best" / "arch.yaml", "--no-portable", "--epochs", 3, "--out", tmp_path / "longer"
    )
    images = finished.run("prepare", "--dataset", "digits", "--size", 8, "--out", tmp_path / "again").split(" train")[0]
    count = int(images.split()[-1])
    assert f" on digits, 3 epochs of {count:,} images in batches of 32, learning rate 0.1; cpu, " in output
    assert "epoch 3/3: loss" in output
    assert sorted(path.name for path in (tmp_path / "longer").iterdir()) == [
        "README.md",
        "arch.yaml",
        "epochs.json",
        "weights.safetensors",
    ]
    assert "reproduced on cpu" in finished.run("evaluate", tmp_path / "longer")
    measured = ExportedNetwork.load(tmp_path / "longer").measured
    assert f"  {accuracy_interval(measured.correct, measured.images)}\n" in output
    (tmp_path / "many" / "seed-1").mkdir(parents=True)
    many = ("train", tmp_path / "best" / "arch.yaml", "--epochs", 1, "--seeds", 2, "--out", tmp_path / "many")
    assert f"{tmp_path / 'many' / 'seed-1'}: exists already" in finished.run(*many, expect=2)
    assert not (tmp_path / "many" / "seed-0").exists(), "said before the first training, not after it"
    told = finished.figures(
        *("train", tmp_path / "best" / "arch.yaml", "--no-portable", "--epochs", 1, "--out", tmp_path / "told"),
        *("--pretrained", tmp_path / "best" / "weights.safetensors", "--seeds", 2),
    )
    assert (told["out"], told["target"], len(told["networks"])) == (str(tmp_path / "told"), None, 2)
    for seed, trained in enumerate(told["networks"]):
        folder = tmp_path / "told" / f"seed-{seed}"
        assert trained["out"] == str(folder)
        assert trained["measured"] == ExportedNetwork.load(folder).measured.model_dump(mode="json")
        assert trained["inherited"] == {"params": measured.params, "inherited": measured.params, "fresh": []}
    one, other = (trained["measured"]["accuracy"] for trained in told["networks"])
    assert told["accuracy"] == pytest.approx((one + other) / 2)
    assert told["standard_deviation"] == pytest.approx(abs(one - other) / 2**0.5)
    begun = tmp_path / "told" / "seed-0"
    assert "arch.yaml --pretrained weights.safetensors` trains it for longer" in (begun / "README.md").read_text()
    fresh = finished.run("train", begun, "--no-portable", "--epochs", 1, "--out", tmp_path / "fresh")
    assert "it began from weights.safetensors and begins fresh now" in fresh


def test_the_run_learns_what_its_networks_score_later(finished: Shell, tmp_path: Path) -> None:
    finished.run("export", "tiny", "--no-portable", "--out", tmp_path / "best")
    output = finished.run(
        "train",
        tmp_path / "best" / "arch.yaml",
        "--no-portable",
        "--epochs",
        1,
        "--seed",
        7,
        "--out",
        tmp_path / "late",
    )
    assert "noted in the run tiny" in output

    def noted() -> dict[str, object]:
        finals = finished.figures("front", "tiny")["taken_home"]
        (final,) = [final for final in finals if final["folder"] == str(tmp_path / "late")]
        return dict(final)

    assert (noted()["epochs"], noted()["seed"], noted()["trial"], noted()["test"]) == (1, 7, None, None)
    evaluated = finished.figures("evaluate", tmp_path / "late")
    assert evaluated["run"] == "tiny"
    assert noted()["test"] == {key: evaluated["test"][key] for key in ("correct", "images")}
    assert noted()["val"] == {key: evaluated["validation"][key] for key in ("correct", "images")}
    finished.run("evaluate", tmp_path / "late" / "arch.yaml")
    assert noted()["folder"] == str(tmp_path / "late")
    shown = finished.run("front", "tiny", "--page", tmp_path / "front.html", "--picture", tmp_path / "front.png")
    assert "Taken home" in shown
    assert f"page: {tmp_path / 'front.html'}\npicture: {tmp_path / 'front.png'}\n" in shown
    assert ">Taken home" in (tmp_path / "front.html").read_text()
    finished.run("launch", "--resume", "tiny")
    assert ">Taken home" in (finished.folder / "runs" / "tiny" / "front.html").read_text()


def test_a_training_that_comes_to_the_weights_of_a_trial_is_that_trial(finished: Shell, tmp_path: Path) -> None:
    finished.run("export", "tiny", "--no-portable", "--out", tmp_path / "best")
    number = ExportedNetwork.load(tmp_path / "best").origin.trial
    again = ("train", tmp_path / "best" / "arch.yaml", "--no-portable", "--epochs", 2, "--out", tmp_path / "again")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # as the trial had
    try:
        told = finished.run(*again)
    finally:
        torch.set_num_threads(threads)
    assert f"its weights are those of trial {number}, to the bit: it was the same training\n" in told
    finals = finished.figures("front", "tiny")["taken_home"]
    assert [final["trial"] for final in finals if final["folder"] == str(tmp_path / "again")] == [number]


def test_networks_of_another_search_of_that_name_are_not_noted(finished: Shell, tmp_path: Path) -> None:
    finished.run("export", "tiny", "--no-portable", "--out", tmp_path / "best")
    network = yaml.safe_load((tmp_path / "best" / "arch.yaml").read_text())
    network["origin"]["search"]["id"] = "of another"
    (tmp_path / "best" / "arch.yaml").write_text(yaml.safe_dump(network))
    assert "noted in the run" not in finished.run("evaluate", tmp_path / "best")
    assert "noted in the run" not in finished.run("evaluate", tmp_path / "best", "--runs", tmp_path)


def test_a_finished_run_is_shown_again_without_starting_ray(finished: Shell) -> None:
    output = finished.run("launch", "--resume", "tiny")
    assert "5 trials, 5 of them done" in output
    assert "Pareto front" in output
    assert len(record_of(finished).trials()) == 5


def test_a_job_that_is_started_again_goes_on_with_its_search(finished: Shell) -> None:
    assert "5 trials, 5 of them done" in finished.run("launch", "tiny.yaml", "--or-resume")
    fewer = finished.write("fewer.yaml", (finished.folder / "tiny.yaml").read_text().replace("trials: 5", "trials: 3"))
    assert "5 trials, 5 of them done" in finished.run("launch", fewer, "--or-resume")
    assert "5 trials, 5 of them done" in finished.run("launch", fewer, "--or-resume", "--trials", 4)
    text = (finished.folder / "tiny.yaml").read_text()
    finished.write("other.yaml", text.replace("{trials: 5,", "{trials: 5, seed: 1,").replace("epochs: 2", "epochs: 1"))
    output = finished.run("launch", "other.yaml", "--or-resume", expect=2)
    assert "tiny: began with other values of search.seed, training.epochs; choose another name" in output


def test_where_runs_stand_is_told_in_words_and_as_json(finished: Shell) -> None:
    assert "5 of 5" in finished.run("runs")
    assert "5 of 5 trials" in finished.run("status", "tiny")
    assert "5 of 5 trials" in finished.run("status", "tiny", "--live")
    (run,) = finished.figures("runs")
    assert run == finished.figures("status", "tiny")
    assert (run["name"], run["state"], run["complete"]) == ("tiny", "ended", 5)
    assert "give two runs or more" in finished.run("compare", "tiny", expect=2)
    assert "hypervolume" in finished.run("compare", "tiny", "tiny")
    assert len(finished.figures("compare", "tiny", "tiny")["runs"]) == 2


def test_figures_are_json_where_programs_ask_for_them(finished: Shell, tmp_path: Path) -> None:
    front = pareto_front(record_of(finished).trials())
    told = finished.figures("front", "tiny")
    assert [(row["trial"], row["accuracy"], row["flops"]) for row in told["front"]] == [
        (trial.number, trial.accuracy, trial.flops) for trial in front
    ]
    exported = finished.figures("export", "tiny", "--no-portable", "--out", tmp_path / "best")
    network = ExportedNetwork.load(tmp_path / "best")
    assert (exported["arch_id"], exported["timed"]) == (network.arch.arch_id, [])
    assert exported["measured"] == network.measured.model_dump(mode="json")
    assert exported["accuracy_interval"]["low"] < network.measured.accuracy < exported["accuracy_interval"]["high"]
    cost = finished.figures("cost", tmp_path / "best")
    assert cost["flops"] == sum(layer["flops"] for layer in cost["layers"])
    latency = finished.figures("latency", tmp_path / "best", "--repeats", 2, "--warmup", 0)
    assert latency["networks"][0]["flops"] == cost["flops"]
    scores = finished.figures("evaluate", tmp_path / "best")
    assert scores["reproduced"]
    assert scores["validation"]["accuracy"] == scores["recorded_validation_accuracy"]
    assert scores["validation"]["accuracy_interval"] == exported["accuracy_interval"]
    test = scores["test"]
    assert test["accuracy_interval"] == accuracy_interval(test["correct"], test["images"]).to_dict()


def test_fewer_trials_than_there_are_can_not_be_asked_for(finished: Shell) -> None:
    output = finished.run("launch", "--resume", "tiny", "--trials", 3, expect=2)
    assert "--trials 3: " in output
    assert "has 5 trials already; ask for as many or more" in output


def test_a_training_on_a_busy_machine_is_told_what_helps_and_one_that_diverges_is_one_line(
    finished: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.measuring.busy.busy_share", lambda: 0.5)
    monkeypatch.setattr("torch.get_num_threads", lambda: 2)
    finished.run("export", "tiny", "--no-portable", "--out", tmp_path / "best")
    arch = tmp_path / "best" / "arch.yaml"
    arch.write_text(arch.read_text().replace("learning_rate: 0.1", "learning_rate: 1.0e+30"))
    output = finished.run("train", arch, "--epochs", 1, "--out", tmp_path / "longer", expect=1)
    assert output.startswith("other programs keep 50% of this machine busy: threads wait for each other then; with")
    assert "stopped: training loss is" in output
    assert "Traceback" not in output


def test_a_recipe_that_does_not_fit_the_network_is_one_line(finished: Shell, tmp_path: Path) -> None:
    finished.run("export", "tiny", "--no-portable", "--out", tmp_path / "best")
    output = finished.run(
        "train", tmp_path / "best" / "arch.yaml", "--recipe", "imagenet-fast", "--out", tmp_path / "longer", expect=2
    )
    assert "--recipe imagenet-fast: start_size: expected 1 to the input size, 16, got 128" in output
    assert not (tmp_path / "longer").exists()


def test_a_run_of_that_name_is_not_overwritten(finished: Shell) -> None:
    before = (finished.folder / "runs" / "tiny" / "study.db").read_bytes()
    output = finished.run("launch", "tiny.yaml", expect=2)
    assert "exists already; choose another name" in output
    assert (finished.folder / "runs" / "tiny" / "study.db").read_bytes() == before


def test_the_front_as_csv_in_mlflow_has_exact_numbers(finished: Shell) -> None:
    (path,) = (finished.folder / "runs" / "mlflow-artifacts" / "tiny").glob("*/artifacts/front/front.csv")
    rows = list(csv.DictReader(path.open()))
    front = pareto_front(record_of(finished).trials())
    assert [(int(row["trial"]), float(row["accuracy"]), int(row["params"])) for row in rows] == [
        (trial.number, trial.accuracy, trial.params) for trial in front
    ]


def test_a_look_that_stays_ends_with_the_search(finished: Shell) -> None:
    ours, theirs = os.openpty()
    with RunFolder.find(finished.folder / "runs", "tiny").lock():
        process = subprocess.Popen(
            [COMMAND, "status", "tiny", "--live"], cwd=finished.folder, env=finished.env, stdout=theirs
        )
        os.close(theirs)
        seen = b""
        while seen.count(b"5 of 5 trials") < 3:  # frame after frame
            seen += os.read(ours, 4096)
        assert process.poll() is None
    with contextlib.suppress(OSError):  # a terminal whose other end is closed
        while os.read(ours, 4096):
            pass
    assert process.wait(60) == 0
    os.close(ours)

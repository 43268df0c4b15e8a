"""A finished search from the command line, with nothing replaced: images, search, front, export, scores."""

import contextlib
import csv
import os
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from optuna.storages import RDBStorage

from pipelines.training.recipe import METHOD
from search.analysis.front import pareto_front
from search.analysis.interval import accuracy_interval
from search.analysis.uncertainty import PossiblyOptimal
from search.api.compare import TooFewRunsError
from search.api.resume import OtherMethodError
from search.artifacts.network import ExportedNetwork
from search.errors import ArgumentError, OtherSettingsError, RunExistsError
from search.study.folder import RunFolder
from search.study.trial import Status
from tests.helpers import COMMAND, Shell
from tests.search.cli.records import record_of


def test_a_search_trains_what_was_asked_for(finished: Shell) -> None:
    trials = record_of(finished).trials()
    assert [trial.number for trial in trials] == list(range(5))
    assert {trial.status for trial in trials} == {Status.COMPLETE}
    assert len({trial.arch for trial in trials}) == 5
    assert all(trial.costs["flops"] <= 1_000_000 for trial in trials)
    assert all(len(trial.result.epochs) == 2 for trial in trials if trial.result)


def test_what_a_search_writes_is_for_its_user_alone(finished: Shell) -> None:
    runs = finished.folder / "runs"
    written = [runs, *runs.rglob("*")]
    assert len(written) > 10
    assert not [path for path in written if path.lstat().st_mode & 0o077 and not path.is_symlink()]


def test_the_log_shows_every_trial_the_front_and_what_to_do_next(finished: Shell) -> None:
    log = (finished.folder / "launch.log").read_text()
    assert "tiny: 5 trials, 0 of them" in log
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
        "search.log",
        "search.yaml",
        "study.db",
        "weights",
    ]
    record = record_of(finished)
    needed = PossiblyOptimal(record.spec, record.trials()).numbers
    assert {trial.number for trial in pareto_front(record.trials())} <= needed
    assert {path.name for path in (run / "weights").iterdir()} == {f"{number:05d}.safetensors" for number in needed}


def test_its_log_says_when_each_trial_began_and_ended(finished: Shell) -> None:
    """Launching once more, with nothing left to train, adds to it."""
    log = (finished.folder / "runs" / "tiny" / "search.log").read_text()
    assert record_of(finished).spec.search_id in log.splitlines()[0]
    for trial in record_of(finished).trials():
        assert log.count(f"trial {trial.number} started: {trial.arch.arch_id}") == 1
        assert log.count(f"trial {trial.number} complete: accuracy {trial.value:.4f}") == 1


def test_the_front_is_a_table(finished: Shell) -> None:
    output = finished.run("front", "tiny")
    front = pareto_front(record_of(finished).trials())
    assert f"Pareto front, {len(front)} of 5 trials" in output
    for trial in front:
        assert f"{trial.value:.2%}" in output
    assert "reference point: accuracy 10.0%" in output


def test_the_front_is_a_page_and_a_picture(finished: Shell) -> None:
    finished.run("front", "tiny", "--page", "mine.html", "--picture", "mine.png")
    assert (finished.folder / "mine.png").read_bytes().startswith(b"\x89PNG")
    assert "<!doctype html>" in (finished.folder / "mine.html").read_text()[:200]
    assert finished.refused(ArgumentError, "front", "tiny", "--picture", "a.gif").argument == "picture"
    assert finished.refused(ArgumentError, "front", "tiny", "--page", "a.pdf").argument == "page"


def test_the_page_opens_in_the_browser(finished: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command = [str(COMMAND), "front", "tiny", "--open"]
    browser = f"sh -c 'echo %s > {tmp_path / 'opened'}'"
    subprocess.run(command, cwd=finished.folder, env=finished.env | {"BROWSER": browser}, check=True)
    address = (tmp_path / "opened").read_text().strip()
    assert address == (finished.folder / "runs/tiny/front.html").as_uri()
    monkeypatch.setattr("webbrowser.open", lambda address: False)
    assert "browser" in finished.run("front", "tiny", "--open")
    assert finished.figures("front", "tiny", "--open")["name"] == "tiny"  # JSON and nothing else


def test_a_run_that_was_renamed_is_called_by_its_new_name(finished: Shell, tmp_path: Path) -> None:
    shutil.copytree(finished.folder / "runs" / "tiny", tmp_path / "runs" / "[old]")
    output = finished.run("launch", "--resume", "[old]", "--runs", tmp_path / "runs")
    where = tmp_path / "runs" / "[old]"
    assert f"export: ulsam-search export {shlex.quote(str(where))} --out best/" in output
    assert str(where) in (where / "front.html").read_text()
    table = finished.run("compare", "tiny", where)
    assert "[old]" in table


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
    assert finished.refused(ArgumentError, "report", "tiny", "--out", "a.docx").argument == "out"


def test_a_finished_run_is_shown_again_without_starting_ray(finished: Shell) -> None:
    output = finished.run("launch", "--resume", "tiny")
    assert "5 trials, 5 of them" in output
    assert "Pareto front" in output
    assert len(record_of(finished).trials()) == 5


def test_a_run_of_another_method_is_shown_and_exported_but_not_resumed(finished: Shell, tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    shutil.copytree(finished.folder / "runs" / "tiny", runs / "tiny")
    storage = RDBStorage(f"sqlite:///{runs / 'tiny' / 'study.db'}")
    study = storage.get_study_id_from_name("tiny")
    spec = storage.get_study_user_attrs(study)["ulsam_search"]
    storage.set_study_user_attr(study, "ulsam_search", spec | {"method": METHOD - 1})

    for more in (["--resume", "tiny", "--trials", 9], [finished.folder / "tiny.yaml", "--or-resume", "--trials", 9]):
        refused = finished.refused(OtherMethodError, "launch", *more, "--runs", runs)
        assert (refused.began_with, refused.now) == (METHOD - 1, METHOD)
    assert len(RunFolder.find(runs, "tiny").open_record().trials()) == 5
    assert "Pareto front" in finished.run("launch", "--resume", "tiny", "--runs", runs)  # there is nothing to train
    assert "Pareto front" in finished.run("front", "tiny", "--runs", runs)
    finished.run("report", "tiny", "--runs", runs)
    assert "launch --resume" not in (runs / "tiny" / "report.html").read_text()
    finished.run("export", "tiny", "--runs", runs, "--out", tmp_path / "best", "--no-portable")
    assert ExportedNetwork.load(tmp_path / "best").measured.method == METHOD - 1

    # What is trained further has accuracies of another kind, and says so.
    longer = ("--epochs", 3, "--no-portable", "--runs", runs, "--out", tmp_path / "longer")
    trained = finished.run("train", tmp_path / "best" / "arch.yaml", *longer)
    assert f"trained by method {METHOD}, the networks of the search by method {METHOD - 1}" in trained
    finished.run("evaluate", tmp_path / "best", "--runs", runs)
    taken_home = finished.figures("front", "tiny", "--runs", runs)["taken_home"]
    methods = {Path(final["folder"]).name: final["method"] for final in taken_home}
    assert methods == methods | {"best": METHOD - 1, "longer": METHOD}
    finished.run("front", "tiny", "--runs", runs, "--page", tmp_path / "front.html")
    page = (tmp_path / "front.html").read_text()
    assert f">longer (trained by method {METHOD})<" in page
    assert f"(trained by method {METHOD - 1})" not in page
    assert "validation" in finished.run("evaluate", tmp_path / "best")


def test_a_job_that_is_started_again_goes_on_with_its_search(finished: Shell) -> None:
    assert "5 trials, 5 of them" in finished.run("launch", "tiny.yaml", "--or-resume")
    fewer = finished.write("fewer.yaml", (finished.folder / "tiny.yaml").read_text().replace("trials: 5", "trials: 3"))
    assert "5 trials, 5 of them" in finished.run("launch", fewer, "--or-resume")
    assert "5 trials, 5 of them" in finished.run("launch", fewer, "--or-resume", "--trials", 4)
    text = (finished.folder / "tiny.yaml").read_text()
    finished.write("other.yaml", text.replace("{trials: 5,", "{trials: 5, seed: 1,").replace("epochs: 2", "epochs: 1"))
    refused = finished.refused(OtherSettingsError, "launch", "other.yaml", "--or-resume")
    assert refused.keys == ("search.seed", "training.epochs")
    settings = finished.folder / "runs" / "tiny" / "search.yaml"
    assert "  baselines: true\n" in settings.read_text()
    settings.write_text(settings.read_text().replace("  baselines: true\n", ""))  # as an earlier version began it
    assert "5 trials, 5 of them" in finished.run("launch", "tiny.yaml", "--or-resume")


def test_runs_are_listed_in_words_and_as_json(finished: Shell) -> None:
    assert "5 of 5" in finished.run("runs")
    assert "5 of 5 trials" in finished.run("status", "tiny")
    assert "5 of 5 trials" in finished.run("status", "tiny", "--live")
    (run,) = finished.figures("runs")
    assert run == finished.figures("status", "tiny")
    assert (run["name"], run["state"], run["complete"]) == ("tiny", "ended", 5)
    finished.refused(TooFewRunsError, "compare", "tiny")
    assert "hypervolume" in finished.run("compare", "tiny", "tiny")
    assert len(finished.figures("compare", "tiny", "tiny")["runs"]) == 2


def test_figures_are_json_where_programs_ask_for_them(finished: Shell, tmp_path: Path) -> None:
    front = pareto_front(record_of(finished).trials())
    figures = finished.figures("front", "tiny")
    assert [(row["trial"], row["accuracy"], row["flops"]) for row in figures["front"]] == [
        (trial.number, trial.value, trial.costs["flops"]) for trial in front
    ]
    exported = finished.figures("export", "tiny", "--no-portable", "--out", tmp_path / "best")
    network = ExportedNetwork.load(tmp_path / "best")
    assert (exported["arch_id"], exported["timed"]) == (network.arch.arch_id, [])
    measured = network.measured
    figures = {"correct": measured.correct, **measured.metrics, **measured.costs, "epochs": measured.epochs}
    assert exported["measured"] == exported["measured"] | figures
    assert exported["accuracy_interval"]["low"] < measured.accuracy < exported["accuracy_interval"]["high"]
    assert set(exported["intervals"]) == {"accuracy", "balanced_accuracy", "macro_f1", "top5"}
    cost = finished.figures("cost", tmp_path / "best")
    assert cost["flops"] == sum(layer["flops"] for layer in cost["layers"])
    latency = finished.figures("latency", tmp_path / "best", "--repeats", 2, "--warmup", 0)
    assert latency["networks"][0]["flops"] == cost["flops"]
    scores = finished.figures("evaluate", tmp_path / "best")
    assert scores["reproduced"]
    assert scores["validation"]["accuracy"] == scores["recorded_validation_accuracy"]
    for key in ("accuracy_interval", "intervals"):
        assert scores["validation"][key] == exported[key]
    test = scores["test"]
    assert test["accuracy_interval"] == accuracy_interval(test["correct"], test["images"]).to_dict()


def test_fewer_trials_than_there_are_can_not_be_asked_for(finished: Shell) -> None:
    refused = finished.refused(ArgumentError, "launch", "--resume", "tiny", "--trials", 3)
    assert (refused.argument, refused.got) == ("trials", 3)


def test_a_run_of_that_name_is_not_overwritten(finished: Shell) -> None:
    before = (finished.folder / "runs" / "tiny" / "study.db").read_bytes()
    assert finished.refused(RunExistsError, "launch", "tiny.yaml").where.endswith("tiny")
    assert (finished.folder / "runs" / "tiny" / "study.db").read_bytes() == before


def test_the_front_as_csv_in_mlflow_has_exact_numbers(finished: Shell) -> None:
    (path,) = (finished.folder / "runs" / "mlflow-artifacts" / "tiny").glob("*/artifacts/front/front.csv")
    rows = list(csv.DictReader(path.open()))
    front = pareto_front(record_of(finished).trials())
    assert [(int(row["trial"]), float(row["accuracy"]), int(row["params"])) for row in rows] == [
        (trial.number, trial.value, trial.costs["params"]) for trial in front
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

"""Whole searches compared: the time until our front is worth as much as the front of the rival after all its trials.

    python -m benchmarks.end_to_end FOLDER --photos PHOTOS [--trials 60] [--our-trials 60] [--epochs 5]

A space of a few hundred ULSAM networks at 64 pixels, two trials at a time, on this machine, one after the other:
``rival.py``, then ``ulsam-search launch`` with its defaults, including the preparation of the data. Both train the same
number of epochs with the same batches, rates and crops, and choose by the same validation images.

A front is those of the networks trained so far that no other beats in validation accuracy and FLOPs; its worth is
the hypervolume of their **test** accuracy against FLOPs, with chance and 1.05 times the most expensive network as
reference.
Validation accuracy, from a few hundred images, would favor the side with more trials, because chance raises its best
scores. The time of testing does not count. FOLDER keeps finished searches, which do not run again.
"""

import argparse
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import mean

import moocore
import numpy as np
import torch
import yaml

from benchmarks.end_to_end.rival import BLOCKS, GROUPS, WIDTHS, accuracy_of, arch_of
from benchmarks.report import save
from pipelines.loading.data import PreparedData
from pipelines.training.scoring import score
from pipelines.weights import read_weights
from search.optimize.pareto import non_dominated
from search.study.folder import RunFolder
from search.study.trial import Status
from ulsam import build_model

SIZE = 64


@dataclass(frozen=True, slots=True)
class Trained:
    """A training of a network.

    Attributes:
        seconds: since the start, at its end.
        network: the network as the side identifies it; further seeds share it.
        flops: of the network.
        val: accuracy, from 0 to 1.
        test: the same of the test split; None: the network was never on a front, or this is a further seed of it.
    """

    seconds: float
    network: str
    flops: int
    val: float
    test: float | None


def rivals(folder: Path, photos: Path, trials: int, epochs: int) -> list[Trained]:
    """What the rival trained."""
    log = folder / "trials.jsonl"
    if _is_to_run(folder, trials, epochs):
        script = Path(__file__).with_name("rival.py")
        arguments = [str(photos), str(trials), str(epochs), str(SIZE), str(folder)]
        subprocess.run([sys.executable, str(script), *arguments], check=True, env=_environment())
        _has_run(folder, trials, epochs)
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    classes = len(list((photos / "train").iterdir()))
    found = [Trained(line["seconds"], line["weights"], line["flops"], line["accuracy"], None) for line in lines]

    def test(number: int) -> float:
        model = build_model(arch_of(lines[number]["config"], classes), SIZE)
        model.load_state_dict(torch.load(folder / lines[number]["weights"], weights_only=True))
        return accuracy_of(model, photos, "test", SIZE)

    return _tested(found, test)


def ours(folder: Path, photos: Path, trials: int, epochs: int) -> list[Trained]:
    """What a search with our defaults trained; the preparation of its data is part of its time."""
    kept, started = folder / "weights", folder / "started"
    if _is_to_run(folder, trials, epochs):
        kept.mkdir()
        _write_search(folder, trials, epochs)
        started.write_text(str(time.time()))
        ended = threading.Event()
        keeper = threading.Thread(target=_keep_weights, args=(folder, kept, ended))
        keeper.start()
        command = [sys.executable, "-c", "from search.cli import app; app()"]
        prepare = ["prepare", "--dataset", "folder", "--source", str(photos), "--size", str(SIZE), "--out", "data"]
        try:
            for arguments in (prepare, ["launch", "search.yaml"]):
                subprocess.run([*command, *arguments], check=True, cwd=folder, env=_environment())
        finally:
            ended.set()
            keeper.join()
        _has_run(folder, trials, epochs)
    record = RunFolder.find(folder / "runs", "ours").open_record()
    trained = sorted(
        (trial for trial in record.trials() if trial.status is Status.COMPLETE), key=lambda t: t.end_number
    )
    start = float(started.read_text())
    found = [
        Trained(trial.ended.timestamp() - start, trial.arch.arch_id, trial.costs["flops"], trial.value, None)
        for trial in trained
    ]
    device = torch.device("cpu")
    data = PreparedData(folder / "data", workers=2, device=device, splits=("test",))

    def test(number: int) -> float:
        model = build_model(trained[number].arch, SIZE)
        model.load_state_dict(read_weights(kept / f"{trained[number].number:05d}.safetensors"))
        return score(model.to(memory_format=torch.channels_last), data, "test", SIZE, device).accuracy

    return _tested(found, test)


def worth(trained: list[Trained], reference: tuple[float, float]) -> float:
    """What the front of ``trained`` is worth on the test split."""
    front = [(-trained[number].test, trained[number].flops) for number in front_of(trained)]
    return float(moocore.hypervolume(np.array(front), ref=[-reference[0], reference[1]])) if front else 0.0


def course(trained: list[Trained], reference: tuple[float, float]) -> list[tuple[float, float]]:
    """Seconds, and what the front was worth then."""
    return [(one.seconds, worth(trained[: number + 1], reference)) for number, one in enumerate(trained)]


def reaches(seconds_and_worth: list[tuple[float, float]], goal: float) -> float | None:
    """The seconds after which a front is worth ``goal`` for the first time; None: never."""
    return next((seconds for seconds, value in seconds_and_worth if value >= goal), None)


def front_of(trained: list[Trained]) -> list[int]:
    """The first training of each network that no other beats in FLOPs and in the mean of its accuracies."""
    trainings: dict[str, list[int]] = {}
    for number, one in enumerate(trained):
        trainings.setdefault(one.network, []).append(number)
    points = [(mean(trained[n].val for n in own), trained[own[0]].flops) for own in trainings.values()]
    return [own[0] for own, keep in zip(trainings.values(), non_dominated(points), strict=True) if keep]


def _tested(trained: list[Trained], test: Callable[[int], float]) -> list[Trained]:
    """With the test accuracy of those that were on the front at any time."""
    once = {member for end in range(1, len(trained) + 1) for member in front_of(trained[:end])}
    return [replace(one, test=test(number)) if number in once else one for number, one in enumerate(trained)]


def _is_to_run(folder: Path, trials: int, epochs: int) -> bool:
    """Whether the search of ``folder`` must run, after making the folder; ends the program if its content differs."""
    if folder.exists():
        done = folder / "done.json"
        if not done.exists() or json.loads(done.read_text()) != [trials, epochs]:
            raise SystemExit(f"{folder}: broken off, or of other trials and epochs; choose another folder")
        return False
    folder.mkdir(parents=True)
    return True


def _has_run(folder: Path, trials: int, epochs: int) -> None:
    (folder / "done.json").write_text(json.dumps([trials, epochs]))


def _write_search(folder: Path, trials: int, epochs: int) -> None:
    settings = {
        "name": "ours",
        "data": "data",
        "space": {
            "widths": list(WIDTHS),
            "groups": list(GROUPS),
            "placements": {"blocks": list(BLOCKS), "at_most": len(BLOCKS)},
        },
        "search": {"trials": trials, "concurrent": 2},
        "training": {"epochs": epochs, "batch_size": 32, "learning_rate": 0.05, "min_crop": 0.35},
    }
    (folder / "search.yaml").write_text(yaml.safe_dump(settings))


def _keep_weights(folder: Path, kept: Path, ended: threading.Event) -> None:
    """Links all weights that the search writes, because it deletes weights that are no longer on the front."""
    while not ended.wait(0.2):
        for weights in folder.glob("runs/*/weights/*.safetensors"):
            if not (kept / weights.name).exists():
                with suppress(FileNotFoundError):  # beaten at once
                    (kept / weights.name).hardlink_to(weights)


def _environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(Path.cwd())}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--trials", type=int, default=60)
    parser.add_argument("--our-trials", type=int, default=60, help="as many as it takes")
    parser.add_argument("--epochs", type=int, default=5)
    options = parser.parse_args()
    photos, folder = options.photos.resolve(), options.folder.resolve()
    theirs = rivals(folder / "rival", photos, options.trials, options.epochs)
    own = ours(folder / "ours", photos, options.our_trials, options.epochs)
    classes = len(list((photos / "train").iterdir()))
    reference = (1 / classes, 1.05 * max(one.flops for one in (*theirs, *own)))
    goal, whole = worth(theirs, reference), theirs[-1].seconds
    courses = {"rival": course(theirs, reference), "ours": course(own, reference)}
    best = max(value for _, value in courses["rival"])
    reached = reaches(courses["ours"], goal)
    figures = {
        "trials_of_the_rival": len(theirs),
        "trained_by_ours_until_it_is_worth_as_much": sum(one.seconds <= reached for one in own) if reached else None,
        "epochs": options.epochs,
        "hypervolume_of_the_rival": goal,
        "hypervolume_of_ours_in_the_end": courses["ours"][-1][1],
        "seconds_of_the_rival": whole,
        "seconds_of_ours_until_it_is_worth_as_much": reached,
        "seconds_of_ours_in_all": courses["ours"][-1][0],
        "times_as_fast": whole / reached if reached else None,
        # By chance, the test accuracy of a front may fall again. These are the times to the best value of the rival.
        "hypervolume_of_the_rival_at_its_best": best,
        "seconds_of_the_rival_to_its_best": reaches(courses["rival"], best),
        "seconds_of_ours_to_the_best_of_the_rival": reaches(courses["ours"], best),
        "course": courses,
    }
    path = Path(__file__).with_name("result.json")
    save(path, figures, ["torch", "torchvision", "ray", "optuna", "ffcv"])
    print({name: figure for name, figure in figures.items() if name != "course"})


if __name__ == "__main__":
    main()

"""The whole, side by side: wall-clock time until our front is worth what the rival's is worth after all its trials.

    python -m benchmarks.end_to_end --photos FOLDER [--trials 60] [--our-trials 30] [--epochs 9]

A space of a few hundred ULSAM networks at 64 pixels, two trials at a time, on this machine, one after the other:
``rival.py``, then ``ulsam-search launch`` as it comes, from the preparation of the data on. Worth is the hypervolume
of validation accuracy against FLOPs, with chance and 1.05 times the dearest network as reference; both sides train with
the same batches, rates and crops, as many epochs, and read their accuracies from the same validation images.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import moocore
import numpy as np
import yaml

from benchmarks.end_to_end.rival import BLOCKS, GROUPS, WIDTHS
from benchmarks.report import save

SIZE = 64
Points = list[tuple[float, float, float]]  # seconds since the start, FLOPs, accuracy


def rivals_points(photos: Path, trials: int, epochs: int, folder: Path) -> Points:
    """What the rival found, and when."""
    log = folder / "rival.jsonl"
    script = Path(__file__).with_name("rival.py")
    arguments = [str(photos), str(trials), str(epochs), str(SIZE), str(log)]
    environment = os.environ | {"PYTHONPATH": str(Path.cwd())}
    subprocess.run([sys.executable, str(script), *arguments], check=True, env=environment)
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    return [(line["seconds"], line["flops"], line["accuracy"]) for line in lines]


def our_points(photos: Path, trials: int, epochs: int, folder: Path) -> Points:
    """What a search with our defaults found, and when, the preparation of its data included."""
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
    command = [sys.executable, "-c", "from search.cli import app; app()"]
    environment = os.environ | {"PYTHONPATH": str(Path.cwd())}
    start = time.time()
    prepare = ["prepare", "--dataset", "folder", "--source", str(photos), "--size", str(SIZE), "--out", "data"]
    for arguments in (prepare, ["launch", "search.yaml"]):
        subprocess.run([*command, *arguments], check=True, cwd=folder, env=environment)
    from search.record.folder import RunFolder

    trials_ended = RunFolder.find(folder / "runs", "ours").open_record().ended()
    return [
        (trial.ended.timestamp() - start, trial.flops, trial.accuracy)
        for trial in trials_ended
        if trial.ended is not None and trial.result is not None and trial.result.accuracy is not None
    ]


def worth(points: Points, reference: tuple[float, float], until: float) -> float:
    """The hypervolume of what was there ``until`` so many seconds after the start."""
    found = [(-accuracy, flops) for seconds, flops, accuracy in points if seconds <= until]
    return float(moocore.hypervolume(np.array(found), ref=[-reference[0], reference[1]])) if found else 0.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--trials", type=int, default=60)
    parser.add_argument("--our-trials", type=int, default=30, help="as many as it takes")
    parser.add_argument("--epochs", type=int, default=9)
    options = parser.parse_args()
    photos = options.photos.resolve()
    with TemporaryDirectory(prefix="e") as top:
        theirs = rivals_points(photos, options.trials, options.epochs, Path(top))
        ours = our_points(photos, options.our_trials, options.epochs, Path(top))
    classes = len(list((photos / "train").iterdir()))
    reference = (1 / classes, 1.05 * max(flops for _, flops, _ in (*theirs, *ours)))
    whole = max(seconds for seconds, _, _ in theirs)
    goal = worth(theirs, reference, whole)
    reached = next((s for s, _, _ in sorted(ours) if worth(ours, reference, s) >= goal), None)
    figures = {
        "trials_of_the_rival": options.trials,
        "trials_of_ours_until_it_is_worth_as_much": None if reached is None else sum(s <= reached for s, _, _ in ours),
        "epochs": options.epochs,
        "hypervolume_of_the_rival": goal,
        "hypervolume_of_ours_in_the_end": worth(ours, reference, float("inf")),
        "seconds_of_the_rival": whole,
        "seconds_of_ours_until_it_is_worth_as_much": reached,
        "seconds_of_ours_in_all": max(seconds for seconds, _, _ in ours),
        "times_as_fast": None if reached is None else whole / reached,
        "points": {"rival": theirs, "ours": ours},
    }
    path = Path(__file__).with_name("result.json")
    save(path, figures, ["torch", "torchvision", "ray", "optuna", "ffcv"])
    print({name: figure for name, figure in figures.items() if name != "points"})


if __name__ == "__main__":
    main()

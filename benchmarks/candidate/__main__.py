"""A candidate's whole cost, from "trial starts" to "score reported", against the same training in a fresh process.

    python -m benchmarks.candidate --photos FOLDER

MobileNet-V2 x0.35 on a folder of photographs at 64 pixels, batches of 128, 5 epochs, two threads. Ours is the worker
of a search, which trains one candidate after another and has trained one before. The rivals are ``plain_script.py``
on the photographs as they are, and on copies of 64 pixels. All take turns. ``first batch`` is the time from the task
to the first batch in the step: in a worker that trained before, and in a new process.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from PIL import Image

from benchmarks.report import save, spread
from benchmarks.turns import ratios
from pipelines.datasets import folder
from pipelines.loading.data import PreparedData
from pipelines.split import SPLITS
from pipelines.storage.beton import BetonFile
from pipelines.storage.manifest import Manifest, beton_path
from pipelines.storage.prepare import prepare
from pipelines.training.recipe import Recipe
from search.ray_backend.trial_worker import RESULT, TASK, TrialWorker
from search.run.task import TrialTask
from spaces import Candidate
from ulsam import ArchConfig

ROUNDS, EPOCHS, SIZE = 5, 5, 64
RECIPE = Recipe(epochs=EPOCHS)
_FIRST_BATCH = """
import sys, time
start = time.perf_counter()
from pathlib import Path
import torch
from pipelines.loading.data import PreparedData
from pipelines.training.recipe import Recipe
imported = time.perf_counter()
data = PreparedData(Path(sys.argv[1]), workers=2, device=torch.device("cpu"), reader=sys.argv[2])
with data.training_batches(Recipe(epochs=1), 64, seed=0, epoch=0) as batches:
    next(iter(batches))
print(time.perf_counter() - start, time.perf_counter() - imported)
"""


def stored_files(data: Path, out: Path) -> None:
    """The prepared images as JPEG files, in the layout of ImageFolder."""
    for split in SPLITS[:2]:
        file = BetonFile(beton_path(data, split))
        for index in range(len(file)):
            path = out / split / f"{file.labels[index]:05d}" / f"{index}.jpg"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(file.image(index)).save(path, quality=90)


def script(photos: Path, seed: int) -> float:
    """Seconds of the rival on ``photos``."""
    start = time.perf_counter()
    arguments = [str(photos), str(seed), str(EPOCHS), str(SIZE)]
    path = Path(__file__).with_name("plain_script.py")
    subprocess.run([sys.executable, str(path), *arguments], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def first_batch_in_a_new_process(data: Path, kind: str) -> list[float]:
    """Seconds until the first batch from the start of the imports, and from their end."""
    command = [sys.executable, "-c", _FIRST_BATCH, str(data), kind]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return [float(part) for part in output.split()]


def first_batch_again(data: PreparedData, seed: int) -> float:
    """Seconds until the first batch of data that are open."""
    start = time.perf_counter()
    with data.training_batches(RECIPE, SIZE, seed=seed, epoch=0) as batches:
        next(iter(batches))
    return time.perf_counter() - start


def a_task(data: Path, manifest: Manifest, run: Path) -> TrialTask:
    """A small network to train on ``data``, in the folder ``run``."""
    weights = run / "weights" / "0.safetensors"
    weights.parent.mkdir(parents=True)
    return TrialTask(
        number=0,
        candidate=Candidate(
            arch=ArchConfig(backbone="mobilenet_v2", width=0.35, num_classes=len(manifest.classes)), input_size=SIZE
        ),
        recipe=RECIPE,
        data=data,
        data_id=manifest.data_id,
        seed=0,
        key="none",
        weights=weights,
        checkpoints=run / "checkpoints" / "0",
        checkpoint_seconds=3600,
        cpus=2,
        gpus=0,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=Path, required=True, help="train/CLASS/*.jpg and val/CLASS/*.jpg")
    photos = parser.parse_args().photos.resolve()
    torch.set_num_threads(2)
    with TemporaryDirectory() as top:
        data, files = Path(top, "data"), Path(top, "files")
        manifest = prepare(folder(photos), data, image_size=SIZE)
        stored_files(data, files)
        task = a_task(data, manifest, Path(top, "run"))
        worker = TrialWorker({TASK: task})

        def ours(seed: int) -> float:
            start = time.perf_counter()
            worker.reset_config({TASK: replace(task, seed=seed)})
            while RESULT not in worker.step():
                pass
            return time.perf_counter() - start

        rivals: dict[str, Callable[[int], float]] = {
            "ours": ours,
            "script on the photographs": lambda seed: script(photos, seed),
            "script on copies of 64 pixels": lambda seed: script(files, seed),
        }
        ours(0)
        seconds: dict[str, list[float]] = {name: [] for name in rivals}
        for turn in range(ROUNDS):
            for name, rival in rivals.items():
                seconds[name].append(rival(turn))
        kinds = ("resident", "plain", "ffcv")
        opened = {kind: PreparedData(data, workers=2, device=torch.device("cpu"), reader=kind) for kind in kinds}
        for source in opened.values():
            first_batch_again(source, 0)
        again = {kind: [first_batch_again(source, seed) for seed in range(20)] for kind, source in opened.items()}
        new = {kind: [first_batch_in_a_new_process(data, kind) for _ in range(ROUNDS + 1)][1:] for kind in kinds}
    figures = {
        "epochs": EPOCHS,
        "images": manifest.splits["train"].images,
        "seconds_from_start_to_score": {name: spread(taken) for name, taken in seconds.items()},
        "times_as_long_as_ours": {
            name: spread(ratios(seconds, over=name, under="ours")) for name in rivals if name != "ours"
        },
        "seconds_to_the_first_batch": {
            "in a worker that trained before": {kind: spread(taken) for kind, taken in again.items()},
            "in a new process": {kind: spread([whole for whole, _ in taken]) for kind, taken in new.items()},
            "in a new process, imports done": {
                kind: spread([rest for _, rest in taken]) for kind, taken in new.items()
            },
        },
    }
    path = Path(__file__).with_name("result.json")
    save(path, figures, ["torch", "torchvision", "ffcv"])
    print(path.read_text())


if __name__ == "__main__":
    main()

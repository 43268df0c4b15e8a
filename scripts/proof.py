"""What a change of structure must not change, as JSON: proposals, trained weights, figures, costs.

    .venv/bin/python -m scripts.proof before.json                       # on the code before the change
    .venv/bin/python -m scripts.proof after.json --against before.json  # on the code after it, on the same machine

Accuracies are made up from each network alone, so a search of fifty trials takes seconds. Weights are trained for real.
The exit code is 1 where anything differs.
"""

import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import zlib
from dataclasses import asdict
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Annotated, Any

os.environ["OMP_NUM_THREADS"] = "1"  # sums of two threads are rounded differently

import optuna
import torch
import typer

from pipelines.datasets import digits
from pipelines.loading.data import PreparedData
from pipelines.storage.prepare import prepare
from pipelines.training.epoch import Epoch
from pipelines.training.loop import Training
from pipelines.training.recipe import Recipe
from search.config.settings import SearchSettings
from search.render.report import report
from search.run.driver import Driver
from search.run.task import TrialTask
from search.run.warm_start import reusable, take_over
from search.study.folder import RunFolder
from search.study.study import StudyRecord
from search.study.trial import TrialResult
from spaces import SearchSpace
from tests.search.factory import settings, spec
from ulsam import ArchConfig, Placement, build_model, count_cost

_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d")  # when the report was written
SAMPLERS = ("known_cost", "tpe", "nsga2", "gp", "random")
PROPOSALS = 50
SPACE = {"widths": [0.1, 0.2, 0.35], "groups": [1, 2, 4, 8], "placements": {"at_most": 3}}
ARCHS = (
    ArchConfig(backbone="mobilenet_v2", width=0.1, num_classes=10, stem_stride=1),
    ArchConfig(
        backbone="mobilenet_v2",
        width=0.1,
        num_classes=10,
        stem_stride=1,
        placements=(Placement(block=3, mode="insert", groups=2), Placement(block=12, mode="substitute", groups=2)),
    ),
    ArchConfig(
        backbone="mobilenet_v1",
        width=0.25,
        num_classes=10,
        stem_stride=1,
        placements=(Placement(block=8, mode="substitute", groups=4),),
    ),
)


def proof(
    out: Annotated[Path, typer.Argument(help="JSON file to write.")],
    against: Annotated[Path | None, typer.Option(help="JSON file to compare with.")] = None,
    history: Annotated[Path | None, typer.Option(help="Folder of a frozen run to go on from; see --freeze.")] = None,
    freeze: Annotated[Path | None, typer.Option(help="Write the scripted history there, as a run, and end.")] = None,
) -> None:
    """Writes what must not change, and says what differs."""
    torch.set_num_threads(1)
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    with TemporaryDirectory() as scratch:
        if freeze is not None:
            frozen = scripted_history(Path(scratch))
            shutil.copytree(frozen.path, freeze)
            return
        found = {
            "proposals": {name: proposals(Path(scratch) / f"new-{name}", name) for name in SAMPLERS},
            "weights": trained_weights(Path(scratch)),
            "costs": random_costs(spec(**search_for("random")).search_space),
        }
        if history is not None:
            found["proposals after a history"] = {
                name: proposals(Path(scratch) / f"after-{name}", name, history) for name in SAMPLERS
            }
            found["figures"] = figures(history, Path(scratch))
    out.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n")
    differing = [] if against is None else differences(json.loads(against.read_text()), json.loads(out.read_text()))
    for line in differing:
        print(line)
    print("nothing compared" if against is None else f"{len(differing)} differences from {against}")
    raise typer.Exit(bool(differing))


def accuracy_of(arch: ArchConfig, seed: int = 0) -> float:
    """A made-up accuracy: more cost and attention help, and each network has a lot of its own."""
    cost = count_cost(arch, 24)
    own, of_seed = (zlib.crc32(f"{arch.arch_id}{more}".encode()) / 2**32 for more in ("", f" {seed}"))
    return round(0.2 + 0.05 * (cost.flops / 1e6) ** 0.5 + 0.02 * len(arch.placements) + 0.4 * own + 0.03 * of_seed, 6)


def answer(driver: Driver, task: TrialTask) -> None:
    """What a worker would: scores at the rungs, then the end. One network of ten cannot be trained."""
    final = accuracy_of(task.candidate.arch, task.seed)
    if zlib.crc32(task.candidate.arch.arch_id.encode()) % 10 == 0:
        driver.trial_ended(task.number, TrialResult(failure="diverged at step 3: the loss is nan"))
        return
    rungs: dict[int, float] = {}
    for rung in task.rungs:
        rungs[rung] = round(final * (0.5 + 0.5 * rung / task.recipe.epochs), 6)
        so_far = TrialResult(value=rungs[rung], rungs=dict(rungs), epochs=epochs(final, rung), seconds=float(rung))
        if not driver.rung_reached(task.number, so_far):
            driver.trial_stopped(task.number)
            return
    task.weights.parent.mkdir(exist_ok=True)
    task.weights.write_bytes(b"weights")
    whole = epochs(final, task.recipe.epochs)
    driver.trial_ended(task.number, TrialResult(value=final, rungs=rungs, epochs=whole, seconds=float(len(whole))))


def epochs(accuracy: float, count: int) -> tuple[Epoch, ...]:
    """A made-up training that ends at ``accuracy``."""
    return tuple(
        Epoch(number=n, train_loss=2 / n, val={"loss": 2 / n, "accuracy": accuracy * n / count}, seconds=1.0)
        for n in range(1, count + 1)
    )


def search_for(sampler: str, **search: Any) -> dict[str, Any]:
    """The sections of the fixed search."""
    sections = {"space": SPACE, "budgets": {"flops": "4M"}, "training": {"epochs": 9, "input_size": 24}}
    return sections | {"search": {"sampler": sampler, "trials": 30, "confirm": 0.2, "rungs": [3]} | search}


def proposals(scratch: Path, sampler: str, history: Path | None = None) -> list[str]:
    """The next networks of a search, with their seeds, one at a time: new, or after a frozen run's trials."""
    if history is None:
        sections = search_for(sampler)
        folder, record = RunFolder.create(scratch, settings("proof", **sections), spec("proof", **sections))
    else:
        shutil.copytree(history, scratch / "proof")
        folder, record = open_with(scratch, sampler)
    driver = Driver(folder, record, len(record.trials()) + PROPOSALS)
    found = []
    while (task := driver.next_task()) is not None:
        found.append(f"{task.candidate.arch.arch_id} seed {task.seed}")
        answer(driver, task)
    return found


def open_with(runs: Path, sampler: str) -> tuple[RunFolder, StudyRecord]:
    """The run ``proof``, as though another sampler had been asked for."""
    folder = RunFolder.find(runs, "proof")
    record = folder.open_record()
    search = record.spec.search.model_copy(update={"sampler": sampler})
    record.spec = record.spec.model_copy(update={"search": search})
    return folder, record


def scripted_history(runs: Path) -> RunFolder:
    """A run with complete, failed, stopped, adopted, repeated and interrupted trials."""
    earlier_folder, earlier = RunFolder.create(
        runs, settings("earlier", **search_for("random")), spec("earlier", **search_for("random"))
    )
    driver = Driver(earlier_folder, earlier, 8)
    while (task := driver.next_task()) is not None:
        answer(driver, task)
    sections = search_for("known_cost", warm_start=["earlier"])
    wanted: SearchSettings = settings("proof", **sections)
    folder, record = RunFolder.create(runs, wanted, spec("proof", **sections))
    take_over(reusable(runs, record.spec), folder, record)
    driver = Driver(folder, record, 38)
    while (task := driver.next_task()) is not None:
        if task.number not in (20, 37):  # whose workers were still at it when the search was killed
            answer(driver, task)
    statuses = [f"{trial.status} {trial.seed} {trial.origin is not None}" for trial in record.trials()]
    print("\n".join(f"{statuses.count(one):3} {one}" for one in sorted(set(statuses))))
    return folder


def trained_weights(scratch: Path) -> dict[str, str]:
    """SHA-256 of networks after two epochs on digits, with views that are cropped and made smaller."""
    prepare(digits(), scratch / "digits", image_size=32)
    data = PreparedData(scratch / "digits", workers=1, device=torch.device("cpu"))
    recipe = Recipe(epochs=2, batch_size=64, learning_rate=0.05, average_epochs=0.5, flip=False)
    hashes = {}
    for arch in ARCHS:
        torch.manual_seed(0)
        training = Training(build_model(arch), data, recipe, 24, seed=0, device=torch.device("cpu"))
        while not training.finished:
            training.run_epoch()
        digest = hashlib.sha256()
        for name, value in sorted(training.model.state_dict().items()):
            digest.update(name.encode() + value.contiguous().numpy().tobytes())
        hashes[arch.arch_id] = digest.hexdigest()
    return hashes


def random_costs(space: SearchSpace) -> dict[str, list[int]]:
    """Parameters and FLOPs of 1,000 networks."""
    rng = Random(0)
    archs = [space.sample(rng).arch for _ in range(1000)]
    return {arch.arch_id: [(cost := count_cost(arch, 24)).params, cost.flops] for arch in archs}


def figures(history: Path, scratch: Path) -> dict[str, Any]:
    """What commands say of the frozen run, as JSON, and what its report shows."""
    shutil.copytree(history, scratch / "runs" / "proof")
    folder = RunFolder.find(scratch / "runs", "proof")
    record = folder.open_record()
    html = report(record.spec, record.ended(), run="proof")
    pictures = [base64.b64decode(part.partition('"')[0]).decode() for part in html.split("base64,")[1:]]
    (scratch / "plan.yaml").write_text("name: p\ndata: digits\nbudgets: {flops: 4M}\ntraining: {input_size: 24}\n")
    return {
        "front": said(scratch, "front", "proof"),
        "status": {key: value for key, value in said(scratch, "status", "proof").items() if "second" not in key},
        "plan": said(scratch, "plan", "plan.yaml", "--no-timing"),
        "report": [line for line in words(html) if not _TIME.match(line)],
        "pictures": [sorted(part.partition('"')[0] for part in picture.split(' d="')[1:]) for picture in pictures],
        "finals": [asdict(final) for final in record.final_evaluations()],
    }


def said(scratch: Path, *command: str) -> Any:
    """What a command prints with ``--json``."""
    done = subprocess.run(
        [sys.executable, "-c", "from search.cli import app; app()", *command, "--json"],
        cwd=scratch,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])},
        capture_output=True,
        text=True,
        check=False,
    )
    return json.loads(done.stdout) if done.returncode == 0 else {"failed": done.stderr.strip()}


def words(html: str) -> list[str]:
    """The text of a page, a line each."""
    text = re.sub(r"<(style|script)\b.*?</\1>|<[^>]+>", "\n", html, flags=re.DOTALL)
    return [line.strip() for line in text.splitlines() if line.strip()]


def differences(before: Any, after: Any, where: str = "") -> list[str]:
    """Each place at which two JSON values differ, in a line."""
    if type(before) is type(after) and isinstance(before, dict):
        keys = [*before, *(key for key in after if key not in before)]
        return [line for key in keys for line in differences(before.get(key), after.get(key), f"{where}/{key}")]
    if type(before) is type(after) and isinstance(before, list) and len(before) == len(after):
        pairs = enumerate(zip(before, after, strict=True))
        return [line for index, (one, two) in pairs for line in differences(one, two, f"{where}/{index}")]
    return [] if before == after else [f"{where}: {str(before)[:100]} -> {str(after)[:100]}"]


if __name__ == "__main__":
    typer.run(proof)

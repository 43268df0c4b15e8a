"""The rival: Ray Tune with its own OptunaSearch, MLflow callback, checkpoints, retries and restore, as documented.

    python -m benchmarks.faults.rival DATA FOLDER TRIALS EPOCHS

The same networks and trainings as ours. Started again it restores; at its end it writes ``results.json``.
"""

import json
import sys
import tempfile
from pathlib import Path

import ray
import torch
from ray import tune
from ray.air.integrations.mlflow import MLflowLoggerCallback
from ray.tune.search import ConcurrencyLimiter
from ray.tune.search.optuna import OptunaSearch
from safetensors.torch import load_file, save_file

from benchmarks.faults.logged import LoggedTraining
from pipelines.loading.data import PreparedData
from pipelines.training.recipe import Recipe
from ulsam import ArchConfig, Placement, build_model, count_cost

WIDTHS, GROUPS, BLOCKS, SIZE = (0.1, 0.15, 0.2, 0.25), (1, 4), (8, 9, 10, 12, 13), 16


def train(config: dict) -> None:
    torch.set_num_threads(1)
    cpu = torch.device("cpu")
    data = PreparedData(Path(config["data"]), workers=1, device=cpu)
    placements = [Placement(block=b, mode="insert", groups=config["groups"]) for b in BLOCKS if config[f"block_{b}"]]
    arch = ArchConfig(
        backbone="mobilenet_v2", width=config["width"], num_classes=10, stem_stride=1, placements=tuple(placements)
    )
    torch.manual_seed(0)
    recipe = Recipe(epochs=config["epochs"], batch_size=64, flip=False)
    training = LoggedTraining(build_model(arch, SIZE), data, recipe, SIZE, seed=0, device=cpu)
    LoggedTraining.label = tune.get_context().get_trial_id()
    if checkpoint := tune.get_checkpoint():
        with checkpoint.as_directory() as folder:
            training.restore(load_file(Path(folder, "state.safetensors")))
    while not training.finished:
        epoch = training.run_epoch()
        with tempfile.TemporaryDirectory() as folder:
            state = {name: tensor.contiguous() for name, tensor in training.state().items()}
            save_file(state, Path(folder, "state.safetensors"))
            tune.report(
                {"accuracy": epoch.val_accuracy, "flops": count_cost(arch, SIZE).flops, "epoch": epoch.number},
                checkpoint=tune.Checkpoint.from_directory(folder),
            )


def main(data: str, folder: str, trials: int, epochs: int) -> None:
    ray.init(num_cpus=2, include_dashboard=False, logging_level="ERROR")
    results = Path(folder, "results", "rival")
    if tune.Tuner.can_restore(str(results)):
        tuner = tune.Tuner.restore(str(results), trainable=train, resume_errored=True)
    else:
        space = {"width": tune.choice(WIDTHS), "groups": tune.choice(GROUPS)}
        space |= {f"block_{block}": tune.choice((True, False)) for block in BLOCKS}
        searcher = OptunaSearch(metric=["accuracy", "flops"], mode=["max", "min"])
        mlflow = MLflowLoggerCallback(tracking_uri=f"sqlite:///{folder}/mlflow.db", experiment_name="rival")
        tuner = tune.Tuner(
            train,
            param_space=space | {"data": data, "epochs": epochs},
            tune_config=tune.TuneConfig(search_alg=ConcurrencyLimiter(searcher, 2), num_samples=trials),
            run_config=tune.RunConfig(
                name="rival",
                storage_path=str(results.parent),
                callbacks=[mlflow],
                failure_config=tune.FailureConfig(max_failures=3),
                checkpoint_config=tune.CheckpointConfig(num_to_keep=2),
                verbose=0,
            ),
        )
    results = tuner.fit()
    done = {result.metrics["trial_id"]: result.metrics.get("epoch") for result in results if result.metrics}
    Path(folder, "results.json").write_text(json.dumps(done))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))

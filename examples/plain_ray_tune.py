"""Our sampler and our scheduler in a plain Ray Tune experiment: accuracy against a cost that is known beforehand.

python examples/plain_ray_tune.py
"""

from ray import tune
from ray.tune.search.optuna import OptunaSearch

from search import FrontScheduler, KnownCostSampler

SPACE = {"width": [0.25, 0.5, 0.75, 1.0], "blocks": [1, 2, 4, 8]}
EPOCHS = 9


def costs(config: dict) -> tuple[float]:
    """Known before anything is trained. A function with a name, which OptunaSearch can keep in its snapshots."""
    return (config["blocks"] * config["width"] ** 2,)


def train(config: dict) -> None:
    """In place of your training: an accuracy an epoch."""
    for epoch in range(1, EPOCHS + 1):
        accuracy = (1 - 0.4 ** (config["width"] * config["blocks"])) * epoch / (epoch + 1)
        tune.report({"accuracy": accuracy, "flops": costs(config)[0]})


def space(trial) -> None:
    """The search space as OptunaSearch takes it with a sampler of one's own."""
    for name, values in SPACE.items():
        trial.suggest_categorical(name, values)


def main() -> None:
    """Twelve trials, two at a time."""
    scheduler = FrontScheduler(metric="accuracy", costs=costs, rungs=[EPOCHS // 3], noise=0.01)
    search = OptunaSearch(
        space=space,
        metric=["accuracy", "flops"],
        mode=["max", "min"],
        sampler=KnownCostSampler(known_costs=costs),
    )
    tuner = tune.Tuner(
        train,
        tune_config=tune.TuneConfig(
            search_alg=search,
            scheduler=scheduler,
            num_samples=12,
            max_concurrent_trials=2,
            reuse_actors=True,  # a process for each trial takes seconds to start
        ),
        run_config=tune.RunConfig(verbose=0),
    )
    results = sorted(tuner.fit(), key=lambda result: result.metrics["flops"])
    best = 0.0
    for result in results:
        epochs, accuracy = result.metrics["training_iteration"], result.metrics["accuracy"]
        mark = "on the front" if epochs == EPOCHS and accuracy > best else f"{epochs} epochs"
        best = max(best, accuracy if epochs == EPOCHS else 0.0)
        print(f"{result.metrics['flops']:6.3f} FLOPs: {accuracy:.1%}, {mark}")
    for trial, reason in scheduler.stopped.items():
        print(f"{trial}: {reason}")


if __name__ == "__main__":
    main()

"""How long a record of many trials takes to read: by a snapshot, by the next one, and by Optuna.

    python -m benchmarks.scale.reading [--trials 10000]

One trial of ten epochs is written as a driver does, then copied in its SQLite database; each copy has another network.
"""

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import optuna
from optuna.storages import RDBStorage
from sqlalchemy import text

from benchmarks.made_up import made_up_spec
from pipelines.training.epoch import Epoch
from search.config.database_url import sqlite_url
from search.config.settings import SearchSection
from search.study.spec import StudySpec
from search.study.study import StudyRecord
from search.study.study_reader import StudyReader
from search.study.trial import TrialResult
from search.study.trial_row import ARCH, COSTS, costs_of
from spaces import Encoding, SpaceConfig

EPOCHS = 10
_COPIES = (
    "INSERT INTO trials (trial_id, number, study_id, state, datetime_start, datetime_complete) "
    "SELECT :id, :id - 1, study_id, state, datetime_start, datetime_complete FROM trials WHERE trial_id = 1",
    "INSERT INTO trial_user_attributes (trial_id, key, value_json) "
    "SELECT :id, key, value_json FROM trial_user_attributes WHERE trial_id = 1",
    "INSERT INTO trial_params (trial_id, param_name, param_value, distribution_json) "
    "SELECT :id, param_name, param_value, distribution_json FROM trial_params WHERE trial_id = 1",
    "INSERT INTO trial_values (trial_id, objective, value, value_type) "
    "SELECT :id, objective, value, value_type FROM trial_values WHERE trial_id = 1",
)
_NETWORK = "UPDATE trial_user_attributes SET value_json = :value WHERE trial_id = :id AND key = :key"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=10_000)
    trials = parser.parse_args().trials
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    with TemporaryDirectory() as folder:
        url = sqlite_url(Path(folder) / "study.db")
        fill(url, made_up_spec("scale", SearchSection(confirm=0), SpaceConfig(placements={"at_most": 3})), trials)
        record = StudyReader.open(url, "scale")
        first = record.snapshot()
        assert len(first.trials) == trials
        storage = RDBStorage(url)
        figures = {
            "trials": trials,
            "snapshot": seconds(record.snapshot),
            "next snapshot": seconds(lambda: record.snapshot(first)),
            "Optuna's get_all_trials": seconds(lambda: storage.get_all_trials(1, deepcopy=False), times=1),
        }
    print(json.dumps(figures, indent=1))


def fill(url: str, spec: StudySpec, trials: int) -> None:
    """Makes a record of so many complete trials."""
    record, rng = StudyRecord.create(url, spec.name, spec), Random(0)
    epochs = tuple(
        Epoch(number=n, train_loss=2.0 / n, val={"loss": 1.5 / n, "accuracy": 0.05 * n}, seconds=0.5)
        for n in range(1, EPOCHS + 1)
    )
    first = record.start(spec.search_space.sample(rng), Encoding(spec.search_space), seed=0)
    record.finish(first, TrialResult(value=0.5, epochs=epochs, seconds=5.0, host="here"))
    networks = {trial_id: spec.search_space.sample(rng) for trial_id in range(2, trials + 1)}
    values = [
        {"id": trial_id, "key": key, "value": json.dumps(value)}
        for trial_id, network in networks.items()
        for key, value in ((ARCH, network.arch.to_dict()), (COSTS, costs_of(network, spec.known_costs)))
    ]
    with RDBStorage(url).engine.begin() as connection:
        for copy in _COPIES:
            connection.execute(text(copy), [{"id": trial_id} for trial_id in networks])
        connection.execute(text(_NETWORK), values)


def seconds(read: Callable[[], object], times: int = 3) -> dict[str, float]:
    """Of the clock and of the processor, the least of so many times."""
    clock, processor = [], []
    for _ in range(times):
        start, at = time.perf_counter(), time.process_time()
        read()
        clock.append(time.perf_counter() - start)
        processor.append(time.process_time() - at)
    return {"clock": min(clock), "processor": min(processor)}


if __name__ == "__main__":
    main()

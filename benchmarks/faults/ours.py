"""``ulsam-search`` as it comes, with workers that keep a log: ``python -m benchmarks.faults.ours launch ...``."""

from benchmarks.faults.logged import LoggedTraining
from pipelines.training.loop import Training
from search.cli import app
from search.ray_backend import trial_worker
from search.ray_backend.run_search import run_search
from search.ray_backend.trial_worker import TrialWorker


class Logged(TrialWorker):
    """Trains as any worker does."""

    def _begin(self) -> Training:
        trial_worker.Training = LoggedTraining  # type: ignore[misc]
        LoggedTraining.label = str(self._task.number)
        return super()._begin()


def main() -> None:
    from benchmarks.faults.ours import Logged  # by its importable name, which workers know

    assert run_search.__kwdefaults__ is not None
    run_search.__kwdefaults__["trainable"] = Logged
    app()


if __name__ == "__main__":
    main()

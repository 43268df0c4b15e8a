"""A worker whose trainings are made up; it imports no more than a real one does."""

from typing import Any

from ray import tune

from search.ray_backend.trial_worker import TASK


class MadeUpTraining(tune.Trainable):  # type: ignore[misc]
    """A worker with the tasks of :class:`~search.ray_backend.trial_worker.TrialWorker`; ``step`` is its own."""

    def setup(self, config: dict[str, Any]) -> None:
        self._task = config[TASK]

    def reset_config(self, new_config: dict[str, Any]) -> bool:
        self._task = new_config[TASK]
        return True

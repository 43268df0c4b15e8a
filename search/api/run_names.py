"""The folder of runs, and their names in commands; no run is read, so that a shell completes names at once."""

from search.study.run_names import RUNS, RUNS_VARIABLE, called, run_names

__all__ = ["RUNS", "RUNS_VARIABLE", "called", "run_names"]

"""Quantizes the networks of a front, before one of them is chosen."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from search.analysis.front import complete, pareto_front
from search.api.export import choose_trial
from search.api.measuring import Warn, silent
from search.api.quantize import check_data, quantize_export
from search.artifacts.int8_section import Int8Section
from search.artifacts.write import WeightsMissingError
from search.study.folder import RunFolder
from search.study.run_names import RUNS
from search.study.trial import TrialRecord

OnNetwork = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuantizedTrial:
    """A network of a front in 8-bit integers.

    Attributes:
        trial: the trial of the network.
        float_accuracy: of the weights that were quantized, in float32 on the validation images, 0 to 1.
        int8: what was measured; None: the weights are missing.
    """

    trial: TrialRecord
    float_accuracy: float
    int8: Int8Section | None

    def to_dict(self) -> dict[str, object]:
        """Returns the network for JSON."""
        int8 = None if self.int8 is None else self.int8.model_dump(mode="json")
        return {"trial": self.trial.number, "float_accuracy": self.float_accuracy, "int8": int8}


def int8_front(
    run: str, runs: Path = RUNS, *, on_network: OnNetwork = lambda done, networks: None, on_warning: Warn = silent
) -> tuple[QuantizedTrial, ...]:
    """Quantizes each network of a front, and scores it on the validation images; nothing stays on the disk.

    Args:
        run: the name of a run in ``runs``, or the path of its folder.
        runs: the folder that holds the runs.
        on_network: called after each network with the number of those that are done, and of all.
        on_warning: called with a line where other programs make the times doubtful.

    Returns:
        The networks from the least to the most accurate, as the record has them.

    Raises:
        DataError: the data of the search are missing, damaged or changed.
        NotQuantizedError: ONNX Runtime can't quantize a network.
        UsageError: there is no such run, or its record can't be read.
    """
    trials = sorted(pareto_front(complete(RunFolder.find(runs, run).snapshot().ended)), key=lambda trial: trial.value)
    quantized = []
    for done, trial in enumerate(trials, start=1):
        quantized.append(_quantized(run, runs, trial, on_warning if done == 1 else silent))
        on_network(done, len(trials))
    return tuple(quantized)


def _quantized(run: str, runs: Path, trial: TrialRecord, on_warning: Warn) -> QuantizedTrial:
    with TemporaryDirectory() as folder:
        try:
            choice = choose_trial(run, Path(folder) / "network", trial.number, runs=runs)
            check_data(choice)
            choice.write(("onnx",))
        except WeightsMissingError:
            return QuantizedTrial(trial=trial, float_accuracy=trial.value, int8=None)
        measured = quantize_export(choice, on_warning).network.measured
        return QuantizedTrial(trial=trial, float_accuracy=measured.accuracy, int8=measured.int8)

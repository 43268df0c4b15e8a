"""Tells a search's record what became of a network that was taken home."""

from pathlib import Path

from pipelines.training.score import Score
from search.export.network import ExportedNetwork
from search.record.final import FinalScore, Hits
from search.record.folder import RunFolder
from search.record.names import SETTINGS_NAME


def join(network: ExportedNetwork, folder: Path, runs: Path, test: Score | None = None) -> RunFolder | None:
    """Writes what ``network`` scores into the record of the search that found it.

    Args:
        network: as exported or trained.
        folder: where it is, or its ``arch.yaml``.
        runs: the folder that has the search's run. Where it has not, as on another machine, nothing is written.
        test: its score on the test split; None: what is known of that stays.

    Returns:
        The run; None: it is not in ``runs``.

    Raises:
        UsageError: the run can't be read, or its record not written.
    """
    origin, measured = network.origin, network.measured
    if origin.search is None:
        return None
    if not (runs / origin.search.run / SETTINGS_NAME).is_file():
        return None
    run = RunFolder.find(runs, origin.search.run)
    record = run.open_record()
    if record.facts.search_id != origin.search.id:
        return None  # another search has that name now
    record.add_final(
        FinalScore(
            weights_sha256=measured.weights_sha256,
            arch=network.arch,
            trial=origin.trial,
            epochs=measured.epochs,
            seed=measured.seed,
            folder=str((folder.parent if folder.is_file() else folder).resolve()),
            val=Hits(measured.correct, measured.images),
            test=None if test is None else Hits(test.correct, test.images),
        )
    )
    return run

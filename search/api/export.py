"""Exports a network of a search."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from pipelines.measuring.latency import Latency
from pipelines.measuring.processor import device_name, processor_name
from search.analysis.choose import choose, within_budgets
from search.analysis.control import Controls
from search.analysis.latency_limit import LatencyLimit
from search.analysis.pick import Pick
from search.analysis.saved import savings
from search.analysis.trial_by_number import trial_by_number
from search.analysis.won import PlainNetworks
from search.api.devices import chosen_device
from search.api.measuring import Warn, silent, warn_if_busy
from search.artifacts.figures import figures
from search.artifacts.formats.names import DEFAULT_FORMATS, FormatName
from search.artifacts.latency_section import LatencySection
from search.artifacts.network import ExportedNetwork, GainSection
from search.artifacts.time_networks import time_networks
from search.artifacts.write import WeightsMissingError, check_new, network_of, write_network
from search.errors import UsageError
from search.render.gain_words import card_words, control_in_words
from search.render.saving_words import saving_card_words
from search.study.final_evaluation import FinalEvaluation
from search.study.folder import RunFolder
from search.study.run_names import RUNS
from search.study.snapshot import Snapshot
from search.study.spec import StudySpec
from search.study.trial import TrialRecord
from spaces import Budgets, Candidate

Turn = Callable[[int, int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedChoice:
    """Networks that were timed to choose among them.

    Attributes:
        most: the longest that a call may take, in seconds.
        networks: those that were timed.
        latencies: the time of a call of each, by trial.
        not_timed: the number of further networks within the budgets, which have no weights here.
        chosen: the latency of the chosen network.
    """

    most: float
    networks: tuple[TrialRecord, ...]
    latencies: Mapping[int, Latency]
    not_timed: int
    chosen: LatencySection


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A network that was chosen; :meth:`write` exports it.

    Attributes:
        folder, out: of its run, and the folder to write it to.
        spec, trial: the search, and the trial of the network.
        network: the content of its ``arch.yaml``.
        timed: the networks that were timed; None: latency did not count.
    """

    folder: RunFolder
    out: Path
    spec: StudySpec
    trial: TrialRecord
    network: ExportedNetwork
    timed: TimedChoice | None

    def write(self, formats: Sequence[FormatName] = DEFAULT_FORMATS) -> None:
        """Writes ``arch.yaml``, weights and a README, and the files of ``formats`` for other programs.

        Raises:
            UsageError: the weights are missing or not those that were scored, or a format can't be written.
        """
        weights, known_costs = self.folder.weights(self.trial.number), self.spec.known_costs
        write_network(self.network, weights, self.out, formats, known_costs)

    def figures(self) -> dict[str, Any]:
        """Returns the network and its scores for JSON."""
        return figures(self.network, self.out)


class UnknownCostError(UsageError):
    """A limit is on something that a search does not count of its networks; ``where`` is its name."""


def choose_network(
    run: str,
    out: Path,
    *,
    budgets: Budgets | None = None,
    pick: Pick = "best",
    max_latency: float | None = None,
    device: str | None = None,
    runs: Path = RUNS,
    on_warning: Warn = silent,
    on_turn: Turn = lambda done, turns, networks: None,
) -> Choice:
    """Chooses a trained network within a budget; with ``max_latency``, networks within the budget are timed by turns.

    Args:
        run: the name of a run in ``runs``, or the path of its folder.
        out: folder to write the network to later; must not exist yet.
        budgets: limits on known costs; None: none.
        pick: see :func:`search.analysis.choose.choose`.
        max_latency: the longest that one image may take, in seconds; None: latency does not count.
        device: where to time, ``cpu`` or ``cuda``; None: cuda where this machine has a GPU, else cpu.
        runs: the folder that holds the runs.
        on_warning: called with a line where other programs make the times doubtful.
        on_turn: called after each turn with the turns done, all turns, and the number of networks.

    Raises:
        UsageError: there is no such run, no network within the limits, no such device, or ``out`` exists.
    """
    where = None if max_latency is None else chosen_device(device)
    folder = RunFolder.find(runs, run)
    now = folder.snapshot()
    check_new(out)
    spec, trials, timed = now.spec, now.ended, None
    budgets = known_limits(spec, budgets)
    if max_latency is None or where is None:
        trial = choose(spec, trials, budgets, pick)
    else:
        warn_if_busy(where, on_warning)
        within = within_budgets(spec, trials, budgets)
        kept = _with_weights(folder, within)
        latencies = _time(kept, where, on_turn)
        seconds = {one.candidate: latencies[one.number].median for one in kept}
        trial = choose(spec, trials, budgets, pick, LatencyLimit(most=max_latency, measured=seconds))
        chosen = next(latencies[one.number] for one in kept if one.candidate == trial.candidate)
        timed = TimedChoice(
            most=max_latency,
            networks=tuple(kept),
            latencies=latencies,
            not_timed=len(within) - len(kept),
            chosen=LatencySection.of(chosen, device_name(where), processor_name()),
        )
    network = network_in(now, trial, None if timed is None else timed.chosen)
    return Choice(folder=folder, out=out, spec=spec, trial=trial, network=network, timed=timed)


def choose_trial(run: str, out: Path, number: int, *, runs: Path = RUNS) -> Choice:
    """Chooses the network of a trial.

    Args:
        run: the name of a run in ``runs``, or the path of its folder.
        out: folder to write the network to later; must not exist yet.
        number: of the trial, whose weights are exported.
        runs: the folder that holds the runs.

    Raises:
        UsageError: there is no such run, no such complete trial, its weights were not kept, or ``out`` exists.
    """
    folder = RunFolder.find(runs, run)
    now = folder.snapshot()
    check_new(out)
    trial = trial_by_number(now.trials, number)
    if not folder.weights(number).is_file():
        kept = [
            f"trial {one.number}"
            for one in now.ended
            if one.candidate == trial.candidate and folder.weights(one.number).is_file()
        ]
        remedy = f"choose {kept[0]}, which has weights of the same network" if kept else "choose a network of the front"
        raise WeightsMissingError("the weights were not kept", where=f"trial {number}", remedy=remedy)
    return Choice(folder=folder, out=out, spec=now.spec, trial=trial, network=network_in(now, trial), timed=None)


def network_in(now: Snapshot, trial: TrialRecord, latency: LatencySection | None = None) -> ExportedNetwork:
    """Returns the content of the ``arch.yaml`` of a network.

    Args:
        now: the record of the search.
        trial: a complete trial of the record.
        latency: of the network; None: it was not timed.
    """
    spec, trials = now.spec, now.ended
    return network_of(
        spec,
        trial,
        latency=latency,
        over_plain=_over_plain(spec, trial, trials),
        over_best_plain=_over_best_plain(spec, trial, trials),
        over_control=over_control(spec, trial.candidate, trials, now.final_evaluations),
    )


def export(
    run: str,
    out: Path,
    *,
    budgets: Budgets | None = None,
    pick: Pick = "best",
    max_latency: float | None = None,
    device: str | None = None,
    formats: Sequence[FormatName] = DEFAULT_FORMATS,
    runs: Path = RUNS,
) -> Choice:
    """Writes the most accurate network within a budget: ``arch.yaml``, weights, a README and ``formats``.

    See :func:`choose_network` for the errors.

    Args:
        run: the name of a run in ``runs``, or the path of its folder.
        out: folder to write; must not exist yet.
        budgets: limits on known costs; None: none.
        pick: another choice than the most accurate; see :func:`search.analysis.choose.choose`.
        max_latency: the longest that a call may take, in seconds; None: latency does not count.
        device: to time networks on; None: the first GPU, or else the CPU.
        formats: the files for other programs.
        runs: the folder that holds the runs.
    """
    choice = choose_network(run, out, budgets=budgets, pick=pick, max_latency=max_latency, device=device, runs=runs)
    choice.write(formats)
    return choice


def known_limits(spec: StudySpec, budgets: Budgets | None) -> Budgets:
    """Returns ``budgets``, or no limits for None.

    Args:
        spec: the search.
        budgets: limits on known costs; None: none.

    Raises:
        UnknownCostError: ``budgets`` limit a cost that the search does not count.
    """
    budgets = budgets or Budgets()
    known = [cost.name for cost in spec.known_costs]
    for name in budgets.limits:
        if name not in known:
            raise UnknownCostError(where=name, expected=f"a limit on a known cost, {' or '.join(known)}")
    return budgets


def _over_plain(spec: StudySpec, trial: TrialRecord, trials: Sequence[TrialRecord]) -> GainSection | None:
    """Returns the gain of the network of ``trial`` over the best plain one that costs no more."""
    gain = PlainNetworks(spec, trials).gain_of(trial)
    return None if gain is None else GainSection.of(gain, card_words(spec, gain))


def _over_best_plain(spec: StudySpec, trial: TrialRecord, trials: Sequence[TrialRecord]) -> GainSection | None:
    """Compares the network of ``trial`` with the best plain one; None: it costs no less, or is not on the front."""
    saved = savings(spec, trials)
    one = None if saved is None else saved.of(trial)
    return None if one is None else GainSection.of(one.gain, saving_card_words(spec, one))


def over_control(
    spec: StudySpec,
    candidate: Candidate,
    trials: Sequence[TrialRecord],
    final_evaluations: Sequence[FinalEvaluation],
) -> GainSection | None:
    """Returns the gain of the attention of a network over removing the blocks it replaces; None: it is not known.

    Args:
        spec: the search that the trials are of.
        candidate: the network.
        trials: in any order, whatever became of them.
        final_evaluations: scores of exported networks, from the record.
    """
    gain = Controls(spec, trials, final_evaluations).gain_of(candidate)
    return None if gain is None else GainSection.of(gain, control_in_words(gain, candidate))


def _with_weights(folder: RunFolder, networks: Sequence[TrialRecord]) -> list[TrialRecord]:
    # Those that can be exported: a search deletes the weights of the others, which can't be on the front.
    kept = [trial for trial in networks if folder.weights(trial.number).is_file()]
    if not kept:
        raise WeightsMissingError("the weights are missing", where=folder.weights(networks[0].number).parent)
    return kept


def _time(networks: Sequence[TrialRecord], device: torch.device, on_turn: Turn) -> dict[int, Latency]:
    """Returns the time of a call of each network, by trial."""
    candidates = [trial.candidate for trial in networks]
    timed = time_networks(candidates, device, lambda done, turns: on_turn(done, turns, len(networks)))
    return {trial.number: timed[trial.candidate] for trial in networks}

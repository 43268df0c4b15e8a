"""Gains of networks over plain ones, and over removing blocks, in words: the same in every view."""

from collections.abc import Iterable, Sequence
from typing import Any

from search.analysis.control import known_controls, replaced_blocks
from search.analysis.gain import Gain
from search.analysis.saved import savings
from search.analysis.won import Verdict, verdict
from search.render.network_words import describe_candidate
from search.render.saving_words import saved_in_words
from search.study.final_evaluation import FinalEvaluation
from search.study.spec import StudySpec
from search.study.trial import TrialRecord
from spaces import Candidate
from ulsam import Placement


def over_plain(spec: StudySpec, gain: Gain | None, network: Candidate) -> str:
    """Returns the gain over the best plain network that costs no more, in points: ``+2.1 (-0.3 to +4.5) over V2 x0.5``.

    A loss is ``-2.1 (-4.5 to +0.3) against V2 x0.5``.

    Args:
        spec: the search.
        gain: of ``network``; None: no plain network that costs no more is trained, or ``network`` is plain.
        network: the network that gains; of a plain one, the words say so.
    """
    if network.arch.is_plain:
        return "is plain"
    if gain is None:
        return "none as cheap"
    word = "against" if gain.points.startswith("-") else "over"
    return f"{gain.points} ({gain.ends}) {word} {describe_candidate(spec, gain.over)}"


def card_words(spec: StudySpec, gain: Gain) -> str:
    """Returns a network's gain over the best plain network that costs no more, with the data that it rests on.

    Args:
        spec: the search.
        gain: over the best plain network that costs no more.
    """
    chance = "" if gain.sure or gain.surely_less else ", which may be due to chance"
    over = f"the best plain network that costs no more ({describe_candidate(spec, gain.over)}, {gain.read_from})"
    return f"{_compared(gain, over)}{chance}"


def won_figures(spec: StudySpec, trials: Sequence[TrialRecord]) -> dict[str, Any]:
    """Returns for JSON what :func:`won_in_words` says.

    Args:
        spec: the search that the trials are of.
        trials: in any order, whatever became of them.
    """
    saved = savings(spec, trials)
    return {**verdict(spec, trials).to_dict(), "saved": None if saved is None else saved.to_dict()}


def won_in_words(spec: StudySpec, trials: Sequence[TrialRecord]) -> list[str]:
    """Returns lines that say what the search won within its budgets, what it saved, and what it won over its front.

    Args:
        spec: the search that the trials are of.
        trials: in any order, whatever became of them.
    """
    found, saved = verdict(spec, trials), savings(spec, trials)
    lines = [_within_budgets(spec, found)]
    if saved is not None and found.found is not None:
        lines.append(saved_in_words(spec, saved))
    if found.compared:
        lines.append(
            f"{found.gaining} of {found.compared} networks on the front gain more than chance over the "
            "best plain network that costs no more (tested together)"
        )
    return lines


def _within_budgets(spec: StudySpec, found: Verdict) -> str:
    where = f"within {spec.budgets_in_words}" if spec.search_space.budgets.limits else "at any cost"
    gain = found.gain
    if found.plain is None:
        return f"{where} no plain network is trained, so the gain of the search is unknown"
    if gain is None:
        return f"{where} the search won nothing: only plain networks are trained"
    over = f"the best plain network that fits ({describe_candidate(spec, gain.over)}, {gain.read_from})"
    if gain.sure:
        said = "the search won"
    elif gain.surely_less:
        said = "the search won nothing:"
    elif gain.points.startswith("-"):
        said = "the search may have won nothing:"
    else:
        said = "the gain of the search may be due to chance:"
    return f"{where} {said} {_compared(gain, over)}"


def control_in_words(gain: Gain, candidate: Candidate) -> str:
    """Returns the gain of a network's attention over removing the blocks that it replaces.

    Args:
        gain: of ``candidate`` over its control, the network with these blocks removed.
        candidate: the network with the attention; replaces at least one block.
    """
    replaced = replaced_blocks(candidate)
    named = dict.fromkeys(_mechanism(one) for one in candidate.arch.placements if one.block in replaced)
    chance = "" if abs(gain.value) > gain.reach else ", which may be due to chance"
    blocks = f"block{'s' if len(replaced) > 1 else ''} {', '.join(map(str, replaced))}"
    return f"{' and '.join(named)}: {_compared(gain, f'removing {blocks} ({gain.read_from})')}{chance}"


def controls_in_words(
    spec: StudySpec, trials: Sequence[TrialRecord], final_evaluations: Iterable[FinalEvaluation]
) -> list[str]:
    """Returns a line for each network whose control was also trained.

    Args:
        spec: the search that the trials are of.
        trials: in the order of the lines, whatever became of them; the first trial of a network names it.
        final_evaluations: scores of exported networks, from the record.
    """
    return [
        f"trial {trial.number}, {control_in_words(gain, trial.candidate)}"
        for trial, gain in known_controls(spec, trials, final_evaluations)
    ]


def control_figures(
    spec: StudySpec, trials: Sequence[TrialRecord], final_evaluations: Iterable[FinalEvaluation]
) -> list[dict[str, Any]]:
    """Returns for JSON what :func:`controls_in_words` says.

    Args:
        spec: the search that the trials are of.
        trials: in the order of the entries, whatever became of them; the first trial of a network names it.
        final_evaluations: scores of exported networks, from the record.
    """
    found = known_controls(spec, trials, final_evaluations)
    return [{"trial": trial.number, **gain.to_dict()} for trial, gain in found]


def _compared(gain: Gain, over: str) -> str:
    """Returns a gain as ``+2.1 points (95% interval ...) over X``, and a loss as ``2.1 points less (...) than X``."""
    if gain.points.startswith("-"):
        return f"{gain.points.removeprefix('-')} points less (95% interval of the difference {gain.ends}) than {over}"
    return f"{gain.points} points (95% interval {gain.ends}) over {over}"


def _mechanism(placement: Placement) -> str:
    return "ULSAM" if placement.attention == "ulsam" else placement.attention

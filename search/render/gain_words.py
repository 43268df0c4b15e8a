"""What a search won over plain networks, in words: the same in every view."""

from collections.abc import Sequence
from typing import Any

from search.analysis.gain import Gain
from search.analysis.won import Verdict, verdict
from search.render.network_words import describe_candidate
from search.study.spec import StudySpec
from search.study.trial import TrialRecord
from spaces import Candidate


def over_plain(spec: StudySpec, gain: Gain | None, network: Candidate) -> str:
    """What ``network`` gains over the best plain network that costs no more: ``+2.1 ± 0.9 over V2 x0.5``."""
    if network.arch.is_plain:
        return "is plain"
    if gain is None:
        return "none as cheap"
    return f"{gain.points} over {describe_candidate(spec, gain.over)}"


def won_figures(spec: StudySpec, trials: Sequence[TrialRecord]) -> dict[str, Any]:
    """What :func:`won_in_words` says, for JSON."""
    return verdict(spec, trials).to_dict()


def won_in_words(spec: StudySpec, trials: Sequence[TrialRecord]) -> list[str]:
    """Lines that say what the search won within its budgets and over its front, or that it won nothing."""
    found = verdict(spec, trials)
    lines = [_within_budgets(spec, found)]
    if found.compared:
        lines.append(
            f"{found.gaining} of {found.compared} networks on the front gain more than chance over the best plain "
            "network that costs no more"
        )
    return lines


def _within_budgets(spec: StudySpec, found: Verdict) -> str:
    where = f"within {spec.budgets_in_words}" if spec.search_space.budgets.limits else "whatever the cost"
    gain = found.gain
    if found.plain is None:
        return f"{where} no plain network is trained: what the search won is not known"
    if gain is None:
        return f"{where} the search won nothing: only plain networks are trained"
    over = f"the best plain network that fits ({describe_candidate(spec, gain.over)}, "
    if gain.sure:
        return f"{where} the search won {gain.points} points over {over}{gain.read_from})"
    if gain.value > 0:
        return f"{where} the search won nothing: {gain.points} points over {over}{gain.read_from}) may be chance"
    return f"{where} the search won nothing: {gain.points} points against {over}{gain.read_from})"

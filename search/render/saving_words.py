"""The savings of a search beside its best plain network, in words: the same in every view."""

from search.analysis.saved import CheaperNetwork, Savings
from search.render.network_words import describe_candidate
from search.study.spec import StudySpec


def saved_in_words(spec: StudySpec, saved: Savings) -> str:
    """Returns a line that says which cheaper network is as accurate as the best plain one, or that none is shown to be.

    Args:
        spec: the search.
        saved: the networks that cost less than the best plain one.
    """
    as_accurate = _as_accurate(spec)
    if (found := saved.best) is not None:
        tested = len(saved.found) + len(saved.plain)
        together = f"; {tested} tested together" if tested > 1 else ""
        return f"{_costs(spec, found)} and is {as_accurate} ({_read(found)}{together}){_plain_too(spec, saved)}"
    if (plain := saved.best_plain) is not None:
        return f"the search saved nothing beyond a plain network: {_costs(spec, plain)} and is {as_accurate}"
    if (likeliest := saved.likeliest) is not None:
        return (
            f"the search may have saved nothing: {_costs(spec, likeliest)}, but is not shown to be {as_accurate} "
            f"({_read(likeliest)})"
        )
    if saved.found:
        return (
            "the search saved nothing: cheaper networks are less accurate than the best plain network, by more than "
            "chance"
        )
    return "the search saved nothing: no other network on the front costs less than the best plain network"


def saving_card_words(spec: StudySpec, one: CheaperNetwork) -> str:
    """Returns a comparison of one network with the best plain one, with the data that it rests on.

    Args:
        spec: the search.
        one: the network, which costs less than the best plain one.
    """
    over = f"the best plain network within the budgets ({describe_candidate(spec, one.gain.over)})"
    verdict = "is" if one.as_accurate else "is not shown to be"
    return f"has {_shares(spec, one)} of {over}, and {verdict} {_as_accurate(spec)} ({_read(one)})"


def _as_accurate(spec: StudySpec) -> str:
    margin = spec.search.margin * 100
    return f"at least as accurate within {margin:g} point{'' if margin == 1 else 's'}"


def _costs(spec: StudySpec, one: CheaperNetwork) -> str:
    over = f"the best plain network that fits ({describe_candidate(spec, one.gain.over)})"
    name = f"trial {one.network.number}"
    if one.network.arch.is_plain:
        name = f"{describe_candidate(spec, one.network.candidate)}, {name},"
    return f"{name} has {_shares(spec, one)} of {over}"


def _read(one: CheaperNetwork) -> str:
    return f"{one.gain.points} points, 95% interval {one.gain.ends}; {one.gain.read_from}"


def _shares(spec: StudySpec, one: CheaperNetwork) -> str:
    """Returns ``36% of the FLOPs and 54% of the parameters``."""
    labels = {cost.name: cost.label for cost in spec.known_costs}
    return " and ".join(f"{share:.0%} of the {labels[name]}" for name, share in reversed(one.shares.items()))


def _plain_too(spec: StudySpec, saved: Savings) -> str:
    """Names the cheapest plain network that is as accurate; empty where there is none."""
    plain = saved.best_plain
    if plain is None:
        return ""
    return f"; so is the plain {describe_candidate(spec, plain.network.candidate)} with {_shares(spec, plain)}"

"""How many trials a search can come to: no more than were asked for, and no more than its space has networks for."""

from search.record.facts import StudyFacts


def most_trials(facts: StudyFacts, asked: int, *, taken_over: int = 0, networks_taken_over: int = 0) -> int:
    """The most trials that a search has in the end, those included that it takes over.

    Each network is trained once; then ``search.confirm`` is the share of further trainings, of networks in doubt. A
    search that stops early (``search.stop_when``), or has no network in doubt, has fewer.

    Args:
        facts: of the search.
        asked: how many trials it is to have.
        taken_over: how many of these it takes over from other searches.
        networks_taken_over: how many networks those are of.
    """
    if facts.networks is None:
        return asked
    own, networks = asked - taken_over, facts.networks - networks_taken_over
    if networks >= own - int(facts.search.confirm * own):
        return asked
    return taken_over + networks + int(facts.search.confirm * networks)

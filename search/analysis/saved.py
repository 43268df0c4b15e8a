"""What a search saved: a network about as accurate as the best plain one, at less of its costs.

A difference that may be due to chance does not make two networks equally accurate: with few images and seeds, any
difference may be due to chance. A network is as accurate within ``search.margin`` where both ends of its difference say
so: it is not below zero by more than chance, and it is above minus that margin by more than chance (a test of
non-inferiority). The networks that are compared are those on the front, and all plain ones, that cost less; for the
margin they are tested together, by Holm's procedure. :mod:`search.analysis.gain` describes what such an error covers:
with several seeds in common, only these validation images.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from search.analysis.front import at_most_as_expensive, pareto_front
from search.analysis.gain import Gain
from search.analysis.holm import hold_together
from search.analysis.won import PlainNetworks, best
from search.study.spec import StudySpec
from search.study.trial import TrialRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class CheaperNetwork:
    """A network that costs less than the best plain one of its search, compared with that.

    Attributes:
        network: the cheaper one.
        gain: over the best plain network; negative where it scores less.
        shares: its costs that are objectives as shares of those of the best plain network, by name.
        within_margin: whether it scores more than the best plain network less ``search.margin``, tested with others.
    """

    network: TrialRecord
    gain: Gain
    shares: dict[str, float]
    within_margin: bool

    @property
    def as_accurate(self) -> bool:
        """Whether the network is as accurate within the margin."""
        return self.within_margin and not self.gain.surely_less

    def to_dict(self) -> dict[str, Any]:
        """Returns the values for JSON."""
        return {
            "trial": self.network.number,
            "gain": self.gain.to_dict(),
            "cost_shares": self.shares,
            "as_accurate": self.as_accurate,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Savings:
    """The networks that cost less than the best plain one, cheapest first.

    Attributes:
        found: those on the front that are not plain.
        plain: plain ones.
        epsilon: costs that differ by a smaller share are ties.
        margin: a network that is less accurate by less is as accurate, as a share.
    """

    found: tuple[CheaperNetwork, ...]
    plain: tuple[CheaperNetwork, ...]
    epsilon: float
    margin: float

    @property
    def best(self) -> CheaperNetwork | None:
        """The cheapest network that is as accurate; None: there is none, or a plain one is at no higher cost."""
        plain = [one.network for one in self.plain if one.as_accurate]
        return _first(
            one
            for one in self.found
            if not any(at_most_as_expensive(other, one.network, self.epsilon) for other in plain)
        )

    @property
    def best_plain(self) -> CheaperNetwork | None:
        """The cheapest plain network that is as accurate; None: there is none."""
        return _first(self.plain)

    @property
    def likeliest(self) -> CheaperNetwork | None:
        """The likeliest network within the margin, of those that are not surely less accurate; None: there is none."""
        open_ones = [one for one in self.found if not one.gain.surely_less]
        return max(open_ones, key=lambda one: one.gain.probability_above(-self.margin), default=None)

    def of(self, network: TrialRecord) -> CheaperNetwork | None:
        """Returns what is known of ``network``; None: it is plain, not on the front, or costs no less."""
        return next((one for one in self.found if one.network.candidate == network.candidate), None)

    def to_dict(self) -> dict[str, Any]:
        """Returns the values for JSON."""
        found, plain = self.best, self.best_plain
        return {
            "margin": self.margin,
            "compared": len(self.found) + len(self.plain),
            "network": None if found is None else found.to_dict(),
            "plain_network": None if plain is None else plain.to_dict(),
        }


def savings(spec: StudySpec, trials: Sequence[TrialRecord]) -> Savings | None:
    """Returns what the search saved beside its best plain network; None: no plain network was trained.

    Args:
        spec: the search that the trials are of.
        trials: in any order, whatever became of them.
    """
    plain = PlainNetworks(spec, trials)
    against = best(plain.networks)
    if against is None:
        return None
    epsilon, margin = spec.search.cost_epsilon, spec.search.margin
    changed = [network for network in pareto_front(trials, epsilon) if not network.arch.is_plain]
    cheaper = [
        network
        for network in (*changed, *plain.networks)
        if at_most_as_expensive(network, against) and not at_most_as_expensive(against, network, epsilon)
    ]
    cheaper.sort(key=lambda network: network.cost_order)
    gains = [plain.gain(network, against) for network in cheaper]
    within = hold_together([gain.probability_above(-margin) for gain in gains])
    compared = [
        CheaperNetwork(
            network=network,
            gain=gain,
            shares={name: _share(network.costs[name], against.costs[name]) for name in spec.search.objectives},
            within_margin=one_within,
        )
        for network, gain, one_within in zip(cheaper, gains, within, strict=True)
    ]
    return Savings(
        found=tuple(one for one in compared if not one.network.arch.is_plain),
        plain=tuple(one for one in compared if one.network.arch.is_plain),
        epsilon=epsilon,
        margin=margin,
    )


def _share(cost: int, of: int) -> float:
    """Returns a cost as a share of a higher one: 1 at most, and 1 of nothing."""
    return cost / of if of else 1.0


def _first(networks: Iterable[CheaperNetwork]) -> CheaperNetwork | None:
    return next((one for one in networks if one.as_accurate), None)

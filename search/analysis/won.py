"""The gain of a search over the plain networks that a user would have picked."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from search.analysis.front import at_most_as_expensive, complete, pareto_front
from search.analysis.gain import Gain, gain_over, scores_by_seed
from search.analysis.holm import hold_together
from search.analysis.seed_spread import seed_spread
from search.analysis.uncertainty import seed_deviation
from search.study.spec import StudySpec
from search.study.trial import TrialRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The best network that a search found, against the best plain one.

    Attributes:
        found: the most accurate network that is not plain; None: there is none.
        plain: the most accurate plain network; None: none was trained.
        gain: of the first over the second; None where one of the two is missing.
        gaining: how many networks on the front score more than every plain one that costs no more, by more than chance
            in all of these comparisons together: they are many tests, see :func:`~search.analysis.holm.hold_together`.
        compared: how many networks on the front are not plain, with a plain one that costs no more.
    """

    found: TrialRecord | None
    plain: TrialRecord | None
    gain: Gain | None
    gaining: int
    compared: int

    @property
    def won(self) -> bool:
        """Whether the search won anything over the plain network, by more than chance."""
        return self.gain is not None and self.gain.sure

    def to_dict(self) -> dict[str, Any]:
        """Returns the values for JSON."""
        return {
            "won": self.won,
            "trial": None if self.found is None else self.found.number,
            "plain_trial": None if self.plain is None else self.plain.number,
            "gain": None if self.gain is None else self.gain.to_dict(),
            "gaining": self.gaining,
            "compared": self.compared,
        }


class PlainNetworks:
    """The plain networks of a search, to compare others with. Costs within ``search.cost_epsilon`` are ties."""

    def __init__(self, spec: StudySpec, trials: Sequence[TrialRecord]) -> None:
        self._spec = spec
        self._scores = scores_by_seed(trials)
        self._spread = seed_spread(self._scores.values())
        done = complete(trials)
        self._of_seeds = seed_deviation(done)
        self.networks = [network for network in done if network.arch.is_plain]

    def best_at_cost_of(self, network: TrialRecord) -> TrialRecord | None:
        """Returns the most accurate plain network that costs no more than ``network``; None: none was trained."""
        epsilon = self._spec.search.cost_epsilon
        return best(plain for plain in self.networks if at_most_as_expensive(plain, network, epsilon))

    def gain_of(self, network: TrialRecord) -> Gain | None:
        """Returns what ``network`` gains over :meth:`best_at_cost_of`; None: it is plain, or none was trained."""
        plain = None if network.arch.is_plain else self.best_at_cost_of(network)
        return None if plain is None else self.gain(network, plain)

    def gain(self, network: TrialRecord, plain: TrialRecord) -> Gain:
        """Returns what a network gains over a plain one; positive where it scores more.

        Args:
            network: with an accuracy.
            plain: one of ``networks``.
        """
        own, other = self._scores[network.candidate], self._scores[plain.candidate]
        recorded = network.standard_error, plain.standard_error
        return gain_over(own, plain.candidate, other, self._spec, self._spread, self._of_seeds, recorded)


def comparisons(spec: StudySpec, trials: Sequence[TrialRecord]) -> list[tuple[TrialRecord, Gain]]:
    """Returns the networks that a :func:`verdict` rests on, each with its gain over a plain network.

    Args:
        spec: the search that the trials are of.
        trials: in any order, whatever became of them.
    """
    plain = PlainNetworks(spec, trials)
    found, _, gain = _within_budgets(plain, trials)
    within = [] if found is None or gain is None else [(found, gain)]
    return [*within, *_along_front(plain, spec, trials)]


def verdict(spec: StudySpec, trials: Sequence[TrialRecord]) -> Verdict:
    """Returns what the search won within its budgets, which all of its networks are within, and over its front.

    Args:
        spec: the search that the trials are of.
        trials: in any order, whatever became of them.
    """
    plain = PlainNetworks(spec, trials)
    found, best_plain, gain = _within_budgets(plain, trials)
    gains = [gain for _, gain in _along_front(plain, spec, trials)]
    gaining = sum(hold_together([one.probability for one in gains]))
    return Verdict(found=found, plain=best_plain, gain=gain, gaining=gaining, compared=len(gains))


def _within_budgets(
    plain: PlainNetworks, trials: Sequence[TrialRecord]
) -> tuple[TrialRecord | None, TrialRecord | None, Gain | None]:
    """Returns the most accurate network that is not plain, the most accurate plain one, and the gain of the first."""
    found = best(network for network in complete(trials) if not network.arch.is_plain)
    best_plain = best(plain.networks)
    return found, best_plain, None if found is None or best_plain is None else plain.gain(found, best_plain)


def _along_front(
    plain: PlainNetworks, spec: StudySpec, trials: Sequence[TrialRecord]
) -> list[tuple[TrialRecord, Gain]]:
    """Returns the networks on the front that have a plain one to be compared with, each with its gain over that."""
    members = ((member, plain.gain_of(member)) for member in pareto_front(trials, spec.search.cost_epsilon))
    return [(member, gain) for member, gain in members if gain is not None]


def best(networks: Iterable[TrialRecord]) -> TrialRecord | None:
    """Returns the most accurate network, the cheapest of equally accurate ones; None: there is none."""
    return min(networks, key=lambda one: (-one.value, *one.cost_order), default=None)

"""The MobileNets without attention beside what a search found: what they cost, and score or would score."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from search.analysis.fitted_surrogate import Learnt
from search.analysis.front import complete
from search.study.spec import StudyFacts
from search.study.trial import TrialRecord
from spaces import FLOPS, PARAMS
from ulsam import ArchConfig

_95 = 1.96  # standard deviations


@dataclass(frozen=True, slots=True, kw_only=True)
class Plain:
    """A network of the space that has no attention.

    Attributes:
        arch, costs: what it is, and all that is known of its costs, by name.
        trial: its last training that ended, complete or not; of several seeds the network. None: it has none.
        believed: where it has no accuracy the 95 % interval of that after these trials, as shares; None: too little
            is known.
        found: the most accurate network with attention that was trained and is no dearer; None: there is none.
    """

    arch: ArchConfig
    costs: Mapping[str, int]
    trial: TrialRecord | None
    believed: tuple[float, float] | None
    found: TrialRecord | None


def plain_networks(facts: StudyFacts, learnt: Learnt, ended: Sequence[TrialRecord]) -> list[Plain]:
    """Those within the budgets, cheapest first. Costs within ``search.cost_epsilon`` are ties."""
    networks, last = {network.arch: network for network in complete(ended)}, {trial.arch: trial for trial in ended}
    placed = [network for network in networks.values() if network.arch.placements]
    more = 1 + facts.search.cost_epsilon
    plain = []
    for arch in _within_budgets(facts):
        costs = facts.search_space.costs_of(arch)
        no_dearer = [
            one for one in placed if all(one.costs[name] <= costs[name] * more for name in facts.search.objectives)
        ]
        plain.append(
            Plain(
                arch=arch,
                costs=costs,
                trial=networks.get(arch, last.get(arch)),
                believed=None if arch in networks else _believed(learnt, arch),
                found=max(no_dearer, key=lambda one: (one.accuracy, -one.costs[FLOPS.name]), default=None),
            )
        )
    return sorted(plain, key=lambda one: (one.costs[FLOPS.name], one.costs[PARAMS.name]))


def _within_budgets(facts: StudyFacts) -> Iterator[ArchConfig]:
    space = facts.search_space
    trunks = dict.fromkeys(space.trunk(backbone, width) for backbone in space.backbones for width in space.widths)
    return (arch for arch in trunks if arch in space)


def _believed(learnt: Learnt, arch: ArchConfig) -> tuple[float, float] | None:
    row = learnt.row(arch)
    if learnt.belief is None or row is None:
        return None
    mean, reach = float(learnt.belief.mean[row]), _95 * float(learnt.belief.deviation[row])
    return max(0.0, mean - reach), min(1.0, mean + reach)

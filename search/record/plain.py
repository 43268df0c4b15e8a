"""The MobileNets without attention beside what a search found: what they cost, and score or would score."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from search.record.facts import StudyFacts
from search.record.learnt import Learnt
from search.record.result import TrialRecord
from ulsam import ArchConfig, count_cost

_95 = 1.96  # standard deviations


@dataclass(frozen=True, slots=True, kw_only=True)
class Plain:
    """A network of the space that has no attention.

    Attributes:
        arch, params, flops: what it is, and costs.
        trial: its training, if it was trained.
        believed: else the 95 % interval of its accuracy after these trials, as shares; None: too little is known.
        found: the most accurate network with attention that was trained and is no dearer; None: there is none.
    """

    arch: ArchConfig
    params: int
    flops: int
    trial: TrialRecord | None
    believed: tuple[float, float] | None
    found: TrialRecord | None


def plain_networks(facts: StudyFacts, learnt: Learnt, networks: Mapping[ArchConfig, TrialRecord]) -> list[Plain]:
    """Those within the budgets, cheapest first; ``networks``: the trained ones. Costs within epsilon are ties."""
    more = 1 + facts.search.cost_epsilon
    placed = [network for network in networks.values() if network.arch.placements]
    plain = []
    for arch in _within_budgets(facts):
        cost, trial = count_cost(arch, facts.recipe.input_size), networks.get(arch)
        no_dearer = [one for one in placed if one.params <= cost.params * more and one.flops <= cost.flops * more]
        plain.append(
            Plain(
                arch=arch,
                params=cost.params,
                flops=cost.flops,
                trial=trial,
                believed=None if trial is not None else _believed(learnt, arch),
                found=max(no_dearer, key=lambda one: (one.accuracy, -one.flops), default=None),
            )
        )
    return sorted(plain, key=lambda one: (one.flops, one.params))


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

"""The MobileNets without attention beside what a search found: what they cost, and score or would score."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from search.record.facts import StudyFacts
from search.record.front import complete
from search.record.learnt import Learnt
from search.record.result import TrialRecord
from ulsam import ArchConfig, count_cost

_95 = 1.96  # standard deviations


@dataclass(frozen=True, slots=True, kw_only=True)
class Plain:
    """A network of the space that has no attention.

    Attributes:
        arch, params, flops: what it is, and costs.
        trial: its last training that ended, complete or not; of several seeds the network. None: it has none.
        believed: where it has no accuracy the 95 % interval of that after these trials, as shares; None: too little
            is known.
        found: the most accurate network with attention that was trained and is no dearer; None: there is none.
    """

    arch: ArchConfig
    params: int
    flops: int
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
        cost = count_cost(arch, facts.recipe.input_size)
        no_dearer = [one for one in placed if one.params <= cost.params * more and one.flops <= cost.flops * more]
        plain.append(
            Plain(
                arch=arch,
                params=cost.params,
                flops=cost.flops,
                trial=networks.get(arch, last.get(arch)),
                believed=None if arch in networks else _believed(learnt, arch),
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

"""How long a proposal takes as a search grows, in a space that is looked at whole and in one of a million networks.

One network in 50 cannot be trained.
"""

import time
from collections.abc import Sequence
from random import Random

import optuna

from benchmarks.made_up import made_up_spec
from benchmarks.report import spread
from benchmarks.scale.sleeping import made_up_accuracy
from search.config.settings import SearchSection
from search.run.proposer import Proposer
from search.study.trial import TrialResult
from spaces import Candidate, Encoding, SpaceConfig

MEASURED, FAILING = 12, 50
SPACES = {
    "whole": SpaceConfig(placements={"at_most": 2}),
    "drawn": SpaceConfig(placements={"at_most": 5}),
}


def proposal_seconds(after: Sequence[int]) -> dict[str, object]:
    """By space and number of trials learnt, seconds until the next network is there."""
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    return {name: _measure(space, after) for name, space in SPACES.items()}


def _measure(space: SpaceConfig, after: Sequence[int]) -> dict[str, object]:
    spec = made_up_spec("scale", SearchSection(confirm=0), space)
    networks = spec.search_space
    proposer = Proposer(spec, Encoding(networks))
    figures: dict[str, object] = {"networks": networks.count()}
    rng, tried = Random(0), set[Candidate]()

    def end(network: Candidate, *, failed: bool = False) -> None:
        """A whole trial, from its begin on."""
        accuracy = made_up_accuracy(network.arch.arch_id)
        proposer.begin(len(tried), network)
        proposer.tell(len(tried), TrialResult(failure="diverged") if failed else TrialResult(value=accuracy))
        tried.add(network)

    for goal in after:
        if goal + MEASURED >= networks.count():  # there are no more to be proposed
            break
        while len(tried) < goal:
            network = networks.sample(rng)
            if network not in tried:
                end(network, failed=(len(tried) + 1) % FAILING == 0)
        seconds = []
        for _ in range(MEASURED + 1):
            start = time.perf_counter()
            proposed = proposer.propose()
            seconds.append(time.perf_counter() - start)
            assert proposed is not None
            end(proposed)
        first, *later = seconds
        figures[str(goal)] = {"first": first, **spread(later)}
    return figures

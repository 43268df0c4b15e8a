"""How sure a front is: standard errors over images and seeds, and each network's probability of belonging to it."""

from collections.abc import Sequence
from math import sqrt

import numpy as np

from search.record.facts import StudyFacts
from search.record.result import TrialRecord, complete
from search.strategy.front import standard_error
from search.strategy.membership import front_probabilities


def accuracy_error(network: TrialRecord, networks: Sequence[TrialRecord], facts: StudyFacts) -> float:
    """The standard error of a network's accuracy.

    That of one reading is the binomial one of its validation images, or what seeds differ by where that is more;
    the mean of several seeds has less of it.

    Args:
        network: one of ``networks``.
        networks: from :func:`complete`.
        facts: of the search.
    """
    return _errors([network], _seed_deviation(networks), facts)[0]


def on_front(trials: Sequence[TrialRecord], facts: StudyFacts) -> dict[int, float]:
    """By trial number, the probability that a network is on the front; see :func:`front_probabilities`."""
    networks = complete(trials)
    if not networks:
        return {}
    probabilities = front_probabilities(
        np.array([network.accuracy for network in networks]),
        np.array(_errors(networks, _seed_deviation(networks), facts)),
        np.array([(network.params, network.flops) for network in networks], dtype=np.float64),
        epsilon=facts.search.cost_epsilon,
    )
    return {network.number: float(share) for network, share in zip(networks, probabilities, strict=True)}


def contenders(trials: Sequence[TrialRecord], facts: StudyFacts) -> set[int]:
    """The numbers of the networks that further seeds might still put on the front.

    Not those that another, no dearer, leads by more than three standard errors of the difference.
    """
    networks = complete(trials)
    accuracy = np.array([network.accuracy for network in networks])
    variance = np.array(_errors(networks, _seed_deviation(networks), facts)) ** 2
    costs = np.array([(network.params, network.flops) for network in networks])
    found = set()
    for one, network in enumerate(networks):
        no_dearer = (costs <= costs[one]).all(axis=1)
        margin = 3 * np.sqrt(variance + variance[one])
        if (accuracy - accuracy[one] <= margin)[no_dearer].all():
            found.add(network.number)
    return found


def _errors(networks: Sequence[TrialRecord], seed_deviation: float, facts: StudyFacts) -> list[float]:
    images = facts.data.val_images
    return [
        max(standard_error(network.accuracy, images), seed_deviation) / sqrt(max(1, len(network.readings)))
        for network in networks
    ]


def _seed_deviation(networks: Sequence[TrialRecord]) -> float:
    """Pooled over the networks that were trained with several seeds; 0 where there are none."""
    several = [np.array(network.readings) for network in networks if len(network.readings) > 1]
    if not several:
        return 0.0
    squares = sum(float(((readings - readings.mean()) ** 2).sum()) for readings in several)
    return float(np.sqrt(squares / sum(len(readings) - 1 for readings in several)))

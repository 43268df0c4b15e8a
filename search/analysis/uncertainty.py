"""The uncertainty of a front: standard errors over images and seeds, and each network's probability of being on it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import hypot, sqrt

import numpy as np
from numpy.typing import NDArray

from search.analysis.front import complete
from search.analysis.interval import Interval, interval_of
from search.analysis.networks import Networks
from search.analysis.two_way import two_way
from search.optimize.front_membership import front_probabilities
from search.study.spec import StudySpec
from search.study.trial import TrialRecord


class ValueUncertainty:
    """Standard errors and 95 % intervals of the values of a search's networks.

    An error is a bound on the standard error of a network's value, as an estimate of that on all images of this kind.
    It is that of the metric on the validation images (of an accuracy the binomial one), together with the deviation
    between seeds. Further seeds reduce the second part alone, since all are scored on the same images. With folds, they
    reduce both: each fold has other images. The error of the effects of folds is then a third part; see
    :mod:`search.analysis.fold_effects`. The sum is a bound: answers that change from seed to seed are in the first two
    parts. Networks are compared on the same images, with less doubt: see :func:`on_front`.

    Args:
        networks: all of the search, from :func:`complete`.
        spec: the search.

    Attributes:
        sources: the sources of error that the intervals include: ``images and seeds``, or ``images`` where no network
            has several seeds; with folds, ``images, seeds and folds``.
    """

    def __init__(self, networks: Sequence[TrialRecord], spec: StudySpec) -> None:
        self._spec = spec
        self._of_seeds = seed_deviation(networks)
        self.sources = "images and seeds" if any(len(network.values) > 1 for network in networks) else "images"
        if any(network.fold_mean is not None and network.fold_mean.different > 1 for network in networks):
            self.sources = "images, seeds and folds"

    def error(self, network: TrialRecord) -> float:
        """Returns the error of one of the networks, as a share."""
        of_images = self._spec.standard_error(network.value, network.standard_error)
        of_seeds = self._of_seeds / sqrt(max(1, len(network.values)))
        if network.fold_mean is None:
            return hypot(of_images, of_seeds)
        of_folds = max(of_images, self._of_seeds) * sqrt(network.fold_mean.variance)
        return hypot(of_images * sqrt(network.fold_mean.image_share), of_seeds, of_folds)

    def interval(self, network: TrialRecord) -> Interval:
        """Returns the interval of one of the networks."""
        images = self._spec.scored_images * (1 if network.fold_mean is None else network.fold_mean.different)
        return interval_of(network.value, self.error(network), images)


def on_front(trials: Sequence[TrialRecord], spec: StudySpec) -> dict[int, float]:
    """Returns, by trial number, the probability that a network is on the front; see :func:`front_probabilities`.

    The front is the one that any number of seeds would show on these validation images; with folds, on all of train
    and val.

    Args:
        trials: in any order, whatever became of them.
        spec: the search that the trials are of.
    """
    networks = complete(trials)
    if not networks:
        return {}
    probabilities = front_probabilities(
        np.array([network.value for network in networks]),
        np.array(_errors_of_comparison(networks, seed_deviation(networks), spec)),
        np.array([network.minimised_costs for network in networks], dtype=np.float64),
        epsilon=spec.search.cost_epsilon,
    )
    return {network.number: float(share) for network, share in zip(networks, probabilities, strict=True)}


class PossiblyOptimal:
    """The networks that further seeds might still put on the front, kept up to date trial by trial.

    A network leaves where another one, at no higher cost, leads by more than three standard errors of the difference.
    It does not come back: its weights are gone.
    """

    def __init__(self, spec: StudySpec, trials: Iterable[TrialRecord] = ()) -> None:
        self._spec = spec
        self._networks = Networks(trials)
        known = self._networks.by_candidate
        self._several = {candidate: network for candidate, network in known.items() if network.values}
        self._in = dict(known)
        leads = self._leads()
        networks = list(self._in.values())
        self._drop([network for one, network in enumerate(networks) if leads.over(one).any()])

    @property
    def numbers(self) -> set[int]:
        """The numbers of their first trials."""
        return {network.number for network in self._in.values()}

    def add(self, trial: TrialRecord) -> None:
        """Takes in a trial that has ended, whatever became of it."""
        network = self._networks.add(trial)
        if network is None:
            return
        if network.fold_mean is not None:  # it may change the estimated effects of folds
            self._in = {candidate: self._networks.by_candidate[candidate] for candidate in self._in}
        if network.values:
            self._several[network.candidate] = network  # says what seeds differ by, whether or not it contends
            if network.candidate not in self._in:
                return
        self._in[network.candidate] = network
        leads, networks = self._leads(), list(self._in.values())
        one = networks.index(network)
        out = leads.of(one)
        out[one] = leads.over(one).any()
        self._drop([networks[row] for row in np.flatnonzero(out)])

    def _leads(self) -> "_Leads":
        networks = list(self._in.values())
        deviation = seed_deviation(self._several.values())
        return _Leads(
            values=np.array([network.value for network in networks]),
            variance=np.array(_errors_of_comparison(networks, deviation, self._spec)) ** 2,
            costs=np.array([network.minimised_costs for network in networks]).reshape(
                len(networks), len(self._spec.search.objectives)
            ),
        )

    def _drop(self, networks: Sequence[TrialRecord]) -> None:
        for network in networks:
            del self._in[network.candidate]


@dataclass(frozen=True, slots=True)
class _Leads:
    """Which of n networks leads which by more than chance.

    ``values`` and ``variance`` are (n,), ``costs``, those that are objectives, (n, 1 or 2).
    """

    values: NDArray[np.float64]
    variance: NDArray[np.float64]
    costs: NDArray[np.int64]

    def over(self, one: int) -> NDArray[np.bool_]:
        """Returns which networks lead ``one``, (n,)."""
        at_most_as_expensive = (self.costs <= self.costs[one]).all(axis=1)
        leading: NDArray[np.bool_] = at_most_as_expensive & (self.values - self.values[one] > self._margin(one))
        return leading

    def of(self, one: int) -> NDArray[np.bool_]:
        """Returns which networks ``one`` leads, (n,)."""
        no_cheaper = (self.costs >= self.costs[one]).all(axis=1)
        led: NDArray[np.bool_] = no_cheaper & (self.values[one] - self.values > self._margin(one))
        return led

    def _margin(self, one: int) -> NDArray[np.float64]:
        margin: NDArray[np.float64] = 3 * np.sqrt(self.variance + self.variance[one])
        return margin


def _errors_of_comparison(networks: Sequence[TrialRecord], of_seeds: float, spec: StudySpec) -> list[float]:
    """Returns the error of each mean over seeds against the mean over any number of seeds, on the same images.

    The error of one value is taken to be no less than the metric's own error: a few seeds that agree by chance prove
    little. With folds, errors of effects that several networks share count for each: a bound.
    """
    return [
        max(spec.standard_error(network.value, network.standard_error), of_seeds) * sqrt(network.noise_share)
        for network in networks
    ]


def seed_deviation(networks: Iterable[TrialRecord]) -> float:
    """Returns the standard deviation between seeds, a share, pooled over the networks with several; 0: none has.

    Of seeds on different folds, it is what is left beside the effects of the folds; 0: nothing is.
    """
    several = [network for network in networks if len(network.values) > 1]
    if not several:
        return 0.0
    folds = [network.fold_mean.folds for network in several if network.fold_mean is not None]
    known = sorted({fold for of_network in folds for fold in of_network})
    columns = [[known.index(fold) for fold in of_network] for of_network in folds] or [
        [0] * len(network.values) for network in several
    ]
    table = two_way(
        [
            (row, column, value)
            for row, (network, of_network) in enumerate(zip(several, columns, strict=True))
            for column, value in zip(of_network, network.values, strict=True)
        ]
    )
    return sqrt(table.squares / table.freedom) if table.freedom else 0.0

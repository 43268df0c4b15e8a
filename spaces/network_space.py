"""The networks of a search space as candidates of a sampler."""

from collections.abc import Iterator, Mapping, Sequence
from random import Random

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from spaces import Candidate, Encoding
from spaces.encoding import Value

EncodedParams = Mapping[str, Value]


class NetworkSpace:
    """Every network within the budgets, in its canonical parameters: a :class:`~search.optimize.candidates.Space`.

    Args:
        encoding: of the search space.
        minimised: names of the known costs that are objectives.
    """

    def __init__(self, encoding: Encoding, minimised: Sequence[str]) -> None:
        self._encoding = encoding
        self._minimised = minimised
        self._every: Sequence[EncodedParams] | None = None
        self._costs_of_every = np.zeros((0, len(minimised)))

    @property
    def choices(self) -> Mapping[str, Sequence[Value]]:
        return self._encoding.choices

    def costs(self, candidates: Sequence[EncodedParams]) -> NDArray[np.float64]:
        """Returns the costs that are objectives, (n, objectives)."""
        if candidates is self._every:  # making each network a second time takes as long as the first
            return self._costs_of_every
        return self._count([self.network(params) for params in candidates])

    def _count(self, networks: Sequence[Candidate]) -> NDArray[np.float64]:
        counts = self._encoding.space.cost_table.count(networks)
        return np.stack([counts[name] for name in self._minimised], axis=1).astype(np.float64)

    def network(self, params: EncodedParams) -> Candidate:
        """Returns the network of canonical parameters."""
        return self._encoding.decode(params, Random(0))

    def every(self, limit: int) -> Sequence[EncodedParams] | None:
        if self._every is None:
            space = self._encoding.space
            count = space.count_within_budgets() if space.count() > limit else 0
            if count is None or count > limit:
                return None
            networks = list(space)
            self._every = [self._encoding.encode(network) for network in networks]
            self._costs_of_every = self._count(networks)
        return self._every

    def draw(self, rng: Generator) -> EncodedParams:
        return self._encoding.encode(self._encoding.space.sample(Random(int(rng.integers(2**62)))))

    def neighbours(self, params: EncodedParams) -> Iterator[EncodedParams]:
        start = self.network(params)
        for name, values in self._encoding.choices.items():
            for value in values:
                network = self._encoding.decode({**params, name: value}, Random(0))
                if network != start and network in self._encoding.space:
                    yield self._encoding.encode(network)

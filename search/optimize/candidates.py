"""The sets of candidates that a sampler may choose from."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from numpy.random import Generator

Params = Mapping[str, Any]
Key = tuple[Any, ...]


class SpaceExhaustedError(Exception):
    """Every candidate has been proposed.

    Attributes:
        candidates: how many there are; None: nobody counted them.
    """

    def __init__(self, candidates: int | None = None) -> None:
        super().__init__(candidates)
        self.candidates = candidates

    def __str__(self) -> str:
        return f"all {'' if self.candidates is None else f'{self.candidates:,} '}candidates have been proposed"


class NoCandidatesError(ValueError):
    """A list of candidates is empty."""

    def __str__(self) -> str:
        return "candidates: expected at least one"


class Space(Protocol):
    """A set of candidates."""

    @property
    def choices(self) -> Mapping[str, Sequence[Any]]:
        """Every parameter with the values it may take."""

    def every(self, limit: int) -> Sequence[Params] | None:
        """Returns all candidates, always in the same order; None where there are more than ``limit``."""

    def draw(self, rng: Generator) -> Params:
        """Draws one candidate at random."""

    def neighbours(self, params: Params) -> Iterator[Params]:
        """Yields the candidates that differ from ``params`` in one choice."""


class ListedSpace:
    """Candidates listed by the user; they need not have the same parameters."""

    def __init__(self, candidates: Sequence[Params]) -> None:
        if not candidates:
            raise NoCandidatesError
        names = dict.fromkeys(name for params in candidates for name in params)
        self.choices = {name: tuple(dict.fromkeys(params.get(name) for params in candidates)) for name in names}
        self._candidates = list({key_of(params, self.choices): params for params in candidates}.values())

    def every(self, limit: int) -> Sequence[Params]:
        """Returns all candidates, also beyond ``limit``: they are in memory already."""
        return self._candidates

    def draw(self, rng: Generator) -> Params:
        return self._candidates[rng.integers(len(self._candidates))]

    def neighbours(self, params: Params) -> Iterator[Params]:
        return iter(())


def key_of(params: Params, choices: Mapping[str, Sequence[Any]]) -> Key:
    """Returns what identifies a candidate: equal candidates have equal keys.

    Args:
        params: the candidate; a parameter that it lacks counts as None.
        choices: every parameter of the space, in a fixed order.
    """
    return tuple(params.get(name) for name in choices)

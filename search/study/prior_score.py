"""What an earlier run says of a network, kept in the record of a search that begins with it."""

from collections import Counter
from collections.abc import Iterable
from typing import Any, Self

from pydantic import BaseModel, ConfigDict

from spaces import Candidate
from ulsam import ArchConfig


class PriorScore(BaseModel):
    """A network of the search's own space, with its score in an earlier run.

    Attributes:
        run: the name of the earlier run.
        arch: the layers of the network, as :meth:`ulsam.ArchConfig.to_dict` returns them.
        input_size: of its images, in pixels.
        score: by how many standard deviations of the run's scores it is above their mean.
    """

    model_config = ConfigDict(frozen=True)

    run: str
    arch: dict[str, Any]
    input_size: int
    score: float

    @classmethod
    def of(cls, run: str, candidate: Candidate, score: float) -> Self:
        """Returns the score of ``candidate`` in ``run``."""
        return cls(run=run, arch=candidate.arch.to_dict(), input_size=candidate.input_size, score=score)

    @property
    def candidate(self) -> Candidate:
        """The network."""
        return Candidate(arch=ArchConfig.from_dict(self.arch), input_size=self.input_size)


def describe_prior(scores: Iterable[PriorScore]) -> list[str]:
    """Returns a line that says which runs guide a search; empty where none does."""
    counts = Counter(score.run for score in scores)
    if not counts:
        return []
    runs = ", ".join(f"{run} ({count} networks)" for run, count in counts.items())
    return [f"scores of earlier runs guide the choice of networks while they predict better than none: {runs}"]

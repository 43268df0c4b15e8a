"""What the trials of a search say of networks, those that were never trained included."""

from collections.abc import Iterable
from dataclasses import dataclass
from random import Random

import numpy as np
from numpy.typing import NDArray

from search.record.facts import StudyFacts
from search.record.result import Status, TrialRecord, TrialResult
from search.strategy.knowledge import Knowledge
from search.strategy.proposer import Proposer
from search.strategy.surrogate import Belief
from spaces import Encoding
from ulsam import ArchConfig


@dataclass(frozen=True)
class Learnt:
    """A search's surrogate after its trials, asked by networks. Of a space too large to look at whole it knows a part.

    Attributes:
        knowledge: by row.
    """

    knowledge: Knowledge
    _encoding: Encoding

    @classmethod
    def of(cls, facts: StudyFacts, trials: Iterable[TrialRecord]) -> "Learnt":
        """What the ended ones of ``trials`` say."""
        encoding = Encoding(facts.search_space)
        proposer = Proposer(facts.search.sampler, encoding, facts.reference, facts.search.seed)
        for trial in trials:
            if trial.status is not Status.RUNNING and trial.result is not None:
                proposer.replay(trial.arch)
                teach(proposer, trial.arch, trial.result)
        return cls(proposer.knowledge(), encoding)

    @property
    def belief(self) -> Belief | None:
        """Of every row's accuracy; None as long as too few have a score."""
        return self.knowledge.belief

    def network(self, row: int) -> ArchConfig:
        """The network of a row."""
        return self._encoding.decode(self.knowledge.pool.candidates[row], Random(0))

    def row(self, arch: ArchConfig) -> int | None:
        """Where a network is; None: it is not looked at."""
        return self.knowledge.pool.row(self._encoding.encode(arch))

    def draw(self, rows: NDArray[np.int64], count: int) -> NDArray[np.float64]:
        """Accuracies of ``rows`` as they might be, drawn together: (count, rows)."""
        return self.knowledge.pool.surrogate.draw(rows, count, np.random.default_rng(0))


def teach(proposer: Proposer, arch: ArchConfig, result: TrialResult) -> None:
    """Tells ``proposer`` what became of a network that it proposed."""
    if result.stopped is not None:
        proposer.learn_stopped(arch, result.rungs)
    else:
        proposer.learn(arch, result.accuracy, result.rungs)

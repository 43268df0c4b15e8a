"""Exports the network that was never trained and most likely beats all that were."""

from dataclasses import dataclass
from pathlib import Path

from search.analysis.untried import Untried, most_likely_better
from search.api.export import known_limits
from search.artifacts.write import check_new
from search.artifacts.write_untried import in_words, train_command, write_untried
from search.study.folder import RunFolder
from search.study.pretrained_files import pretrained_copy
from search.study.run_names import RUNS
from search.study.spec import StudySpec
from search.study.teacher_copy import teacher_copy
from spaces import Budgets


@dataclass(frozen=True, slots=True, kw_only=True)
class UntriedChoice:
    """A network that was never trained.

    Attributes:
        out: its folder.
        spec: the search.
        untried: the network, and what is expected of it.
        budgets: the limits that it is within.
        pretrained, teacher: the run's copies of the weights to start from and of the teacher; None: there are none.
    """

    out: Path
    spec: StudySpec
    untried: Untried
    budgets: Budgets
    pretrained: Path | None
    teacher: Path | None

    @property
    def value(self) -> str:
        """The expected value with its 95% interval, in words."""
        return f"{self.untried.value:.2%} expected (95% interval {self.untried.interval})"

    @property
    def others(self) -> str:
        """The networks that it most likely beats, in words."""
        return in_words(self.spec, self.untried, self.budgets)

    @property
    def train_command(self) -> str:
        """The command that trains it as the search would have."""
        return train_command(self.spec, self.out, self.pretrained, self.teacher)


def export_untried(run: str, out: Path, *, budgets: Budgets | None = None, runs: Path = RUNS) -> UntriedChoice:
    """Writes the untrained network that most likely beats all trained ones, so that it can be trained.

    Args:
        run: the name of a run in ``runs``, or the path of its folder.
        out: folder to write an ``arch.yaml`` and a README with expectations to; must not exist yet.
        budgets: limits on known costs; None: none.
        runs: the folder that holds the runs.

    Raises:
        UsageError: there is no such run or network, or ``out`` exists.
    """
    folder = RunFolder.find(runs, run)
    now = folder.snapshot()
    check_new(out)
    budgets = known_limits(now.spec, budgets)
    likely = most_likely_better(now.spec, now.trials, budgets)
    pretrained = pretrained_copy(folder.path, now.spec.pretrained_for(likely.candidate.arch))
    teacher = teacher_copy(folder.path)
    write_untried(now.spec, likely, budgets, out, pretrained, teacher)
    return UntriedChoice(
        out=out, spec=now.spec, untried=likely, budgets=budgets, pretrained=pretrained, teacher=teacher
    )

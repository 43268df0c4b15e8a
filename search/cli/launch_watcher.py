"""What a terminal shows of a launch while it runs."""

from contextlib import AbstractContextManager

from rich.markup import escape

from pipelines.training.epoch import Epoch
from search.api.watcher import Check, Start, Watcher
from search.cli.class_coverage import print_coverage
from search.cli.console import console, print_start, say
from search.render.baseline_words import baselines_in_words
from search.render.progress import Progress
from search.render.recipe_remarks import recipe_remarks
from search.render.terminal import Terminal
from search.render.words import counted, duration
from spaces import Candidate


class TerminalWatcher(Watcher):
    """Prints to the console."""

    def __init__(self) -> None:
        self._terminal: Terminal | None = None

    def checked(self, check: Check) -> None:
        print_coverage(check.coverage)
        print_start(check.start)
        for line in (*check.earlier.in_words(check.spec), *check.start.prior_in_words, *recipe_remarks(check.spec)):
            say(line)
        if check.baselines:
            say(baselines_in_words(check.spec, check.baselines))

    def connecting(self, address: str | None) -> AbstractContextManager[object]:
        return console.status("starting Ray" if address is None else escape(f"joining Ray at {address}"))

    def teacher_begins(self, teacher: Candidate) -> None:
        say(f"training the teacher first: {teacher.arch.arch_id} at {teacher.input_size} px")

    def teacher_epoch(self, epoch: Epoch, epochs: int) -> None:
        say(f"  epoch {epoch.number}/{epochs}: loss {epoch.train_loss:.4f}, validation {epoch.val_accuracy:.2%}")

    def running(self, start: Start) -> Terminal:
        spec, within = start.spec, start.spec.networks
        limits = (
            [] if start.asked is None else [f"{counted(start.asked, 'trial')}, {len(start.ended)} of them finished"]
        )
        if start.hours is not None:
            left = duration(max(0.0, start.hours * 3600 - start.seconds_run))
            done = f", {len(start.ended)} trials finished" if start.asked is None else ""
            limits.append(f"{start.hours:g} h, {left} of them left{done}")
        say(
            f"{spec.name}: {'; '.join(limits)}; search space: "
            f"{spec.search_space.count():,} networks, {'too many to count' if within is None else f'{within:,}'} "
            f"within the budgets ({spec.budgets_in_words})"
        )
        progress = Progress(
            spec=spec,
            trials=start.asked,
            ended=list(start.ended),
            hours=start.hours,
            seconds_run=start.seconds_run,
        )
        self._terminal = Terminal(progress, console)
        return self._terminal

    def interrupted(self) -> None:
        if self._terminal is not None:
            self._terminal.interrupted()

    def warn(self, text: str) -> None:
        say(text)

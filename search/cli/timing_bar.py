"""A bar while networks are timed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console


@contextmanager
def timing_bar(on: Console) -> Iterator[Callable[[int, int, int], None]]:
    """Gives what is called, after each turn, with how many of how many are done, and of how many networks."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("timing {task.fields[networks]} networks"), BarColumn(), TimeRemainingColumn())
    # Drawn between turns alone: a thread that draws would take time from what is timed.
    with Progress(*columns, console=on, transient=True, auto_refresh=False, disable=not on.is_terminal) as progress:
        task = progress.add_task("", total=None, visible=False, networks=0)

        def show(done: int, turns: int, networks: int) -> None:
            progress.update(task, completed=done, total=turns, networks=networks, visible=True, refresh=True)

        yield show

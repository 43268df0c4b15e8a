"""``ulsam-search launch``: run a search."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from search.api.run_names import called
from search.cli.console import INTERRUPTED, RUNS, STOPPED, AllowCode, Runs, console, fetched, say, shown
from search.command import command
from search.errors import UsageError

if TYPE_CHECKING:
    from search.api.execution import Outcome

Trials = Annotated[
    int | None,
    typer.Option(
        min=1,
        help="Total number of trials. Finished trials count; trials that search.warm_start reuses do not. "
        "(default: search.trials of the file)",
    ),
]
Hours = Annotated[
    float | None,
    typer.Option(
        help="Limit on the total running time of all launches, in hours. Without --trials and search.trials, time "
        "alone limits the search. (default: search.hours of the file)",
    ),
]
_OrResume = Annotated[
    bool,
    typer.Option(
        "--or-resume", help="Continue the search if its run exists, for example in a job that a cluster may restart."
    ),
]


def launch(
    settings: Annotated[
        Path | None,
        typer.Argument(
            metavar="[SEARCH.YAML]", help="Search file, for example from init. Omit the file with --resume."
        ),
    ] = None,
    resume: Annotated[str | None, typer.Option(metavar="RUN", help="Continue a run.")] = None,
    or_resume: _OrResume = False,
    trials: Trials = None,
    hours: Hours = None,
    address: Annotated[
        str | None,
        typer.Option(
            help="Ray cluster: auto or HOST:6379. (default: RAY_ADDRESS if set, otherwise a new Ray on this machine)"
        ),
    ] = None,
    allow_code: AllowCode = None,
    runs: Runs = RUNS,
) -> None:
    """Run a search: train networks within the budgets and record the Pareto front.

    Ctrl-C stops the search. --resume RUN continues the search, also after a crash, and repeats no finished trial. To
    extend a finished run, use --resume with a higher --trials or --hours. Use --or-resume in jobs that a cluster may
    restart.
    """
    if (settings is None) == (resume is None):
        raise UsageError("give either a search file, or --resume RUN", where="launch")
    from search.api.execution import StoppedError

    try:
        outcome = _outcome(settings, resume, trials, hours, allow_code, address, runs, or_resume=or_resume)
    except StoppedError as error:
        say(f"stopped: {error}")
        say(f"after you fix the problem, continue with: {_again(error.folder.path, address, allow_code)}")
        raise typer.Exit(STOPPED) from None
    _show(outcome)
    conclude(outcome, _again(outcome.folder.path, address, allow_code))


def _outcome(
    settings: Path | None,
    resume: str | None,
    trials: int | None,
    hours: float | None,
    allow_code: str | None,
    address: str | None,
    runs: Path,
    *,
    or_resume: bool,
) -> "Outcome":
    """Begins the search in a file, or goes on with a run."""
    from search.api.launch import launch as begin
    from search.api.resume import resume as go_on
    from search.cli.launch_watcher import TerminalWatcher

    watcher = TerminalWatcher()
    if resume is not None:
        return go_on(
            resume,
            trials=trials,
            hours=hours,
            allow_code=allow_code,
            address=address,
            runs=runs,
            watcher=watcher,
            fetch=fetched,
        )
    assert settings is not None
    return begin(
        settings,
        trials=trials,
        hours=hours,
        or_resume=or_resume,
        allow_code=allow_code,
        address=address,
        runs=runs,
        watcher=watcher,
        fetch=fetched,
    )


def _again(folder: Path, address: str | None, allow_code: str | None) -> str:
    """The command that goes on with a run from here."""
    given = {"--address": address, "--allow-code": allow_code}
    options = [word for name, value in given.items() if value is not None for word in (name, value)]
    return command("launch", "--resume", called(folder), *options)


def _show(outcome: "Outcome") -> None:
    """What was found, and what of it could not be shown elsewhere."""
    from search.render.front_table import terminal_table
    from search.render.gain_words import won_in_words

    if outcome.unwritten is not None:
        say(f"page and picture could not be written: {outcome.unwritten}")
    if outcome.has_front:
        console.print(terminal_table(outcome.spec, outcome.ended))
        for line in won_in_words(outcome.spec, outcome.ended):
            say(line)
    for tracker in outcome.trackers:
        if tracker.problem is not None:
            again = f"; to try again: {tracker.retry}" if tracker.retry else ""
            say(f"{tracker.name} is not up to date: {tracker.problem}{again}")


def conclude(outcome: "Outcome", again: str) -> None:
    """Says how the search ended and what to do next; ``again`` is the command to go on with.

    Raises:
        typer.Exit: it did not come to its end, with the exit code for that.
    """
    from search.render.words import of_total

    trials = f"{of_total(len(outcome.ended), outcome.asked)} trials"
    if outcome.failed:
        _print_problem(outcome, again)
        raise typer.Exit(STOPPED)
    if outcome.settled:
        goal = outcome.spec.search.stop_when.remaining_hypervolume
        say(
            f"finished after {trials}: untried networks can raise the hypervolume by at most "
            f"{goal:.2%} (search.stop_when)"
        )
    if outcome.exhausted:
        say(f"finished after {trials}: the search has tried every network within the budgets")
    elif outcome.time_up is not None:
        _print_time_up(outcome, again)
        if not outcome.has_front:
            say("no trial is complete")
            raise typer.Exit(STOPPED)
    elif not outcome.finished:
        say(f"interrupted after {trials}; continue with: {again}")
        raise typer.Exit(INTERRUPTED)
    _print_results(outcome)


def _print_time_up(outcome: "Outcome", again: str) -> None:
    time_up = outcome.time_up
    assert time_up is not None
    more = f"{again} --hours {time_up.more_hours:g}"
    if time_up.unfinished:
        say(f"{time_up.in_words}: {more} finishes {'this trial' if time_up.unfinished == 1 else 'these trials'}")
    else:
        say(f"{time_up.in_words}; to continue the search (--hours is the total): {more}")


def _print_problem(outcome: "Outcome", again: str) -> None:
    from search.render.words import of_total

    say(f"stopped after {of_total(len(outcome.ended), outcome.asked)} trials: {outcome.problem}")
    if outcome.enough_trials is not None:
        say(f"{outcome.remedy}, or add --trials {outcome.enough_trials} to train one more network for comparison")
    elif outcome.remedy:
        say(outcome.remedy)
    if not outcome.over:
        say(f"{'to continue this run' if outcome.remedy else 'after you fix the problem, continue with'}: {again}")
    elif outcome.time_up is not None:
        _print_time_up(outcome, again)
    elif not outcome.exhausted and outcome.asked is not None:
        say(f"to try more networks in this run anyway (--trials is the total): {again} --trials {2 * outcome.asked}")


def _print_results(outcome: "Outcome") -> None:
    say(f"page: {outcome.page}")
    for tracker in outcome.trackers:
        name = f"{tracker.name}: "
        say(f"{name}{tracker.where}")
        if tracker.page is not None:
            say(f"{' ' * len(name)}{tracker.page}")
    say(f"export: ulsam-search export {shown(outcome.folder.path)} --out best/")

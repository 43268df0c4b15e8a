"""``ulsam-search launch``: run a search."""

from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from search.cli.absent import SEARCHED, say_absent
from search.cli.asked import facts_of, pretrained_of
from search.cli.console import (
    INTERRUPTED,
    RUNS,
    STOPPED,
    Runs,
    console,
    fetched,
    quieten_optuna,
    say,
    say_inherited,
    shown,
)
from search.command import command, quoted
from search.errors import UsageError
from search.record.names import called

if TYPE_CHECKING:
    from search.record.facts import StudyFacts
    from search.record.folder import RunFolder
    from search.record.study import StudyRecord
    from search.run.driver import Driver


def launch(
    settings: Annotated[
        Path | None, typer.Argument(metavar="[SEARCH.YAML]", help="What to search; the README explains the keys.")
    ] = None,
    resume: Annotated[str | None, typer.Option(metavar="RUN", help="Go on with a run.")] = None,
    or_resume: Annotated[
        bool, typer.Option("--or-resume", help="Go on with that search where it began already: for jobs.")
    ] = False,
    trials: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Trainings in all; a new search has those that it takes over beside them. (default: as the file says)",
        ),
    ] = None,
    address: Annotated[
        str | None,
        typer.Option(help="Ray cluster: auto or HOST:6379. (default: RAY_ADDRESS, or else Ray is started here)"),
    ] = None,
    runs: Runs = RUNS,
) -> None:
    """Search: train networks within the budgets and record the Pareto front.

    Ctrl-C ends it, and --resume goes on, after a crash as well: no finished trial is trained again. With more
    --trials a finished run can go on too. A job that a cluster may start once more is launched with --or-resume.
    """
    if (settings is None) == (resume is None):
        raise UsageError("launch: give either a search file, or --resume RUN")
    quieten_optuna()
    begun = _begun(settings, runs) if settings is not None and or_resume else None
    if begun is not None:
        _launch_again(str(begun[0].path), None, address, runs, at_least=trials or begun[1])
    elif resume is not None:
        _launch_again(resume, trials, address, runs)
    else:
        assert settings is not None
        _launch_new(settings, trials, address, runs)


def _begun(path: Path, runs: Path) -> "tuple[RunFolder, int] | None":
    """The run that the search file at ``path`` began, and how many trials the file asks for now; None: none."""
    from search.record.folder import RunFolder
    from search.settings import read_settings

    wanted = read_settings(path)
    folder = RunFolder.begun(runs, wanted)
    return None if folder is None else (folder, wanted.search.trials)


def _launch_new(path: Path, trials: int | None, address: str | None, runs: Path) -> None:
    """All that can be checked is checked before anything starts or is written."""
    from pipelines.storage.manifest import verify
    from search.record.folder import RunFolder
    from search.run.warm_start import reusable, take_over
    from search.secret import with_password
    from search.settings import read_settings

    wanted = read_settings(path)
    with_password(wanted.storage.mlflow or "")
    if trials is not None:
        wanted = wanted.model_copy(update={"search": wanted.search.model_copy(update={"trials": trials})})
    data = fetched(wanted.data)
    facts = facts_of(path, wanted, verify(data))
    RunFolder.refuse_existing(runs, wanted)
    pretrained, inherited = pretrained_of(path, wanted, facts)
    say_absent(data, SEARCHED)
    for trunk, inheritance in inherited.items():
        say_inherited(f"{trunk.backbone} x{trunk.width:g}", inheritance)
    earlier = reusable(runs, facts)
    for line in earlier.in_words(facts):
        say(line)
    with ExitStack() as stack:
        _connect(stack, address, facts, runs)
        folder, record = RunFolder.create(runs, wanted, facts, pretrained)
        with folder.lock():
            take_over(earlier, folder, record)
            _run(folder, record, _again(folder, address))


def _launch_again(run: str, trials: int | None, address: str | None, runs: Path, at_least: int = 0) -> None:
    """Goes on with a run; where nothing is left to train only its views are brought up to date.

    Without ``trials``, up to as many as were asked for before, and ``at_least`` so many beside those taken over.
    """
    from pipelines.storage.manifest import verify
    from pipelines.training.recipe import METHOD
    from search.record.folder import RunFolder
    from search.run.warm_start import reusable, take_over
    from search.secret import with_password

    folder = RunFolder.find(runs, run)
    with_password(folder.mlflow_uri)
    again = _again(folder, address)
    with folder.lock():
        record = folder.open_record()
        facts = record.facts
        if not record.taken_over and facts.resumable:  # the launch was killed before it had all
            take_over(reusable(folder.path.parent, facts), folder, record)
        recorded = len(record.trials())
        if trials is not None and trials < recorded:
            raise UsageError(f"--trials {trials}: {folder.path} has {recorded} trials already; ask for as many or more")
        taken_over = sum(trial.origin is not None for trial in record.trials())
        asked = trials or max(record.trials_asked, at_least + taken_over)
        if asked > len(record.ended()) and not facts.resumable:
            raise UsageError(
                f"{folder.path}: this search began with training method {facts.method}, and this version trains by "
                f"method {METHOD}: accuracies of the two do not compare. The run can still be shown and exported; to "
                "search further, launch its search file under another name"
            )
        folder.check_pretrained()
        record.recover()
        if len(record.ended()) >= asked:
            record.ask(asked)
            _run(folder, record, again)
            return
        if verify(fetched(facts.data.folder)).data_id != facts.data.data_id:
            raise UsageError(f"{facts.data.folder}: holds other data than when the search began")
        with ExitStack() as stack:
            _connect(stack, address, facts, folder.path.parent)
            record.ask(asked)
            _run(folder, record, again)


def _connect(stack: ExitStack, address: str | None, facts: "StudyFacts", runs: Path) -> None:
    """Joins the cluster, or starts Ray here, until ``stack`` is closed."""
    from search.run.cluster import connected

    with console.status("starting Ray" if address is None else escape(f"joining Ray at {address}")):
        stack.enter_context(connected(address, facts, runs))


def _again(folder: "RunFolder", address: str | None) -> str:
    """The command that goes on with a run from here."""
    return command("launch", "--resume", called(folder.path), *(() if address is None else ("--address", address)))


def _run(folder: "RunFolder", record: "StudyRecord", again: str) -> None:
    """Runs the search and shows what came of it; ``again`` is the command to go on with."""
    from search.record.database import RecordError
    from search.record.front import complete
    from search.run.launch import run_search
    from search.views.front_table import terminal_table
    from search.views.mlflow_mirror import MlflowMirror
    from search.views.progress import Progress
    from search.views.terminal import Terminal

    facts, ended, asked = record.facts, record.ended(), record.trials_asked
    within = facts.networks
    say(
        f"{facts.name}: {asked} trials, {len(ended)} of them done, in {facts.search_space.count():,} networks, "
        f"{'very many' if within is None else f'{within:,}'} of them within the budgets ({facts.search_space.budgets})"
    )
    mirror = MlflowMirror(folder.mlflow_uri, facts, asked, ended, say=say)
    try:
        with mirror, Terminal(Progress(facts=facts, trials=asked, ended=list(ended)), console) as terminal:

            def interrupted() -> None:
                terminal.interrupted()
                mirror.interrupted()

            driver = run_search(folder, record, trials=asked, observers=[terminal, mirror], on_interrupt=interrupted)
            if driver.finished or driver.exhausted:
                record.end()
                mirror.outcome = "FINISHED"
            if driver.problem is not None and (driver.fruitless or mirror.outcome != "FINISHED"):
                mirror.outcome = "FAILED"
                with suppress(RecordError):  # a full disk, most likely: the problem is printed below
                    record.note_problem(driver.problem)
    except RecordError as error:
        say(f"stopped: {error}")
        say(f"when that is mended, go on with: {again}")
        raise typer.Exit(STOPPED) from None
    from search.views.front_page import save_page
    from search.views.front_picture import save_picture

    try:
        save_page(facts, driver.ended, folder.path / "front.html", record.finals(), run=shown(folder))
        save_picture(facts, driver.ended, folder.path / "front.png")
    except OSError as error:  # a full disk, most likely; why the search ended is said below
        say(f"page and picture could not be written: {error}")
    if complete(driver.ended):
        console.print(terminal_table(facts, driver.ended))
    if mirror.problem is not None:
        say(f"MLflow is not up to date: {mirror.problem}; to try again: ulsam-search mirror {shown(folder)}")
    _conclude(folder, driver, asked, again, mirror.experiment)


def _conclude(folder: "RunFolder", driver: "Driver", asked: int, again: str, experiment: str | None) -> None:
    from search.views.mlflow_server import runs_page

    over = driver.finished or driver.exhausted
    if driver.problem is not None and (driver.fruitless or not over):
        say(f"stopped with {len(driver.ended)} of {asked} trials: {driver.problem}")
        if driver.remedy:
            say(driver.remedy)
        if not over:
            say(f"{'to go on with this run' if driver.remedy else 'when that is mended, go on with'}: {again}")
        elif not driver.exhausted:
            say(f"to try more networks in this run all the same: {again} --trials {2 * asked}")
        raise typer.Exit(STOPPED)
    if driver.settled:
        goal = folder.settings.search.stop_when.remaining_hypervolume
        say(
            f"over after {len(driver.ended)} of {asked} trials: untried networks can add no more than {goal:.2%}, "
            "as search.stop_when asks"
        )
    if driver.exhausted:
        say(f"every network within the budgets has been tried: {len(driver.ended)}, {asked} were asked for")
    elif not driver.finished:
        say(f"interrupted with {len(driver.ended)} of {asked} trials; go on with: {again}")
        raise typer.Exit(INTERRUPTED)
    say(f"page: {folder.path / 'front.html'}")
    say(f"MLflow: {_how_to_open(folder)}")
    page = None if experiment is None else runs_page(folder.mlflow_uri, experiment)
    if page is not None:
        say(f"        {page}")
    say(f"export: ulsam-search export {shown(folder)} --out best/")


def _how_to_open(folder: "RunFolder") -> str:
    """A server is open already, and its address may hold a password."""
    from search.database_url import sqlite_file

    file = sqlite_file(folder.mlflow_uri)
    if file is None:
        return f"experiment {folder.settings.name} on your tracking server"
    return f"mlflow ui --backend-store-uri {quoted(folder.mlflow_uri)}"

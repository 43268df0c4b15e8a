"""The command line, one thin file a command. Libraries are imported when a command runs, so ``--help`` is quick."""

import errno
import os
import re
import sys
from importlib import metadata, resources
from io import TextIOWrapper
from typing import Annotated, NoReturn

import typer
from typer.exceptions import TyperException

from pipelines.errors import first_line
from pipelines.system_errors import system_error
from search.cli.compare import compare
from search.cli.console import STOPPED
from search.cli.cost import cost
from search.cli.evaluate import evaluate
from search.cli.explain import explain
from search.cli.export import export
from search.cli.front import front
from search.cli.init import init
from search.cli.latency import latency
from search.cli.launch import launch
from search.cli.mirror import mirror
from search.cli.plan import plan
from search.cli.predict import predict
from search.cli.prepare import prepare
from search.cli.quantize import quantize
from search.cli.reference import reference
from search.cli.report import report
from search.cli.runs import runs
from search.cli.status import status
from search.cli.train import train
from search.cli.verbose import shown_log
from search.cli.weights import weights

_TERMS = "For the meaning of a term, such as record, rung or substitute, run ulsam-search --glossary."

_commands = typer.Typer(
    name="ulsam-search",
    help="Search for the most accurate MobileNet, with or without ULSAM attention, within limits on parameters or "
    "FLOPs (multiply-adds).",
    epilog="For a first search, run prepare, init, plan, launch, front, export and evaluate. Each command has --help. "
    + _TERMS,
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"ulsam-search {metadata.version('ulsam-search')}")
        raise typer.Exit


def _print_glossary(wanted: bool) -> None:
    if wanted:
        print(resources.files("search").joinpath("glossary.md").read_text(encoding="utf-8"), end="")
        raise typer.Exit


@_commands.callback()
def _before(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
    glossary: Annotated[
        bool,
        typer.Option("--glossary", callback=_print_glossary, is_eager=True, help="Explain all terms, and exit."),
    ] = False,
    verbose: Annotated[
        bool,
        typer.Option("--verbose", "-v", help="Also print log messages to standard error, such as those in search.log."),
    ] = False,
) -> None:
    if verbose:
        context.with_resource(shown_log())


for _command in (
    prepare,
    init,
    plan,
    launch,
    runs,
    status,
    front,
    compare,
    report,
    mirror,
    export,
    quantize,
    evaluate,
    predict,
    train,
    explain,
    cost,
    latency,
    weights,
):
    _commands.command(epilog=_TERMS)(_command)
_commands.add_typer(reference, name="reference")


def app() -> None:
    """The console script. What a user can mend ends in one line and exit code 2.

    What it writes, and what Ray writes where it starts one, is for this user's eyes alone.
    """
    os.umask(0o077)
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a character that the locale lacks ends no command
    try:
        code = _commands(standalone_mode=False)
        sys.stdout.flush()
        sys.exit(code)
    except TyperException as error:  # an option or an argument that is not as it should be
        if message := error.format_message():  # none where help was shown instead
            _refuse(_reword(message))
        sys.exit(error.exit_code)
    except typer.Abort:
        print("ulsam-search: aborted", file=sys.stderr)
        sys.exit(STOPPED)
    except ValueError as error:
        if not isinstance(error, _usage_errors()):
            raise
        from search.cli.advice import advised

        _refuse(advised(error))
    except MemoryError:
        _refuse("this machine does not have enough memory")
    except ImportError as error:  # a package that is missing, or a library that memory is too small for
        _refuse(f"a library can't be loaded: {first_line(error)}")
    except RuntimeError as error:
        if _out_of_memory(error):
            _refuse(f"this machine does not have enough memory: {first_line(error)}")
        if system_error(error) is None:
            raise
        _refuse(f"system error: {first_line(error)}")
    except BrokenPipeError as error:
        if _output_is_unread():  # whoever read it has seen enough, as head does
            _drop_output()
            sys.exit(STOPPED)
        _refuse(f"the other end closed a connection: {error.strerror or os.strerror(errno.EPIPE)}")
    except OSError as error:  # the machine's: a folder that may not be written, a full disk, no free descriptor
        if error.errno is None:
            raise  # a library's own words, which name neither a place nor a cause
        _drop_output()
        path = f"{error.filename}: " if error.filename else ""
        _refuse(f"{path}{error.strerror or os.strerror(error.errno)}")


def _reword(message: str) -> str:
    """Typer's ``message``, which names what it is of, without its ceremony."""
    message = re.sub(r"^Invalid value for '?([^':]+)'?: (Value error, )?", r"\1: ", " ".join(message.split()))
    return message if message.endswith("?") else f"{message.rstrip('.')}; for more, see --help"


def _refuse(message: str) -> NoReturn:
    for line in message.splitlines() or [""]:
        print(f"ulsam-search: {line}", file=sys.stderr)
    sys.exit(2)


def _out_of_memory(error: RuntimeError) -> bool:
    """Whether torch found too little memory; a command that did without torch must not import it to know."""
    if "torch" not in sys.modules:
        return False
    from pipelines.training.micro_batches import out_of_memory

    return out_of_memory(error)


def _output_is_unread() -> bool:
    """Whether the reader of standard output has left: what could not be written is still in its buffer."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        return True
    return False


def _drop_output() -> None:
    """Lets Python not complain again of a standard output that takes nothing, when it flushes that at its end."""
    if isinstance(sys.stdout, TextIOWrapper):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _usage_errors() -> tuple[type[ValueError], ...]:
    from pipelines.errors import DataError, WeightsError
    from pipelines.training.own_metric import OwnMetricError
    from search.errors import UsageError
    from spaces import SpaceError

    return UsageError, DataError, WeightsError, SpaceError, OwnMetricError

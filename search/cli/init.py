"""``ulsam-search init``: a search file to begin with."""

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from unicodedata import normalize

import typer

from search.cli.asked import facts_of
from search.cli.console import check_output, read_place, say
from search.command import command

if TYPE_CHECKING:
    from pipelines.storage.remote import Place


def init(
    data: Annotated[str, typer.Argument(metavar="DATA", help="What prepare wrote: a folder, or where it is in S3.")],
    out: Annotated[Path, typer.Option(help="New search file.")] = Path("search.yaml"),
    name: Annotated[str | None, typer.Option(help="Of the run. (default: the data's folder's)")] = None,
    max_params: Annotated[str | None, typer.Option(metavar="N", help="Most parameters, such as 2.5M.")] = None,
    max_flops: Annotated[str | None, typer.Option(metavar="N", help="Most FLOPs, such as 250M.")] = None,
    trials: Annotated[int | None, typer.Option(min=1, help="Networks to train.")] = None,
    epochs: Annotated[int | None, typer.Option(min=1, help="Passes over the images, of each.")] = None,
) -> None:
    """Write a search file with every key explained, and a JSON Schema that lets editors complete and check it.

    In a terminal it asks for what no option says.
    """
    from pipelines.storage.manifest import read_manifest
    from pipelines.storage.remote import local
    from search.errors import UsageError
    from search.settings import SearchSection, SearchSettings, TrainingSection
    from search.views.search_file import SCHEMA_NAME, schema, search_file
    from search.yaml_file import validate
    from spaces import KNOWN_COSTS, Budgets

    if out.exists():
        raise UsageError(f"{out}: exists already; choose another --out or remove it")
    check_output("--out", out)
    beside = out.with_name(SCHEMA_NAME)
    if beside.exists() and '"title": "SearchSettings"' not in beside.read_text(encoding="utf-8", errors="replace"):
        raise UsageError(f"{beside}: exists already, and is not our schema; choose another folder for --out")
    place = read_place(data)
    manifest = read_manifest(local(place, splits=()))
    answers = {"name": name or _name_of(place), "params": max_params, "flops": max_flops}
    numbers = {"trials": trials, "epochs": epochs}
    if sys.stdin.isatty():
        if max_params is None:
            answers["params"] = typer.prompt("Most parameters (such as 2.5M)", default="no limit")
        if max_flops is None:
            answers["flops"] = typer.prompt("Most FLOPs, multiply-adds (such as 40M)", default="no limit")
        if trials is None:
            numbers["trials"] = typer.prompt("Networks to train", default=SearchSection().trials, type=int)
        if epochs is None:
            numbers["epochs"] = typer.prompt("Epochs of each", default=TrainingSection().epochs, type=int)
    values = {
        "name": answers["name"],
        "data": data,
        "budgets": {key: answers[key] for key in ("params", "flops") if answers[key] not in (None, "no limit")},
        "search": {"trials": numbers["trials"]} if numbers["trials"] is not None else {},
        "training": {"epochs": numbers["epochs"]} if numbers["epochs"] is not None else {},
    }
    settings = validate(SearchSettings, values, "init")
    out.write_text(search_file(settings, manifest), encoding="utf-8")
    beside.write_text(schema(), encoding="utf-8")
    within = Budgets(settings.budgets.limits).describe(KNOWN_COSTS)
    say(f"{out}: a search called {settings.name} on {manifest.name}, within {within}")
    say(f"{beside}: its schema, for editors")
    try:
        facts_of(out, settings, manifest)
    except UsageError as error:
        say(f"to be changed first: {error}")
    say(f"next: {command('plan', out)}, then {command('launch', out)}")


def _name_of(place: "Place") -> str:
    """The name of the folder of data, as a run may be called: ``Mum's photos`` is ``Mum-s-photos``."""
    folder = Path(place if isinstance(place, Path) else place.partition("?")[0]).resolve().name
    plain = normalize("NFKD", folder).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9._-]+", "-", plain).strip("-._")[:64] or "search"

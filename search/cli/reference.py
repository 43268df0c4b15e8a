"""``ulsam-search reference``: the publication's tables beside what is counted here."""

from pathlib import Path
from typing import Annotated

import typer

from search.cli.console import print_wide, say

reference = typer.Typer(
    help="Compare the costs that the ULSAM publication prints with the costs counted here.", no_args_is_help=True
)


@reference.command()
def attention() -> None:
    """Compare the costs of attention mechanisms: from formulas, as printed (the publication's six), and as counted."""
    from search.api.reference import reference_attention
    from search.render.reference_tables import attention_notes, attention_table

    references = reference_attention()
    print_wide(attention_table(references))
    for note in attention_notes(references):
        say(note)


@reference.command()
def networks(
    out: Annotated[
        Path | None,
        typer.Option(help="New folder for an architecture file of each network. The train command reads these files."),
    ] = None,
) -> None:
    """Compare every printed network: architecture, parameters, FLOPs, difference, and the printed accuracy."""
    from search.api.reference import commands_to_train, reference_networks
    from search.render.reference_tables import networks_notes, networks_table

    references = reference_networks(out)
    print_wide(networks_table(references))
    for note in networks_notes(references):
        say(note)
    if out is None:
        say("to write an architecture file with recipe for each: ulsam-search reference networks --out reference")
        return
    example = next(row for row in references if row.name == "imagenet-substitute-12")
    say(f"{out}: {len(references)} files, each with an architecture, a recipe and commands; for example:")
    for line in commands_to_train(example, out):
        say(f"  {line}")

"""The costs that the publication prints beside those counted here, for a terminal."""

from collections.abc import Iterator, Sequence

from rich.box import SIMPLE_HEAD
from rich.table import Table

from search.render.network_words import describe_network
from ulsam.reference import AttentionReference, NetworkReference
from ulsam.reference.attention import CHANNELS, REDUCTION, SIZE

_MODES = {"insert": "after", "substitute": "replaces"}


def attention_table(references: Sequence[AttentionReference]) -> Table:
    """Returns a table of the formulas, their values, the printed figures, and the counts of the built modules."""
    title = f"One module over m = {CHANNELS} channels and hw = {SIZE}x{SIZE} positions, r = {REDUCTION}, t = m/8"
    table = _table(title)
    table.add_column("module", no_wrap=True)
    for cost in ("parameters", "FLOPs"):
        table.add_column(cost, no_wrap=True)
        for column in ("gives", "printed", "built"):
            table.add_column(column, justify="right", no_wrap=True)
    for row in references:
        table.add_row(
            row.mechanism,
            row.params_formula,
            f"{row.params:,}",
            f"{row.params_printed} K" if row.params_printed else "",
            f"{row.built.params:,}",
            row.flops_formula,
            f"{row.flops:,}",
            f"{row.flops_printed} M" if row.flops_printed else "",
            f"{row.built.flops:,}",
        )
    return table


def attention_notes(references: Sequence[AttentionReference]) -> Iterator[str]:
    """Yields lines that say why built modules do not cost what their formulas give."""
    yield "differences of built modules from their formulas:"
    for row in references:
        yield f"  {row.mechanism}: {row.difference or 'none'}"


def networks_table(references: Sequence[NetworkReference]) -> Table:
    """Returns a table of every printed network: its costs by the publication's convention and exact, its accuracy."""
    table = _table("The publication's networks")
    for column in ("row", "data", "network", "attention"):
        table.add_column(column, no_wrap=True)
    for column in (
        "fit",
        "params",
        "ours",
        "off",
        "FLOPs",
        "ours",
        "off",
        "exact params",
        "exact FLOPs",
        "top-1",
        "top-5",
        "agrees",
    ):
        table.add_column(column, justify="right", no_wrap=True)
    before = None
    for row in references:
        group = (row.name.rpartition("-")[0], row.dataset)
        if before not in (None, group):
            table.add_section()
        before = group
        table.add_row(*_network_row(row), style=None if row.agrees else "bold")
    return table


def networks_notes(references: Sequence[NetworkReference]) -> Iterator[str]:
    """Yields lines that a reader of the table must know."""
    yield (
        "Printed costs are the rounded cost of a plain network plus the exact change by attention, without norms,\n"
        "for 1000 classes. Ours (in millions) follows the same convention, and off is ours minus printed. Exact costs\n"
        "count all that is trained, with the classes of the data in the row."
    )
    yield (
        "Fit is the number of networks that a row describes, if the publication names several blocks or only a shape.\n"
        "Rows that differ only in accuracy are for different blocks of that shape; the publication does not name them."
    )
    yield "Top-1 and top-5 are the printed accuracies in percent: the target of a full training."
    disagreeing = [row for row in references if not row.agrees]
    yield (
        f"{len(references) - len(disagreeing)} of {len(references)} rows agree to the last printed digit, "
        "which the publication sometimes rounds and sometimes cuts off"
    )
    for printed in sorted({(row.blocks, row.flops_printed) for row in disagreeing}):
        rows = [row for row in disagreeing if (row.blocks, row.flops_printed) == printed]
        elsewhere = [other for other in references if other.agrees and other.blocks == printed[0]]
        also = f"; {elsewhere[0].name} prints {elsewhere[0].flops_printed} for the same network" if elsewhere else ""
        yield f"{rows[0].name} to {rows[-1].name}: no network has the printed {printed[1]}{also}"


def _network_row(row: NetworkReference) -> tuple[str, ...]:
    arch, cost = row.archs[0], row.cost
    placed = arch.placements[0] if arch.placements else None
    return (
        row.name,
        row.dataset,
        describe_network(arch),
        "none" if placed is None else f"{_MODES[placed.mode]} {row.blocks}, g={placed.groups}",
        str(len(row.archs)),
        row.params_printed,
        f"{row.params / 1e6:.3f}",
        f"{row.params_difference / 1e6:+z.3f}",
        row.flops_printed,
        f"{row.flops / 1e6:.3f}",
        f"{row.flops_difference / 1e6:+z.3f}",
        f"{cost.params:,}",
        f"{cost.flops:,}",
        f"{row.top1:.2f}",
        "" if row.top5 is None else f"{row.top5:.2f}",
        "yes" if row.agrees else "no",
    )


def _table(title: str) -> Table:
    return Table(title=title, title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)

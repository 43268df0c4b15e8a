"""``ulsam-search export``: take the best network within a budget home."""

from pathlib import Path
from typing import Annotated

import typer

from search.cli.console import RUNS, Portable, Run, Runs, console, quieten_optuna, say
from search.export.pick import Pick


def export(
    run: Run,
    out: Annotated[Path, typer.Option(help="New folder for the network.")],
    max_params: Annotated[str | None, typer.Option(metavar="N", help="Most parameters, such as 2.5M.")] = None,
    max_flops: Annotated[
        str | None, typer.Option(metavar="N", help="Most FLOPs (multiply-adds), such as 250M.")
    ] = None,
    pick: Annotated[
        Pick,
        typer.Option(
            help="best: the most accurate. knee: where the front bends most. cheapest-within-1se: the one with the "
            "fewest FLOPs that is at most a standard error less accurate than the best.",
        ),
    ] = "best",
    untried: Annotated[
        bool,
        typer.Option(
            "--untried", help="Instead, the network that was never trained and most likely beats all that were."
        ),
    ] = False,
    portable: Portable = True,
    runs: Runs = RUNS,
) -> None:
    """Write the most accurate network within a budget: arch.yaml, weights, ONNX, torch.export and a README.

    With --untried there is an arch.yaml for train and a README that says what to expect.
    """
    from search.errors import UsageError
    from search.export.choose import choose
    from search.export.network import ARCH_NAME
    from search.export.untried import in_words, write_untried
    from search.export.write import network_of, write_network
    from search.record.folder import RunFolder
    from search.record.untried import most_likely_better
    from spaces import Budgets, format_count, parse_count

    def count(option: str, text: str | None) -> int | None:
        try:
            return None if text is None else parse_count(text)
        except ValueError as error:
            raise UsageError(f"{option}: {error}") from None

    budgets = Budgets(params=count("--max-params", max_params), flops=count("--max-flops", max_flops))
    if untried and pick != "best":
        raise UsageError(f"--pick {pick}: is about networks that were trained; leave out either that or --untried")
    folder = RunFolder.find(runs, run)
    record = folder.open_record()
    if untried:
        quieten_optuna()
        with console.status("looking at the untried networks"):
            likely = most_likely_better(record.facts, record.trials(), budgets)
            write_untried(record.facts, likely, budgets, out)
        say(
            f"{out}: {likely.accuracy:.2%} ± {likely.deviation * 100:.2f} expected, {format_count(likely.params)} "
            f"parameters, {format_count(likely.flops)} FLOPs ({likely.arch.arch_id})"
        )
        say(f"it beats {in_words(likely, budgets)} with a probability of {likely.beats:.0%}")
        say(f"train it: ulsam-search train {out / ARCH_NAME} --data {record.facts.data.folder} --out {out}-trained")
        return
    trial = choose(record.facts, record.ended(), budgets, pick)
    network = network_of(record.facts, trial)
    with console.status(f"writing {out}"):
        write_network(network, folder.weights(trial.number), out, portable=portable)
    say(
        f"{out}: trial {trial.number}, {trial.accuracy:.2%}, {format_count(trial.params)} parameters, "
        f"{format_count(trial.flops)} FLOPs ({trial.arch.arch_id})"
    )

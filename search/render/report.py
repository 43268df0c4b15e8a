"""A search as a report: its settings, its results, its price, and what each choice changes."""

import base64
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup
from matplotlib.figure import Figure

from pipelines.errors import first_line
from pipelines.files import atomic_write
from search.analysis.baselines import Baseline, baselines
from search.analysis.compute_used import ComputeUsed
from search.analysis.effects import (
    ChangedPosition,
    Effect,
    effects_of_groups,
    effects_of_positions,
    effects_of_substitutions,
)
from search.analysis.fitted_surrogate import FittedSurrogate
from search.analysis.front import complete
from search.analysis.importance import importances
from search.analysis.interval import with_interval
from search.analysis.uncertainty import ValueUncertainty
from search.analysis.won import PlainNetworks, best
from search.command import quoted
from search.errors import UsageError
from search.optimize.hypervolume_gap import HypervolumeGap
from search.optimize.hypervolume_gap_estimate import estimate_hypervolume_gap
from search.optimize.pareto import hypervolume
from search.render.evaluation_table import final_cells, final_columns
from search.render.fold_words import scored_on
from search.render.front_picture import front_figure
from search.render.front_table import front_cells, front_columns
from search.render.gain_words import controls_in_words, over_plain, won_in_words
from search.render.network_words import describe_candidate
from search.render.progress import Best, best_within, without_budget
from search.render.report_figures import effects_figures, hypervolume_figure, importance_figures
from search.render.words import pixels
from search.study.final_evaluation import FinalEvaluation
from search.study.spec import StudySpec
from search.study.trial import Status, TrialRecord
from spaces import Candidate, format_count

_TEMPLATE = "report.html"
_AT = {"insert": "after", "substitute": "replaces", "remove": "without"}
_MINUS = "−"  # noqa: RUF001


class NoPangoError(UsageError):
    """The library that creates PDFs is missing on this machine."""


@dataclass(frozen=True, slots=True)
class EffectRow:
    """An effect in words; ``telling``: whether its 95% interval excludes zero."""

    choice: str
    value: str
    interval: str
    costs: tuple[str, ...]
    pairs: str
    seen: str
    telling: bool

    @classmethod
    def of(cls, choice: str, effect: Effect) -> "EffectRow":
        """Returns the row of an effect, in percentage points.

        Args:
            choice: what the networks of a pair differ in, in words.
            effect: of the choice, as shares.
        """
        return cls(
            choice=choice,
            value=_signed(f"{effect.value * 100:+z.2f}"),
            interval=_signed(f"{effect.low * 100:+z.2f} to {effect.high * 100:+z.2f}"),
            costs=tuple(_range(changed) for changed in effect.costs.values()),
            pairs=str(effect.pairs),
            seen=f"{effect.better} of {effect.seen}" if effect.seen else "",
            telling=effect.low > 0 or effect.high < 0,
        )


def save_report(
    spec: StudySpec,
    ended: Sequence[TrialRecord],
    path: Path,
    final_evaluations: Sequence[FinalEvaluation] = (),
    *,
    run: str | None = None,
    more: int | None = None,
) -> None:
    """Writes the :func:`report` into a self-contained HTML or PDF file.

    Args:
        spec: the search.
        ended: the trials that have ended, in that order.
        path: of the file to write; its ending decides the format: ``.html``, or else PDF.
        final_evaluations: scores of exported networks, from the record.
        run: the run's name in commands, quoted for a shell; None: the search's name.
        more: the total of trials to suggest for a resume; None: the number requested, as the search is not over.

    Raises:
        NoPangoError: a PDF needs a library that this machine lacks.
    """
    html = report(spec, ended, final_evaluations, run=run, more=more)
    with atomic_write(path) as partial:
        if path.suffix == ".html":
            partial.write_text(html, encoding="utf-8")
        else:
            _write_pdf(html, partial)


def report(
    spec: StudySpec,
    ended: Sequence[TrialRecord],
    final_evaluations: Sequence[FinalEvaluation] = (),
    *,
    run: str | None = None,
    more: int | None = None,
) -> str:
    """Returns the report as HTML that works offline.

    Args:
        spec: the search.
        ended: the trials that have ended, in that order.
        final_evaluations: scores of exported networks, from the record.
        run: the run's name in commands, quoted for a shell; None: the search's name.
        more: the total of trials to suggest for a resume; None: the number requested, as the search is not over.
    """
    fitted, networks = FittedSurrogate.of(spec, ended), {network.candidate: network for network in complete(ended)}
    shares, compute_used = importances(spec, ended), ComputeUsed.of(spec, ended)
    plain_networks, uncertainty = PlainNetworks(spec, ended), ValueUncertainty(list(networks.values()), spec)
    limits = best_within(list(networks.values()), [spec])
    best_rows = [row for row in limits if row.trial is not None and not row.repeats]
    return _template().render(
        spec=spec,
        space=spec.search_space,
        costs=spec.known_costs,
        version=version("ulsam-search"),
        written=datetime.now().astimezone(),
        trials=len(ended),
        networks=len(networks),
        scored_on=scored_on(spec),
        further=sum(trial.origin is None and trial.seed != spec.search.seed for trial in ended),
        share=hypervolume([network.objectives for network in networks.values()], spec.reference),
        remaining=next(
            (trial.result.remaining for trial in ended[::-1] if trial.result and trial.result.remaining), None
        ),
        next_hour=_next_hour(fitted, compute_used),
        compute_used=compute_used,
        Status=Status,
        failures=[trial for trial in ended if trial.status is Status.FAILED],
        won=won_in_words(spec, ended) if networks else (),
        over_control=controls_in_words(spec, ended, final_evaluations),
        best=best_rows,
        over_fitting=[_over_fitting(spec, row, plain_networks) for row in best_rows],
        without_budget=without_budget(spec),
        interval_sources=uncertainty.sources,
        columns=front_columns(spec),
        rows=front_cells(spec, ended),
        plain=[_plain_row(spec, uncertainty, plain) for plain in baselines(spec, fitted, ended)],
        run=run or spec.name,
        more=more,
        final_columns=final_columns(spec),
        final_evaluations=final_cells(spec, final_evaluations),
        errors_pages=[_of_folder(final.errors_page) for final in final_evaluations if final.errors_page is not None],
        front=_picture(front_figure(spec, ended)),
        curve=_picture(hypervolume_figure(spec, ended)),
        importances=shares,
        importance_pictures=[_picture(figure) for figure in importance_figures(shares)],
        **_effects(spec, fitted, networks),
    )


def _effects(
    spec: StudySpec, fitted: FittedSurrogate, networks: Mapping[Candidate, TrialRecord]
) -> dict[str, list[EffectRow] | list[Markup]]:
    """Returns the rows and the pictures of what each choice changes."""
    positions = {_position_in_words(at): effect for at, effect in effects_of_positions(fitted, networks).items()}
    controls = {_position_in_words(at): effect for at, effect in effects_of_substitutions(fitted, networks).items()}
    races = {
        f"g = {more} instead of {fewer}": effect
        for (fewer, more), effect in effects_of_groups(fitted, networks).items()
    }
    shown: dict[str, list[EffectRow] | list[Markup]] = {}
    for name, effects in (("positions", positions), ("controls", controls), ("races", races)):
        shown[name] = [EffectRow.of(choice, effect) for choice, effect in effects.items()]
        shown[f"{name}_pictures"] = [_picture(figure) for figure in effects_figures(effects, spec.metric.label)]
    return shown


def _template() -> Template:
    """Returns the template, with the filters that it uses."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters["count"] = format_count
    environment.filters["quoted"] = quoted
    environment.filters["pixels"] = pixels
    return environment.get_template(_TEMPLATE)


def _next_hour(fitted: FittedSurrogate, compute_used: ComputeUsed) -> tuple[int, HypervolumeGap] | None:
    """Returns the trials of another hour at the pace so far, at least one, and what they would add; None: unknown."""
    if not compute_used.pace:
        return None
    trials = max(1, round(compute_used.pace))
    gain = estimate_hypervolume_gap(fitted.pool_state, most=trials)
    return None if gain is None else (trials, gain)


def _position_in_words(at: ChangedPosition) -> str:
    blocks = f"block{'s' if len(at.blocks) > 1 else ''} {', '.join(map(str, at.blocks))}"
    where = f"{_AT[at.mode]} {blocks}"
    return where if at.attention in ("ulsam", "") else f"{at.attention} {where}"


def _over_fitting(spec: StudySpec, row: Best, plain: PlainNetworks) -> str:
    """Returns the gain of the best network within a limit over the best plain one within it."""
    assert row.trial is not None
    best_plain = best(one for one in plain.networks if one.costs[row.cost] <= row.most)
    gain = None if best_plain is None or row.trial.arch.is_plain else plain.gain(row.trial, best_plain)
    return over_plain(spec, gain, row.trial.candidate)


def _plain_row(spec: StudySpec, uncertainty: ValueUncertainty, plain: Baseline) -> tuple[str, ...]:
    def in_words(network: TrialRecord) -> str:
        return with_interval(network.value, uncertainty.interval(network))

    trial, expected = plain.trial, ""
    if plain.expected is not None:
        expected = f"; {plain.expected.low:.1%} to {plain.expected.high:.1%} expected"
    if trial is None:
        value = "not trained" + expected
    elif trial.status is Status.COMPLETE:
        value = in_words(trial)
    else:
        value = ("stopped early" if trial.status is Status.STOPPED else "failed") + expected
    found = "none" if plain.found is None else f"{in_words(plain.found)}, trial {plain.found.number}"
    costs = (cost.format(plain.costs[cost.name]) for cost in spec.known_costs)
    return describe_candidate(spec, plain.candidate), *costs, value, found


def _of_folder(page: str) -> str:
    # A file without the folders above its own: those are of one machine.
    return "/".join(Path(page).parts[-2:])


def _range(ends: tuple[int, int]) -> str:
    low, high = (f"{'-' if end < 0 else '+'}{format_count(abs(end))}" for end in ends)
    return _signed(low if low == high else f"{low} to {high}")


def _signed(text: str) -> str:
    return text.replace("-", _MINUS)


def _picture(figure: Figure) -> Markup:
    file = io.BytesIO()
    figure.savefig(file, format="svg")
    return Markup("data:image/svg+xml;base64,") + Markup(base64.b64encode(file.getvalue()).decode())


def _write_pdf(html: str, path: Path) -> None:
    try:
        from weasyprint import HTML
    except OSError as error:  # Pango is a library of the system
        reason = first_line(error)
        raise NoPangoError(f"a PDF needs Pango: apt-get install libpango-1.0-0 libpangoft2-1.0-0 ({reason})") from None
    HTML(string=html).write_pdf(path)

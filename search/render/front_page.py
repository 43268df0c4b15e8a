"""The front as one interactive page that works offline: ``page/`` has what runs in the browser."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from pipelines.files import atomic_write
from search.analysis.control import Controls, replaced_blocks
from search.analysis.front import complete, pareto_front
from search.analysis.uncertainty import ValueUncertainty, on_front
from search.analysis.won import PlainNetworks
from search.render.blocks import BlockSummary, blocks_of, by_layer
from search.render.drawn_costs import drawn_costs
from search.render.evaluation_table import final_cells, final_columns
from search.render.fold_words import scored_on
from search.render.gain_words import control_in_words, over_plain, won_in_words
from search.render.network_words import describe_candidate, describe_placements
from search.render.words import pixels
from search.study.final_evaluation import FinalEvaluation
from search.study.spec import StudySpec
from search.study.trial import Status, TrialRecord
from spaces import Candidate, KnownCost


def save_page(
    spec: StudySpec,
    trials: Sequence[TrialRecord],
    path: Path,
    final_evaluations: Sequence[FinalEvaluation] = (),
    run: str | None = None,
) -> None:
    """Writes the :func:`page` as one self-contained HTML file.

    Args:
        spec: the search that the trials are of.
        trials: in any order, whatever became of them.
        path: of the HTML file to write; replaces an existing file.
        final_evaluations: scores of exported networks, from the record.
        run: the run's name in commands, quoted for a shell; None: the search's name.
    """
    with atomic_write(path) as partial:
        partial.write_text(page(spec, trials, final_evaluations, run), encoding="utf-8")


def page(
    spec: StudySpec,
    trials: Sequence[TrialRecord],
    final_evaluations: Sequence[FinalEvaluation] = (),
    run: str | None = None,
) -> str:
    """Returns the page of a search as HTML.

    Args:
        spec: the search that the trials are of.
        trials: in any order, whatever became of them.
        final_evaluations: scores of exported networks, from the record.
        run: the run's name in commands, quoted for a shell; None: the search's name.
    """
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("page")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    search = page_data(spec, trials, final_evaluations) | {"run": run or spec.name}
    stopped = sum(network["stopped"] for network in search["networks"])
    return environment.get_template("page.html").render(
        search=search,
        networks=len(search["networks"]) - stopped,
        stopped=stopped,
        failed=sum(trial.status is Status.FAILED for trial in trials),
        data=_json(search),
        final_columns=final_columns(spec),
        final_evaluations=final_cells(spec, final_evaluations),
    )


def page_data(
    spec: StudySpec, trials: Sequence[TrialRecord], final_evaluations: Sequence[FinalEvaluation] = ()
) -> dict[str, Any]:
    """Returns the content of the page for JSON: the search, and each network's score, cost by block and training.

    Args:
        spec: the search that the trials are of.
        trials: in any order, whatever became of them; complete ones and those stopped after a rung are shown.
        final_evaluations: scores of exported networks, from the record.
    """
    done = complete(trials)
    uncertainty, chances, by_block = ValueUncertainty(done, spec), on_front(trials, spec), by_layer(spec.known_costs)
    blocks = _Blocks(by_block)
    members = {trial.number for trial in pareto_front(trials, spec.search.cost_epsilon)}
    plain, controls = PlainNetworks(spec, trials), Controls(spec, trials, final_evaluations)
    networks = [
        _network(spec, trial, trial.value, blocks)
        | {
            "low": round(uncertainty.interval(trial).low, 9),
            "high": round(uncertainty.interval(trial).high, 9),
            "chance": round(chances[trial.number], 6),
            "front": trial.number in members,
            "over_plain": over_plain(spec, plain.gain_of(trial), trial.candidate),
            "control": _control(controls, trial.candidate),
            "stopped": False,
        }
        for trial in done
    ]
    for trial in trials:
        if trial.status is Status.STOPPED and trial.result is not None and trial.result.rungs:
            last = trial.result.rungs[max(trial.result.rungs)]
            unknown = {"low": last, "high": last, "chance": None, "over_plain": None, "control": None}
            networks.append(_network(spec, trial, last, blocks) | unknown | {"front": False, "stopped": True})
    return {
        "name": spec.name,
        "data": spec.data.name,
        "metric": spec.metric.label,
        "won": won_in_words(spec, trials) if done else [],
        "scored_on": scored_on(spec),
        "interval_sources": uncertainty.sources,
        "input_sizes": pixels(spec.input_sizes),
        "budgets": spec.budgets.model_dump(),
        "costs": [
            {"name": cost.name, "label": cost.label, "title": cost.title, "short": cost.short}
            for cost in spec.known_costs
        ],
        "minimised": spec.search.objectives,
        "by_block": [cost.name for cost in by_block],
        "drawn": [cost.name for cost in drawn_costs(by_block, spec.search.objectives)],
        "blocks": blocks.known,
        "networks": networks,
    }


def _control(controls: Controls, candidate: Candidate) -> str | None:
    """Returns the gain of attention over removing the blocks it replaces, in words; None: it replaces none."""
    if not replaced_blocks(candidate):
        return None
    gain = controls.gain_of(candidate)
    return (
        "unknown: the network without these blocks was not trained"
        if gain is None
        else control_in_words(gain, candidate)
    )


def _network(spec: StudySpec, trial: TrialRecord, value: float, blocks: "_Blocks") -> dict[str, Any]:
    result = trial.result
    return {
        "trial": trial.number,
        "value": value,
        **trial.costs,
        "seeds": list(trial.values),
        "plain": trial.arch.is_plain,
        "network": describe_candidate(spec, trial.candidate),
        "attention": describe_placements(trial.arch),
        "note": result.note if result else "",
        "curve": [round(epoch.val[spec.metric.name], 5) for epoch in result.epochs] if result else [],
        "blocks": blocks.of(trial.candidate),
    }


class _Blocks:
    """The different blocks of a search's networks; a network is a list of indices into ``known``, as there are few."""

    def __init__(self, by_block: Sequence[KnownCost]) -> None:
        self._by_block = by_block
        self._indices: dict[BlockSummary, int] = {}
        self.known: list[dict[str, Any]] = []

    def of(self, network: Candidate) -> list[int]:
        """Returns the indices of the blocks of ``network``, from the stem to the classifier."""
        return [self._index(block) for block in blocks_of(network, self._by_block)]

    def _index(self, block: BlockSummary) -> int:
        index = self._indices.setdefault(block, len(self.known))
        if index == len(self.known):
            values = asdict(block)
            costs = values.pop("costs")
            self.known.append(values | costs)
        return index


def _json(data: dict[str, Any]) -> Markup:
    """Returns JSON that can't end the script element around it, whatever the names in it."""
    return Markup(json.dumps(data, separators=(",", ":")).replace("<", "\\u003c"))

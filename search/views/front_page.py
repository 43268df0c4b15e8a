"""The two fronts as one interactive page that needs no network."""

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from pipelines.files import whole_file
from search.record.certainty import accuracy_error
from search.record.facts import StudyFacts
from search.record.front import complete
from search.record.result import TrialRecord
from search.views.front_picture import AXES, front_against
from search.views.front_table import describe_placements


def save_page(facts: StudyFacts, trials: Sequence[TrialRecord], path: Path) -> None:
    """Writes the page as one self-contained HTML file."""
    figure = make_subplots(rows=1, cols=2, shared_yaxes=True, horizontal_spacing=0.05)
    done = complete(trials)
    for column, (cost, label) in enumerate(AXES, start=1):
        front = front_against(done, cost)
        members = {trial.number for trial in front}
        dominated = [trial for trial in done if trial.number not in members]
        errors = {trial.number: accuracy_error(trial, done, facts) for trial in done}
        figure.add_trace(_points(errors, dominated, cost, column, "dominated", "#a9b1bf"), row=1, col=column)
        figure.add_trace(_points(errors, front, cost, column, "Pareto front", "#1f5fbf"), row=1, col=column)
        budget = getattr(facts.budgets, cost)
        if budget is not None:
            figure.add_vline(budget, line_dash="dash", line_color="#b3261e", row=1, col=column)
        figure.update_xaxes(title_text=label, row=1, col=column)
    figure.update_yaxes(title_text="validation accuracy", tickformat=".0%", row=1, col=1)
    figure.update_layout(
        title=f"{escape(facts.name)}: {len(done)} networks trained on {escape(facts.data.name)}",
        template="plotly_white",
        hovermode="closest",
        legend={"orientation": "h", "y": 1.08},
    )
    html = figure.to_html(include_plotlyjs=True, full_html=True, config={"displaylogo": False, "responsive": True})
    with whole_file(path) as partial:
        partial.write_text(html, encoding="utf-8")


def _points(
    errors: Mapping[int, float], trials: Sequence[TrialRecord], cost: str, column: int, name: str, colour: str
) -> go.Scatter:
    front = name == "Pareto front"
    return go.Scatter(
        x=[getattr(trial, cost) for trial in trials],
        y=[trial.accuracy for trial in trials],
        error_y={
            "type": "data",
            "array": [errors[trial.number] for trial in trials],
            "visible": front,
            "thickness": 1,
        },
        text=[_card(trial) for trial in trials],
        hovertemplate="%{text}<extra></extra>",
        mode="lines+markers" if front else "markers",
        line={"shape": "hv", "color": colour},
        marker={"color": colour, "size": 9 if front else 7},
        name=name,
        legendgroup=name,
        showlegend=column == 1,
    )


def _card(trial: TrialRecord) -> str:
    lines = [
        f"<b>trial {trial.number}: {trial.accuracy:.2%}</b>",
        f"{trial.params:,} parameters, {trial.flops:,} FLOPs",
        f"{trial.arch.backbone}, width {trial.arch.width:g}",
        f"attention: {describe_placements(trial.arch)}",
    ]
    return "<br>".join(lines)

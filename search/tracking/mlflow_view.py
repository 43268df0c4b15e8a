"""A saved view of MLflow's page of runs, which opens on the Pareto front: accuracy against each cost.

MLflow keeps such a view, of its *Views* menu, as a tag of the experiment. The tag has the state of the page as its user
interface writes it since version 3.15; no client makes one (https://github.com/mlflow/mlflow/issues/16964). A version
that does not know the tag ignores it.
"""

import json
import time
from typing import TYPE_CHECKING, Any

from search.study.spec import StudySpec

if TYPE_CHECKING:
    from mlflow import MlflowClient

VIEW = "pareto-front"  # by which an address names the view
TAG = f"mlflow.sharedViewState.{VIEW}"
NETWORK = "network"  # a parameter of each trial's run, the network in words
_NAME = "Pareto front"
_MOST_RUNS = 100  # that MLflow draws


def write_view(client: "MlflowClient", experiment: str, spec: StudySpec, parent: str) -> None:
    """Saves the view of the front with an experiment.

    Args:
        client: of the tracking server.
        experiment: its id.
        spec: the search.
        parent: the id of the search's run, which the view unfolds to show the trials.
    """
    now = int(time.time() * 1000)
    view = {"name": _NAME, "createdAt": now, "updatedAt": now, "state": json.dumps(view_state(spec, parent))}
    client.set_experiment_tag(experiment, TAG, json.dumps(view))


def view_state(spec: StudySpec, parent: str) -> dict[str, Any]:
    """Returns the state of the page: networks on the front first, and charts of the metric against each cost.

    Args:
        spec: the search.
        parent: the id of the search's run, which the view unfolds to show the trials.
    """
    metric, costs = spec.metric.name, [cost.name for cost in spec.known_costs]
    columns = [f"metrics.`{name}`" for name in (metric, *costs)] + ["tags.`pareto`", f"params.`{NETWORK}`"]
    return {
        "searchFilter": "",
        "orderByKey": "tags.`pareto`",
        "orderByAsc": False,
        "selectedColumns": columns,
        "runsExpanded": {parent: True},
        "runsHiddenMode": "SHOW_ALL",
        "compareRunCharts": [_scatter(cost, metric) for cost in costs],
        "compareRunSections": [
            {"uuid": VIEW, "name": _NAME, "display": True, "isReordered": False, "columns": len(costs)}
        ],
        "isAccordionReordered": True,  # so that this section stays the first
    }


def _scatter(cost: str, metric: str) -> dict[str, Any]:
    return {
        "uuid": f"{VIEW}-{cost}",
        "type": "SCATTER",
        "xaxis": {"key": cost, "type": "METRIC"},
        "yaxis": {"key": metric, "type": "METRIC"},
        "runsCountToCompare": _MOST_RUNS,
        "metricSectionId": VIEW,
        "deleted": False,
        "isGenerated": False,
    }

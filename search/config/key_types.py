"""What single keys of a search file take, and what is said of anything else."""

import re
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, WithJsonSchema

from pipelines.errors import DetailedError
from pipelines.training.metrics import OWN_PATH, TAKEN_NAMES, is_own, maximisable
from search.config.data_location import at_home
from search.config.database_url import absolute, sqlite_file
from search.config.secret import refuse_password
from spaces import KNOWN_COSTS
from spaces.scalars import END

# Names of the values that data frames, JSON and MLflow have beside the metric.
_BESIDE = (
    *("accuracy_interval", "arch", "arch_id", "beats", "deviation", "device", "epochs", "fold", "front_size", "gain"),
    *("gain_error", "gain_high", "gain_low", "groups_sha256", "host", "hypervolume", "input_size", "int8", "interval"),
    *("interval_high", "interval_low", "intervals", "latency", "learning_rate", "method", "network", "note"),
    *("over_best_plain", "over_control", "over_plain", "probability_on_front", "remaining_hypervolume"),
    *("remaining_hypervolume_upper", "seconds", "seed", "seeds", "standard_error", "status", "threads", "train_loss"),
    *("trained", "trial", "weights_sha256", "workers"),
)
_TAKEN = (*TAKEN_NAMES, *(cost.name for cost in KNOWN_COSTS), *_BESIDE)
_NAME = "[A-Za-z0-9][A-Za-z0-9._-]{0,63}"


def _check_name(name: str) -> str:
    if not re.fullmatch(_NAME, name):
        raise DetailedError(
            expected="up to 64 letters, digits, '.', '_' and '-', starting with a letter or digit", got=repr(name)
        )
    return name


def _check_distinct(names: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(names)) < len(names):
        raise DetailedError(expected="each cost once", got=", ".join(names))
    return names


def _check_gpus(gpus: float) -> float:
    if gpus > 1:
        raise DetailedError(
            f"a trial trains on one GPU or a share of it, got {gpus:g}", remedy="use search.concurrent for more trials"
        )
    return gpus


def _check_metric(name: str) -> str:
    if name in maximisable():
        return name
    if not is_own(name):
        known = " or ".join(map(repr, maximisable()))
        raise DetailedError(expected=f"{known}, or a function of your own, 'module:function'", got=repr(name))
    if (function := name.rpartition(":")[2]) in _TAKEN:
        raise DetailedError(f"{function} is the name of something else", remedy="rename the function")
    return name


def _check_durable(url: str) -> str:
    if url.startswith("sqlite") and sqlite_file(url) is None:
        raise DetailedError(
            expected="a database that lasts", got=repr(url), remedy="leave it out for a file in the run's folder"
        )
    return url


Name = Annotated[str, AfterValidator(_check_name), WithJsonSchema({"type": "string", "pattern": f"^{_NAME}{END}"})]
CostName = Annotated[str, WithJsonSchema({"enum": [cost.name for cost in KNOWN_COSTS]})]
CostNames = Annotated[tuple[CostName, ...], AfterValidator(_check_distinct)]
MetricName = Annotated[
    str,
    AfterValidator(_check_metric),
    WithJsonSchema(
        {
            "type": "string",
            "anyOf": [
                {"enum": list(maximisable())},
                {"pattern": f"^(?!.*:(?:{'|'.join(_TAKEN)}){END}){OWN_PATH}{END}"},
            ],
        }
    ),
]
WeightsPath = Annotated[Path, AfterValidator(at_home)]
FileWidth = Annotated[float, Field(gt=0, le=16)]  # a key, which JSON has as a text
Gpus = Annotated[float, Field(ge=0, strict=True), AfterValidator(_check_gpus)]
Url = Annotated[str, AfterValidator(refuse_password), AfterValidator(absolute)]
DatabaseUrl = Annotated[Url, AfterValidator(_check_durable)]

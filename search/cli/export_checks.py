"""Refuses options of ``export`` that contradict each other, before anything starts."""

from collections.abc import Sequence

from search.api.pick import Pick
from search.errors import UsageError


def check_trial(trial: int, limits: Sequence[str], pick: Pick, *, untried: bool) -> None:
    """Refuses options that choose a network, where its trial is given."""
    if limits or pick != "best" or untried:
        others = [*(f"the limit on {name}" for name in limits), *(["--pick"] if pick != "best" else [])]
        others += ["--untried"] if untried else []
        what = f"names the network, so that {' and '.join(others)} can't choose it"
        raise UsageError(what, where=f"--trial {trial}", remedy="remove --trial or the other options")


def check_code(allow_code: str | None, *, control: bool) -> None:
    """Refuses code that no training of this command would run."""
    if allow_code is not None and not control:
        raise UsageError(
            "applies only to --control",
            where=f"--allow-code {allow_code}",
            remedy="remove --allow-code, or add --control",
        )


def check_untried(pick: Pick, most: float | None, *, control: bool, int8: bool, executorch: bool) -> None:
    """Refuses options that do not apply to untrained networks."""
    if pick != "best":
        raise UsageError(
            "applies only to trained networks", where=f"--pick {pick}", remedy="remove --pick or --untried"
        )
    for option, given in (("--control", control), ("--int8", int8), ("--executorch", executorch)):
        if given:
            raise UsageError("applies only to trained networks", where=option, remedy=f"remove {option} or --untried")
    if most is not None:
        raise UsageError(
            "applies only to trained networks, as there are too many untrained ones to time",
            where="--max-latency",
            remedy="remove --max-latency, and time the network that --untried writes with ulsam-search latency",
        )


def check_int8(*, int8: bool, portable: bool) -> None:
    """Refuses to quantize a file that is not written."""
    if int8 and not portable:
        raise UsageError("quantizes model.onnx", where="--int8", remedy="remove --int8 or --no-portable")

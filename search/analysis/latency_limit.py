"""A limit on how long a network takes to answer, written as people write times."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from pipelines.errors import DetailedError
from spaces import Candidate

_WRITTEN = re.compile(r"([0-9]+(?:\.[0-9]+)?|\.[0-9]+)(ms|s)")
_UNITS = {"ms": 1e-3, "s": 1.0}


class TimeError(DetailedError):
    """A text is no time above 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LatencyLimit:
    """The longest latency that is allowed, beside the measured latencies; all in seconds.

    Attributes:
        most: the limit.
        measured: by network; one that is not there is not within the limit.
    """

    most: float
    measured: Mapping[Candidate, float]

    def allows(self, network: Candidate) -> bool:
        """Whether a network was measured to be within the limit; a latency equal to it is."""
        return network in self.measured and self.measured[network] <= self.most


def parse_latency(text: str) -> float:
    """Returns the seconds of ``5ms``, ``0.8ms`` or ``2s``.

    Raises:
        TimeError: the text is not a number above 0 with ms or s behind it.
    """
    found = _WRITTEN.fullmatch(text)
    seconds = float(found[1]) * _UNITS[found[2]] if found else 0.0
    if not 0 < seconds < math.inf:
        raise TimeError(expected="a time above 0 like 5ms, 0.8ms or 2s", got=repr(text))
    return seconds


def format_latency(seconds: float) -> str:
    """Returns the short form of a time: 0.0051 is ``5.1 ms``, 2.0 is ``2 s``; four significant digits."""
    rounded = float(f"{seconds:.4g}")  # first, so that 0.99999 is 1 s and not 1000 ms
    return f"{rounded:.12g} s" if rounded >= 1 else f"{rounded * 1e3:.12g} ms"

"""Counts as people write them, such as 2.5M."""

import math
import re
from decimal import Decimal

from ulsam.errors import InvalidError

# A text that is a count of at least 1, in the syntax that Python and JavaScript share: digits, maybe with underscores
# between them, a power of ten, a suffix. A fraction of 1 needs a suffix that lifts it to 1.
_ABOVE_1 = r"[1-9](?:_?[0-9])*(?:\.[0-9]*)?"
_FRACTIONS = "|".join(
    rf"0?\.(?=[0-9]{{0,{digits - 1}}}[1-9])[0-9]+[ \t]*[{suffix}]"
    for suffix, digits in (("kK", 3), ("mM", 6), ("gG", 9))
)
COUNT_PATTERN = rf"[ \t]*(?:{_ABOVE_1}(?:[eE]\+?[0-9]{{1,2}})?[ \t]*[kKmMgG]?|{_FRACTIONS})[ \t]*"
_SUFFIXES = {"": 1, "K": 1_000, "M": 1_000_000, "G": 1_000_000_000}


class CountError(InvalidError):
    """A text or a number is no count of at least 1."""


def parse_count(text: str | int | float) -> int:
    """Reads a count as people write it: ``2.5M``, ``40M``, ``1.2G``, ``1e6``, ``300_000``, 300000.

    Raises:
        CountError: not a number of at least 1 with an optional K, M or G, or one with leading zeros, which some readers
            of YAML take for octal.
    """
    if isinstance(text, int | float) and not isinstance(text, bool):
        if math.isfinite(text) and text >= 1:
            return round(text)
    elif isinstance(text, str) and re.fullmatch(COUNT_PATTERN, text):
        number, suffix = re.fullmatch(r"(.*?)[ \t]*([KMG]?)", text.strip().upper()).groups()  # type: ignore[union-attr]
        return round(Decimal(number) * _SUFFIXES[suffix])
    zeros = isinstance(text, str) and re.match(r"\s*0[0-9_]", text)
    hint = " and without leading zeros" if zeros else ""
    raise CountError(expected=f"a number like 300000, 2.5M or 1.2G, at least 1{hint}", got=repr(text))


def format_count(count: int | float) -> str:
    """Returns the short form of a count, with four significant digits: 2_500_000 is ``2.5M``."""
    rounded = float(f"{count:.4g}")  # first, so that 999_999 is 1M and not 1000K
    for suffix in ("G", "M", "K"):
        if rounded >= _SUFFIXES[suffix]:
            return f"{rounded / _SUFFIXES[suffix]:.12g}{suffix}"
    return f"{rounded:.12g}"

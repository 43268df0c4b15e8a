"""Hard limits on a network's exact cost."""

from dataclasses import dataclass

_SUFFIXES = {"": 1, "K": 1_000, "M": 1_000_000, "G": 1_000_000_000}


@dataclass(frozen=True, slots=True, kw_only=True)
class Budgets:
    """The most parameters and FLOPs (multiply-adds) a network may have; None is no limit."""

    params: int | None = None
    flops: int | None = None

    def allow(self, params: int, flops: int) -> bool:
        """Whether a network of this cost may be chosen; a cost equal to its limit may."""
        return (self.params is None or params <= self.params) and (self.flops is None or flops <= self.flops)

    def __str__(self) -> str:
        limits = {"parameters": self.params, "FLOPs": self.flops}
        named = [f"{format_count(limit)} {name}" for name, limit in limits.items() if limit is not None]
        return " and ".join(named) or "no limit"


def parse_count(text: str | int | float) -> int:
    """Reads a count as people write it: ``2.5M``, ``40M``, ``1.2G``, ``300_000``, 300000.

    Raises:
        ValueError: not a number above 0 with an optional K, M or G.
    """
    if isinstance(text, bool):
        raise ValueError(f"expected a number like 300000, 2.5M or 1.2G, got {text!r}")
    written = str(text).strip().upper()
    suffix = written[-1:] if written[-1:] in ("K", "M", "G") else ""
    try:
        number = float(written.removesuffix(suffix))
        count = round(number * _SUFFIXES[suffix])
    except (ValueError, OverflowError):
        raise ValueError(f"expected a number like 300000, 2.5M or 1.2G, got {text!r}") from None
    if count < 1:
        raise ValueError(f"expected a number above 0, got {text!r}")
    return count


def format_count(count: int | float) -> str:
    """The short form of a count: 2_500_000 is ``2.5M``; four significant digits."""
    rounded = float(f"{count:.4g}")  # first, so that 999_999 is 1M and not 1000K
    for suffix in ("G", "M", "K"):
        if rounded >= _SUFFIXES[suffix]:
            return f"{rounded / _SUFFIXES[suffix]:.12g}{suffix}"
    return f"{rounded:.12g}"

"""The 95 % interval of an accuracy, of a difference, or of an expected value."""

from dataclasses import dataclass
from math import sqrt
from typing import Any

from pipelines.training.shares import binomial_error, inner_share

_CONFIDENCE = 0.95
_DEVIATIONS = 1.959963984540054  # standard normal deviations between which 95 % of the probability lies


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """Both ends, as shares, and the confidence that what is estimated lies between them."""

    low: float
    high: float
    confidence: float = _CONFIDENCE

    def apart_from(self, other: "Interval") -> bool:
        """Whether the two intervals have nothing in common: chance alone hardly makes such a difference."""
        return self.low > other.high or other.low > self.high

    def describe(self, includes: str) -> str:
        """Returns a line that names what the interval includes: ``95% interval (images): 95.2% to 99.0%``."""
        return f"{self.confidence:.0%} interval ({includes}): {self.in_words}"

    @property
    def in_words(self) -> str:
        """Both ends with their unit: ``95.2% to 99.0%``."""
        return f"{self.low:.1%} to {self.high:.1%}"

    def to_dict(self) -> dict[str, Any]:
        """Returns the values for JSON."""
        return {"low": self.low, "high": self.high, "confidence": self.confidence}

    def __str__(self) -> str:
        """Returns both ends in percent, for use beside a value in percent: ``93.1 to 99.3``."""
        return f"{100 * self.low:.1f} to {100 * self.high:.1f}"


def interval_of(value: float, error: float, images: int) -> Interval:
    """Returns the 95 % interval of a share that is read from ``images`` images, within 0 and 1.

    Wilson's score interval ("Probable inference, the law of succession, and statistical inference", 1927,
    https://doi.org/10.1080/01621459.1927.10502953) with the effective number of images n = s (1 - s) / error**2 (Kish,
    "Survey Sampling", 1965), as Franco, Little, Louis and Slud recommend ("Comparative study of confidence intervals
    for proportions in complex sample surveys", 2019, https://pmc.ncbi.nlm.nih.gov/articles/PMC6690503). s is ``value``,
    kept from 0 and 1 as :func:`~pipelines.training.shares.binomial_error` keeps it, so that n is ``images`` where
    ``error`` is that one, also where all or no images are right. An error that includes more makes n smaller.

    Args:
        value: the share, 0 to 1.
        error: its standard error; 0: the interval is the value itself.
        images: how many the value is a mean over.
    """
    value = min(max(value, 0.0), 1.0)  # a mean in single precision may be beyond
    if error == 0:
        return Interval(low=value, high=value)
    share = inner_share(value, images)
    spread = (_DEVIATIONS * error) ** 2 / (share * (1 - share))  # z**2 / n
    middle = (value + spread / 2) / (1 + spread)
    reach = sqrt(spread * (value * (1 - value) + spread / 4)) / (1 + spread)
    # Rounding may not leave the value, or 0 and 1, outside.
    return Interval(low=max(0.0, min(value, middle - reach)), high=min(1.0, max(value, middle + reach)))


def accuracy_interval(correct: int, images: int) -> Interval:
    """Returns the 95 % confidence interval of the accuracy on further images of the same kind.

    Args:
        correct: how many images were right.
        images: how many were scored; at least 1.

    Raises:
        ValueError: no image, or more right ones than images.
    """
    if not 0 <= correct <= images or not images:
        raise ValueError(f"expected at least one image, and from none to all of them right, got {correct} of {images}")
    return binomial_interval(correct / images, images)


def binomial_interval(share: float, images: int) -> Interval:
    """Returns the 95 % interval of a share of images if other images are the only source of error.

    Args:
        share: of the images, 0 to 1.
        images: how many images the share is read from.
    """
    return interval_of(share, binomial_error(share, images), images)


def normal_interval(mean: float, deviation: float) -> Interval:
    """Returns the 95 % interval of a share with a normal distribution, within 0 and 1.

    Args:
        mean: of the distribution.
        deviation: the standard deviation of the distribution.
    """
    reach = _DEVIATIONS * deviation
    return Interval(low=min(1.0, max(0.0, mean - reach)), high=max(0.0, min(1.0, mean + reach)))


def with_interval(value: float, interval: Interval) -> str:
    """Returns a value in words with its interval: ``97.81% (93.1 to 99.3)``.

    Args:
        value: as a share, 0 to 1.
        interval: of the value.
    """
    return f"{value:.2%} ({interval})"

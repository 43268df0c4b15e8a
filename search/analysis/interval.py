"""The confidence interval of an accuracy."""

from dataclasses import dataclass
from typing import Any

_CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """Both ends, 0 to 1, and the confidence that what is estimated lies between them."""

    low: float
    high: float
    confidence: float = _CONFIDENCE

    def apart_from(self, other: "Interval") -> bool:
        """Whether the two intervals have nothing in common: chance alone hardly makes such a difference."""
        return self.low > other.high or other.low > self.high

    def to_dict(self) -> dict[str, Any]:
        """Returns the values for JSON."""
        return {"low": self.low, "high": self.high, "confidence": self.confidence}

    def __str__(self) -> str:
        return f"{self.confidence:.0%} confidence interval (images): {self.low:.1%} to {self.high:.1%}"


def accuracy_interval(correct: int, images: int) -> Interval:
    """Returns the 95 % confidence interval of the accuracy on further images of the same kind.

    Wilson's score interval ("Probable inference, the law of succession, and statistical inference", 1927,
    https://doi.org/10.1080/01621459.1927.10502953) stays between 0 and 1. It does not shrink to nothing where all or no
    images are right, as the interval of a fixed number of standard errors would.

    Args:
        correct: how many images were right.
        images: how many were scored; at least 1.

    Raises:
        ValueError: no image, or more right ones than images.
    """
    from scipy.stats import binomtest  # here: it takes a second to import

    low, high = binomtest(correct, images).proportion_ci(confidence_level=_CONFIDENCE, method="wilson")
    return Interval(low=float(low), high=float(high))

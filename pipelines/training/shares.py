"""Shares of images, and how far they are known."""

from math import sqrt


def inner_share(share: float, images: int) -> float:
    """Returns a share within 0 and 1: at the ends, as if two more images had one right (rule of succession).

    Args:
        share: of the images, from 0 to 1.
        images: their number, at least 1.
    """
    return min(max(share, 1 / (images + 2)), 1 - 1 / (images + 2))


def binomial_error(share: float, images: int) -> float:
    """Returns the binomial standard error of a share.

    At 0 and 1 that formula would be 0. The share is then computed as if two more images had one right (rule of
    succession). The result is an upper bound for a mean of values between 0 and 1 that are not all 0 or 1.

    Args:
        share: of the images that are right, from 0 to 1.
        images: the number of images, at least 1.
    """
    share = inner_share(share, images)
    return sqrt(share * (1 - share) / images)

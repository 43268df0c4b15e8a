"""The order of an epoch in which every class comes equally often, however many images it has."""

import numpy as np
from numpy.typing import NDArray

_ORDER = 5  # the stream of one (seed, epoch) that the order is drawn from; the streams of views: augment.py


def balanced_order(labels: NDArray[np.int64], count: int, seed: int, epoch: int) -> NDArray[np.int64]:
    """Returns the samples of an epoch: of each class that has images equally many, give or take one, shuffled.

    The images of a class come equally often as well: all are drawn once before one is drawn again. Each epoch draws
    which images and which classes come once more than others.

    Args:
        labels: of all samples, (samples,).
        count: how many samples the epoch has.
        seed: of the training.
        epoch: from 0.

    Returns:
        (count,) indices of samples.
    """
    generator = np.random.default_rng([seed, epoch, _ORDER])
    classes = generator.permutation(np.unique(labels))
    drawn = []
    for place, label in enumerate(classes):
        own = np.flatnonzero(labels == label)
        wanted = count // len(classes) + (place < count % len(classes))
        passes = [generator.permutation(own) for _ in range(-(-wanted // len(own)))]
        drawn.append(np.concatenate([*passes, own[:0]])[:wanted])
    return generator.permutation(np.concatenate(drawn))

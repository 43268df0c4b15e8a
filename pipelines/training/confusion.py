"""Which classes a network takes for which: a matrix of counts, and the metrics that are computed from it.

A confusion matrix has a row for each class of images and a column for each class of answers: (classes, classes),
int64. The matrices of parts of a split add up to that of the whole. Values are those of scikit-learn's
``balanced_accuracy_score`` and ``f1_score(average="macro")``.
"""

from math import sqrt
from typing import TYPE_CHECKING

from pipelines.training.shares import inner_share

if TYPE_CHECKING:  # a search file names a metric without computing it, and torch takes seconds to import
    from torch import Tensor

_RESAMPLES = 200  # the error that they estimate is known to 5 %
_SEED = 0  # of the resamples: the same matrix has the same error


def confusion_matrix(logits: "Tensor", labels: "Tensor") -> "Tensor":
    """Returns the confusion matrix of a batch, (classes, classes) int64.

    Args:
        logits: (batch, classes).
        labels: (batch,) int64.
    """
    classes = logits.shape[1]
    return (labels * classes + logits.argmax(dim=1)).bincount(minlength=classes**2).view(classes, classes)


def balanced_accuracy(confusion: "Tensor", images: int) -> float:
    """Returns the mean over classes of the share of images that are right; classes without images are left out.

    Args:
        confusion: the matrix of all images.
        images: their number, at least 1.
    """
    of_class = confusion.sum(dim=1)
    return float((confusion.diagonal().double() / of_class)[of_class > 0].mean())


def macro_f1(confusion: "Tensor", images: int) -> float:
    """Returns the mean over classes of F1, the harmonic mean of precision and recall.

    F1 is 0 for a class with images of which none is right. A class with neither images nor answers is left out.

    Args:
        confusion: the matrix of all images.
        images: their number, at least 1.
    """
    known = confusion.sum(dim=0) + confusion.sum(dim=1)
    return float((2 * confusion.diagonal().double() / known)[known > 0].mean())


def balanced_accuracy_error(confusion: "Tensor") -> float:
    """Returns the standard error of a balanced accuracy.

    A balanced accuracy is the mean of K shares, p_k of n_k images. They are of different images, so that its variance
    is the sum of their binomial variances over K**2: sum(p_k (1 - p_k) / n_k) / K**2. A class with few images may have
    a share of 0 or 1 by chance, and would then seem to be known exactly. So the variance is no less than that of the
    same value where all classes have an equal share p: p (1 - p) sum(1 / n_k) / K**2, with p within 0 and 1 as in
    :func:`~pipelines.training.shares.binomial_error`. With equally many images in all classes the result is the
    binomial error of the value.

    Args:
        confusion: the matrix of all images, at least one.
    """
    of_class = confusion.sum(dim=1)
    there = of_class > 0
    counts = of_class[there].double()
    shares = confusion.diagonal()[there] / counts
    apart = float((shares * (1 - shares) / counts).sum())
    equal = inner_share(float(shares.mean()), int(counts.sum()))
    return sqrt(max(apart, equal * (1 - equal) * float((1 / counts).sum()))) / len(counts)


def macro_f1_error(confusion: "Tensor") -> float:
    """Returns the standard error of a macro F1: its standard deviation between 200 resamples of the images.

    A resample draws as many images with replacement (the bootstrap, Efron, "Bootstrap methods: another look at the
    jackknife", 1979, https://doi.org/10.1214/aos/1176344552), which is a multinomial draw of the matrix. The draws are
    seeded: the same matrix has the same error. Where all images are right all resamples are alike, so the error is no
    less than that of a balanced accuracy of 1.

    Args:
        confusion: the matrix of all images, at least one.
    """
    import numpy as np

    counts = confusion.cpu().numpy()
    rows, columns = counts.nonzero()
    cells, images, classes = counts[rows, columns], int(counts.sum()), len(counts)
    generator, right, found = np.random.default_rng(_SEED), rows == columns, []
    for _ in range(_RESAMPLES):
        drawn = generator.multinomial(images, cells / images)
        known = np.bincount(rows, drawn, classes) + np.bincount(columns, drawn, classes)
        f1 = 2 * np.bincount(rows[right], drawn[right], classes)[known > 0] / known[known > 0]
        found.append(f1.mean())
    return max(float(np.std(found, ddof=1)), balanced_accuracy_error(confusion.sum(dim=1).diag()))

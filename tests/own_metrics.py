"""A module of metrics as a user would write it; what the functions of ``BROKEN`` do is refused."""

from pipelines.training.own_metric import OwnMetric

MODULE = '''
from sklearn.metrics import fbeta_score


def f2(labels, probabilities):
    """Recall counts twice as much as precision."""
    return fbeta_score(labels, probabilities.argmax(axis=1), beta=2, average="macro")


def right(labels, probabilities):
    return (probabilities.argmax(axis=1) == labels).mean()


def mistakes(labels, probabilities):
    """The higher, the less accurate."""
    return (probabilities.argmax(axis=1) != labels).mean()


def confidence(labels, probabilities):
    return probabilities.max(axis=1).mean()
'''

BROKEN = """
number = 0.5


def divides(labels, probabilities):
    return 1 / 0


def is_not_a_number(labels, probabilities):
    return float("nan")


def above_one(labels, probabilities):
    return 2


def is_a_list(labels, probabilities):
    return probabilities.mean(axis=1)


def writes(labels, probabilities):
    probabilities.sort()
    return 0.5


def breaks_on_real_images(labels, probabilities):
    return 1 / max(0, 45 - len(labels))
"""


def own(function: str, source: str = MODULE) -> OwnMetric:
    """A function of the module."""
    return OwnMetric(f"my_metrics:{function}", source)

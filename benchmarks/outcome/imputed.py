"""Multiple imputation: accuracies for networks of the pool that have no training yet, drawn from a model of the others.

The model is a ridge regression on the choices of a network and on all pairs of choices, so its error is known from
leaving each trained network out. A drawn network has its predicted accuracies plus the residuals that one trained
network had when it was left out: the two residuals of a network belong together, since a seed and a network's own
effect change both. The variance between figures of different draws thus contains what is not known of the table (Rubin,
"Multiple Imputation for Nonresponse in Surveys", 1987). A network that has a training keeps its values.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from sklearn.linear_model import Ridge, RidgeCV
from sklearn.model_selection import LeaveOneOut, cross_val_predict
from sklearn.preprocessing import OneHotEncoder, PolynomialFeatures

from benchmarks.outcome.pool import CHOICES, SIZES, chosen
from benchmarks.outcome.table import NUM_CLASSES, Table, Training
from benchmarks.transfer.networks import GROUPS
from spaces import Candidate

_STRENGTHS = np.logspace(-2, 2, 17)


@dataclass(frozen=True, slots=True, kw_only=True)
class Imputation:
    """What trained networks say of the others.

    Attributes:
        table: of the trained networks.
        predicted: of each network without training, the accuracies to choose by and to report, as shares, (2,).
        residuals: of the trained networks of the searched space, each left out once, (networks, 2).
        names: of the networks without training.
    """

    table: Table
    predicted: Mapping[Candidate, np.ndarray]
    residuals: np.ndarray
    names: Mapping[Candidate, str]

    @property
    def error(self) -> float:
        """The root mean square of the residuals of the accuracy to report, as a share."""
        return float(np.sqrt(np.mean(self.residuals[:, 1] ** 2)))

    def draw(self, seed: int) -> Table:
        """Returns the table with one training for each network that lacks one.

        Args:
            seed: of the draw.
        """
        rng = np.random.default_rng(seed)
        trainings = dict(self.table.trainings)
        for network, accuracies in self.predicted.items():
            choose, report = (accuracies + self.residuals[rng.integers(len(self.residuals))]).tolist()
            trainings[network] = {0: Training(choose=choose, report=report)}
        return replace(self.table, trainings=trainings, names={**self.table.names, **self.names})


def impute(table: Table) -> Imputation:
    """Fits the model to the trained networks of the searched space.

    Args:
        table: with at least some of the networks.
    """
    choices = list(product(SIZES, *[CHOICES] * len(GROUPS)))
    networks = [chosen(size, of_groups, NUM_CLASSES) for size, *of_groups in choices]
    pairs = PolynomialFeatures(2, interaction_only=True, include_bias=False)
    rows = pairs.fit_transform(OneHotEncoder(sparse_output=False).fit_transform(choices))
    features = {network.candidate: row for network, row in zip(networks, rows, strict=True)}
    trained = [network for network in features if network in table.trainings]
    lacking = [network for network in features if network not in table.trainings]
    known = np.array([features[network] for network in trained])
    accuracies = np.array([(table.chosen_by(network), table.worth(network)) for network in trained])
    model = Ridge(RidgeCV(_STRENGTHS).fit(known, accuracies).alpha_)
    residuals = accuracies - cross_val_predict(model, known, accuracies, cv=LeaveOneOut())
    predicted = model.fit(known, accuracies).predict([features[network] for network in lacking]) if lacking else ()
    return Imputation(
        table=table,
        predicted=dict(zip(lacking, predicted, strict=True)),
        residuals=residuals,
        names={network.candidate: network.name for network in networks if network.candidate in lacking},
    )

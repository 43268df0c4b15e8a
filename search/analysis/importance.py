"""The importance of each choice for a network to be among the most accurate."""

from collections.abc import Sequence

import optuna

from search.analysis.front import complete
from search.optimize.distributions import categorical
from search.study.optuna_storage import quiet
from search.study.spec import StudySpec
from search.study.trial import TrialRecord
from spaces import Encoding

_FEWEST = 20  # networks: of fewer there are not two in the best tenth


def importances(spec: StudySpec, trials: Sequence[TrialRecord]) -> dict[str, float]:
    """Returns each parameter's share, 0 to 1, in being among the most accurate tenth; greatest first.

    PED-ANOVA (Watanabe, Bansal, Hutter, IJCAI 2023, https://arxiv.org/abs/2304.10255), by Optuna. The result is empty
    where there are fewer than 20 networks.

    Args:
        spec: the search that the trials are of.
        trials: in any order, whatever became of them.
    """
    from optuna.importance import PedAnovaImportanceEvaluator, get_param_importances  # here, as it imports pandas

    networks = complete(trials)
    if len(networks) < _FEWEST:
        return {}
    encoding = Encoding(spec.search_space)
    space = {name: choices for name, choices in categorical(encoding.choices).items() if not choices.single()}
    with quiet():
        study = optuna.create_study(direction="maximize")
    for network in networks:
        params = encoding.encode(network.candidate)
        study.add_trial(
            optuna.trial.create_trial(
                params={name: params[name] for name in space}, distributions=space, value=network.value
            )
        )
    return dict(get_param_importances(study, evaluator=PedAnovaImportanceEvaluator()))

"""Any Optuna sampler, made to propose only networks that may and need be trained."""

from collections.abc import Callable
from random import Random

import optuna
import pytest
from optuna.samplers import BaseSampler, GPSampler, NSGAIISampler, RandomSampler, TPESampler

from search.optimize.candidates import SpaceExhaustedError
from search.optimize.distributions import categorical
from search.run.feasible import FeasibleSampler
from spaces import Encoding
from tests.search.factory import spec

SAMPLERS = {
    "tpe": lambda seed: TPESampler(seed=seed, multivariate=True),
    "nsga2": lambda seed: NSGAIISampler(seed=seed, population_size=10),
    "gp": lambda seed: GPSampler(seed=seed, n_startup_trials=5),
    "random": lambda seed: RandomSampler(seed=seed),
}


def study_with(make: Callable[[int], BaseSampler], encoding: Encoding, seed: int = 0) -> optuna.Study:
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna.create_study(directions=["maximize", "minimize"], sampler=FeasibleSampler(make, encoding, seed))


@pytest.mark.parametrize("name", SAMPLERS)
@pytest.mark.filterwarnings("ignore::optuna.exceptions.ExperimentalWarning")
def test_proposals_are_valid_new_and_within_budget(name: str) -> None:
    encoding = Encoding(spec(budgets={"flops": 2_700_000}).search_space)
    study = study_with(SAMPLERS[name], encoding)
    proposed = []
    assert encoding.space.count_within_budgets() < encoding.space.count()
    for number in range(10 if name == "gp" else 40):
        trial = study.ask(categorical(encoding.choices))
        arch = encoding.decode(trial.params, Random(0))
        assert arch in encoding.space
        assert trial.params == encoding.encode(arch)
        proposed.append(arch)
        study.tell(trial, [number % 7, number % 5])
    assert len(set(proposed)) == len(proposed)
    assert {trial.state.name for trial in study.get_trials()} == {"COMPLETE"}  # no trial is spent on a rejection


@pytest.mark.parametrize("name", ["tpe", "random"])
def test_every_network_is_proposed_before_the_space_is_exhausted(name: str) -> None:
    encoding = Encoding(spec(space={"widths": [0.1], "groups": [1], "placements": {"at_most": 1}}).search_space)
    study = study_with(SAMPLERS[name], encoding)
    networks = set()
    for _ in range(encoding.space.count()):
        trial = study.ask(categorical(encoding.choices))
        networks.add(encoding.decode(trial.params, Random(0)))
        study.tell(trial, [0.5, 1.0])
    assert networks == set(encoding.space)
    with pytest.raises(SpaceExhaustedError):
        study.ask(categorical(encoding.choices))


def test_networks_that_are_still_running_are_not_proposed_again() -> None:
    encoding = Encoding(spec().search_space)
    study = study_with(SAMPLERS["tpe"], encoding)
    waiting = [study.ask(categorical(encoding.choices)) for _ in range(64)]
    assert len({frozenset(trial.params.items()) for trial in waiting}) == 64


def test_the_same_seed_proposes_the_same_networks() -> None:
    def proposals() -> list[dict[str, object]]:
        encoding = Encoding(spec().search_space)
        study = study_with(SAMPLERS["tpe"], encoding)
        seen = []
        for number in range(25):
            trial = study.ask(categorical(encoding.choices))
            study.tell(trial, [number % 3, number % 4])
            seen.append(trial.params)
        return seen

    assert proposals() == proposals()


def test_a_sampler_that_repeats_itself_is_not_asked_for_ever() -> None:
    class Stubborn(RandomSampler):
        asked = 0

        def sample_relative(self, *_: object) -> dict[str, object]:
            Stubborn.asked += 1
            return {"width": 0.1}

    encoding = Encoding(spec().search_space)
    study = study_with(lambda seed: Stubborn(seed=seed), encoding)
    for _ in range(3):
        study.tell(study.ask(categorical(encoding.choices)), [0.0, 0.0])
    assert Stubborn.asked == 1 + 2 + 2


def test_a_sampler_is_made_for_each_trial_that_is_asked_for_and_no_other() -> None:
    seeds: list[int] = []

    def make(seed: int) -> BaseSampler:
        seeds.append(seed)
        return RandomSampler(seed=seed)

    encoding = Encoding(spec().search_space)
    study = study_with(make, encoding)
    assert not seeds
    begun = [study.ask(categorical(encoding.choices)) for _ in range(3)]
    assert len(set(seeds)) == len(seeds) == 3
    study.sampler = FeasibleSampler(make, encoding, 0)  # as in another session
    study.tell(begun[0], (0.5, 1.0))
    assert study.trials[0].state.name == "COMPLETE"

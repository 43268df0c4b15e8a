"""The last trials: further seeds of networks in doubt."""

from pathlib import Path

from pipelines.fold import Fold
from search.analysis.front import complete
from search.analysis.uncertainty import on_front
from search.run.driver import Driver
from search.run.replicates import most_uncertain
from search.study.folder import RunFolder
from search.study.folds_spec import FoldsSpec
from spaces import Encoding
from tests.search.factory import new_run, quality, result, settings, spec
from tests.search.run.drivers import work


def test_the_last_trials_are_further_seeds_of_networks_in_doubt(tmp_path: Path) -> None:
    """With 228 images made-up accuracies a point apart are in doubt; every second training has the same seed."""
    folder, record = new_run(tmp_path, search={"confirm": 0.25, "sampler": "random"})
    driver = Driver(folder, record, trials=40)
    work(driver)
    trials = record.trials()
    assert len(trials) == 40
    first, further = trials[:30], trials[30:]
    assert len({trial.arch for trial in first}) == 30
    assert {trial.seed for trial in first} == {0}
    again = [trial for trial in further if trial.seed != 0]
    assert len(again) == 10
    assert {trial.arch for trial in again} <= {trial.arch for trial in first}
    assert min(trial.seed for trial in again) == 1
    assert len({(trial.arch, trial.seed) for trial in trials}) == 40, "no evaluation is made twice"
    doubtful = [network for network in complete(first) if network.arch in {trial.arch for trial in again}]
    sure = {number for number, share in on_front(first, record.spec).items() if share < 0.02}
    assert not sure & {network.number for network in doubtful}
    by_network = {network.arch: network for network in complete(trials)}
    for network in doubtful:
        assert len(by_network[network.arch].values) > 1
        assert folder.weights(network.number).exists()


def test_a_resume_knows_which_seeds_were_trained(tmp_path: Path) -> None:
    folder, record = new_run(tmp_path, search={"confirm": 0.5, "sampler": "random"})
    work(Driver(folder, record, trials=20), 15)
    interrupted = Driver(folder, folder.open_record(), trials=20)
    task = interrupted.next_task()
    again = Driver(folder, folder.open_record(), trials=20)
    assert again.next_task() == task
    assert task is not None
    again.trial_ended(task.number, result(quality(task.candidate.arch)))
    work(again)
    trials = record.trials()
    assert len({(trial.arch, trial.seed) for trial in trials}) == len(trials) == 20


def test_more_trials_bring_their_own_share_of_further_seeds_and_no_more(tmp_path: Path) -> None:
    folder, record = new_run(tmp_path, search={"confirm": 0.25, "sampler": "random"})
    work(Driver(folder, record, trials=20))
    assert sum(trial.seed != 0 for trial in record.trials()) == 5
    work(Driver(folder, folder.open_record(), trials=40))
    assert sum(trial.seed != 0 for trial in record.trials()) == 10
    assert {trial.seed for trial in record.trials()[20:35]} == {0}, "new networks first"


def test_a_further_seed_is_one_that_the_network_has_not_had(tmp_path: Path) -> None:
    """One that was taken over from a search with another seed counts."""
    _, record = new_run(tmp_path, search={"confirm": 0.5})
    encoding = Encoding(record.spec.search_space)
    archs = list(record.spec.search_space)[:2]
    for arch in archs:
        record.finish(record.start(arch, encoding, 1), result(0.5))
    doubtful = most_uncertain(record.ended(), (), record.spec)
    assert doubtful is not None
    assert doubtful[1] == 0
    running = record.start(doubtful[0], encoding, 0)
    again = most_uncertain(record.ended(), (running,), record.spec)
    assert again is not None
    assert again != doubtful


def test_a_settled_search_still_makes_sure_of_its_front(tmp_path: Path) -> None:
    search = {"stop_when": {"remaining_hypervolume": "5%"}, "confirm": 0.2}
    folder, record = new_run(tmp_path, search=search)
    driver = Driver(folder, record, trials=74)
    work(driver)
    assert driver.settled
    seeds = [trial.seed for trial in record.trials()]
    assert 0 < sum(seed != 0 for seed in seeds) <= 0.2 * len(seeds)
    assert len(seeds) < 74


def test_with_folds_further_seeds_are_of_others_and_compare(tmp_path: Path) -> None:
    """Scores of made-up accuracies on folds up to 16 points apart: the values differ as the accuracies do."""
    effects = (0.08, -0.08, 0.03)
    known = spec("folded", search={"confirm": 0.5, "folds": 3})
    known = known.model_copy(update={"folds": FoldsSpec(images=(200, 200, 200), groups_sha256="a")})
    folder, record = RunFolder.create(tmp_path, settings("folded", search={"confirm": 0.5, "folds": 3}), known)
    driver = Driver(folder, record, trials=24)
    while (task := driver.next_task()) is not None:
        assert task.fold is not None
        assert task.fold == Fold(task.seed % 3, 3)
        driver.trial_ended(task.number, result(quality(task.candidate.arch) - 0.2 + effects[task.fold.number]))
    trials = record.trials()
    assert len({record.key_of(trial) for trial in trials}) == len(trials) == 24
    assert {trial.fold for trial in trials} == {0, 1, 2}
    networks = complete(trials)
    apart = [network.value - (quality(network.arch) - 0.2) for network in networks]
    assert max(apart) - min(apart) < 1e-5

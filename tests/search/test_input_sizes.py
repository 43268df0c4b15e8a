"""Searches whose networks have images of several sizes: the size is named wherever it tells two networks apart."""

import csv
import io
from pathlib import Path

from search.analysis.front import pareto_front
from search.render.front_page import page_data
from search.render.front_table import csv_table, front_cells, front_rows
from search.render.network_words import describe_candidate
from search.render.words import pixels
from search.study.study import StudyRecord
from spaces import Change, Encoding
from tests.search.factory import new_run, result, spec

SPACE = {"widths": [0.1], "groups": [1], "placements": {"blocks": [12], "at_most": 1}, "input_sizes": [16, 24, 32]}


def of_several_sizes(runs: Path) -> StudyRecord:
    """The plain network at each size, the larger the more accurate."""
    _, record = new_run(runs, space=SPACE)
    encoding = Encoding(record.spec.search_space)
    for accuracy, base in zip((0.5, 0.6, 0.7), record.spec.search_space.bases, strict=True):
        record.finish(record.start(base, encoding, seed=0), result(accuracy))
    return record


def test_two_sizes_of_one_architecture_are_two_networks_of_the_record(tmp_path: Path) -> None:
    record = of_several_sizes(tmp_path)
    again = [trial.candidate for trial in record.ended()]
    assert again == list(record.spec.search_space.bases)
    assert len({candidate.arch for candidate in again}) == 1
    assert [trial.candidate.input_size for trial in pareto_front(record.ended())] == [16, 24, 32]
    names = {record.spec.name_of(candidate) for candidate in again}
    assert len(names) == 3


def test_tables_files_and_the_page_tell_them_apart(tmp_path: Path) -> None:
    record = of_several_sizes(tmp_path)
    known, trials = record.spec, record.ended()
    assert len({cells[-2] for cells in front_cells(known, trials)}) == 3
    assert [row.to_dict()["input_size"] for row in front_rows(known, trials)] == [16, 24, 32]
    table = csv.DictReader(io.StringIO(csv_table(known, trials)))
    assert [row["input_size"] for row in table] == ["16", "24", "32"]
    page = page_data(known, trials)
    assert page["input_sizes"] == "16, 24 or 32 px"
    assert len({network["network"] for network in page["networks"]}) == 3


def test_a_name_of_a_search_with_one_size_does_not_repeat_it() -> None:
    known = spec()
    (base, *_) = known.search_space.bases
    assert known.name_of(base) == base.arch.arch_id
    assert pixels(known.input_sizes) == "32 px"


def test_the_size_is_not_one_more_block_that_is_left_out() -> None:
    known = spec(space=SPACE)
    (base, *_) = known.search_space.bases
    network = base.with_changes((Change(15), Change(16)))
    assert describe_candidate(known, network) == "V2 x0.1 without 15, 16 at 16 px"

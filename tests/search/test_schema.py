"""The schema of search files accepts what the parser accepts and nothing else, key by key, however it is written."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from search.config.settings import begun_settings, read_settings
from search.config.yaml_loader import AmbiguousNumberError
from search.errors import FileError
from search.render.search_file import schema
from spaces.scalars import ShareError

SCHEMA = Draft202012Validator(json.loads(schema()))
COUNTS = ("budgets.params", "budgets.flops")
SHARES = (
    "search.stop_when.remaining_hypervolume",
    "search.confirm",
    "search.cost_epsilon",
    "search.margin",
    "resources.memory",
)
FLAGS = (
    "search.baselines",
    "training.flip",
    "training.flip_average",
    "training.frozen_norms",
    "training.balanced_sampling",
)
NUMBERS = (
    "search.trials",
    "search.hours",
    "search.concurrent",
    "search.seed",
    "search.folds",
    "search.budget_weight",
    "space.stem_stride",
    "space.placements.min_map",
    "space.placements.at_most",
    "training.input_size",
    "training.start_size",
    "training.batch_size",
    "training.learning_rate",
    "training.fresh_rate",
    "training.warmup_epochs",
    "training.momentum",
    "training.weight_decay",
    "training.label_smoothing",
    "training.min_crop",
    "training.mixup",
    "training.cutmix",
    "training.color_jitter",
    "training.hue_jitter",
    "training.rand_augment",
    "training.erasing",
    "training.clip_norm",
    "training.average_epochs",
    "training.recalibration_batches",
    "training.distill_weight",
    "training.distill_temperature",
    "resources.cpus",
    "resources.gpus",
    "resources.checkpoint_seconds",
)
LISTS = ("space.widths", "space.groups", "space.input_sizes", "space.placements.blocks", "search.rungs")
GROUPS = "space.placements.together"
OCTAL = re.compile("[-+]?0[0-9]+")  # to some readers of YAML
EPOCHS = 10**60  # more than any key says that must not be longer than a training

# fmt: off
EDGES = [
    "1", "1.0", "0.5", "50%", "50.000001%", "10%", "10.0%", "100%", "0%", ".5%", "1e1%", "1e6", "1e-3", "2.", "0x10",
    "0o7", "0b1", "010", "08", "1:30", "1_000", "2024-01-01", "yes", "No", "oN", "true", "null", "~", "auto", "all",
    "4000000001", "1024", "1025", "16.0", "16.1", "17", "18",
]
# fmt: on

digits = st.text("0123456789", max_size=4)
numbers = st.builds(
    "".join,
    st.tuples(
        st.sampled_from(["", "", "", "+", "-"]),
        digits,
        st.sampled_from(["", "", ".", "..", "_"]),
        digits,
        st.sampled_from(["", "", "", "e", "E+", "e-"]),
        st.text("0123", max_size=2),
    ),
)
written = st.one_of(
    numbers,
    st.builds("".join, st.tuples(numbers, st.sampled_from(["", " ", "\t"]), st.sampled_from("kKmMgGT%"))),
    st.integers(-5, 5000).map(str),
    st.floats(0, 2, allow_nan=False).map(repr),
    st.floats(0, 110).map(lambda share: f"{share:.3f}%"),
    st.sampled_from(EDGES),
    st.from_regex(re.compile(r"[0-9.]{1,4} ?[kM%]?", re.ASCII), fullmatch=True),
)

plain = written.map(str.strip).filter(lambda scalar: not re.search(r"^%|^[-+]?$|^[-+] |\t", scalar))


def editors(scalar: str) -> Any:
    """A plain scalar in YAML 1.2's core schema, section 10.3.2 of its specification, as editors read it."""
    if scalar in ("", "~", "null", "Null", "NULL"):
        return None
    if scalar.lower() in ("true", "false") and scalar in (scalar.lower(), scalar.title(), scalar.upper()):
        return scalar.lower() == "true"
    if re.fullmatch(r"[-+]?[0-9]+", scalar):
        return int(scalar)
    if re.fullmatch(r"0o[0-7]+|0x[0-9a-fA-F]+", scalar):
        return int(scalar, 0)
    if re.fullmatch(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", scalar):
        return float(scalar)
    return scalar


def nested(key: str, value: Any) -> dict[str, Any]:
    """A whole file that says ``value`` for a dotted ``key``."""
    file = {"name": "a", "data": "b", "training": {"epochs": EPOCHS}}
    *parents, last = key.split(".")
    section: Any = file
    for parent in parents:
        section = section.setdefault(parent, {})
    section[last] = value
    return file


def refused(path: Path, key: str, scalar: str) -> FileError | None:
    """The parser's answer to a file that has ``scalar`` for ``key`` without a change."""
    text = yaml.safe_dump(nested(key, "THE VALUE"), sort_keys=False).replace("THE VALUE", scalar)
    path.write_text(text)
    try:
        read_settings(path)
    except FileError as error:
        return error
    return None


def agree(path: Path, key: str, scalar: str, value: Any) -> None:
    """Parser and schema both accept, or both refuse ``key: scalar``, which an editor reads as ``value``."""
    error = refused(path, key, scalar)
    found = list(SCHEMA.iter_errors(nested(key, value)))
    assert bool(error) == bool(found), f"{key}: {scalar}: parser says {error}, schema says {[f.message for f in found]}"


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("schema") / "search.yaml"


@settings(max_examples=300)
@example(key="space.stem_stride", scalar="true")  # to Python 1, and a choice
@given(key=st.sampled_from([*COUNTS, *COUNTS, *SHARES, *SHARES, *FLAGS, *NUMBERS]), scalar=plain)
def test_the_schema_accepts_a_scalar_exactly_where_the_parser_does(path: Path, key: str, scalar: str) -> None:
    if OCTAL.fullmatch(scalar):
        assert refused(path, key, scalar), "some readers of YAML take it for octal"
    else:
        agree(path, key, scalar, editors(scalar))


@settings(max_examples=300)
@given(key=st.sampled_from([*COUNTS, *COUNTS, *SHARES, *SHARES, *FLAGS, *NUMBERS]), text=written)
def test_the_schema_accepts_a_quoted_text_exactly_where_the_parser_does(path: Path, key: str, text: str) -> None:
    agree(path, key, json.dumps(text), text)


@settings(max_examples=100)
@given(key=st.sampled_from(LISTS), scalars=st.lists(plain.filter(lambda text: not OCTAL.fullmatch(text)), max_size=2))
def test_the_schema_accepts_a_list_exactly_where_the_parser_does(path: Path, key: str, scalars: list[str]) -> None:
    agree(path, key, f"[{', '.join(scalars)}]", [editors(scalar) for scalar in scalars])


@settings(max_examples=100)
@given(scalars=st.lists(st.integers(0, 18).map(str) | plain.filter(lambda text: not OCTAL.fullmatch(text)), max_size=3))
def test_the_schema_accepts_a_group_of_blocks_exactly_where_the_parser_does(path: Path, scalars: list[str]) -> None:
    agree(path, GROUPS, f"[[{', '.join(scalars)}]]", [[editors(scalar) for scalar in scalars]])


@settings(max_examples=100)
@given(name=st.one_of(st.text(max_size=70), st.from_regex(r"[A-Za-z0-9._\-]{1,66}\n?", fullmatch=True)))
def test_the_schema_accepts_a_name_exactly_where_the_parser_does(path: Path, name: str) -> None:
    agree(path, "name", json.dumps(name), name)


@pytest.mark.parametrize("scalar", ["010", "-07", "08", "00"])
@pytest.mark.parametrize("key", ["budgets.params", "search.trials", "training.learning_rate", "search.confirm"])
def test_a_number_with_leading_zeros_is_refused(path: Path, key: str, scalar: str) -> None:
    error = refused(path, key, scalar)
    assert error is not None
    (mistake,) = error.mistakes
    assert mistake.where == key
    assert scalar in str(mistake)


def test_every_key_that_has_a_number_a_share_or_a_truth_value_is_tried() -> None:
    tried = {*COUNTS, *SHARES, *FLAGS, *NUMBERS, *LISTS, GROUPS, "training.epochs"} - {"space.stem_stride"}
    known = json.loads(schema())

    def numeric(key: str, field: dict[str, Any]) -> set[str]:
        if "$ref" in field:
            section = known["$defs"][field["$ref"].rsplit("/", 1)[-1]]
            return {
                found for name, own in section.get("properties", {}).items() for found in numeric(f"{key}.{name}", own)
            }
        kinds = re.findall(r'"type": "(\w+)"', json.dumps(field))
        return {key} if {"number", "integer", "boolean"} & set(kinds) else set()

    found = {key for name, field in known["properties"].items() for key in numeric(name, field)}
    assert found == tried


def test_whole_shares_are_read_from_our_own_files(path: Path) -> None:
    for value in ("1.0", "100%"):
        path.write_text(f"name: a\ndata: b\nresources: {{memory: {value}}}\n")
        assert begun_settings(path).resources.memory == 1
    path.write_text("name: a\ndata: b\nresources: {memory: 1.0}\n")
    with pytest.raises(FileError) as refused:
        read_settings(path)
    (mistake,) = refused.value.mistakes
    assert isinstance(mistake.__cause__, ShareError)
    assert mistake.remedy == "write 1% or 100%"


@pytest.mark.parametrize("scalar", ["010", "1_000", "0b11", "1:30"])
def test_our_own_files_have_no_numbers_that_readers_understand_differently(path: Path, scalar: str) -> None:
    path.write_text(f"name: a\ndata: b\nbudgets: {{params: {scalar}}}\n")
    with pytest.raises(FileError) as refused:
        begun_settings(path)
    (mistake,) = refused.value.mistakes
    assert isinstance(mistake, AmbiguousNumberError)
    assert mistake.where == "line 3"
    assert scalar in str(mistake)

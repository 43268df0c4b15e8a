"""Tables of networks that were all trained: a search on one costs no training."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

import moocore
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
ULSAM_DIGITS = Path(__file__).with_name("ulsam_digits.csv")


Key = tuple[tuple[str, str], ...]


def key_of(params: Mapping[str, str]) -> Key:
    """The same for equal parameters."""
    return tuple(sorted(params.items()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Networks, what each costs, and the accuracies of several trainings of each.

    Attributes:
        name: of the table and the task on it.
        choices: every parameter and the values it takes.
        params: of each network, n of them.
        accuracies: (n, trainings), higher is better.
        costs: (n, 1 or 2): exact, lower is better.
        reference: the worst accuracy that still counts, and the highest costs.
        rungs: by epochs, annealed accuracies on the way, (n, trainings).
        aliases: rows of parameters that stand for a network in another way, by :func:`key_of`.
    """

    name: str
    choices: Mapping[str, tuple[str, ...]]
    params: tuple[Mapping[str, str], ...]
    accuracies: Floats
    costs: Floats
    reference: tuple[float, ...]
    rungs: Mapping[int, Floats] = field(default_factory=dict)
    aliases: Mapping[Key, int] = field(default_factory=dict)

    def rows(self) -> dict[Key, int]:
        """Where the network of any combination of choices is."""
        return {**self.aliases, **{key_of(params): row for row, params in enumerate(self.params)}}

    def hypervolume(self, rows: Sequence[int]) -> float:
        """Of the mean accuracies of ``rows``."""
        points = np.column_stack([-self.accuracies[rows].mean(axis=1), self.costs[rows]])
        return float(moocore.hypervolume(points, ref=[-self.reference[0], *self.reference[1:]]))


def nas_bench_macro(path: Path, costs: Sequence[str] = ("flops",)) -> Table:
    """All 6,561 networks of NAS-Bench-Macro: eight layers of three blocks on CIFAR-10, three trainings each.

    Su et al., "Prioritized Architecture Sampling with Monto-Carlo Tree Search", CVPR 2021,
    https://arxiv.org/abs/2103.11922
    """
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    exact = np.array([[float(row[cost]) for cost in costs] for row in rows])
    return Table(
        name=f"NAS-Bench-Macro, {' and '.join(costs)}",
        choices={f"layer_{layer}": ("0", "1", "2") for layer in range(1, 9)},
        params=tuple({f"layer_{layer}": op for layer, op in enumerate(row["arch"], start=1)} for row in rows),
        accuracies=np.array([[float(row[f"acc{run}"]) for run in (1, 2, 3)] for row in rows]),
        costs=exact,
        reference=(85.0, *(1.05 * exact.max(axis=0))),
    )


def subspace(table: Table, seed: int, drop: int = 3) -> Table:
    """The networks that are left when ``drop`` random choices of the space are forbidden."""
    rng = np.random.default_rng(seed)
    every = [(name, value) for name, values in table.choices.items() for value in values]
    forbidden = {every[index] for index in rng.choice(len(every), size=drop, replace=False)}
    kept = [row for row, params in enumerate(table.params) if not forbidden.intersection(params.items())]
    return Table(
        name=f"{table.name}, sub-space {seed}",
        choices={n: tuple(v for v in values if (n, v) not in forbidden) for n, values in table.choices.items()},
        params=tuple(table.params[row] for row in kept),
        accuracies=table.accuracies[kept],
        costs=table.costs[kept],
        reference=(table.reference[0], *(1.05 * table.costs[kept].max(axis=0))),
    )


def shuffled(table: Table, seed: int) -> Table:
    """The same networks under other labels: each parameter's values are renamed by a random permutation."""
    rng = np.random.default_rng(seed)
    names = {name: dict(zip(values, rng.permutation(values), strict=True)) for name, values in table.choices.items()}
    return Table(
        name=f"{table.name}, labels shuffled",
        choices=table.choices,
        params=tuple({name: str(names[name][value]) for name, value in params.items()} for params in table.params),
        accuracies=table.accuracies,
        costs=table.costs,
        reference=table.reference,
    )


def ulsam_digits(path: Path) -> Table:
    """Every network of a small ULSAM space, trained on handwritten digits; see ``train_table``."""
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    names = [name for name in rows[0] if name not in ("seed", "params", "flops", "accuracy", "seconds")]
    names = [name for name in names if not name.startswith("rung_")]
    rungs = {name: int(name.removeprefix("rung_")) for name in rows[0] if name.startswith("rung_")}
    networks: dict[tuple[str, ...], list[dict[str, str]]] = {}
    for row in rows:
        networks.setdefault(tuple(row[name] for name in names), []).append(row)
    trainings = max(len(group) for group in networks.values())
    whole = {key: group for key, group in networks.items() if len(group) == trainings}
    groups = list(whole.values())
    accuracies = np.array([[100 * float(row["accuracy"]) for row in group] for group in groups])
    costs = np.array([[float(group[0]["params"]), float(group[0]["flops"])] for group in groups])
    choices = {name: tuple(dict.fromkeys(key[at] for key in whole)) for at, name in enumerate(names)}
    params = tuple(dict(zip(names, key, strict=True)) for key in whole)
    return Table(
        name="ULSAM on digits, params and flops",
        choices=choices,
        params=params,
        aliases=_aliases(choices, {key_of(row): at for at, row in enumerate(params)}),
        accuracies=accuracies,
        costs=costs,
        reference=(float(accuracies.mean(axis=1).min()), *(1.05 * costs.max(axis=0))),
        rungs={
            epochs: np.array([[100 * float(row[name]) for row in group] for group in groups])
            for name, epochs in rungs.items()
        },
    )


def _aliases(choices: Mapping[str, tuple[str, ...]], rows: Mapping[Key, int]) -> dict[Key, int]:
    """Every combination of choices as the network that our encoding takes it for."""
    from random import Random

    from benchmarks.search_quality.train_table import SPACE
    from spaces import Encoding

    encoding, found = Encoding(SPACE), {}
    typed = {name: {str(value): value for value in values} for name, values in encoding.choices.items()}
    for values in product(*choices.values()):
        params = dict(zip(choices, values, strict=True))
        arch = encoding.decode({name: typed[name][value] for name, value in params.items()}, Random(0))
        canonical = {name: str(value) for name, value in encoding.encode(arch).items()}
        found[key_of(params)] = rows[key_of(canonical)]
    return found


def load_table(name: str, macro: Path) -> Table:
    """A table by name; ``macro`` is the CSV of NAS-Bench-Macro."""
    match name.split(":"):
        case ["ulsam digits"]:
            return ulsam_digits(ULSAM_DIGITS)
        case [costs]:
            return nas_bench_macro(macro, costs.split("+"))
        case [costs, "shuffled"]:
            return shuffled(nas_bench_macro(macro, costs.split("+")), seed=0)
        case [costs, "sub-space", number]:
            return subspace(nas_bench_macro(macro, costs.split("+")), seed=int(number))
    raise ValueError(f"no table is called {name}")

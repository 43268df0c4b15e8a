"""What a table of trainings says: whether networks differ by more than seeds do."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import kendalltau

from benchmarks.report import save

NEAR = 1.1  # FLOPs of two networks differ by less than this factor
Floats = NDArray[np.float64]


def analyse(rows: Sequence[Mapping[str, str]], epochs: int, path: Path) -> None:
    """Writes the figures of the networks that have every seed to ``path``, and prints them.

    Args:
        rows: trainings of ``epochs`` epochs.
    """
    names, flops, scores = accuracies(rows)
    if len(names) < 3:
        print(f"{len(names)} networks have every seed: too few to say anything")
        return
    networks = {
        name: {"mega_flops": round(cost / 1e6, 1)} | _mean_and_error(own)
        for name, cost, own in zip(names, flops, scores, strict=True)
    }
    sizes = np.array([name.split()[0] for name in names])
    signal = {"all": _signal(scores)} | {
        str(size): _signal(scores[sizes == size]) for size in sorted(set(sizes), key=int) if (sizes == size).sum() > 2
    }
    figures = {
        "epochs": epochs,
        "seeds": scores.shape[1],
        "signal": signal,
        "tau": _taus(flops, scores),
        "networks": networks,
    }
    figures["ulsam_over_left_out"] = _ulsam_over_left_out(names, scores)
    save(path, figures, ["torch", "scipy"])
    print(path.read_text())


def accuracies(rows: Sequence[Mapping[str, str]]) -> tuple[list[str], Floats, Floats]:
    """Names, FLOPs (networks,) and accuracies on the reporting images (networks, seeds), cheapest first."""
    seeds = sorted({int(row["seed"]) for row in rows})
    by_key = {(row["network"], int(row["seed"])): row for row in rows}
    names = [name for name in dict.fromkeys(row["network"] for row in rows) if all((name, s) in by_key for s in seeds)]
    names.sort(key=lambda name: int(by_key[name, seeds[0]]["flops"]))
    flops = np.array([float(by_key[name, seeds[0]]["flops"]) for name in names])
    scores = np.array([[float(by_key[name, seed]["report"]) for seed in seeds] for name in names])
    return names, flops, scores.reshape(len(names), len(seeds))


def _signal(scores: Floats) -> dict[str, float]:
    """Standard deviations between networks and between the seeds of a network."""
    return {"between_networks_sd": round(_between(scores), 5), "between_seeds_sd": round(_within(scores), 5)}


def _within(scores: Floats) -> float:
    """The standard deviation of one network's seeds, pooled."""
    return float(np.sqrt(scores.var(axis=1, ddof=1).mean())) if scores.shape[1] > 1 else 0.0


def _between(scores: Floats) -> float:
    """The standard deviation of the true means of networks: that of their means, without the part that seeds add."""
    return float(np.sqrt(max(0.0, scores.mean(axis=1).var(ddof=1) - _within(scores) ** 2 / scores.shape[1])))


def _taus(flops: Floats, scores: Floats) -> dict[str, Any]:
    """Kendall's tau of one seed's scores with another's: over all networks, and over pairs of nearly equal FLOPs."""
    if scores.shape[1] < 2:
        return {}
    pairs = list(combinations(range(scores.shape[1]), 2))
    everything = [float(kendalltau(scores[:, one], scores[:, other]).statistic) for one, other in pairs]
    near = [_near_tau(flops, scores, one, other) for one, other in pairs]
    return {"all": round(float(np.mean(everything)), 3), "within_10_percent_of_flops": round(float(np.mean(near)), 3)}


def _near_tau(flops: Floats, scores: Floats, one: int, other: int) -> float:
    """Of pairs of networks with nearly equal FLOPs: the share that both seeds order alike, less that of the others."""
    signs = [
        np.sign(scores[a, one] - scores[b, one]) * np.sign(scores[a, other] - scores[b, other])
        for a, b in combinations(range(len(flops)), 2)
        if max(flops[a], flops[b]) < NEAR * min(flops[a], flops[b])
    ]
    return float(np.mean(signs)) if signs else float("nan")


def _ulsam_over_left_out(names: Sequence[str], scores: Floats) -> dict[str, Any]:
    """Accuracy with ULSAM in the place of blocks less that without them: mean over the seeds and its standard error.

    ``all`` is the mean over the pairs, with the standard error that their differences give.
    """
    score = dict(zip(names, scores, strict=True))
    gains = {
        name.replace("ulsam ", ""): score[name] - score[control]
        for name in names
        if " ulsam " in name and (control := name.replace("ulsam", "without")) in score
    }
    figures = {name: _mean_and_error(gain) for name, gain in gains.items()}
    means = np.array([gain.mean() for gain in gains.values()])
    return figures | ({"all": _mean_and_error(means)} if gains else {})


def _mean_and_error(values: Floats) -> dict[str, float]:
    error = values.std(ddof=1) / np.sqrt(len(values)) if len(values) > 1 else float("nan")
    return {"mean": round(float(values.mean()), 4), "error": round(float(error), 4), "n": len(values)}

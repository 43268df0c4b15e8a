"""The live display in a terminal, and the plain log where there is none."""

import io
import re
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from search.optimize.early_stopping import EarlyStop, Rival
from search.optimize.hypervolume_gap import HypervolumeGap
from search.render.network_words import describe_arch
from search.render.progress import Progress
from search.render.terminal import Terminal, log_line
from search.study.trial import TrialResult
from tests.search.factory import fill, new_run, result


def test_a_terminal_shows_progress_best_networks_and_what_runs(tmp_path: Path) -> None:
    _, record = new_run(tmp_path)
    done, running = fill(record, [result(0.75), None])
    console = Console(file=io.StringIO(), force_terminal=True, width=140)
    with Terminal(Progress(spec=record.spec, trials=4, ended=[]), console) as terminal:
        for trial in (done, running):
            terminal.trial_started(trial)
        terminal.epoch_done(running, result(0.4).epochs[0])
        terminal.trial_ended(done)
        terminal._live.refresh()
        screen = re.sub(r"\x1b\[[0-9;]*m", "", console.file.getvalue())  # type: ignore[attr-defined]
    for text in ("1 of 4 trials", "1 running", "hypervolume", "best within", "75.00%", "trial 1", "1/10", "20.00%"):
        assert text in screen, text


def test_a_pipe_gets_a_line_a_trial_and_no_control_codes(tmp_path: Path) -> None:
    _, record = new_run(tmp_path)
    one, two = fill(record, [result(0.75), result(0.5)])
    console = Console(file=io.StringIO(), force_terminal=False, width=80)
    with Terminal(Progress(spec=record.spec, trials=2, ended=[]), console) as terminal:
        for trial in (one, two):
            terminal.trial_started(trial)
            terminal.trial_ended(trial)
    lines = console.file.getvalue().splitlines()  # type: ignore[attr-defined]
    assert [line[:5] for line in lines] == ["[1/2]", "[2/2]"]
    assert "\x1b" not in "".join(lines)


def test_failures_and_lost_workers_are_printed_above_the_display_letter_for_letter(tmp_path: Path) -> None:
    """What a worker says may look like markup: it is neither eaten nor an error."""
    _, record = new_run(tmp_path)
    reason = "RuntimeError: shape [/4, 3] does not fit [bold] [link=x] [1:x:3]"
    (trial,) = fill(record, [TrialResult(failure=reason)])
    console = Console(file=io.StringIO(), force_terminal=True, width=300)
    with Terminal(Progress(spec=record.spec, trials=2, ended=[]), console) as terminal:
        terminal.trial_started(trial)
        terminal.trial_lost(trial, "killed [1/3]")
        terminal.trial_ended(trial)
    screen = console.file.getvalue()  # type: ignore[attr-defined]
    assert f"failed: {reason}" in screen
    assert "trial 0 was interrupted: killed [1/3]" in screen


def test_a_further_seed_is_shown_as_one(tmp_path: Path) -> None:
    _, record = new_run(tmp_path)
    (trial,) = fill(record, [result(0.75)])
    progress = Progress(spec=record.spec, trials=2, ended=[trial])
    assert f"trial 0 {describe_arch(trial.arch)}: 75.00%" in log_line(progress, trial)
    assert f"{describe_arch(trial.arch)}, repeated with seed 1: 75.00%" in log_line(progress, replace(trial, seed=1))


def test_what_was_stopped_and_what_may_still_come_is_told(tmp_path: Path) -> None:
    _, record = new_run(tmp_path)
    rivals = (Rival(number=3, lead=0.21), Rival(number=1, lead=0.1))
    stopped, done = fill(
        record,
        [
            TrialResult(stopped=EarlyStop(rung=2, rivals=rivals, noise=0.05), rungs={2: 0.3}),
            replace(result(0.75), remaining=HypervolumeGap(mean=0.01, upper=0.034)),
        ],
    )
    console = Console(file=io.StringIO(), force_terminal=False, width=80)
    progress = Progress(spec=record.spec, trials=2, ended=[])
    with Terminal(progress, console) as terminal:
        for trial in (stopped, done):
            terminal.trial_started(trial)
            terminal.trial_ended(trial)
    first, second = console.file.getvalue().splitlines()  # type: ignore[attr-defined]
    assert first.endswith("epoch 2: trials 3 and 1 cost no more and lead by 21.0 and 10.0 points")
    assert str(progress.remaining) in second
    assert (progress.stopped, progress.failed, progress.remaining) == (1, 0, HypervolumeGap(mean=0.01, upper=0.034))

"""Says what a limit of time means for a search that is planned."""

from search.render.forecast_table import Timing, before
from search.render.words import counted, duration


def hours_lines(timing: Timing) -> list[str]:
    """Returns how many trials fit into the limit of time, and a warning where none may; empty: there is no limit."""
    price, hours, fitting = timing.price, timing.hours, timing.trials_in_time
    if hours is None or fitting is None:
        return []
    after = f" after {before(price)}" if before(price) else ""
    trials = counted(fitting, "trial")
    lines = [
        f"{hours:g} h (search.hours): about {trials} of {duration(price.seconds)} on average{after}, "
        f"{price.at_once} at a time"
    ]
    if hours * 3600 < price.teacher_seconds + price.start_seconds + price.seconds:
        lines.append(f"search.hours is shorter than one training{after}: the search may end without a network")
    return lines

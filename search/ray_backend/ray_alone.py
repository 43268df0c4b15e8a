"""Ray on a single machine, without its processes that only clusters and dashboards need."""

from collections.abc import Iterator
from contextlib import contextmanager

# Private, as Ray (2.60) has no public way: it starts these processes whatever ``ray.init`` is told.
from ray._private import node as ray_node


class _NodeAlone(ray_node.Node):  # type: ignore[misc]
    """Starts neither the autoscaler's monitor, nor a monitor of logs, nor a server for the dashboard.

    They take seconds of a processor at each start, memory for as long as Ray runs, and have nothing to do where no
    machine comes, no log is shown and there is no dashboard.
    """

    def start_monitor(self) -> None: ...

    def start_log_monitor(self) -> None: ...

    def start_api_server(self, **_: object) -> None: ...


@contextmanager
def ray_alone() -> Iterator[None]:
    """Lets what starts Ray in this context start the processes alone that a single machine needs."""
    before = ray_node.Node
    ray_node.Node = _NodeAlone
    try:
        yield
    finally:
        ray_node.Node = before

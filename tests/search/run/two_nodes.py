"""A Ray cluster of two nodes with one CPU each, on this machine: ``python two_nodes.py``.

Prints its address and lives until its input is closed. At a line of input its second node goes away.
"""

import sys

from ray.cluster_utils import Cluster


def main() -> None:
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    second = cluster.add_node(num_cpus=1)
    cluster.wait_for_nodes()
    print(cluster.address, flush=True)
    if sys.stdin.readline():
        cluster.remove_node(second, allow_graceful=False)
    sys.stdin.read()
    cluster.shutdown()


if __name__ == "__main__":
    main()

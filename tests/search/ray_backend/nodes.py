"""A Ray cluster of nodes with one CPU each, on this machine: ``python nodes.py COUNT``.

Prints its address and lives until its input is closed. At a line ``remove`` its last node goes away, at a line ``add``
one comes.
"""

import sys

from ray.cluster_utils import Cluster

from search.ray_backend.ray_alone import ray_alone


def main() -> None:
    with ray_alone():  # cheaper to start
        cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
        others = [cluster.add_node(num_cpus=1) for _ in range(int(sys.argv[1]) - 1)]
    cluster.wait_for_nodes()
    print(cluster.address, flush=True)
    for line in sys.stdin:
        if line.strip() == "remove":
            cluster.remove_node(others.pop(), allow_graceful=False)
        else:
            others.append(cluster.add_node(num_cpus=1))
    cluster.shutdown()


if __name__ == "__main__":
    main()

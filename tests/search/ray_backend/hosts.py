"""Hosts with their own network addresses, on this machine: Linux network namespaces joined by a cable."""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import uuid4

import psutil
import pytest


@dataclass(frozen=True, slots=True)
class Host:
    """One host: the name of its namespace and its address."""

    name: str
    address: str

    @property
    def prefix(self) -> list[str]:
        """What to put before a command that is to run here."""
        return ["ip", "netns", "exec", self.name]

    def titles(self) -> list[str]:
        """What its processes call themselves; Ray's workers say what they do."""
        pids = subprocess.run(["ip", "netns", "pids", self.name], check=True, capture_output=True, text=True).stdout
        titles = []
        for pid in pids.split():
            with contextlib.suppress(psutil.Error, IndexError):
                titles.append(psutil.Process(int(pid)).cmdline()[0])
        return titles

    def plug(self, *, into: bool) -> None:
        """Puts its end of the cable in, or pulls it out."""
        _ip("-n", self.name, "link", "set", "cable", "up" if into else "down")


@contextmanager
def two_hosts() -> Iterator[tuple[Host, Host]]:
    """Two hosts and a cable between them; the test is skipped where namespaces can't be made."""
    if os.geteuid() != 0 or shutil.which("ip") is None:
        pytest.skip("needs root and iproute2, to make network namespaces")
    tag = uuid4().hex[:6]
    hosts = Host(f"us{tag}a", "10.213.77.1"), Host(f"us{tag}b", "10.213.77.2")
    try:
        for host in hosts:
            _ip("netns", "add", host.name)
            _ip("-n", host.name, "link", "set", "lo", "up")
        one, other = hosts
        _ip("link", "add", "cable", "netns", one.name, "type", "veth", "peer", "name", "cable", "netns", other.name)
        for host in hosts:
            _ip("-n", host.name, "address", "add", f"{host.address}/24", "dev", "cable")
            host.plug(into=True)
        yield hosts
    finally:
        for host in hosts:
            subprocess.run(["ip", "netns", "delete", host.name], check=False, capture_output=True)


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True, text=True)

"""Machines with addresses of their own on one machine: network namespaces of Linux, joined by a bridge."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

#: The bridge, the address of this machine on it, and the network of all of them.
BRIDGE, HERE, MASK = "zeren0", "10.77.0.1", 24
NETWORK = f"10.77.0.0/{MASK}"


@dataclass
class Network:
    """The machines there are, by name."""

    spaces: dict[str, str] = field(default_factory=dict)

    def within(self, name: str) -> Sequence[str]:
        """What a command is put behind to run on the machine of that name, which is made if it is new."""
        if name not in self.spaces:
            at = len(self.spaces) + 2
            space, wire = f"{BRIDGE}-{at}", f"zeren-{at}"
            _ip("netns", "add", space)
            self.spaces[name] = space
            _ip("link", "add", wire, "type", "veth", "peer", "name", "eth0", "netns", space)
            _ip("link", "set", wire, "master", BRIDGE, "up")
            _ip("-n", space, "addr", "add", f"10.77.0.{at}/{MASK}", "dev", "eth0")
            for device in ("eth0", "lo"):
                _ip("-n", space, "link", "set", device, "up")
        return ("ip", "netns", "exec", self.spaces[name])


@contextmanager
def network() -> Iterator[Network | None]:
    """A network without machines yet; None where this system does not let us make one.

    What a run that was broken off left of its own is taken away first.
    """
    _remove()
    if os.getuid() != 0 or not _can("link", "add", BRIDGE, "type", "bridge"):
        yield None
        return
    machines = Network()
    try:
        _ip("addr", "add", f"{HERE}/{MASK}", "dev", BRIDGE)
        _ip("link", "set", BRIDGE, "up")
        yield machines
    finally:
        _remove()


def _remove() -> None:
    for space in Path("/run/netns").glob(f"{BRIDGE}-*"):
        _can("netns", "del", space.name)
    for device in Path("/sys/class/net").glob("zeren*"):
        _can("link", "del", device.name)


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)


def _can(*words: str) -> bool:
    try:
        return subprocess.run(["ip", *words], check=False, capture_output=True).returncode == 0
    except FileNotFoundError:
        return False

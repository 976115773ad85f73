"""Ports for servers that tests start."""

from __future__ import annotations

import random
import socket

HOST = "127.0.0.1"
# Below those that systems give to outgoing connections: a port that is free now is not given away before the server is
# up. Any choice does: no assertion rests on it.
_RANGE = range(20_000, 32_000)
_chance = random.SystemRandom()


def free_port() -> int:
    """A port that nobody listens on."""
    while True:
        port = _chance.choice(_RANGE)
        with socket.socket() as taken:
            try:
                taken.bind((HOST, port))
            except OSError:
                continue
        return port

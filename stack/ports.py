"""Loopback ports for what is not public, and whether the public one is free."""

from __future__ import annotations

import socket

LOOPBACK = "127.0.0.1"


def free_ports(count: int) -> list[int]:
    """Ports of the loopback address that nothing listens on."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind((LOOPBACK, 0))
        return [int(one.getsockname()[1]) for one in sockets]
    finally:
        for one in sockets:
            one.close()


def is_free(host: str, port: int) -> bool:
    """Whether a server can listen there. A port that has only just been let go counts as free."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind((host, port))
        except OSError:
            return False
    # A server on the loopback address alone does not stop a bind to all addresses, but takes their calls.
    with socket.socket() as one:
        one.settimeout(0.5)
        return one.connect_ex((LOOPBACK, port)) != 0

"""How much one chat, or one address, may send. Generous: an office of thirty behind one address works.

Addresses are never kept: the counters know them by a MAC under a key that lives as long as the process.
"""

from __future__ import annotations

import hashlib
import ipaddress
import math
import secrets
import time

from limits import RateLimitItem, parse
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter, RateLimiter

from web.chat.errors import error

# What is counted: (for what, how much, within what).
LIMITS: dict[str, str] = {
    "messages of a session": "120/minute",
    "messages of an address": "3600/minute",
    "sessions of an address": "120/minute",
    "reading of a session": "600/minute",
    "receipts of an address": "40/minute",
    # Codes that were wrong: an office can mistype. There is no limit on all addresses together: whoever has a
    # dozen of them could use it up, and keep everybody else from their reports. None is needed: two slow hashes at a
    # time are 100 guesses a second at most, so one of 10,000 codes would be met once in 300 years.
    "wrong receipts of an address": "20/15minutes",
}


class Limits:
    """Counters in memory. `on=False` lifts every limit, for tests and load runs."""

    def __init__(self, *, on: bool, storage: str = "memory://") -> None:
        self._on = on
        self._key = secrets.token_bytes(32)
        self._items: dict[str, RateLimitItem] = {name: parse(rate) for name, rate in LIMITS.items()}
        self._limiter: RateLimiter = FixedWindowRateLimiter(storage_from_string(storage))

    def take(self, name: str, who: str = "all") -> None:
        """Count one; raises `too_many` (429) with the seconds to wait when there is none left."""
        if self._on and not self._limiter.hit(self._items[name], self._known_as(who)):
            raise error("too_many", retry_after=self._seconds(name, who))

    def check(self, name: str, who: str = "all") -> None:
        """As `take`, without counting."""
        if self._on and not self._limiter.test(self._items[name], self._known_as(who)):
            raise error("too_many", retry_after=self._seconds(name, who))

    def _seconds(self, name: str, who: str) -> int:
        stats = self._limiter.get_window_stats(self._items[name], self._known_as(who))
        return max(1, math.ceil(stats.reset_time - time.time()))

    def _known_as(self, who: str) -> str:
        return hashlib.blake2b(who.encode(errors="replace"), key=self._key, digest_size=16).hexdigest()


def address_of(host: str | None) -> str:
    """What an address counts as: an IPv6 subscriber holds a /64, so all of it is one."""
    try:
        address = ipaddress.ip_address((host or "").partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is None:
        return str(ipaddress.ip_network((address, 64), strict=False).network_address)
    return str(address)

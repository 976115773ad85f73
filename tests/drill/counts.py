"""How much of everything: small enough for `make test`; `make drill` sets the whole counts."""

from __future__ import annotations

import os


def _count(name: str, small: int) -> int:
    return int(os.environ.get(f"DRILL_{name}", str(small)))


# Reports through the real transaction, how often their process is killed, and how often that of a courier.
REPORTS = _count("REPORTS", 200)
KILLS = _count("KILLS", 6)
COURIER_KILLS = _count("COURIER_KILLS", 2)
# On PostgreSQL, beside what SQLite takes.
POSTGRES_REPORTS = _count("POSTGRES_REPORTS", 60)
POSTGRES_KILLS = _count("POSTGRES_KILLS", 3)
# Reports with names, contacts and phrases that must turn up nowhere.
CANARIES = _count("CANARIES", 40)
# Sealed values that are damaged, or moved to other rows.
FLIPS = _count("FLIPS", 800)
# Cases whose keys are rotated, and how often the rotation is killed.
ROTATED = _count("ROTATED", 200)
ROTATION_KILLS = _count("ROTATION_KILLS", 1)
# In how many of the five ways somebody leaves at each step of a report, in a browser.
EXIT_WAYS = _count("EXIT_WAYS", 1)
SEED = _count("SEED", 20261121)

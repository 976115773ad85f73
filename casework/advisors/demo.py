"""Advisors for trying the assistant out. Their addresses end in ``.invalid``, so no message can reach a
stranger."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import sqlalchemy as sa

from casework.store.tables import advisor

if TYPE_CHECKING:
    from casework.store.store import Db

# name, trained in trauma-informed response, duty manager, postcode districts, languages
_DEMO = (
    ("Sam Okafor (demo)", True, False, ("L32", "L33", "L34"), ("en",)),
    ("Priya Nair (demo)", True, False, ("L35", "L36", "L28"), ("en", "hi")),
    ("Tom Halewood (demo)", False, False, ("L14", "L25", "L26"), ("en",)),
    ("Marta Zielinska (demo)", True, False, (), ("en", "pl")),
    ("Alex Whitfield (demo)", True, True, (), ("en",)),
)


def add_demo_advisors(db: Db) -> int:
    """Add them where there are no advisors at all. Returns how many were added."""
    if db.scalar(sa.select(sa.func.count()).select_from(advisor)):
        return 0
    rows = []
    for name, trained, duty_manager, areas, languages in _DEMO:
        email = name.removesuffix(" (demo)").lower().replace(" ", ".") + "@demo.invalid"
        rows.append({
            "id": uuid.uuid5(uuid.NAMESPACE_DNS, email).hex, "name": name, "email": email, "trained": trained,
            "duty_manager": duty_manager, "areas": list(areas), "languages": list(languages), "absences": [],
            "active": True, "demo": True, "open_cases": 0, "assigned_at": None,
        })  # fmt: skip
    db.execute(advisor.insert(), rows)
    return len(rows)

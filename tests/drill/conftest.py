"""Installations for the drill, whose processes deliver to real receivers."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from casework.advisors.demo import add_demo_advisors
from casework.privacy import Keys
from casework.settings import Settings
from casework.store import Store
from casework.store.tables import advisor
from tests.domain.installations import *  # noqa: F403
from tests.drill.processes import Receiving, receiving

HOOK_KEY = "whsec_" + base64.b64encode(b"d" * 24).decode()


@dataclass(frozen=True)
class Installation:
    """A store, the environment that gives its processes the same settings, and where its messages arrive."""

    store: Store
    environment: dict[str, str] = field(repr=False)
    receivers: Receiving
    folder: Path


def delivering(receivers: Receiving) -> dict[str, Any]:
    """Settings with which mail and notices go to these receivers. A lease runs out soon; an alert comes once."""
    return {
        "webhook_url": f"http://127.0.0.1:{receivers.http}/hook", "webhook_key": HOOK_KEY,
        "outbox_transport": "smtp", "smtp_url": f"smtp://127.0.0.1:{receivers.mail}",
        "mail_from": "no-reply@housing.example.org", "delivery_timeout": 5.0, "delivery_lease": 10.0,
        "alert_repeat_minutes": 24 * 60,
    }  # fmt: skip


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def installation(
    request: pytest.FixtureRequest, make_settings: Callable[..., Settings], tmp_path: Path
) -> Iterator[Installation]:
    """One on each engine, with advisors whom mail can reach."""
    with receiving(tmp_path) as receivers:
        values = delivering(receivers)
        if request.param == "postgres":
            values["database_url"] = request.getfixturevalue("postgres_store").settings.database_url
        settings = make_settings(**values)
        store = Store(settings, Keys.load(settings.home, create=True))
        store.upgrade()
        with store.begin() as db:
            add_demo_advisors(db)
            for number, key in enumerate(db.execute(advisor.select()).scalars().all()):
                reached = {"email": f"advisor{number}@housing.example.org"}
                db.execute(advisor.update().where(advisor.c.id == key).values(**reached))
        shared = {"home": settings.home, "env": "test", **values}
        environment = {f"REPORTING_{name.upper()}": str(value) for name, value in shared.items()}
        yield Installation(store, environment, receivers, tmp_path)
        store.close()

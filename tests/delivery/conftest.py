"""Real receivers, and installations that send to them."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from casework.advisors.demo import add_demo_advisors
from casework.privacy import Keys
from casework.settings import Settings
from casework.store import Store
from casework.store.tables import outbox
from tests.delivery.receivers import Authority, Receiver, make_authority, receiving
from tests.domain.installations import *  # noqa: F403

HOOK_KEY = "whsec_" + base64.b64encode(b"k" * 24).decode()
CONNECTOR_KEY = "a connector's key"
MAP = """
fields:
  externalReference: reference
  event: event
  opened.at: created_at
  case.type: {from: category, values: {hate: HATE, asb: ASB, not_asb: NONE, other: OTHER}}
  case.priority: priority
  case.flags: {from: risk_flags}
  link: link
fixed:
  source: reporting-assistant
  case.open: true
headers:
  Accept-Version: "2"
events:
  new_case: {path: /cases}
  case_completed: {method: PATCH, path: "/cases/{reference}"}
  words_added: {path: "/cases/{reference}/notes"}
"""


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


@pytest.fixture
def open_store(make_settings: Callable[..., Settings], keys: Keys) -> Iterator[Callable[..., Store]]:
    """A store with these settings and the demo advisors."""
    made: list[Store] = []

    def open_with(**values: Any) -> Store:
        store = Store(make_settings(**{"delivery_timeout": 10.0, "delivery_lease": 30.0, **values}), keys)
        store.upgrade()
        with store.begin() as db:
            add_demo_advisors(db)
        made.append(store)
        return store

    yield open_with
    for store in made:
        store.close()


def hooked(receiver: Receiver, **more: Any) -> dict[str, Any]:
    return {"webhook_url": f"{receiver.url}/hook", "webhook_key": HOOK_KEY, **more}


def connected(receiver: Receiver, folder: Path, text: str = MAP, **more: Any) -> dict[str, Any]:
    path = folder / "map.yml"
    path.write_text(text)
    chosen = {"connector_url": f"{receiver.url}/api", "connector_map": path, "connector_key": CONNECTOR_KEY}
    return {**chosen, **more}


def last_error(store: Store, mail: bool = False) -> str | None:
    """Why a message failed last: a notice, or mail."""
    with store.read() as db:
        found: str | None = db.scalar(sa.select(outbox.c.last_error).where((outbox.c.way == "mail") == mail))
        return found

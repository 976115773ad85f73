"""The landlord's case-management system, over REST: fields as the map says, an idempotency key, and an HMAC
signature or OAuth client credentials."""

from __future__ import annotations

import json
import threading
import time
from datetime import datetime
from typing import TYPE_CHECKING, Any

import requests

from casework.outbox import http, sources
from casework.outbox.deadline import Deadline
from casework.outbox.fieldmap import load_map
from casework.outbox.letters import Letter, NotDelivered
from casework.outbox.signing import signed

if TYPE_CHECKING:
    from casework.settings import Settings
    from casework.store.store import Db

# A token is renewed so many seconds before it ends.
_EARLY = 30.0


class Connector:
    """Sends notices and keeps the token between them. Safe to use from several threads."""

    def __init__(self, settings: Settings) -> None:
        assert settings.connector_map is not None
        self._settings = settings
        self._map = load_map(settings.connector_map, settings.connector_allow)
        self._guard = threading.Lock()
        self._token = ""
        self._token_ends = 0.0

    def compose(self, db: Db, row: Any, key: str, at: datetime) -> Letter | None:
        """The notice of this row, or None where the map does not name its event."""
        if row.kind not in self._map.events:
            return None
        facts = sources.facts(db, row.case_reference, row.kind, row.created_at, self._map.wanted, at)
        text = json.dumps(self._map.body(facts), separators=(",", ":"))
        return Letter(key, row.kind, row.case_reference, text=text)

    def send(self, letter: Letter, deadline: Deadline) -> None:
        """Raises ``NotDelivered``."""
        request = self._map.events[letter.kind]
        url = self._settings.connector_url.rstrip("/") + request.path.replace("{reference}", letter.reference)
        body = letter.text.encode("ascii")
        headers = {**self._map.headers, "Content-Type": "application/json", "Idempotency-Key": letter.key}
        if self._settings.connector_auth == "hmac":
            headers |= signed(self._settings.connector_key.get_secret_value(), letter.key, body)
        with http.open_session(self._settings, deadline) as session:
            if self._settings.connector_auth != "oauth":
                http.send(session, deadline, request.method, url, headers=headers, body=body)
                return
            for fresh in (False, True):
                token = self._bearer(session, deadline, fresh)
                more = {**headers, "Authorization": f"Bearer {token}"}
                with http.ask(session, deadline, request.method, url, headers=more, data=body) as answer:
                    # A token may be withdrawn before its time; a new one is asked for once.
                    if answer.status_code != 401 or fresh:
                        http.check(answer)
                        return

    def _bearer(self, session: requests.Session, deadline: Deadline, fresh: bool) -> str:
        with self._guard:
            if fresh or time.monotonic() >= self._token_ends:
                self._token, seconds = self._ask_token(session, deadline)
                self._token_ends = time.monotonic() + seconds - _EARLY
            return self._token

    def _ask_token(self, session: requests.Session, deadline: Deadline) -> tuple[str, float]:
        """Client credentials (RFC 6749, 4.4): the token, and for how many seconds it holds."""
        settings = self._settings
        form = {"grant_type": "client_credentials"}
        if settings.connector_scope:
            form["scope"] = settings.connector_scope
        who = (settings.connector_client_id, settings.connector_client_secret.get_secret_value())
        url = settings.connector_token_url
        with http.ask(session, deadline, "POST", url, data=form, auth=who) as answer:
            if answer.status_code != 200:
                raise NotDelivered(f"token_http_{answer.status_code}")
            found = http.read_json(answer)
        try:
            token, seconds = str(found["access_token"]), float(found.get("expires_in", 60))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise NotDelivered("token_unreadable") from error
        if not token.isascii() or not token.isprintable():
            raise NotDelivered("token_unreadable")
        return token, seconds

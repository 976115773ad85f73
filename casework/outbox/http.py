"""Posting to another program: the certificate is checked, redirects are not followed (they would carry the
message to somebody else), nothing is read of the answer but its status, and the whole attempt has a deadline."""

from __future__ import annotations

import email.utils
import json
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError

from casework.outbox.deadline import TOO_SLOW, Deadline
from casework.outbox.letters import NotDelivered

if TYPE_CHECKING:
    from casework.settings import Settings

# What a receiver says of the message itself, so that sending it again cannot help. All other refusals
# (401, 403, 404, 409, 429 …) end when somebody there mends something, or has finished with the same key.
_PERMANENT = frozenset({400, 410, 413, 415, 422})
_LONGEST_ANSWER = 64 * 1024


def open_session(settings: Settings, deadline: Deadline) -> requests.Session:
    """A session for one attempt. It heeds no .netrc and no proxy of the environment."""
    session = requests.Session()
    session.trust_env = False
    if settings.delivery_ca_file:
        session.verify = str(settings.delivery_ca_file)
    if proxy := settings.delivery_proxy.get_secret_value():
        session.proxies = {"http": proxy, "https": proxy}
    session.mount("http://", _Adapter(deadline))
    session.mount("https://", _Adapter(deadline))
    return session


def send(
    session: requests.Session, deadline: Deadline, method: str, url: str, *, headers: Mapping[str, str], body: bytes
) -> None:
    """One request. Raises ``NotDelivered`` unless the answer is a 2xx."""
    with ask(session, deadline, method, url, headers=headers, data=body) as answer:
        check(answer)


def ask(session: requests.Session, deadline: Deadline, method: str, url: str, **more: Any) -> requests.Response:
    """The answer, its body not read. Raises ``NotDelivered`` where there is none."""
    try:
        return session.request(method, url, timeout=deadline.left(), allow_redirects=False, stream=True, **more)
    except requests.exceptions.SSLError as error:
        code = "wrong_certificate" if "CERTIFICATE_VERIFY_FAILED" in str(error) else "no_tls"
        raise NotDelivered(TOO_SLOW if deadline.passed else code) from error
    except requests.Timeout as error:
        raise NotDelivered(TOO_SLOW) from error
    except requests.ConnectionError as error:
        raise NotDelivered(TOO_SLOW if deadline.passed else "unreachable") from error
    except requests.RequestException as error:
        raise NotDelivered("not_possible") from error


def check(answer: requests.Response) -> None:
    """Raises ``NotDelivered`` unless the answer is a 2xx."""
    status = answer.status_code
    if 200 <= status < 300:
        return
    if 300 <= status < 400:
        raise NotDelivered("redirected")
    after = answer.headers.get("Retry-After", "") if status in (429, 503) else ""
    raise NotDelivered(f"http_{status}", permanent=status in _PERMANENT, retry_after=_seconds(after))


def read_json(answer: requests.Response) -> Any:
    """The answer's JSON, at most 64 KiB of it. Raises ``NotDelivered``."""
    try:
        return json.loads(answer.raw.read(_LONGEST_ANSWER, decode_content=True))
    except (ValueError, OSError, HTTPError) as error:
        raise NotDelivered("unreadable") from error


def _seconds(after: str) -> float:
    """``Retry-After`` is seconds or a date; what cannot be read is 0."""
    try:
        return max(0.0, float(after) if after.isascii() and after.isdigit() else _until(after))
    except (ValueError, TypeError, OverflowError):
        return 0.0


def _until(date: str) -> float:
    return email.utils.parsedate_to_datetime(date).timestamp() - time.time()


class _Adapter(HTTPAdapter):
    """Gives every connection of the session to the deadline."""

    def __init__(self, deadline: Deadline) -> None:
        class Plain(HTTPConnection):
            def connect(self) -> None:
                super().connect()
                deadline.watch(self.sock)

        class Encrypted(HTTPSConnection):
            def connect(self) -> None:
                super().connect()
                deadline.watch(self.sock)

        class PlainPool(HTTPConnectionPool):
            ConnectionCls = Plain

        class EncryptedPool(HTTPSConnectionPool):
            ConnectionCls = Encrypted

        self._pools = {"http": PlainPool, "https": EncryptedPool}
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **more: Any) -> None:
        super().init_poolmanager(*args, **more)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, *args: Any, **more: Any) -> Any:
        manager = super().proxy_manager_for(*args, **more)
        manager.pool_classes_by_scheme = self._pools
        return manager

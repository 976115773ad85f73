"""Signed notices, as the Standard Webhooks specification says: HMAC-SHA256 over ``id.timestamp.body``. A
receiver checks them with any of its libraries, and refuses old timestamps."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time

_PREFIX = "whsec_"


def signed(secret: str, key: str, body: bytes, at: float | None = None) -> dict[str, str]:
    """The three headers of a signature. ``at``: seconds since 1970, now where it is left out."""
    timestamp = str(int(time.time() if at is None else at))
    digest = hmac.new(key_of(secret), b".".join((key.encode(), timestamp.encode(), body)), hashlib.sha256).digest()
    return {
        "webhook-id": key,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }


def key_of(secret: str) -> bytes:
    """The bytes of a secret: base64 after ``whsec_``, else the text itself. Raises ``ValueError``."""
    if secret.startswith(_PREFIX):
        return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    return secret.encode()

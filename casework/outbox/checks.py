"""Settings of delivery that have to fit together, checked before anything starts."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from casework.outbox.signing import key_of

if TYPE_CHECKING:
    from pydantic import SecretStr

    from casework.settings import Settings

# Ways of speaking to a mail server, and their ports.
SCHEMES = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
LOOPBACK = ("127.0.0.1", "::1", "localhost")
_SHORTEST_KEY = 16
Wrong = tuple[str, str] | None


def check_delivery(settings: Settings) -> Wrong:
    """The first setting that is wrong and what was expected of it, or None. Values are not repeated."""
    return _mail(settings) or _webhook(settings) or _connector(settings) or _times(settings) or _authorities(settings)


def _mail(settings: Settings) -> Wrong:
    if settings.outbox_transport != "smtp":
        return None
    name = "REPORTING_SMTP_URL"
    try:
        address = urlsplit(settings.smtp_url.get_secret_value())
        host, scheme, _ = address.hostname, address.scheme, address.port
    except ValueError:
        host = scheme = None
    if not host or scheme not in SCHEMES:
        return name, "an address such as smtp+starttls://user:password@mail.example.org:587 (or smtps://)"
    if scheme == "smtp" and not _may_be_plain(settings, host):
        return name, "smtp+starttls:// or smtps://, unless REPORTING_DELIVERY_ALLOW_PLAIN is on"
    domain = settings.mail_from.rpartition("@")[2]
    if not domain.rstrip(">") or "@" not in settings.mail_from or not settings.mail_from.isprintable():
        return "REPORTING_MAIL_FROM", "the address that mail comes from, such as no-reply@example.org"
    return None


def _webhook(settings: Settings) -> Wrong:
    url = settings.webhook_url.get_secret_value()
    if not url:
        return None
    return _address(settings, "REPORTING_WEBHOOK_URL", url) or _key("REPORTING_WEBHOOK_KEY", settings.webhook_key)


def _connector(settings: Settings) -> Wrong:
    if not settings.connector_url:
        return None
    if wrong := _address(settings, "REPORTING_CONNECTOR_URL", settings.connector_url):
        return wrong
    if settings.connector_auth == "hmac" and (wrong := _key("REPORTING_CONNECTOR_KEY", settings.connector_key)):
        return wrong
    if settings.connector_auth == "oauth":
        url = settings.connector_token_url
        if wrong := _address(settings, "REPORTING_CONNECTOR_TOKEN_URL", url):
            return wrong
        if not settings.connector_client_id:
            return "REPORTING_CONNECTOR_CLIENT_ID", "the client's name, as connector_auth is oauth"
        if not settings.connector_client_secret.get_secret_value():
            return "REPORTING_CONNECTOR_CLIENT_SECRET", "the client's secret, as connector_auth is oauth"
    return _map(settings)


def _map(settings: Settings) -> Wrong:
    from casework.outbox import sources
    from casework.outbox.fieldmap import MapError, load_map

    if settings.connector_map is None:
        return "REPORTING_CONNECTOR_MAP", "a field map, as there is a connector (docs/connector.example.yml)"
    if set(settings.connector_allow) - sources.guarded():
        return "REPORTING_CONNECTOR_ALLOW", "names of answers, contact or identity_details, such as answers.account"
    try:
        load_map(settings.connector_map, settings.connector_allow)
    except MapError as error:
        return "REPORTING_CONNECTOR_MAP", str(error)
    return None


def _times(settings: Settings) -> Wrong:
    # The lease must outlast an attempt and its marking, or two workers would send the same message.
    if settings.delivery_lease < 2 * settings.delivery_timeout:
        return "REPORTING_DELIVERY_LEASE", "at least twice REPORTING_DELIVERY_TIMEOUT"
    return None


def _authorities(settings: Settings) -> Wrong:
    if settings.delivery_ca_file is not None:
        import ssl

        try:
            ssl.create_default_context(cafile=settings.delivery_ca_file)
        except (OSError, ssl.SSLError):
            return "REPORTING_DELIVERY_CA_FILE", "a file of certificates in PEM"
    return None


def _address(settings: Settings, name: str, url: str) -> Wrong:
    try:
        found = urlsplit(url)
        host, _ = found.hostname, found.port
    except ValueError:
        host = None
    if not host or found.scheme not in ("https", "http") or found.username or not url.isprintable() or " " in url:
        return name, "an https address without a name and password in it"
    if found.scheme == "http" and not _may_be_plain(settings, host):
        return name, "an https address, unless REPORTING_DELIVERY_ALLOW_PLAIN is on"
    return None


def _key(name: str, key: SecretStr) -> Wrong:
    try:
        long_enough = len(key_of(key.get_secret_value())) >= _SHORTEST_KEY
    except ValueError:
        long_enough = False
    return None if long_enough else (name, f"a secret of {_SHORTEST_KEY} bytes or more, which the receiver knows too")


def _may_be_plain(settings: Settings, host: str) -> bool:
    return settings.delivery_allow_plain or host in LOOPBACK

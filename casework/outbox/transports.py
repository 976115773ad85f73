"""Ways a message can leave: as a file, by SMTP, and to the landlord's case system by HTTP. None is on by
default."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from casework.outbox.letters import Letter

if TYPE_CHECKING:
    from casework.settings import Settings

Transport = Callable[[Letter], None]
TIMEOUT_SECONDS = 10.0


class NotDelivered(RuntimeError):
    """This attempt failed; ``code`` is kept with the message, and says nothing about anybody."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def mail_transport(settings: Settings) -> Transport | None:
    """The way to advisors, or None where none is configured: then messages wait."""
    if settings.outbox_transport == "file":
        return lambda letter: _to_file(settings.home / "outgoing", letter)
    if settings.outbox_transport == "smtp" and settings.smtp_url.get_secret_value():
        return lambda letter: _to_smtp(settings, letter)
    return None


def system_transport(settings: Settings) -> Transport | None:
    """The way to the landlord's case-management system, or None."""
    if not settings.webhook_url.get_secret_value():
        return None
    return lambda letter: _to_webhook(settings, letter)


def _to_file(directory: Path, letter: Letter) -> None:
    """For trying out, and for a mail program that collects files. One file a message: the same key, the
    same file."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = directory / f"{letter.key.replace(':', '_')}.json"
    unfinished = path.with_suffix(".part")
    value = {"to": letter.to, "subject": letter.subject, "text": letter.text, "key": letter.key}
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(value, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(unfinished, path)


def _to_smtp(settings: Settings, letter: Letter) -> None:
    import smtplib
    import ssl

    if letter.to.endswith(".invalid"):
        raise NotDelivered("no_address")
    address = urlsplit(settings.smtp_url.get_secret_value())
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = settings.mail_from, letter.to, letter.subject
    mail["Message-ID"] = f"<{letter.key.replace(':', '.')}@reporting.invalid>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(letter.text)
    server: type[smtplib.SMTP] = smtplib.SMTP_SSL if address.scheme == "smtps" else smtplib.SMTP
    try:
        with server(address.hostname or "", address.port or 0, timeout=TIMEOUT_SECONDS) as connection:
            if address.scheme == "smtp+starttls":
                connection.starttls(context=ssl.create_default_context())
            if address.username:
                connection.login(unquote(address.username), unquote(address.password or ""))
            connection.send_message(mail)
    except smtplib.SMTPRecipientsRefused as error:
        raise NotDelivered("recipient_refused") from error
    except (smtplib.SMTPException, OSError) as error:
        raise NotDelivered("mail_server") from error


def _to_webhook(settings: Settings, letter: Letter) -> None:
    import requests

    headers = {"Idempotency-Key": letter.key}
    if key := settings.webhook_key.get_secret_value():
        headers["Authorization"] = f"Bearer {key}"
    body = {
        "reference": letter.reference,
        "event": letter.kind,
        "link": letter.text.split("\n")[2].split(": ", 1)[1],
    }
    try:
        answer = requests.post(
            settings.webhook_url.get_secret_value(), json=body, headers=headers, timeout=TIMEOUT_SECONDS
        )
    except requests.RequestException as error:
        raise NotDelivered("case_system") from error
    if answer.status_code >= 300:
        raise NotDelivered(f"case_system_{answer.status_code}")

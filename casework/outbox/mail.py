"""Mail to advisors: by SMTP, or as files for trying out and for a mail program that collects them."""

from __future__ import annotations

import contextlib
import json
import os
import smtplib
import socket
import ssl
from email.message import EmailMessage
from email.utils import formatdate
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, unquote, urlsplit

from casework.outbox.checks import SCHEMES
from casework.outbox.deadline import TOO_SLOW, Deadline
from casework.outbox.letters import Letter, NotDelivered

if TYPE_CHECKING:
    from pathlib import Path

    from casework.settings import Settings


def to_file(directory: Path, letter: Letter) -> None:
    """One file a message: the same key, the same file."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = directory / f"{letter.key}.json"
    unfinished = path.with_suffix(".part")
    value = {"to": letter.to, "subject": letter.subject, "text": letter.text, "key": letter.key}
    try:
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(value, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, path)
    except OSError as error:
        raise NotDelivered("disk") from error


def to_smtp(settings: Settings, letter: Letter, deadline: Deadline) -> None:
    """Send one mail. Raises ``NotDelivered``."""
    mail = as_mail(settings.mail_from, letter)
    address = urlsplit(settings.smtp_url.get_secret_value())
    try:
        server = _connect(settings, address, deadline)
        try:
            if address.username:
                server.login(unquote(address.username), unquote(address.password or ""))
            server.send_message(mail)
            # It has been taken: whatever comes now is no reason to send it again.
            with contextlib.suppress(smtplib.SMTPException, OSError):
                server.quit()
        finally:
            server.close()
    except (smtplib.SMTPException, OSError, ValueError) as error:
        raise _refusal(error, deadline) from error


def as_mail(sender: str, letter: Letter) -> EmailMessage:
    """The mail itself. Raises ``NotDelivered`` where the advisor has no address that mail could reach."""
    if not letter.to or letter.to.endswith(".invalid"):
        raise NotDelivered("no_address", permanent=True)
    mail = EmailMessage()
    try:
        mail["From"], mail["To"], mail["Subject"] = sender, letter.to, letter.subject
    except ValueError as error:
        raise NotDelivered("no_address", permanent=True) from error
    mail["Date"] = formatdate()
    # The same over all retries: a mailbox that has it already shows it once.
    mail["Message-ID"] = f"<{letter.key}@{sender.rpartition('@')[2].rstrip('>')}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(letter.text)
    return mail


def _connect(settings: Settings, address: SplitResult, deadline: Deadline) -> smtplib.SMTP:
    """Connected, and encrypted with a checked certificate unless the address says ``smtp``."""
    context = ssl.create_default_context(cafile=settings.delivery_ca_file)
    host, port = address.hostname or "", address.port or SCHEMES[address.scheme]

    class Plain(smtplib.SMTP):
        def _get_socket(self, *where: Any) -> socket.socket:
            return _watched(super()._get_socket(*where), deadline)  # type: ignore[misc]

    class Encrypted(smtplib.SMTP_SSL):
        def _get_socket(self, *where: Any) -> socket.socket:
            return _watched(super()._get_socket(*where), deadline)  # type: ignore[misc]

    if address.scheme == "smtps":
        return Encrypted(host, port, timeout=deadline.left(), context=context)
    server = Plain(host, port, timeout=deadline.left())
    if address.scheme == "smtp+starttls":
        try:
            server.starttls(context=context)
        except BaseException:
            server.close()
            raise
        deadline.watch(server.sock)
    return server


def _watched(connection: socket.socket, deadline: Deadline) -> socket.socket:
    deadline.watch(connection)
    return connection


def _refusal(error: Exception, deadline: Deadline) -> NotDelivered:
    """What a failure is called, and whether trying again can help."""
    if deadline.passed or isinstance(error, TimeoutError):
        return NotDelivered(TOO_SLOW)
    if isinstance(error, ssl.SSLError):
        return NotDelivered("wrong_certificate" if isinstance(error, ssl.SSLCertVerificationError) else "no_tls")
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _ in error.recipients.values()]
        return NotDelivered("recipient_refused", permanent=all(code >= 500 for code in codes))
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return NotDelivered("sign_in_refused")
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return NotDelivered("not_supported")
    if isinstance(error, smtplib.SMTPResponseException):
        return NotDelivered(f"smtp_{error.smtp_code}")
    return NotDelivered("unreachable")

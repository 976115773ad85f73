"""Real receivers on loopback: an HTTP server that behaves as it is told, a mail server, and certificates."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP as SMTPProtocol
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session

from tests.ports import HOST, free_port


@dataclass(frozen=True)
class Asked:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def check_signature(asked: Asked, key: bytes) -> None:
    """As any receiver would, with nothing of ours."""
    identity, moment = asked.headers["webhook-id"], asked.headers["webhook-timestamp"]
    mac = hmac.new(key, f"{identity}.{moment}.".encode() + asked.body, hashlib.sha256).digest()
    assert asked.headers["webhook-signature"] == f"v1,{base64.b64encode(mac).decode()}"
    assert abs(time.time() - int(moment)) < 60
    assert identity == asked.headers["idempotency-key"]


@dataclass
class Receiver:
    """``behave`` is a status, ``slow`` (says nothing for long), ``drip`` (a byte now and then) or ``cut`` (takes it,
    then hangs up). ``answers`` go before it, one each."""

    port: int
    scheme: str = "http"
    behave: int | str = 200
    answers: list[int | str] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    tokens: list[dict[str, list[str]]] = field(default_factory=list)
    token_status: int = 200

    @property
    def url(self) -> str:
        return f"{self.scheme}://{HOST}:{self.port}"

    @property
    def keys(self) -> list[str]:
        return [one.headers["idempotency-key"] for one in self.asked]

    def everything(self) -> str:
        """All that ever arrived, as one text."""
        return "\n".join(f"{one.method} {one.path} {one.headers} {one.body!r}" for one in self.asked)


@contextmanager
def receiving(port: int = 0, certificate: trustme.LeafCert | None = None) -> Iterator[Receiver]:
    """An HTTP server, with TLS where a certificate is given."""
    receiver = Receiver(port)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if self.path == "/token":
                self.give_token(body)
                return
            lowered = {name.lower(): value for name, value in self.headers.items()}
            receiver.asked.append(Asked(self.command, self.path, lowered, body))
            behave = receiver.answers.pop(0) if receiver.answers else receiver.behave
            if isinstance(behave, int):
                self.reply(behave, b"{}", receiver.headers)
            elif behave == "cut":
                self.connection.shutdown(socket.SHUT_RDWR)
                self.close_connection = True
            else:
                self.keep_waiting(drip=behave == "drip")

        def keep_waiting(self, drip: bool) -> None:
            end = time.monotonic() + 120
            try:
                while time.monotonic() < end:
                    if drip:
                        self.wfile.write(b"H")
                    time.sleep(0.1)
            except OSError:
                self.close_connection = True

        def give_token(self, body: bytes) -> None:
            receiver.tokens.append({**parse_qs(body.decode()), "auth": [self.headers.get("Authorization", "")]})
            made = {"access_token": f"token-{len(receiver.tokens)}", "token_type": "Bearer", "expires_in": 3600}
            self.reply(receiver.token_status, json.dumps(made).encode(), {})

        def reply(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_PUT = do_PATCH = do_GET = answer

        def log_message(self, *args: Any) -> None:
            """Silent."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *args: Any) -> None:
            """A client that hangs up is what some tests are about."""

    server = Server((HOST, port), Handler)
    receiver.port = server.server_address[1]
    if certificate is not None:
        receiver.scheme = "https"
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(context)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class Mailbox:
    """A mail server. ``refuse`` answers each recipient so, such as ``550 unknown``."""

    port: int
    mails: list[Envelope] = field(default_factory=list)
    refuse: str = ""
    signed_in: list[str] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)

    async def handle_RCPT(self, server: Any, session: Session, envelope: Envelope, to: str, options: list[str]) -> str:
        if self.refuse:
            return self.refuse
        envelope.rcpt_tos.append(to)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:
        self.mails.append(envelope)
        self.encrypted.append(server.transport.get_extra_info("ssl_object") is not None)
        return "250 OK"

    def texts(self) -> list[str]:
        return [mail.content.decode() for mail in self.mails if isinstance(mail.content, bytes)]


@contextmanager
def mail_server(
    certificate: trustme.LeafCert | None = None, implicit: bool = False, port: int = 0
) -> Iterator[Mailbox]:
    """SMTP; with a certificate STARTTLS and a sign-in are required, or TLS from the first byte."""
    box = Mailbox(port or free_port())
    context = None
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(context)

    def sign_in(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        box.signed_in.append(data.login.decode())
        return AuthResult(success=data.password == b"p:ss word", handled=False)

    class Secured(Controller):
        def factory(self) -> SMTPProtocol:
            return SMTPProtocol(self.handler, tls_context=context, require_starttls=True, authenticator=sign_in,
                                auth_required=True, hostname="mail.test")  # fmt: skip

    starttls = certificate is not None and not implicit
    kind = Secured if starttls else Controller
    more = {"ssl_context": context} if implicit else {}
    controller = kind(box, hostname=HOST, port=box.port, ready_timeout=60, **more)  # type: ignore[arg-type]
    controller.start()
    try:
        yield box
    finally:
        controller.stop(no_assert=True)


@dataclass(frozen=True)
class Authority:
    """A certificate authority of the tests, and a certificate of it for this machine."""

    file: Path
    leaf: trustme.LeafCert
    elsewhere: trustme.LeafCert


def make_authority(folder: Path) -> Authority:
    """``leaf`` is for 127.0.0.1, ``elsewhere`` for another machine."""
    folder.mkdir(parents=True, exist_ok=True)
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    return Authority(folder / "ca.pem", authority.issue_cert(HOST), authority.issue_cert("elsewhere.example.org"))

"""Real receivers in a process of their own: an HTTP server and a mail server that keep which key they had how often.

`python -m tests.drill.receiving FILE` prints its two ports and keeps everything that arrives in FILE, one line of
JSON each, so that what it had is known whatever becomes of who sent it.
"""

from __future__ import annotations

import hashlib
import json
import sys
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import IO, Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope

from tests.delivery.receivers import HOST, free_port


@dataclass(frozen=True)
class Arrived:
    """What the receivers had: the contents that came under each key, one entry an arrival."""

    http: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    mail: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def read(cls, path: Path) -> Arrived:
        found = cls()
        for line in path.read_text().splitlines():
            one = json.loads(line)
            getattr(found, one["way"])[one["key"]].append(one["contents"])
        return found

    @property
    def repeats(self) -> int:
        """Arrivals that the receiver knew already by their key."""
        return sum(len(contents) - 1 for way in (self.http, self.mail) for contents in way.values())


class Book:
    """The file of arrivals, written before the sender is answered: what was acknowledged is in it."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self._guard = threading.Lock()

    def write(self, way: str, key: str, contents: bytes, raw: bytes) -> None:
        digest = hashlib.sha256(contents).hexdigest()
        line = {"way": way, "key": key, "contents": digest, "raw": raw.decode("utf-8", "replace")}
        with self._guard:
            self._file.write(json.dumps(line) + "\n")
            self._file.flush()


def _http(book: Book) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            head = f"{self.command} {self.path}\n{self.headers}"
            book.write("http", self.headers["Idempotency-Key"], body, head.encode() + body)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            """Silent."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *args: Any) -> None:
            """A sender that was killed hangs up."""

    return Server((HOST, 0), Handler)


class Mails:
    """Takes every mail. The date is the moment of the attempt, so it is no part of what has to stay the same."""

    def __init__(self, book: Book) -> None:
        self._book = book

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:
        raw = envelope.content if isinstance(envelope.content, bytes) else b""
        mail = message_from_bytes(raw)
        key = mail["Message-ID"].strip("<>").partition("@")[0]
        contents = json.dumps([mail["To"], mail["Subject"], mail.get_payload()])
        self._book.write("mail", key, contents.encode(), raw)
        return "250 OK"


def main() -> None:
    with Path(sys.argv[1]).open("a", encoding="utf-8") as file:
        book = Book(file)
        http = _http(book)
        threading.Thread(target=http.serve_forever, daemon=True).start()
        mail = Controller(Mails(book), hostname=HOST, port=free_port(), ready_timeout=60)
        mail.start()
        print(json.dumps({"http": http.server_address[1], "mail": mail.port}), flush=True)
        # Until it is ended, or whoever started it is gone.
        sys.stdin.read()
        time.sleep(0.05)


if __name__ == "__main__":
    main()

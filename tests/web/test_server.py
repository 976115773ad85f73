"""The front door as a real process, with no assistant behind it: whatever arrives is answered typed."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parents[2]


@dataclass
class Server:
    port: int
    home: Path
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def raw(self, sent: bytes) -> bytes:
        """What comes back for these bytes, up to the end of the answer or two seconds."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=2) as wire:
            wire.sendall(sent)
            wire.shutdown(socket.SHUT_WR)
            got = b""
            try:
                while part := wire.recv(65_536):
                    got += part
            except (TimeoutError, ConnectionResetError):
                pass
            return got


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environment(home: Path, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("REPORTING_", "RASA_"))}
    return {**kept, "REPORTING_HOME": str(home), "REPORTING_ENV": "test", **more}


@pytest.fixture(scope="module")
def server(installation: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("server") / "home"
    shutil.copytree(installation, home)
    port = free_port()
    more = {"PORT": str(port), "REPORTING_HOST": "127.0.0.1", "RASA_PORT": str(free_port())}
    env = environment(home, REPORTING_RATE_LIMIT="off", **more)
    log = (home / "web.log").open("wb")
    process = subprocess.Popen([sys.executable, "-m", "web"], cwd=ROOT, env=env, stderr=log)
    found = Server(port, home, process)
    try:
        for _ in range(300):
            try:
                httpx.get(f"{found.url}/healthz", timeout=2).raise_for_status()
                break
            except httpx.TransportError:
                assert process.poll() is None, (home / "web.log").read_text()
                time.sleep(0.1)
        yield found
    finally:
        process.terminate()
        process.wait(20)
        log.close()


BYTES = [
    b"\x00\x01\x02\r\n\r\n",
    b"GET\r\n\r\n",
    b"GET / HTTP/9.9\r\n\r\n",
    b"GET /chat/api/\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /chat/api/%ff%00%zz HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /chat/api/transcript HTTP/1.1\r\n\r\n",
    b"GET /chat/api/transcript HTTP/1.1\r\nHost: [\r\n\r\n",
    b"GET /chat/api/transcript HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \xff\xfe\r\n\r\n",
    b"GET /chat/api/transcript HTTP/1.1\r\nHost: x\r\nCookie: \xff=\xfe; messages=\x80\r\n\r\n",
    b"GET http://elsewhere.example/chat/api/transcript HTTP/1.1\r\nHost: x\r\n\r\n",
    b"POST /chat/api/sessions HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    b"POST /chat/api/sessions HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n",
    b"POST /chat/api/sessions HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n{}",
    b"POST /chat/api/sessions HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\n{",
    b"POST /chat/api/sessions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"POST /chat/api/leave HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n{}",
    b"POST /chat/api/sessions HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",
    b"GET /chat/api/transcript HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 100_000 + b"\r\n\r\n",
    b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /chat/api/transcript HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
    b"CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n",
]


@pytest.mark.parametrize("sent", BYTES, ids=range(len(BYTES)))
def test_no_bytes_on_the_wire_give_a_500(server: Server, sent: bytes) -> None:
    got = server.raw(sent)
    status = got.split(b" ", 2)[1] if got.startswith(b"HTTP/") else b"none"
    assert status == b"none" or status.startswith((b"2", b"4"))
    assert httpx.get(f"{server.url}/healthz").status_code == 200


@pytest.mark.parametrize("size", [200_000, 5_000_000])
def test_a_sender_of_a_body_too_large_hears_why(server: Server, size: int) -> None:
    answer = httpx.post(f"{server.url}/chat/api/sessions", content=b"x" * size)
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")


def test_with_no_assistant_a_chat_opens_and_danger_is_answered(server: Server) -> None:
    with httpx.Client(base_url=server.url) as client:
        started = client.post("/chat/api/sessions", json={})
        client.headers["Authorization"] = f"Bearer {started.json()['session']}"
        answer = client.post("/chat/api/messages", json={"id": "a", "text": "He is at my door with a knife now"})
        assert answer.status_code == 200
        kinds = [message["kind"] for message in answer.json()["turn"]["messages"]]
        assert kinds[0] == "emergency" and "error" in kinds
        assert client.post("/chat/api/messages", json={"id": "b", "choice": "no"}).status_code == 503
        ready = client.get("/readyz")
        assert ready.status_code == 503
        assert ready.json()["parts"]["database"] == "ok" and ready.json()["parts"]["model"] == "down"


def test_the_answer_does_not_say_what_answers(server: Server) -> None:
    assert "server" not in httpx.get(f"{server.url}/healthz").headers


@pytest.mark.parametrize(
    ("setting", "value", "named"),
    [("PORT", "a lot", "PORT"), ("REPORTING_RATE_LIMIT", "canary", "REPORTING_RATE_LIMIT")],
)
def test_a_bad_setting_stops_the_start_with_a_sentence(tmp_path: Path, setting: str, value: str, named: str) -> None:
    env = environment(tmp_path, **{setting: value})
    done = subprocess.run(
        [sys.executable, "-m", "web"], cwd=ROOT, env=env, capture_output=True, timeout=60, check=False
    )
    said = done.stderr.decode()
    assert done.returncode == 2 and named in said and value not in said and "Traceback" not in said


def test_missing_keys_stop_the_start_with_a_sentence(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "web"], cwd=ROOT, env=environment(tmp_path), capture_output=True, timeout=60,
        check=False,
    )  # fmt: skip
    assert done.returncode == 2 and b"keys" in done.stderr and b"Traceback" not in done.stderr

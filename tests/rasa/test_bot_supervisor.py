"""The supervisor: what it refuses, what it leaves behind, what it brings back."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from stack import health
from stack.child import Child, stop_all
from stack.ports import free_ports, is_free
from stack.record import AlreadyRunning, Record
from tests.kit import Stack
from tests.rasa.bot_kit import ROOT

NAMES = {"rasa", "actions", "web", "worker"}
LINUX = sys.platform.startswith("linux")
# Seconds, for a slow machine; nothing is asserted of how long it takes.
PATIENCE = 120


def is_alive(pid: int) -> bool:
    """Whether the process runs: one that has ended and only waits to be noted does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def gone(pids: list[int], seconds: float = PATIENCE) -> bool:
    until = time.monotonic() + seconds
    while any(is_alive(pid) for pid in pids) and time.monotonic() < until:
        time.sleep(0.05)
    return not any(is_alive(pid) for pid in pids)


def try_to_start(home: Path, port: int, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "REPORTING_HOME": str(home), "PORT": str(port), **more}
    return subprocess.run(
        [sys.executable, "-m", "stack"],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip


def a_child(code: str, port: int | None = None, name: str = "web") -> Child:
    return Child(name, [sys.executable, "-c", code], dict(os.environ), port)


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    started = Stack(tmp_path / "home").start()
    yield started
    started.stop()


def test_a_taken_port_is_named_and_nothing_stays(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ran = try_to_start(tmp_path / "home", port)
    assert ran.returncode == 2
    assert f"Port {port} is taken" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert not (tmp_path / "home" / "run" / "stack.json").exists()


def test_a_bad_setting_is_named(tmp_path: Path) -> None:
    ran = try_to_start(tmp_path / "home", 8080, REPORTING_DRAFT_HOURS="soon")
    assert ran.returncode == 2
    assert "REPORTING_DRAFT_HOURS" in ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.mark.skipif(not LINUX, reason="reads /proc")
def test_one_supervisor_a_home_and_a_clean_stop(stack: Stack) -> None:
    first = stack.processes()
    assert set(first) == NAMES
    pids = [facts["pid"] for facts in first.values()]
    second = try_to_start(stack.home, free_ports(1)[0])
    assert second.returncode == 2
    assert "already running" in second.stderr
    assert stack.is_ready()
    assert stack.process is not None
    stack.process.send_signal(signal.SIGINT)
    assert stack.process.wait(PATIENCE) == 0
    assert gone(pids)
    assert not (stack.home / "run" / "stack.json").exists()


@pytest.mark.skipif(not LINUX, reason="elsewhere the next start clears what was left")
def test_nothing_outlives_a_killed_supervisor_and_it_starts_again(stack: Stack) -> None:
    pids = [facts["pid"] for facts in stack.processes().values()]
    assert stack.process is not None
    stack.process.kill()
    stack.process.wait()
    assert gone(pids)
    stack.start()
    assert not set(pids) & {facts["pid"] for facts in stack.processes().values()}


def test_a_process_that_dies_is_due_again_after_growing_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stack.child.time", SimpleNamespace(monotonic=lambda: 0.0))
    child = a_child("raise SystemExit(3)")
    pauses = []
    for _ in range(3):
        child.start()
        assert child.process is not None
        child.process.wait()
        assert child.reap() == 3
        pauses.append(child.due)
    assert pauses[0] < pauses[1] < pauses[2] < 1
    assert child.restarts == 3


def test_what_does_not_stop_is_ended(tmp_path: Path) -> None:
    up = tmp_path / "up"
    deaf = a_child(
        "import pathlib, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        f"pathlib.Path({str(up)!r}).touch(); time.sleep(600)"
    )
    deaf.start()
    until = time.monotonic() + PATIENCE
    while not up.exists():
        assert time.monotonic() < until
        time.sleep(0.05)
    process = deaf.process
    assert process is not None
    stop_all([deaf], 0.3)
    assert (deaf.process, process.returncode) == (None, -signal.SIGKILL)


def test_a_process_that_does_not_answer_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "ASK_EVERY_S", 0.0)
    monkeypatch.setattr(health, "HUNG_AFTER_S", 0.2)
    port = free_ports(1)[0]
    silent = a_child(
        f"import socket, time; s = socket.create_server(('127.0.0.1', {port})); time.sleep(60)", port, "actions"
    )
    silent.start()
    try:
        watch = health.Watch("127.0.0.1")
        ended: list[str] = []
        until = time.monotonic() + PATIENCE
        while not ended and time.monotonic() < until:
            ended = watch.over([silent])
        assert ended == ["actions"]
        assert silent.process is not None
        assert silent.process.wait(PATIENCE) == -signal.SIGKILL
    finally:
        stop_all([silent], 0)


def test_leftovers_are_ended_only_when_they_are_ours(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    ours = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", "-m", "web"])
    try:
        noted = {"actions": {"port": 1, "pid": other.pid}, "web": {"port": 2, "pid": ours.pid}}
        (tmp_path / "run" / "stack.json").write_text(json.dumps(noted))
        record = Record(tmp_path)
        assert ours.wait(PATIENCE) == -signal.SIGKILL
        assert other.poll() is None
        with pytest.raises(AlreadyRunning):
            Record(tmp_path)
        record.close()
        Record(tmp_path).close()
    finally:
        for process in (other, ours):
            process.kill()
            process.wait()


def test_free_ports_are_free_and_different() -> None:
    ports = free_ports(5)
    assert len(set(ports)) == 5
    assert all(is_free("127.0.0.1", port) for port in ports)

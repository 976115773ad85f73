"""No process starts with keys or settings that are wrong: one sentence and an exit status, never a traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from casework.privacy import Keys

REPOSITORY = Path(__file__).parents[2]
PROCESSES = ("actions", "web", "casework.worker")


def start(process: str, home: Path, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("REPORTING_")}
    environment |= {"REPORTING_HOME": str(home), "PYTHONPATH": str(REPOSITORY), **more}
    command = [sys.executable, "-m", process]
    # Not in the repository: a developer's .env is none of this test's.
    return subprocess.run(command, cwd=home, env=environment, capture_output=True, text=True, timeout=120, check=False)


def missing(home: Path) -> None:
    (home / "keys").rename(home / "away")


def short(home: Path) -> None:
    (home / "keys" / "seal-1.key").write_bytes(b"short")


def readable_by_all(home: Path) -> None:
    (home / "keys" / "mac.key").chmod(0o644)


def refused(done: subprocess.CompletedProcess[str], named: str) -> None:
    assert done.returncode == 2 and "Traceback" not in done.stderr, done.stderr
    assert len(done.stderr.strip().splitlines()) == 1 and named in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("process", PROCESSES)
@pytest.mark.parametrize(("spoil", "named"), [(missing, "no keys"), (short, "seal-1.key"), (readable_by_all, "0600")])
def test_without_a_proper_key_nothing_starts(
    tmp_path: Path, process: str, spoil: Callable[[Path], None], named: str
) -> None:
    Keys.load(tmp_path, create=True)
    spoil(tmp_path)
    refused(start(process, tmp_path), named)


@pytest.mark.parametrize("process", PROCESSES)
def test_a_setting_that_cannot_be_used_is_named(tmp_path: Path, process: str) -> None:
    Keys.load(tmp_path, create=True)
    refused(start(process, tmp_path, REPORTING_CASE_YEARS="many"), "REPORTING_CASE_YEARS")


@pytest.mark.parametrize("value", ["many", "0", "65536", "٥٠٥٥"])
def test_a_port_that_is_none_is_named(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    from actions.__main__ import port
    from casework.settings import SettingsError

    monkeypatch.setenv("ACTIONS_PORT", value)
    with pytest.raises(SettingsError, match="ACTIONS_PORT"):
        port()

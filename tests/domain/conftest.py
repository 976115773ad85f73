"""Installations for tests: settings, keys and a migrated database of their own, on SQLite or PostgreSQL."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from casework import cases
from casework.advisors.demo import add_demo_advisors
from casework.cases import Submission
from casework.privacy import Keys
from casework.settings import Settings, load_settings
from casework.store import Store
from casework.triage import learnt
from casework.triage.labels import Labels

# Thursday, one minute before the close of the working day, with a long weekend ahead (case-record.md).
CHRISTMAS_EVE = datetime(2026, 12, 24, 16, 59, tzinfo=UTC)


@pytest.fixture(autouse=True)
def rules_alone() -> Iterator[None]:
    """The command line loads the encoder into its process; here that process goes on to the next test."""
    yield
    learnt.unload()


def without(engine: str) -> None:
    """Skip loudly where an engine is not installed; in continuous integration that is a failure."""
    message = f"{engine} is not installed"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(autouse=True)
def own_environment(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the person who runs the tests reaches a test."""
    for name in list(os.environ):
        if name.startswith("REPORTING_") or name in ("PORT", "RASA_PORT", "ACTION_PORT", "FRONT_DOOR_KEY"):
            monkeypatch.delenv(name)


@pytest.fixture
def make_settings(tmp_path: Path) -> Callable[..., Settings]:
    def make(**values: Any) -> Settings:
        return load_settings(**{"_env_file": None, "home": tmp_path / "home", "env": "test", **values})

    return make


@pytest.fixture
def settings(make_settings: Callable[..., Settings]) -> Settings:
    return make_settings()


@pytest.fixture
def keys(settings: Settings) -> Keys:
    return Keys.load(settings.home, create=True)


@pytest.fixture
def store(settings: Settings, keys: Keys) -> Iterator[Store]:
    """A migrated SQLite database without advisors."""
    made = Store(settings, keys)
    made.upgrade()
    yield made
    made.close()


@pytest.fixture
def staffed(store: Store) -> Store:
    """The store with the demo advisors."""
    with store.begin() as db:
        add_demo_advisors(db)
    return store


@pytest.fixture(scope="session")
def postgres_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL server of this test run, on a socket of its own."""
    binaries = [Path(found).parent for found in [shutil.which("initdb")] if found]
    binaries += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    place = next((path for path in binaries if (path / "initdb").exists()), None)
    if place is None:
        without("PostgreSQL")
        return
    home = Path(os.path.realpath(f"/tmp/livv-postgres-{secrets.token_hex(4)}"))
    home.mkdir(mode=0o700)
    # The server refuses to run as root, so a root test run lends it to another user.
    other: dict[str, Any] = {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}
    if other:
        shutil.chown(home, "nobody", "nogroup")
    quiet: dict[str, Any] = {"capture_output": True, "cwd": home, **other}
    data = home / "data"
    try:
        subprocess.run(
            [place / "initdb", "-D", data, "-U", "reporting", "-A", "trust", "--no-sync"], check=True, **quiet
        )
        options = f"-c listen_addresses='' -c unix_socket_directories={home} -c fsync=off"
        subprocess.run(
            [place / "pg_ctl", "-D", data, "-w", "-l", home / "log", "-o", options, "start"],
            check=True,
            **quiet,
        )
        try:
            yield f"postgresql://reporting@/postgres?host={home}"
        finally:
            subprocess.run([place / "pg_ctl", "-D", data, "-m", "immediate", "stop"], check=True, **quiet)
    finally:
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def postgres_store(postgres_address: str, make_settings: Callable[..., Settings], tmp_path: Path) -> Iterator[Store]:
    """A migrated PostgreSQL database of this test."""
    name = f"t{secrets.token_hex(6)}"
    admin = sa.create_engine(
        postgres_address.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT"
    )
    with admin.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    settings = make_settings(database_url=postgres_address.replace("/postgres?", f"/{name}?"))
    made = Store(settings, Keys.load(settings.home, create=True))
    made.upgrade()
    yield made
    made.close()
    with admin.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    admin.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def any_store(request: pytest.FixtureRequest) -> Store:
    """The same test on each engine."""
    name = "store" if request.param == "sqlite" else "postgres_store"
    found: Store = request.getfixturevalue(name)
    with found.begin() as db:
        add_demo_advisors(db)
    return found


def labels(category: str = "asb", *flags: str, **more: Any) -> Labels:
    """Labels as triage gives them."""
    values: dict[str, Any] = {
        "hate_kind": "incident" if category == "hate" else None, "strands": (), "asb_types": (),
        "urgency": "standard", **more,
    }  # fmt: skip
    return Labels(category=category, risk_flags=flags, **values)


def a_submission(**values: Any) -> Submission:
    """A whole report; only what a test is about is said by the test."""
    chosen: dict[str, Any] = {
        "submission_id": secrets.token_hex(16),
        "labels": labels(),
        "reporter_role": "self",
        "identity": "anonymous",
        "answers": {"account": "They play drums every night.", "identity": "anonymous"},
        **values,
    }
    return Submission(**chosen)


NAMED = {
    "account": "canary-account",
    "reporter_name": "canary-name",
    "contact_value": "canary-contact",
    "contact_method": "phone",
    "contact_safety": ["voicemail_ok"],
    "affected_name": "canary-affected",
    "where_postcode": "L36",
    "person_responsible": "canary-person",
}


def make_case(store: Store, now: datetime = CHRISTMAS_EVE, **values: Any) -> cases.CaseReceipt:
    with store.begin() as db:
        return cases.create_case(db, a_submission(**values), now)


def show_case(store: Store, reference: str, **values: Any) -> dict[str, Any]:
    with store.begin() as db:
        return cases.as_json(db, reference, by="cli:test", **values)


def count_rows(store: Store, table: sa.Table) -> int:
    with store.read() as db:
        found: int = db.scalar(sa.select(sa.func.count()).select_from(table))
        return found


def raise_stub(store: Store, submission_id: str, now: datetime = CHRISTMAS_EVE, **values: Any) -> cases.Stub:
    chosen: dict[str, Any] = {"flags": ("weapon",), "words": "he has a knife", "message_id": "m1", **values}
    with store.begin() as db:
        return cases.raise_stub(db, submission_id, now, **chosen)

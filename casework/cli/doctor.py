"""``reporting doctor``: whether an installation is sound, in sentences."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from casework.cli.output import print_json, table

if TYPE_CHECKING:
    from casework.store import Store

OK, WARN, BAD = "ok", "look", "wrong"
_LITTLE_DISK = 500 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    check: str
    state: str
    text: str


def run(as_json: bool) -> int:
    """Exit status 1 where something is wrong, 0 where there are only things to look at."""
    found = list(examine())
    if as_json:
        print_json([asdict(finding) for finding in found])
    else:
        table("Doctor", ("Check", "State", ""), [(one.check, one.state, one.text) for one in found])
    return 1 if any(one.state == BAD for one in found) else 0


def examine() -> Iterator[Finding]:
    """Look at everything that can be looked at; a broken part hides only what depends on it."""
    from casework.privacy import Keys, KeysError
    from casework.settings import SettingsError, load_settings
    from casework.store import Store, StoreUnavailable

    try:
        settings = load_settings()
    except SettingsError as error:
        yield Finding("settings", BAD, str(error))
        return
    yield Finding("settings", OK, f"State is in {settings.home}.")
    if settings.clock_offset:
        yield Finding(
            "clock", WARN,
            "The clock is moved (REPORTING_CLOCK_OFFSET)." if settings.env == "test"
            else "REPORTING_CLOCK_OFFSET is set and has no effect outside REPORTING_ENV=test.",
        )  # fmt: skip
    try:
        keys = Keys.load(settings.home)
    except KeysError as error:
        yield Finding("keys", BAD, str(error))
        return
    yield Finding("keys", OK, "Keys are there and private.")
    store = Store(settings, keys)
    try:
        if not store.at_head():
            yield Finding("database", BAD, "The database is not there or not up to date; `make run` does it.")
            return
        yield Finding("database", OK, "The database answers and is up to date.")
        checks: tuple[Callable[[Store], Iterator[Finding]], ...] = (
            _guards, _advisors, _outbox, _spool, _withdrawn, _time, _disk,
        )  # fmt: skip
        for check in checks:
            yield from check(store)
    except StoreUnavailable as error:
        yield Finding("database", BAD, f"{error}.".capitalize())
    finally:
        store.close()


def _guards(store: Store) -> Iterator[Finding]:
    from casework.audit import verify
    from casework.privacy import rotation

    if rotation.pending(store):
        yield Finding("key rotation", WARN, "A rotation was interrupted: `reporting keys rotate` finishes it.")
    found = verify(store)
    if found.whole:
        yield Finding("audit", OK, f"The audit is whole: {found.count} entries.")
    else:
        yield Finding("audit", BAD, found.problems[0])


def _advisors(store: Store) -> Iterator[Finding]:
    from casework.advisors.files import listed
    from casework.advisors.load import drifted
    from casework.advisors.roster import gaps
    from casework.clocks import now

    with store.read() as db:
        active = [one for one in listed(db) if one["active"]]
        wrong = drifted(db)
    if not active:
        yield Finding("advisors", BAD, "There are no advisors; every case goes to the duty desk.")
    elif any(one["demo"] for one in active):
        yield Finding("advisors", WARN, "Demo advisors take cases; import your own before real use.")
    else:
        yield Finding("advisors", OK, f"{len(active)} advisors.")
    if active and not any(one["trained"] for one in active):
        yield Finding("training", BAD, "No advisor is trained in trauma-informed response (HP 2.10).")
    if active and not any(one["duty_manager"] for one in active):
        yield Finding("duty manager", WARN, "No advisor is duty manager; the duty desk of the settings is used.")
    if not store.settings.duty_configured:
        yield Finding("duty", WARN, "No duty phone is set; reporters are told so and given other numbers.")
    with store.read() as db:
        uncovered = gaps(db, now(store.settings))
    if uncovered:
        yield Finding("duty roster", WARN, "There are times in the next 14 days without anybody on duty: "
                      "`reporting advisors duty`.")  # fmt: skip
    if wrong:
        yield Finding("load", WARN, "The count of open cases of an advisor differs from their cases: "
                      "`reporting advisors recount` puts it right.")  # fmt: skip


def _outbox(store: Store) -> Iterator[Finding]:
    from casework.clocks import now
    from casework.outbox.overview import status

    found = status(store, now(store.settings))
    if found["dead"]:
        yield Finding("outbox", BAD, f"{found['dead']} messages could not be delivered: `reporting outbox status`.")
    elif not found["configured"]:
        yield Finding("outbox", WARN, f"No way of delivery is configured; {found['pending']} messages wait.")
    else:
        yield Finding("outbox", OK, f"{found['pending']} messages wait.")


def _spool(store: Store) -> Iterator[Finding]:
    from casework.intake.spool import damaged, spooled

    waiting, broken = len(spooled(store.settings.spool)), damaged(store.settings.spool)
    if broken:
        yield Finding("spool", BAD, f"{broken} spooled alarms cannot be opened; a person must look at them now.")
    elif waiting:
        yield Finding("spool", WARN, f"{waiting} spooled alarms wait for the worker.")
    else:
        yield Finding("spool", OK, "No alarms wait.")


def _withdrawn(store: Store) -> Iterator[Finding]:
    from casework.cases.withdrawal import not_closed_in_time
    from casework.clocks import now

    with store.read() as db:
        late = not_closed_in_time(db, now(store.settings))
    if late:
        yield Finding("withdrawn cases", WARN, f"Withdrawn cases kept without end until somebody closes them: {late}. "
                      "`reporting cases list --status withdrawn` shows them.")  # fmt: skip


def _time(store: Store) -> Iterator[Finding]:
    from casework.clocks import now
    from casework.clocks.working import LONDON, is_working_day

    today = now(store.settings).astimezone(LONDON).date()
    days = [today + timedelta(days=ahead) for ahead in range(366)]
    free = sum(day.weekday() < 5 and not is_working_day(day, store.settings.extra_holidays) for day in days)
    state = OK if 7 <= free <= 30 else WARN
    yield Finding("bank holidays", state, f"{free} free weekdays in the next twelve months.")


def _disk(store: Store) -> Iterator[Finding]:
    free = shutil.disk_usage(store.settings.home).free
    if free < _LITTLE_DISK:
        yield Finding("disk", BAD, "Less than 500 MB are free where the state is kept.")
    else:
        yield Finding("disk", OK, f"{free // 1024**3} GB are free.")

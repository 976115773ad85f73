"""Cases in the database beside plain SQLAlchemy: created one transaction each, and lists of very many filtered.

The plain side writes the very rows that ours wrote into the same tables with the same settings of SQLite, and reads the
very rows that our lists are made of; it seals nothing and decides nothing.
"""

from __future__ import annotations

import secrets
import shutil
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bench.measure import percentile
from bench.side import WORK
from casework import cases, receipts
from casework.advisors.demo import add_demo_advisors
from casework.cases import Submission
from casework.cases.codes import PRIORITIES, STATUSES
from casework.cases.listing import _AMONG, LONGEST_PAGE
from casework.privacy import Keys
from casework.settings import load_settings
from casework.store import Store, tables
from casework.store.tables import advisor, case_record, clock, metadata
from casework.triage.labels import Labels, Reason

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
ROUNDS = 15
# What a list shows at once.
PAGE = 100
AT_ONCE = 5000
DISTRICTS = ("L32", "L33", "L36", "L28", "L14")
ACCOUNT = (
    "The people upstairs play loud music until three in the morning, most nights since summer. "
    "When my sister asked them to turn it down they laughed and banged on the floor."
)


def measured(created: int, listed: int) -> dict[str, Any]:
    """Creation of ``created`` cases, then lists over ``listed``."""
    folder = WORK / "cases"
    shutil.rmtree(folder, ignore_errors=True)
    ours, plain = _installed(folder / "ours"), _installed(folder / "plain")
    try:
        return {"creation": _creation(ours, plain, created), "lists": _lists(ours, listed)}
    finally:
        ours.close()
        plain.close()


def _installed(home: Path) -> Store:
    settings = load_settings(_env_file=None, home=home, env="test")
    store = Store(settings, Keys.load(home, create=True))
    store.upgrade()
    with store.begin() as db:
        add_demo_advisors(db)
    return store


def submission(number: int) -> Submission:
    """A whole named report, labelled already."""
    hate = number % 4 == 0
    # As many reasons as a whole report has: lists must not have to read past them.
    why = tuple(Reason("asb_types", "noise", f"noise.loud_music.{n}", "account", (23, 33), "AP 1.6") for n in range(7))
    labels = Labels(
        category="hate" if hate else "asb", hate_kind="incident" if hate else None,
        strands=("race_ethnicity",) if hate else (), asb_types=("noise",), risk_flags=(), urgency="standard",
        reasons=why,
    )  # fmt: skip
    # Names of letters alone, so that everybody is somebody else.
    somebody = "".join("bdfgklmnpr"[int(digit)] + "aeiou"[int(digit) % 5] for digit in f"{number:05d}").title()
    answers = {
        "account": ACCOUNT, "identity": "named", "reporter_role": "self", "still_happening": "ongoing",
        "reporter_name": f"Sam {somebody}", "contact_method": "email", "contact_safety": ["email_ok"],
        "contact_value": f"sam{number}@example.org",
        "where_postcode": f"{1 + number % 90} Elm Road, {DISTRICTS[number % 5]} 1AA",
        "relationship_to_them": "neighbour", "person_responsible": f"Jo {somebody[::-1]}",
    }  # fmt: skip
    return Submission(submission_id=secrets.token_hex(16), labels=labels, answers=answers, reporter_role="self",
                      identity="named")  # fmt: skip


def _creation(ours: Store, plain: Store, count: int) -> dict[str, Any]:
    """Ours and plain in turns, so that a busy moment of the machine meets both."""
    times: dict[str, list[float]] = {"ours": [], "plain": []}
    written = list(metadata.sorted_tables)
    for number in range(count):
        sent, now = submission(number), START + timedelta(minutes=number)
        began = time.perf_counter()
        with ours.begin() as db:
            reference = cases.create_case(db, sent, now).reference
        times["ours"].append(time.perf_counter() - began)
        rows = _rows_of(ours, written, reference)
        began = time.perf_counter()
        with plain.begin() as db:
            for table, values in rows:
                db.execute(table.insert(), values)
        times["plain"].append(time.perf_counter() - began)
    hashed = _timed(lambda: receipts.hash_code(ours.keys, "1234567890123456"), 10)
    found = {name: {"median_ms": _ms(statistics.median(taken)), "each_second": round(count / sum(taken), 1)}
             for name, taken in times.items()}  # fmt: skip
    ratio = statistics.median(times["ours"]) / statistics.median(times["plain"])
    return {**found, "ratio": round(ratio, 2), "receipt_hash_ms": _ms(statistics.median(hashed)), "cases": count}


def _rows_of(store: Store, written: list[sa.Table], reference: str) -> list[tuple[sa.Table, list[dict[str, Any]]]]:
    """All rows that this case added, parents first; lines that the database numbers are numbered by it again."""
    found = []
    with store.read() as db:
        for table in written:
            column = table.c.reference if table is case_record else table.c.get("case_reference")
            if column is not None:
                rows = [dict(row) for row in db.execute(sa.select(table).where(column == reference)).mappings()]
                if table is tables.timeline:
                    rows = [{name: value for name, value in row.items() if name != "id"} for row in rows]
                if rows:
                    found.append((table, rows))
    return found


def _lists(store: Store, count: int) -> dict[str, Any]:
    """Filtered lists as the desk asks for them, beside a plain select of the same rows."""
    _multiply(store, count)
    with store.read() as db:
        anybody = db.scalar(sa.select(advisor.c.id).where(~advisor.c.duty_manager).limit(1))
    filters: dict[str, dict[str, str]] = {
        "all": {}, "status": {"status": "in_progress"}, "category": {"category": "hate"},
        "priority": {"priority": "urgent"}, "advisor": {"advisor_id": anybody},
        "status and category": {"status": "new", "category": "hate"},
        "status and advisor": {"status": "acknowledged", "advisor_id": anybody},
        "strand": {"strand": "race_ethnicity"}, "status and strand": {"status": "new", "strand": "race_ethnicity"},
        "area": {"postcode_district": "L36"}, "flag of none": {"flag": "weapon"},
        "nothing fits": {"status": "closed", "category": "hate", "priority": "review"},
    }  # fmt: skip
    found = {name: _list(store, wanted, PAGE) for name, wanted in filters.items()}
    # The longest page there is, and the last one: it costs no more than the first.
    found["the longest page"] = _list(store, {}, LONGEST_PAGE)
    found["the last page"] = _list(store, {}, PAGE, _late(store))
    return {"cases": count, "filters": found}


def _late(store: Store) -> str:
    """A case that all but a page are newer than."""
    oldest = sa.select(case_record.c.reference).order_by(case_record.c.created_at, case_record.c.reference.desc())
    with store.read() as db:
        found: str = db.scalar(oldest.offset(PAGE).limit(1))
        return found


def _list(store: Store, wanted: dict[str, str], page: int, after: str = "") -> dict[str, Any]:
    def ours() -> int:
        with store.read() as db:
            return len(cases.listed(db, **wanted, limit=page, after=after))

    def plain() -> int:
        with store.read() as db:
            return _plain(db.connection, wanted, page, after)

    assert ours() == plain()
    pairs = [(_timed(ours, 1)[0], _timed(plain, 1)[0]) for _ in range(ROUNDS)]
    mine, theirs = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    return {"median_ms": _ms(statistics.median(mine)), "p95_ms": _ms(percentile(mine, 0.95)), "rows": ours(),
            "plain_ms": _ms(statistics.median(theirs)),
            "ratio": round(statistics.median(mine) / statistics.median(theirs), 2)}  # fmt: skip


def _plain(connection: sa.Connection, wanted: dict[str, str], page: int, after: str) -> int:
    """The same cases with their advisors and running clocks."""
    chosen = sa.select(case_record, advisor).join(advisor, advisor.c.id == case_record.c.advisor_id)
    for name, value in wanted.items():
        if name in _AMONG:
            chosen = chosen.where(sa.cast(case_record.c[_AMONG[name]], sa.String).contains(f'"{value}"'))
        else:
            chosen = chosen.where(case_record.c[name] == value)
    if after:
        came = connection.scalar(sa.select(case_record.c.created_at).where(case_record.c.reference == after))
        later = sa.or_(case_record.c.created_at < came, case_record.c.reference > after)
        chosen = chosen.where(case_record.c.created_at <= came, later)
    newest = chosen.order_by(case_record.c.created_at.desc(), case_record.c.reference).limit(page)
    rows = connection.execute(newest).all()
    keys = [row.reference for row in rows]
    running = clock.c.case_reference.in_(keys) & clock.c.met_at.is_(None) & clock.c.stopped_at.is_(None)
    connection.execute(sa.select(clock).where(running).order_by(clock.c.due_at)).all()
    return len(rows)


def _multiply(store: Store, count: int) -> None:
    """Many cases made of those that are there: other references, times and labels, each with its own clocks."""
    with store.read() as db:
        known = [dict(row) for row in db.execute(sa.select(case_record)).mappings()]
        people = db.execute(sa.select(advisor.c.id)).scalars().all()
        running: dict[str, list[dict[str, Any]]] = {}
        for row in db.execute(sa.select(clock)).mappings():
            running.setdefault(row["case_reference"], []).append(dict(row))
    for start in range(len(known), count, AT_ONCE):
        made, clocks = [], []
        for number in range(start, min(count, start + AT_ONCE)):
            base, reference = known[number % len(known)], f"LR-{number:08d}"
            made.append({
                **base, "reference": reference, "submission_id": f"{number:032x}",
                "advisor_id": people[number % len(people)],
                "created_at": START - timedelta(minutes=7 * number % 1_000_000),
                "status": STATUSES[number * 7 % len(STATUSES)], "priority": PRIORITIES[number // 3 % len(PRIORITIES)],
            })  # fmt: skip
            clocks += [{**one, "id": secrets.token_hex(16), "case_reference": reference}
                       for one in running[base["reference"]]]  # fmt: skip
        with store.begin() as db:
            db.execute(case_record.insert(), made)
            db.execute(clock.insert(), clocks)


def _timed(what: Callable[[], Any], times: int) -> list[float]:
    found = []
    for _ in range(times):
        began = time.perf_counter()
        what()
        found.append(time.perf_counter() - began)
    return found


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 2)

"""What has to be true after a drill, whatever was killed. Each function gives the faults it found, none where all is
well."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from casework import receipts
from casework.cases import records
from casework.store import Store
from casework.store.store import Db
from casework.store.tables import advisor, case_record, clock, draft, message, outbox, receipt, timeline, turn
from casework.store.tables import report as report_table
from tests.drill.receiving import Arrived
from tests.drill.telling import report

# A receipt code is found by a slow hash: so many are looked up, all are counted.
CODES_LOOKED_UP = 100
# What the time of day brings: it may be put into the outbox after the couriers delivered everything else.
_BY_THE_CLOCK = ("clock_reminder", "clock_missed")


def faults_of_cases(store: Store, receipts_told: dict[int, tuple[str, str]], seed: int, now: datetime) -> list[str]:
    """Every acknowledged report is one whole case with owner, clocks, receipt and messages, and there is no other."""
    with store.read() as db:
        cases = {row.submission_id: row for row in db.execute(sa.select(case_record))}
        faults = [f"{number}: {problem}" for number, told in receipts_told.items()
                  for problem in _one(cases, number, told, seed)]  # fmt: skip
        known = {report(seed, number).draft.id for number in receipts_told}
        faults += [f"case of nobody's report: {key}" for key in cases if key not in known]
        faults += _counted(db, [row.reference for row in cases.values()])
        faults += _owners(db, cases.values())
        faults += _words(db, cases, receipts_told, seed)
        for number, (reference, code) in sorted(receipts_told.items())[:CODES_LOOKED_UP]:
            found = receipts.find(db, code, now)
            if found is None or found.case_reference != reference:
                faults.append(f"{number}: the code opens another case or none")
        if store.is_sqlite:
            faults += [f"integrity: {row}" for row in db.execute(sa.text("PRAGMA integrity_check")) if row[0] != "ok"]
            faults += [f"foreign key: {row}" for row in db.execute(sa.text("PRAGMA foreign_key_check"))]
    return faults


def _one(cases: dict[str, Any], number: int, told: tuple[str, str], seed: int) -> Iterable[str]:
    case = cases.get(report(seed, number).draft.id)
    if case is None:
        yield "acknowledged and lost"
    elif case.reference != told[0]:
        yield "another reference than was told"
    elif not case.complete or case.sent_at is None:
        yield "half a case"


def _counted(db: Db, references: list[str]) -> Iterable[str]:
    """How many rows of each kind a case has."""

    def per_case(table: sa.Table, *which: sa.ColumnElement[bool]) -> Counter[str]:
        column = table.c.case_reference
        rows = db.execute(sa.select(column, sa.func.count()).where(*which).group_by(column))
        return Counter(dict(rows.all()))

    new = outbox.c.kind.in_(("new_case", "case_completed"))
    one_each = {
        "reports": per_case(report_table), "receipts": per_case(receipt),
        "beginnings": per_case(timeline, timeline.c.event == "created"), "ended drafts": per_case(draft, draft.c.ended),
    }  # fmt: skip
    some = {"clocks": per_case(clock), "mails": per_case(outbox, new, outbox.c.way == "mail"),
            "notices": per_case(outbox, new, outbox.c.way == "webhook")}  # fmt: skip
    for name, counts in one_each.items():
        yield from (f"{one}: {counts[one]} {name}" for one in references if counts[one] != 1)
    for name, counts in some.items():
        yield from (f"{one}: no {name}" for one in references if not counts[one])
    doubled = sa.select(outbox.c.case_reference, outbox.c.kind, outbox.c.way).where(new)
    for row, count in Counter(tuple(row) for row in db.execute(doubled)).items():
        if count > 1:
            yield f"told {count} times: {row}"
    clocks = db.execute(sa.select(clock.c.case_reference, clock.c.name).where(clock.c.name != "alert"))
    yield from (f"clock started {n} times: {row}" for row, n in Counter(tuple(one) for one in clocks).items() if n > 1)
    orphans = sa.select(sa.func.count()).select_from(turn.outerjoin(draft, draft.c.id == turn.c.draft_id))
    if left := db.scalar(orphans.where(draft.c.id.is_(None))):
        yield f"turns of no draft: {left}"


def _owners(db: Db, cases: Iterable[Any]) -> Iterable[str]:
    """Each case has somebody, and each advisor's load is the number of their cases."""
    people = {row.id: row for row in db.execute(sa.select(advisor))}
    load = Counter(case.advisor_id for case in cases)
    yield from (f"owner {key} is nobody" for key in load if key not in people)
    for key, row in people.items():
        if row.open_cases != load[key]:
            yield f"{row.name} is counted {row.open_cases} cases and has {load[key]}"


def _words(db: Db, cases: dict[str, Any], told: dict[int, tuple[str, str]], seed: int) -> Iterable[str]:
    """What was told is in the case, and danger is in it once."""
    for number in told:
        found = report(seed, number)
        case = cases.get(found.draft.id)
        if case is None:
            continue
        answers = records.first_told(db, case.reference)["answers"]
        if answers.get("account") != found.draft.account:
            yield f"{number}: the account is not what was told"
        if found.alarm is not None:
            text = json.dumps(answers, ensure_ascii=False)
            bodies = db.execute(sa.select(message.c.id, message.c.body).where(
                message.c.case_reference == case.reference)).all()  # fmt: skip
            said = [records.unseal(db, f"message|body|{row.id}", row.body) for row in bodies]
            times = text.count(found.alarm.words) + sum(found.alarm.words in str(one) for one in said)
            if times != 1 or "weapon" not in case.risk_flags or case.urgency != "emergency":
                yield f"{number}: danger is in the case {times} times, {case.urgency}, {case.risk_flags}"


def faults_of_delivery(store: Store, arrived: Arrived, now: datetime) -> list[str]:
    """Every message arrived under its key, and under no other; each time with the same contents."""
    faults = []
    with store.read() as db:
        rows = db.execute(sa.select(outbox)).all()
    expected: dict[str, set[str]] = {"mail": set(), "webhook": set()}
    for row in rows:
        if row.state == "pending" and row.next_at > now and row.kind == "alert":
            # An alert comes again until somebody acts: each time it is a mail of its own.
            expected["mail"] |= {f"{row.id}-{place}" for place in range(1, row.deliveries + 1)}
        elif row.state == "delivered":
            expected[row.way].add(row.id)
        elif row.state == "pending" and row.kind in _BY_THE_CLOCK:
            continue
        else:
            faults.append(f"{row.way} {row.kind} {row.state} {row.last_error}")
    for way, keys in (("mail", arrived.mail), ("webhook", arrived.http)):
        faults += [f"{way}: {key} was never there" for key in expected[way] - set(keys)]
        faults += [f"{way}: {key} is of nobody" for key in set(keys) - expected[way]]
        faults += [f"{way}: {key} changed" for key, contents in keys.items() if len(set(contents)) != 1]
    return faults

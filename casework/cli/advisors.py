"""``reporting advisors import``, ``list``, ``roster``, ``duty`` and ``recount``, and ``reporting cases transfer``."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from casework.cli.output import complain, open_store, print_json, progress, say, table, who


def import_file(path: Path, as_json: bool) -> int:
    """All rows of the file or none. Exit status 2 where the file cannot be used; each line is named."""
    from casework.advisors.csvfile import BadFile, read_text
    from casework.advisors.files import import_advisors, read_advisors

    try:
        rows = read_advisors(read_text(path))
    except BadFile as bad:
        return _refuse(bad)
    done = 0
    with open_store() as store, progress("Importing") as step, store.begin() as db:

        def one_more() -> None:
            nonlocal done
            done += 1
            step(done, len(rows))

        imported = import_advisors(db, rows, one_more)
    if as_json:
        print_json(asdict(imported))
        return 0
    say(f"{imported.added} added, {imported.changed} changed.")
    if imported.demo_retired:
        say(f"{imported.demo_retired} demo advisors take no new cases from now on.")
    if imported.left_with_cases:
        say(f"{imported.left_with_cases} who take no new cases still have open ones: `reporting cases transfer`.")
    return 0


def list_advisors(as_json: bool) -> None:
    """Advisors, active ones first."""
    from casework.advisors.files import listed

    with open_store() as store, store.read() as db:
        found = listed(db)
    if as_json:
        print_json(found)
        return
    table(
        "Advisors",
        ("Name", "E-mail", "Trained", "Duty manager", "Areas", "Languages", "Works", "Absent", "Active", "Open cases"),
        [
            (one["name"], one["email"], one["trained"], one["duty_manager"], one["areas"] or "all",
             one["languages"], one["works"] or "mon-fri",
             [f"{start or '…'} to {end or '…'}" for start, end in one["absences"]],
             one["active"], one["open_cases"])
            for one in found
        ],
    )  # fmt: skip


def import_roster(path: Path, as_json: bool) -> int:
    """All shifts of the file or none. Exit status 2 where the file cannot be used."""
    from casework.advisors import roster
    from casework.advisors.csvfile import BadFile, read_text

    try:
        rows = roster.read_roster(read_text(path))
        with open_store() as store, store.begin() as db:
            count = roster.import_roster(db, rows)
    except BadFile as bad:
        return _refuse(bad)
    if as_json:
        print_json({"shifts": count})
    else:
        say(f"{count} shifts. `reporting advisors duty` shows them, and when nobody is on duty.")
    return 0


def show_duty(as_json: bool) -> None:
    """Shifts that are not over, and the gaps of the next fourteen days."""
    from casework.advisors import roster
    from casework.clocks import now

    with open_store() as store, store.read() as db:
        moment = now(store.settings)
        shifts, gaps = roster.shifts(db, moment), roster.gaps(db, moment)
    if as_json:
        print_json({
            "shifts": [{**one, "from": one["from"].isoformat(), "until": one["until"].isoformat()} for one in shifts],
            "gaps": [{"from": gap.starts_at.isoformat(), "until": gap.ends_at.isoformat()} for gap in gaps],
        })  # fmt: skip
        return
    table("On duty", ("Name", "E-mail", "From", "Until"),
          [(one["name"], one["email"], _here(one["from"]), _here(one["until"])) for one in shifts])  # fmt: skip
    table("Nobody on duty in the next 14 days (emergencies out of hours go to a duty manager)", ("From", "Until"),
          [(_here(gap.starts_at), _here(gap.ends_at)) for gap in gaps])  # fmt: skip


def recount(as_json: bool) -> None:
    """Put right the counts of open cases that differ from the cases."""
    from casework.advisors.load import recount as put_right
    from casework.clocks import now

    with open_store() as store, store.begin() as db:
        found = put_right(db, who(), now(store.settings))
    if as_json:
        print_json(found)
        return
    if not found:
        say("Every count is right.")
        return
    table("Put right", ("Name", "Counted", "Cases"), [(one["name"], one["counted"], one["cases"]) for one in found])


def transfer_case(reference: str, to: str, reason: str, override: str, as_json: bool) -> int:
    """Exit status 1 where there is no such case, 2 where it may not be given to them."""
    import sqlalchemy as sa

    from casework.advisors.transfer import NotTransferred, transfer
    from casework.cases import NoCase
    from casework.cases.references import tidy_reference
    from casework.clocks import now
    from casework.store.tables import advisor

    key = tidy_reference(reference)
    try:
        with open_store() as store, store.begin() as db:
            person = db.execute(sa.select(advisor).where(advisor.c.email == to.strip().casefold())).first()
            if person is None:
                raise NotTransferred("There is no such advisor.")
            transfer(db, key, person.id, who(), now(store.settings), reason, override)
    except NoCase:
        complain("There is no case of this reference.")
        return 1
    except NotTransferred as refused:
        complain(str(refused))
        if refused.against:
            complain('To them all the same: --override "why".')
        return 2
    if as_json:
        print_json({"reference": key, "advisor": {"name": person.name, "email": person.email}})
    else:
        say(f"{person.name} answers for {key} now.")
    return 0


def _refuse(bad: ValueError) -> int:
    for line in str(bad).splitlines():
        complain(line)
    complain("Nothing was imported.")
    return 2


def _here(moment: datetime) -> str:
    from casework.clocks.working import LONDON

    return f"{moment.astimezone(LONDON):%a %Y-%m-%d %H:%M}"

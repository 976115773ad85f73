"""``reporting advisors import`` and ``list``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from casework.cli.output import complain, open_store, print_json, progress, say, table


def import_file(path: Path, as_json: bool) -> int:
    """All rows of the file or none. Exit status 2 where the file cannot be used."""
    from casework.advisors.files import BadFile, import_advisors, read_advisors

    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = read_advisors(file)
    except (OSError, UnicodeDecodeError):
        complain(f"{path} cannot be read as a text file.")
        return 2
    except BadFile as problem:
        complain(str(problem))
        return 2
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
        ("Name", "E-mail", "Trained", "Duty manager", "Areas", "Languages", "Absent", "Active", "Open cases"),
        [
            (one["name"], one["email"], one["trained"], one["duty_manager"], one["areas"] or "all",
             one["languages"],
             [f"{start or '…'} to {end or '…'}" for start, end in one["absences"]],
             one["active"], one["open_cases"])
            for one in found
        ],
    )  # fmt: skip

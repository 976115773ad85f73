"""``reporting kpis``."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from datetime import date
from typing import Any

from casework.cli.output import complain, open_store, print_json, table


def show(as_json: bool, as_csv: bool, publish: bool, first: str, last: str) -> int:
    """The figures of a period. Exit status 2 where its days cannot be read."""
    from casework.clocks import now
    from casework.clocks.working import LONDON
    from casework.figures import Period, kpis, publishable, year_before

    with open_store() as store, store.read() as db:
        moment = now(store.settings)
        try:
            end = date.fromisoformat(last) if last else moment.astimezone(LONDON).date()
            period = Period(date.fromisoformat(first), end) if first else year_before(end)
        except ValueError:
            complain("A period is --from 2026-04-01 --until 2027-03-31, the first day before the last.")
            return 2
        found = kpis(db, moment, period)
    if publish:
        found = publishable(found)
    if as_json:
        print_json(found)
    elif as_csv:
        writer = csv.writer(sys.stdout)
        writer.writerow(["figure", "part", "value"])
        writer.writerows(rows(found))
    else:
        table("Figures", ("Figure", "Value"), list(found.items()))
    return 0


def rows(figures: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """One row a number: figure, part (empty where it has none) and value."""
    for name, value in figures.items():
        if isinstance(value, dict):
            yield from ((name, part, "" if one is None else one) for part, one in value.items())
        else:
            yield name, "", "" if value is None else value

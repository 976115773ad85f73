"""``reporting kpis``."""

from __future__ import annotations

from casework.cli.output import open_store, print_json, table


def show(as_json: bool) -> None:
    """The figures as they are now."""
    from casework.clocks import now
    from casework.figures import kpis

    with open_store() as store, store.read() as db:
        found = kpis(db, now(store.settings))
    if as_json:
        print_json(found)
    else:
        table("Figures", ("Figure", "Value"), list(found.items()))

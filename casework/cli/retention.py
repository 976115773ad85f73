"""``reporting retention run``."""

from __future__ import annotations

from casework.cli.output import open_store, print_json, progress, table


def run(as_json: bool) -> None:
    """Delete what is due now."""
    from casework.clocks import now
    from casework.retention import run as purge

    with open_store() as store, progress("Deleting") as step:
        done = purge(store, now(store.settings), step).to_json()
    if as_json:
        print_json(done)
    else:
        table("Deleted", ("What", "How many"), list(done.items()))

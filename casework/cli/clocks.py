"""``reporting clocks due``, ``meet`` and ``explain``."""

from __future__ import annotations

from datetime import timedelta

from casework.cli.output import complain, here, open_store, print_json, say, table, who


def due(hours: float, as_json: bool) -> None:
    """Running clocks that end within so many hours."""
    from casework.clocks import now
    from casework.clocks.keeping import due as found_due

    with open_store() as store, store.read() as db:
        moment = now(store.settings)
        found = found_due(db, moment + timedelta(hours=hours))
    shown = [
        {**one, "due_at": one["due_at"].isoformat(), "overdue": one["due_at"] < moment,
         "missed_at": one["missed_at"].isoformat() if one["missed_at"] else None}
        for one in found
    ]  # fmt: skip
    if as_json:
        print_json(shown)
        return
    table("Clocks", ("Reference", "Clock", "Ends", "Overdue", "Advisor"),
          [(one["reference"], one["name"], here(one["due_at"]), one["overdue"], one["advisor"])
           for one in shown])  # fmt: skip


def meet(reference: str, name: str, reason: str, as_json: bool) -> int:
    """Exit status 1 where there is no such case or clock, 2 where the reason is missing."""
    from casework import clocks
    from casework.cases.references import tidy_reference

    key = tidy_reference(reference)
    try:
        with open_store() as store, store.begin() as db:
            started = clocks.meet_clock(db, key, name, who(), clocks.now(store.settings), reason)
    except clocks.LateWithoutReason:
        complain('This clock has run out: say why with --reason "…".')
        return 2
    except clocks.ClockError:
        return _none(key, name)
    if as_json:
        print_json({"reference": key, "met": name, "started": started})
    else:
        say(f"{name} is met. " + (f"Now running: {', '.join(started)}." if started else ""))
    return 0


def explain(reference: str, name: str, reason: str, as_json: bool) -> int:
    """Exit status 1 where there is no such clock that has run out, 2 without a reason."""
    from casework import clocks
    from casework.cases.references import tidy_reference

    key = tidy_reference(reference)
    if not reason.strip():
        complain("A reason is needed.")
        return 2
    try:
        with open_store() as store, store.begin() as db:
            clocks.explain(db, key, name, who(), clocks.now(store.settings), reason)
    except clocks.ClockError:
        return _none(key, name)
    if as_json:
        print_json({"reference": key, "explained": name})
    else:
        say(f"It is written down why {name} was not kept in time.")
    return 0


def _none(reference: str, name: str) -> int:
    """What runs on the case instead, so that nobody has to guess how a clock is called."""
    from casework.clocks import clocks_of

    with open_store() as store, store.read() as db:
        found = clocks_of(db, reference)
    running = [one["name"] for one in found if not (one["met_at"] or one["stopped_at"])]
    if not found:
        complain("There is no case of this reference.")
    elif name in running:
        complain(f"{name} has not run out yet: there is nothing to explain.")
    else:
        complain(f"No clock of the name {name} runs on this case; running: {', '.join(running) or 'none'}.")
    return 1

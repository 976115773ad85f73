"""``reporting identity ask``, ``waiting`` and ``approve``: the second person for seeing who somebody is."""

from __future__ import annotations

from casework.cli.output import complain, here, open_store, print_json, say, table, who


def ask(reference: str, reason: str, for_case_system: bool, as_json: bool) -> int:
    """A request for a second person; exit status 2 without a reason."""
    from casework.cases import NoCase
    from casework.cases.references import tidy_reference
    from casework.clocks import now
    from casework.privacy import reveal

    purpose = reveal.CASE_SYSTEM if for_case_system else reveal.REVEAL
    try:
        with open_store() as store, store.begin() as db:
            key = reveal.ask(db, tidy_reference(reference), who(), reason, now(store.settings), purpose)
    except reveal.ReasonNeeded:
        complain('Identity is asked for only with a reason: --reason "…".')
        return 2
    except NoCase:
        complain("There is no case of this reference.")
        return 1
    if as_json:
        print_json({"request": key})
    else:
        say(f"Somebody else approves it: `reporting identity approve {key}`.")
    return 0


def waiting(as_json: bool) -> None:
    """Requests that can still be approved, with their reasons."""
    from casework.clocks import now
    from casework.privacy import reveal

    with open_store() as store, store.read() as db:
        found = reveal.waiting(db, now(store.settings))
    if as_json:
        print_json(found)
    else:
        columns = ("Request", "Reference", "Asked by", "For", "At", "Reason")
        table("Requests", columns, [tuple({**one, "asked_at": here(one["asked_at"])}.values()) for one in found])


def approve(key: str, as_json: bool) -> int:
    """Exit status 1 where it cannot be approved, or not by this person."""
    from casework.clocks import now
    from casework.privacy import reveal

    try:
        with open_store() as store, store.begin() as db:
            reference = reveal.approve(db, key, who(), now(store.settings))
    except reveal.NotApprovable as refused:
        complain(str(refused))
        return 1
    if as_json:
        print_json({"approved": key, "reference": reference})
    else:
        minutes = f"{store.settings.reveal_minutes:g} minutes"
        say(f"Approved: whoever asked may see who it is in {reference} (or the case system is sent it) for {minutes}.")
    return 0

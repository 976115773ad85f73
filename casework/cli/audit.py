"""``reporting audit verify`` and ``list``."""

from __future__ import annotations

from casework.cli.output import complain, here, more_follow, open_store, print_json, say, table


def verify(as_json: bool, head: str) -> int:
    """Exit status 1 where something was altered, removed, inserted or cut off."""
    from casework import audit

    with open_store() as store:
        found = audit.verify(store, head)
    if as_json:
        print_json(found.to_json())
    elif found.whole:
        say(f"The audit is whole: {found.count} entries.")
        say(f"Its head is {found.head}. Note it elsewhere, and compare with --head next time.")
    else:
        for problem in found.problems:
            complain(problem)
    return 0 if found.whole else 1


def show(as_json: bool, reference: str, act: str, limit: int, after: int) -> None:
    """A page of entries, newest first. They hold no words of any report."""
    from casework import audit
    from casework.cases.references import tidy_reference

    with open_store() as store, store.read() as db:
        found = audit.entries(db, tidy_reference(reference) if reference else "", act, limit, after)
    if len(found) == limit:
        more_follow(found[-1]["seq"])
    if as_json:
        print_json(found)
        return
    columns = ("seq", "at", "who", "act", "reference", "outcome", "intent", "detail")
    rows = [{**entry, "at": here(entry["at"])} for entry in found]
    table("Audit", [name.capitalize() for name in columns], [[row[name] for name in columns] for row in rows])

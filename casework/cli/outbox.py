"""``reporting outbox status``, ``dead``, ``resend`` and ``retry``."""

from __future__ import annotations

from typing import Any

from casework.cli.output import complain, here, more_follow, open_store, print_json, say, table, who


def status(as_json: bool) -> int:
    """Exit status 1 where there are dead letters: a person has to look."""
    from casework.clocks import now
    from casework.outbox.overview import status as read_status

    with open_store() as store:
        found = read_status(store, now(store.settings))
    if as_json:
        print_json(found)
        return 1 if found["dead"] else 0
    table("Outbox", ("Way", "State", "Kind", "Messages"),
          [(row["way"], row["state"], row["kind"], row["count"]) for row in found["by_kind"]])  # fmt: skip
    if not found["configured"]:
        say(
            "No way of delivery is configured (REPORTING_OUTBOX_TRANSPORT): "
            f"{found['pending']} messages wait. Advisors are not told of cases."
        )
    if found["failing"]:
        say(f"{found['failing']} messages failed at least once and are tried again.")
    if found["alerts_open"]:
        say(f"{found['alerts_open']} emergencies have not been acknowledged.")
    if found["dead_letters"]:
        _print_dead(found["dead_letters"])
    return 1 if found["dead"] else 0


def dead(as_json: bool, limit: int, after: str) -> int:
    """A page, oldest first. Exit status 1 where there are any."""
    from casework.outbox.overview import NoDeadLetter
    from casework.outbox.overview import dead as read_dead

    try:
        with open_store() as store, store.read() as db:
            found = read_dead(db, limit, after)
    except NoDeadLetter:
        complain("There is no message of the id that the list was to go on after.")
        return 1
    if len(found) == limit:
        more_follow(found[-1]["id"])
    if as_json:
        print_json(found)
    else:
        _print_dead(found)
    return 1 if found else 0


def resend(letter_id: str, as_json: bool) -> int:
    """One dead letter becomes pending again; it is in the case's timeline who did it."""
    from casework.clocks import now
    from casework.outbox.overview import NoDeadLetter
    from casework.outbox.overview import resend as send_again

    try:
        with open_store() as store, store.begin() as db:
            whole = send_again(db, letter_id, who(), now(store.settings))
    except NoDeadLetter:
        complain("There is no dead letter of this id (or several begin so); `reporting outbox dead` lists them.")
        return 1
    if as_json:
        print_json({"id": whole, "state": "pending"})
    else:
        say(f"{whole} will be sent again, under the same key.")
    return 0


def retry(as_json: bool) -> None:
    """All dead letters become pending again."""
    from casework.clocks import now
    from casework.outbox.overview import revive

    with open_store() as store, store.begin() as db:
        count = revive(db, who(), now(store.settings))
    if as_json:
        print_json({"revived": count})
    else:
        say(f"{count} messages will be tried again.")


def _print_dead(letters: list[dict[str, Any]]) -> None:
    columns = ("id", "reference", "way", "kind", "attempts", "error", "tried_at")
    table("Dead letters", ("Id", "Reference", "Way", "Kind", "Attempts", "Error", "Last tried"),
          [[here(letter[name]) if name == "tried_at" else letter[name] for name in columns]
           for letter in letters])  # fmt: skip
    if letters:
        say("`reporting outbox resend ID` sends one again, `reporting outbox retry` all of them.")

"""``reporting outbox status`` and ``retry``."""

from __future__ import annotations

from casework.cli.output import open_store, print_json, say, table


def status(as_json: bool) -> int:
    """Exit status 1 where there are dead letters: a person has to look."""
    from casework.clocks import now
    from casework.outbox.delivery import status as read_status

    with open_store() as store:
        found = read_status(store, now(store.settings))
    if as_json:
        print_json(found)
        return 1 if found["dead"] else 0
    table("Outbox", ("State", "Kind", "Messages"),
          [(row["state"], row["kind"], row["count"]) for row in found["by_kind"]])  # fmt: skip
    if not found["configured"]:
        say(
            "No way of delivery is configured (REPORTING_OUTBOX_TRANSPORT): "
            f"{found['pending']} messages wait. Advisors are not told of cases."
        )
    if found["alerts_open"]:
        say(f"{found['alerts_open']} emergencies have not been acknowledged.")
    if found["dead_letters"]:
        table("Dead letters", ("Reference", "Kind", "Attempts", "Error"),
              [tuple(row.values()) for row in found["dead_letters"]])  # fmt: skip
        say("`reporting outbox retry` tries them again.")
    return 1 if found["dead"] else 0


def retry(as_json: bool) -> None:
    """Dead letters become pending again."""
    from casework.clocks import now
    from casework.outbox.delivery import revive

    with open_store() as store:
        count = revive(store, now(store.settings))
    if as_json:
        print_json({"revived": count})
    else:
        say(f"{count} messages will be tried again.")

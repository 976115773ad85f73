"""``reporting keys status``, ``rotate``, ``retire`` and ``make``."""

from __future__ import annotations

from casework.cli.output import complain, open_store, print_json, progress, say, table, who


def status(as_json: bool) -> int:
    """Exit status 1 where a rotation is not finished."""
    from casework.privacy import rotation

    with open_store() as store:
        newest, sealed, pending = store.keys.newest, rotation.counts(store), rotation.pending(store)
    if as_json:
        print_json({"newest": newest, "values": {str(number): count for number, count in sealed.items()},
                    "rotation_pending": pending})  # fmt: skip
    else:
        table("Keys", ("Key", "Values", "Seals now"),
              [(number, count, number == newest) for number, count in sealed.items()])  # fmt: skip
        if pending:
            say("A rotation is not finished: `reporting keys rotate` finishes it.")
    return 1 if pending else 0


def rotate(as_json: bool) -> int:
    """Exit status 1 where values could not be opened."""
    from casework.privacy import rotation

    with open_store() as store, progress("Sealing anew") as step:
        done = rotation.rotate(store, who(), step)
    if as_json:
        print_json(done.to_json())
    else:
        if done.resumed:
            say("A rotation that was interrupted has been finished; no other key was made.")
        say(f"Key {done.number} seals from now on. {done.resealed} values were sealed anew with it.")
        say("Back up the keys, apart from the database. Older keys stay, for backups: `reporting keys retire`.")
    if done.damaged:
        complain(f"{done.damaged} values could not be opened and were left as they are.")
    return 1 if done.damaged else 0


def retire(number: int, as_json: bool) -> None:
    """A key that nothing needs any more goes for good."""
    from casework.privacy import rotation

    with open_store() as store:
        rotation.retire(store, number, who())
    if as_json:
        print_json({"retired": number})
    else:
        say(f"Key {number} is gone. Backups that were sealed with it open no more.")


def make() -> None:
    """A fresh set for REPORTING_KEYS; nothing is stored."""
    from casework.privacy.sources import fresh_configuration

    say(fresh_configuration())

"""``reporting backup`` and ``restore``."""

from __future__ import annotations

from pathlib import Path

from casework.cli.output import complain, open_store, print_json, say, who


def back_up(file: Path, as_json: bool) -> int:
    """Exit status 1 where it was not written, or does not open again."""
    from casework.backup import BackupError
    from casework.backup import back_up as write

    try:
        with open_store() as store:
            done = write(store, file, who())
    except BackupError as problem:
        complain(str(problem))
        return 1
    if as_json:
        print_json(done.to_json())
        return 0
    say(f"{done.cases} cases are in {done.file} ({done.size} bytes), and it opens.")
    say("The keys are not in it: keep a copy of them somewhere else.")
    if done.spooled:
        say(f"{done.spooled} alarms wait in the spool and are not in it; the worker takes them in.")
    return 0


def restore(file: Path, overwrite: bool, as_json: bool) -> int:
    """Exit status 1 where nothing was restored; the database is as it was then."""
    from casework.backup import BackupError
    from casework.backup import restore as put_back

    try:
        with open_store() as store:
            done = put_back(store, file, who(), overwrite)
    except BackupError as problem:
        complain(str(problem))
        return 1
    if as_json:
        print_json(done.to_json())
    else:
        say(f"Restored: {done.cases} cases, as they were at {done.made_at[:16].replace('T', ' ')} UTC.")
    return 0

"""Making an installation ready: directories, keys, database, and advisors to assign to. Safe to run at
every start."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from casework.settings import Settings


@dataclass(frozen=True, slots=True)
class Prepared:
    """What was found or made. ``demo_advisors`` counts those that were added now."""

    database: str
    demo_advisors: int


def prepare(settings: Settings) -> Prepared:
    """Directories, keys and database of this installation; demo advisors where there are none.

    Raises ``KeysError`` or ``StoreUnavailable`` with a sentence for the operator.
    """
    from casework.privacy import Keys
    from casework.store import Store

    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    settings.spool.mkdir(mode=0o700, exist_ok=True)
    keys = Keys.load(settings.home, create=True)
    store = Store(settings, keys)
    try:
        store.upgrade()
        from casework.advisors.demo import add_demo_advisors

        with store.begin() as db:
            added = add_demo_advisors(db)
    finally:
        store.close()
    return Prepared("SQLite" if store.is_sqlite else "PostgreSQL", added)


def main() -> int:
    from casework.privacy import KeysError
    from casework.settings import SettingsError, load_settings
    from casework.store import StoreUnavailable

    try:
        done = prepare(load_settings())
    except (SettingsError, KeysError, StoreUnavailable, OSError) as error:
        print(f"Not ready: {error}", file=sys.stderr)
        return 1
    print(f"Ready: {done.database} is up to date.")
    if done.demo_advisors:
        print(f"{done.demo_advisors} demo advisors were added (marked as demo): import your own before use.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

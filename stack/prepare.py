"""Makes the installation ready and tells the supervisor where it is: `python -m stack.prepare`.

A process of its own, so that the supervisor, which lives as long as the service, loads nothing but the
standard library.
"""

from __future__ import annotations

import json
import sys

from casework.privacy import KeysError
from casework.settings import SettingsError, load_settings
from casework.setup import prepare
from casework.store import StoreUnavailable


def main() -> int:
    """One line of JSON on standard output, or a sentence on standard error and status 2."""
    try:
        settings = load_settings()
        done = prepare(settings)
    except (SettingsError, KeysError, StoreUnavailable, OSError) as problem:
        print(problem, file=sys.stderr)
        return 2
    facts = {
        "home": str(settings.home.resolve()),
        "host": settings.host,
        "port": settings.port,
        "address": settings.base_url or f"http://127.0.0.1:{settings.port}",
        "database": done.database,
        "demo_advisors": done.demo_advisors,
    }
    print(json.dumps(facts))
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""`python -m web`: the front door as one process."""

from __future__ import annotations

import gc
import sys

import uvicorn

from casework.privacy import KeysError
from casework.settings import SettingsError, load_settings
from web.app import create_app
from web.logs import configure


def main() -> int:
    """Serve until told to stop; 2 with a sentence where the settings or the keys are wrong."""
    configure()
    try:
        settings = load_settings()
        app = create_app(settings)
    except (SettingsError, KeysError) as problem:
        print(problem, file=sys.stderr)
        return 2
    # What was read at the start stays: the collector need not walk through it during a turn.
    gc.collect()
    gc.freeze()
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        access_log=False,
        log_config=None,
        server_header=False,
        date_header=True,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        timeout_keep_alive=65,
        timeout_graceful_shutdown=10,
        h11_max_incomplete_event_size=64 * 1024,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())

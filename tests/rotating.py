"""``keys rotate`` as a process that is killed at a chosen value, so that where it dies hangs on no clock.

``python -m tests.rotating --die-at N --batch B``: SIGKILL while the N-th value is sealed anew, inside its transaction;
0 never. A kill that a watcher sends comes too late wherever the watcher gets less of the processor than the rotation.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from casework.cli import main
from casework.privacy import rotation
from casework.store import Store

ROOT = Path(__file__).parents[1]


def rotated(store: Store, *, die_at: int = 0, batch: int = rotation.BATCH) -> int:
    """The exit status of a rotation of this store: 0, or minus the signal that ended it."""
    environment = {
        **os.environ, "REPORTING_ENV": "test", "REPORTING_HOME": str(store.settings.home),
        "REPORTING_DATABASE_URL": store.settings.database,
    }  # fmt: skip
    arguments = [sys.executable, "-m", "tests.rotating", "--die-at", str(die_at), "--batch", str(batch)]
    return subprocess.run(arguments, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, check=False).returncode


def _dying(die_at: int) -> Any:
    reseal, count = rotation._reseal_one, 0

    def reseal_one(*arguments: Any) -> bool:
        nonlocal count
        count += 1
        if count == die_at:
            os.kill(os.getpid(), signal.SIGKILL)
        return reseal(*arguments)

    return reseal_one


def _run(words: Iterable[str]) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--die-at", type=int, required=True)
    parser.add_argument("--batch", type=int, required=True)
    wanted = parser.parse_args(list(words))
    rotation.BATCH = wanted.batch
    rotation._reseal_one = _dying(wanted.die_at)
    sys.argv[1:] = ["keys", "rotate"]
    main()


if __name__ == "__main__":
    _run(sys.argv[1:])

"""``python -m actions``: the action server, in one process, on the loopback address only.

rasa-sdk's own launcher binds all addresses and starts helper processes; this one does neither.
"""

from __future__ import annotations

import gc
import logging
import os
import sys

from rasa_sdk.endpoint import create_app
from rasa_sdk.executor import ActionExecutor

from actions.after_report import AfterReport
from actions.leave_report import LeaveReport
from actions.message import services
from actions.send_report import SendReport
from actions.validate_report_form import ValidateReportForm
from casework.catalogues.offered import catalogue
from casework.conversation.understand import controls
from casework.privacy import KeysError
from casework.questions import plan, wording
from casework.settings import SettingsError
from casework.triage import learnt, triage

HOST = "127.0.0.1"
DEFAULT_PORT = 5055
WARM_UP = "the neighbour shouts at us every night"


def warm_up() -> None:
    """Read the data and the keys before the first turn needs them. Raises ``SettingsError``, ``KeysError``."""
    for tag in services().settings.languages:
        catalogue(tag)
    plan(), controls(), wording.texts(), wording.faq()
    learnt.load()
    triage(WARM_UP)


def port() -> int:
    """Where to listen. Raises ``SettingsError``."""
    for name in ("ACTION_PORT", "ACTIONS_PORT"):
        if value := os.environ.get(name):
            if value.isascii() and value.isdigit() and 0 < int(value) < 65536:
                return int(value)
            raise SettingsError(f"{name} has a value that cannot be used: expected a port, 1 to 65535.")
    return DEFAULT_PORT


def main() -> int:
    """Serve until told to stop; 2 with a sentence where the settings or the keys are wrong."""
    logging.basicConfig(level=logging.WARNING)
    # Sanic and the SDK may log a request: nothing of a person's words goes to a log.
    logging.getLogger("rasa_sdk.endpoint").setLevel(logging.CRITICAL)
    executor = ActionExecutor()
    for action in (ValidateReportForm, SendReport, LeaveReport, AfterReport):
        executor.register_action(action)
    try:
        listening = port()
        warm_up()
    except (SettingsError, KeysError) as problem:
        print(f"Not started: {problem}", file=sys.stderr)
        return 2
    # What was read at the start stays: the collector need not walk through it during a turn.
    gc.collect()
    gc.freeze()
    app = create_app(executor, cors_origins=[])
    app.run(
        host=HOST,
        port=listening,
        single_process=True,
        access_log=False,
        motd=False,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())

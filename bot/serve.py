"""Serve the model: `python -m bot.serve`.

Our own launcher instead of `rasa run`: 127.0.0.1 only, the front door's channel only, no HTTP API, no
telemetry, no TensorFlow. Settings come from the environment: RASA_PORT, ACTION_ENDPOINT, FRONT_DOOR_KEY.
"""

from __future__ import annotations

import logging
import os
import sys
from typing import TYPE_CHECKING, Any

from bot import lean, logs
from bot.model import ARCHIVE, ROOT, archive_hash, read_card

if TYPE_CHECKING:
    from rasa.core.agent import Agent
    from sanic import Sanic

logger = logging.getLogger("bot.serve")

LEAN = "BOT_LEAN"  # "off": serve with everything that stock Rasa imports
DEFAULT_PORT = 5005
DEFAULT_ACTIONS = "http://127.0.0.1:5055/webhook"
CHECKED_JSONSCHEMA = "3.2.0"
# What the model must know: a sentence and its intent, then a button.
KNOWN = (("yes", "affirm"), ("/choose", "choose"))
LARGEST_REQUEST = 256 * 1024


class NotFit(RuntimeError):
    """The model must not be served; the message says why."""


def load_agent() -> Agent:
    """The agent of the trained model, with our processor, tracker store and action endpoint."""
    import rasa.core.agent
    from rasa.core.tracker_store import TrackerStore

    from bot.endpoint import ActionEndpoint
    from bot.processor import TurnProcessor
    from bot.tracker_store import MarksTrackerStore

    lean.apply()
    if not ARCHIVE.is_file():
        raise NotFit("There is no trained model. Run `make train`.")
    if (card := read_card()) and card.get("archive") != archive_hash():
        raise NotFit("The model is not the file that was trained here. Run `make train`.")
    rasa.core.agent.MessageProcessor = TurnProcessor
    store: TrackerStore = MarksTrackerStore()
    endpoint = ActionEndpoint(os.environ.get("ACTION_ENDPOINT") or DEFAULT_ACTIONS)
    agent = rasa.core.agent.Agent(tracker_store=store, action_endpoint=endpoint)
    # Without Rasa's fail-safe wrapper: after an error that one would keep whole conversations in memory.
    agent.tracker_store = store
    agent.load_model(ARCHIVE)
    lean.lay_out_weights(agent)
    return agent


async def check(agent: Agent) -> None:
    """Warm the model, and refuse one that does not classify: a classifier can load empty without a word."""
    for text, intent in KNOWN:
        parsed = await agent.parse_message(text)
        if intent in agent.domain.intents and parsed["intent"].get("name") != intent:
            raise NotFit("The model does not classify a sentence it must know. Run `make train`.")


def check_environment() -> None:
    """Warn where an action's reply would be checked by the slow version."""
    from importlib.metadata import version

    if version("jsonschema") != CHECKED_JSONSCHEMA:
        logger.warning("jsonschema is not %s: turns are slower", CHECKED_JSONSCHEMA)


def make_app(agent: Agent) -> Sanic:
    """A server with the front door's addresses and no others."""
    from rasa.core.channels.channel import register
    from sanic import Sanic

    from bot.channel import FrontDoorChannel

    app = Sanic("bot", configure_logging=False)
    app.config.REQUEST_MAX_SIZE = LARGEST_REQUEST
    app.config.KEEP_ALIVE_TIMEOUT = 75
    app.config.FALLBACK_ERROR_FORMAT = "json"
    app.ctx.agent = agent
    register([FrontDoorChannel.from_credentials(None)], app, "/webhooks/")

    @app.before_server_start
    async def warm(*_: Any) -> None:
        await check(agent)
        lean.settle()

    @app.after_server_stop
    async def close(*_: Any) -> None:
        await agent.action_endpoint.close()

    return app


def main() -> None:
    """Serve until told to stop."""
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    os.chdir(ROOT)
    logs.set_up()
    check_environment()
    is_lean = os.environ.get(LEAN, "on") != "off"
    try:
        if is_lean:
            lean.leave_out_unused()
        app = make_app(load_agent())
    except NotFit as reason:
        sys.exit(str(reason))
    except Exception as error:
        if not is_lean:
            raise
        logger.warning("starting again with stock imports (%s)", type(error).__name__)
        os.execve(sys.executable, [sys.executable, "-m", "bot.serve"], {**os.environ, LEAN: "off"})
    app.run(host="127.0.0.1", port=int(os.environ.get("RASA_PORT") or DEFAULT_PORT), access_log=False, motd=False)


if __name__ == "__main__":
    main()

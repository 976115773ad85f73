"""Rankings of intents: `python -m bot.rank < texts.jsonl`.

Reads JSON strings, one a line, and writes for each the list of [intent, confidence] as the served model gives
it. For tests and for looking at what the model makes of words.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys

from bot import lean, logs


async def rank() -> None:
    """Each line in, one line out, in the same order."""
    from bot.serve import load_agent

    agent = load_agent()
    for line in sys.stdin:
        parsed = await agent.parse_message(json.loads(line))
        ranking = [[entry["name"], entry["confidence"]] for entry in parsed["intent_ranking"]]
        print(json.dumps(ranking), flush=False)


if __name__ == "__main__":
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    logs.set_up()
    lean.leave_out_unused()
    asyncio.run(rank())

"""Short answers, wishes and questions to the assistant, as accounts that report nothing.

Every typed message is labelled, most of them no account at all: these teach the encoder to see nothing in them.
"""

from __future__ import annotations

from pathlib import Path

import yaml

from learning.accounts import Account

_FOLDER = Path(__file__).parents[1] / "data" / "nlu"
# Intents whose examples may tell of behaviour or risk.
_TELLING = (
    "tell_what_happened", "chat_not_safe", "chat_safe", "happening_now", "happening_ongoing", "consent_not_safe_to_ask",
    "consent_cannot_decide", "consent_could_not_ask", "speak_not_yet", "identity_anonymous", "ask_what_is_hate",
    "frequency_occasional", "frequency_monthly", "frequency_weekly", "frequency_daily", "start_report",
    "them_partner_or_ex", "them_visitor", "them_group", "contact_none", "start_report",
)  # fmt: skip
_EACH = 14


def small_talk() -> list[Account]:
    """Some examples of each harmless intent, spread over its list."""
    found = []
    for path in sorted(_FOLDER.glob("*.yml")):
        for entry in yaml.safe_load(path.read_text(encoding="utf-8")).get("nlu", []):
            name = entry.get("intent", "")
            if not name or name in _TELLING:
                continue
            lines = [line[2:].strip() for line in entry["examples"].splitlines() if line.startswith("- ")]
            for place in range(0, len(lines), max(1, len(lines) // _EACH)):
                found.append(_nothing(f"S1-{name}-{place}", lines[place]))
    return found


def _nothing(id: str, text: str) -> Account:
    none: frozenset[str] = frozenset()
    return Account(id, text, "other", None, none, none, none, "standard", None)

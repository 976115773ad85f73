"""Our stack as `make run` starts it, spoken to over the chat API: the front door, Rasa, the action server and
one committed transaction a turn."""

from __future__ import annotations

import os
import shutil
import sys
import time
from typing import Any

from bench.http_json import Client
from bench.side import WORK, Journey, Side

HOME = WORK / "home"
ASKS = ("Who will see what I write?", "How long will it take?", "Can I stay anonymous?")
ANSWERS: dict[str, dict[str, Any]] = {
    "danger_now": {"choice": "no"},
    "danger_check": {"choice": "no"},
    "leave_check": {"choice": "no"},
    "safe_to_chat": {"choice": "safe"},
    "reporter_role": {"choice": "on_behalf"},
    "age_group": {"choice": "18_plus"},
    "affected_consent": {"choice": "yes"},
    "account": {
        "text": "The people upstairs play loud music until three in the morning, most nights since summer. "
        "When my sister asked them to turn it down they laughed and banged on the floor."
    },
    "account_more": {"choice": "done"},
    "relationship_to_them": {"choice": "neighbour"},
    "motive": {"choices": ["none"]},
    "identity": {"choice": "named"},
    "reporter_name": {"text": "Sam Example"},
    "contact_method": {"choice": "email"},
    "contact_value": {"text": "sam@example.org"},
    "contact_safety": {"choices": ["email_ok"]},
    "affected_name": {"text": "Alex Example"},
    "affected_contact_ok": {"choice": "yes"},
    "where_postcode": {"text": "LL1 1AA"},
    "more_topics": {"choices": ["when_who", "harm", "people", "police_sharing", "evidence", "wishes", "support"]},
    "happened_when": {"text": "last Saturday"},
    "harm_signs": {"choices": ["none"]},
    "vulnerabilities": {"choices": ["health"]},
    "reported_to": {"choices": ["landlord"]},
    "evidence": {"choices": ["diary"]},
    "speak_to_other_party": {"choice": "ask_me_first"},
    "support_needs": {"choices": ["phone_call"]},
}
# What is corrected from the review, once the longer path has been walked.
CORRECTED = ("still_happening", "where_postcode", "account", "contact_value", "impact", "frequency")


def answer_to(question: dict[str, Any]) -> dict[str, Any]:
    """A plain answer to any question of the plan."""
    if given := ANSWERS.get(question["name"]):
        return given
    if question["kind"] in ("choice", "choices"):
        first = question["options"][0]["value"]
        return {"choice": first} if question["kind"] == "choice" else {"choices": [first]}
    return {"text": "It has made us very tired, and we are afraid to ask again."}


class OurJourney(Journey):
    """Answers, a question asked back, a step back, the longer path, corrections."""

    def __init__(self, client: Client) -> None:
        self._client = client
        status, started = client.post("/chat/api/sessions", {})
        if status != 201:
            raise SystemExit(f"no session: {status} {started}")
        self._headers = {"Authorization": f"Bearer {started['session']}"}
        self._question = started["turn"]["question"]
        self._turn = 0
        self._corrected = 0
        self._more = False
        self.asked: list[str] = []

    def _message(self) -> dict[str, Any]:
        name = self._question["name"]
        if self._turn % 9 == 4:
            return {"text": ASKS[self._turn % len(ASKS)]}
        if self._turn % 13 == 12 and name not in ("review", "more_topics"):
            return {"choice": "back"}
        if name != "review":
            return answer_to(self._question)
        if not self._more:
            self._more = True
            return {"choice": "more"}
        self._corrected += 1
        return {"choice": f"change:{CORRECTED[self._corrected % len(CORRECTED)]}"}

    def turn(self) -> float:
        """One message of the person."""
        self._turn += 1
        self.asked.append(self._question["name"])
        body = {"id": f"t{self._turn}", **self._message()}
        began = time.perf_counter()
        status, reply = self._client.post("/chat/api/messages", body, **self._headers)
        took = time.perf_counter() - began
        if status != 200 or not reply["turn"]["question"]:
            raise SystemExit(f"our stack answered {status} at turn {self._turn} to {self.asked[-1]}: {reply}")
        self._question = reply["turn"]["question"]
        return took


class Ours(Side):
    """A home of its own, made new, so that nobody's data is touched."""

    name = "our stack"

    def environment(self) -> dict[str, str]:
        """Port, home, no rate limits."""
        return {
            **os.environ,
            "PORT": str(self.port),
            "REPORTING_HOME": str(HOME),
            "REPORTING_RATE_LIMIT": "off",
        }

    def prepare(self) -> None:
        """Nothing left of an earlier run."""
        super().prepare()
        shutil.rmtree(HOME, ignore_errors=True)

    def command(self) -> list[str]:
        """As `make run` does it."""
        return [sys.executable, "-m", "stack"]

    def answers(self) -> bool:
        """To an opened chat's first answer."""
        OurJourney(Client(self.port)).turn()
        return True

    def _try(self) -> bool:
        try:
            return super()._try()
        except SystemExit:
            return False

    def journey(self) -> Journey:
        """A new chat."""
        return OurJourney(Client(self.port))

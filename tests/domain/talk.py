"""A conversation in the domain alone: no Rasa, no store. The model's ranking is given by the test where it matters."""

from __future__ import annotations

from dataclasses import dataclass, field

from casework.conversation import Draft, Incoming, Outcome
from casework.conversation.respond import open_questions, respond
from casework.conversation.understand import Ranking
from casework.questions import Plan, plan


@dataclass
class Talk:
    """Takes messages at the open question, as the form would ask them."""

    draft: Draft = field(default_factory=lambda: Draft(id="d" * 32))
    plan: Plan = field(default_factory=plan)
    count: int = 0
    last: Outcome = field(default_factory=Outcome)

    @property
    def asked(self) -> str:
        return open_questions(self.plan, self.draft)[0]

    def _take(self, incoming: Incoming, ranking: Ranking) -> Talk:
        self.last = respond(self.plan, self.draft, self.asked, incoming, ranking)
        return self

    def say(self, text: str, *ranking: tuple[str, float]) -> Talk:
        self.count += 1
        return self._take(Incoming(f"m{self.count}", text=text), ranking)

    def choose(self, *values: str, note: str = "") -> Talk:
        self.count += 1
        several = self.plan[self.asked].kind == "choices" and values[0] in self.plan[self.asked].values
        return self._take(
            Incoming(f"m{self.count}", choices=values, note=note)
            if several
            else Incoming(f"m{self.count}", choice=values[0], note=note),
            (),
        )

    def to(self, question: str, **answers: str) -> Talk:
        """Answer along the shortest way until ``question`` is open; ``answers`` by question name."""
        for _ in range(60):
            asked = self.asked
            if asked == question:
                return self
            given = answers.get(asked, ORDINARY.get(asked, "skip"))
            if self.plan[asked].takes_words and given != "skip":
                self.say(given)
            else:
                self.choose(given)
        raise AssertionError(f"{question} was never asked; {self.asked} is open")

    @property
    def names(self) -> list[str]:
        return [saying.name for saying in self.last.say]


ORDINARY = {
    "danger_now": "no",
    "safe_to_chat": "safe",
    "reporter_role": "self",
    "age_group": "18_plus",
    "affected_consent": "yes",
    "affected_at_risk": "no",
    "account": "The man downstairs plays loud music until three in the morning.",
    "account_more": "done",
    "still_happening": "ongoing",
    "relationship_to_them": "neighbour",
    "motive": "none",
    "identity": "anonymous",
    "where_postcode": "L36 9YZ",
    "danger_check": "no",
    "leave_check": "no",
}

"""The draft: everything told so far, the one record of a report until it is sent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

Answer = str | list[str]

# Answers that say who somebody is; an anonymous report keeps none of them (conversation, question 14).
IDENTITY_ANSWERS = ("reporter_name", "contact_method", "contact_value", "contact_safety")
MAX_MESSAGE, MAX_ACCOUNT = 4_000, 10_000
URGENCIES = ("standard", "urgent", "emergency")


@dataclass
class Draft:
    """What one reporter has told. Serialised with ``to_state``; nothing here is ever logged.

    ``flags`` and ``urgency`` come from typed words and never fall; ``helped`` remembers which help was
    already shown; ``doubted`` holds what looked wrong and waits to be sent again.
    """

    id: str
    channel: str = "webchat"
    answers: dict[str, Answer] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    from_account: list[str] = field(default_factory=list)
    passed_over: list[str] = field(default_factory=list)
    order: list[str] = field(default_factory=list)
    also_said: list[dict[str, str]] = field(default_factory=list)
    raised: list[str] = field(default_factory=list)
    urgency: str = "standard"
    hate_seen: bool = False
    damage: bool = False
    foreign: str = ""
    doubt: bool = False
    card_shown: bool = False
    reopened: str = ""
    leaving: bool = False
    wants_more: bool = False
    wants_person: bool = False
    needs_interpreter: bool = False
    helped: dict[str, list[str]] = field(default_factory=dict)
    misses: dict[str, int] = field(default_factory=dict)
    questioned: list[str] = field(default_factory=list)
    doubted: dict[str, str] = field(default_factory=dict)
    said_in: dict[str, list[str]] = field(default_factory=dict)

    # -- reading
    # ------------------------------------------------------------------------------------------------

    def answer(self, name: str) -> Any:
        """The stored answer, or None where the question was passed over or not asked."""
        return self.answers.get(name)

    def has(self, name: str) -> bool:
        """Whether the question needs no asking: answered, or passed over."""
        return name in self.answers or name in self.passed_over

    def keeps(self, name: str) -> bool:
        """Whether this question was opened again and may be left as it was answered."""
        return self.reopened == name and self.has(name)

    @property
    def flags(self) -> frozenset[str]:
        """Risk flags raised so far by typed words and by chosen options."""
        return frozenset(self.raised)

    @property
    def account(self) -> str:
        value = self.answers.get("account", "")
        return value if isinstance(value, str) else ""

    # -- writing
    # ------------------------------------------------------------------------------------------------

    def put(self, name: str, value: Answer, note: str = "") -> None:
        """Store an answer and its note; the name moves to the end of the order, so that "back" finds it."""
        self.answers[name] = value
        if note:
            self.notes[name] = note
        else:
            self.notes.pop(name, None)
        self._settled(name)

    def pass_over(self, name: str) -> None:
        """The person skipped this one; an answer that is already there stays."""
        if name not in self.answers and name not in self.passed_over:
            self.passed_over.append(name)
        self._settled(name, answered=name in self.answers)

    def _settled(self, name: str, answered: bool = True) -> None:
        if answered and name in self.passed_over:
            self.passed_over.remove(name)
        if name in self.from_account:
            self.from_account.remove(name)
        if name in self.order:
            self.order.remove(name)
        self.order.append(name)
        self.misses.pop(name, None)
        self.doubted.pop(name, None)
        self.reopened = ""

    def drop(self, names: Iterable[str]) -> None:
        """Forget these answers wholly, as if they had not been asked."""
        for name in names:
            self.answers.pop(name, None)
            self.notes.pop(name, None)
            self.doubted.pop(name, None)
            for held in (self.passed_over, self.order, self.from_account, self.questioned):
                if name in held:
                    held.remove(name)

    def drop_settled(self, name: str) -> None:
        """Ask this one again, keeping what it holds to add to."""
        self.reopened = name

    def keep_words(self, question: str, text: str) -> None:
        """Words that answer no question are kept all the same: nothing is lost."""
        entry = {"question": question, "text": text}
        if entry not in self.also_said:
            self.also_said.append(entry)

    def raise_flags(self, flags: Iterable[str], urgency: str = "standard") -> list[str]:
        """Add flags and raise the urgency; returns the flags that are new. Nothing is ever lowered."""
        new = [flag for flag in flags if flag not in self.raised]
        self.raised.extend(new)
        if URGENCIES.index(urgency) > URGENCIES.index(self.urgency):
            self.urgency = urgency
        return new

    # -- storing
    # ------------------------------------------------------------------------------------------------

    def to_state(self) -> dict[str, Any]:
        """A JSON-ready dictionary; the store seals it."""
        return asdict(self)

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Draft:
        """The draft that ``to_state`` wrote; fields of a later version are ignored."""
        known = cls.__dataclass_fields__
        return cls(**{name: value for name, value in state.items() if name in known})

"""What one turn did, by names: stored sealed beside the message's id, and put into words when it is shown."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Incoming:
    """One message as the front door took it in: typed words, or one or several chosen options with a note."""

    message_id: str
    text: str | None = None
    choice: str | None = None
    choices: tuple[str, ...] | None = None
    note: str = ""
    danger: bool = False


@dataclass(frozen=True)
class Saying:
    """A saying of ``wording.yml`` or ``faq.yml`` by its name; ``kind`` as in the chat API's messages."""

    name: str
    kind: str = "say"
    filled: dict[str, str] = field(default_factory=dict)


@dataclass
class Outcome:
    """The turn's effects. ``ends`` is ``send`` or ``leave`` where the form is over; ``erase`` lists
    message ids whose stored words must go (an anonymous report keeps no identity)."""

    say: list[Saying] = field(default_factory=list)
    ends: str = ""
    pauses: bool = False
    erase: list[str] = field(default_factory=list)
    receipt: dict[str, Any] | None = None
    ended: bool = False

    def add(self, name: str, kind: str = "say", **filled: str) -> None:
        """Say this, once a turn."""
        if all(saying.name != name for saying in self.say):
            self.say.append(Saying(name, kind, filled))

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Outcome:
        known = {name: value for name, value in data.items() if name in cls.__dataclass_fields__}
        known["say"] = [Saying(**saying) for saying in known.get("say", ())]
        return cls(**known)

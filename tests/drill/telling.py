"""Reports of all kinds, each made from its number alone, so that a sender that was killed tells the same again."""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass, field

from casework.conversation.draft import Answer, Draft
from casework.intake.alarm import Alarm

# Words that make each sort of case; two of them are danger.
ACCOUNTS = (
    "They play loud music until three in the morning, nearly every night since the summer.",
    "Rubbish and old mattresses are dumped behind the bins again, it stinks.",
    "He calls me a dirty foreigner each time I go out and threw eggs at my door.",
    "She shouts that people in wheelchairs should not live here, and blocks the ramp with her car.",
    "Kids on scooters race round the square and kicked the fence in.",
    "There is dealing on the stairs, cars come all night and I found needles.",
    "My ex keeps turning up and says he will make me sorry, the children are terrified.",
    "The dog next door is left barking for hours and has gone for my cat.",
    "I think the baby next door should not cry so much at night.",
    "The lad downstairs spat at me and said people like us get burnt out.",
)
DANGER = "help he has got a knife and he is kicking my door in"
NAMES = ("Ada", "Bilal", "Chen", "Dora", "Emeka", "Farah", "Grzegorz", "Hana", "Imran", "Jodie")
FAMILIES = ("Ashworth", "Brannigan", "Cartwright", "Dunmore", "Entwistle", "Farrimond", "Garside", "Hollins")
DISTRICTS = ("L32 1AA", "L33 8XT", "L36 9YZ", "L28 4DS", "L14 7QP", "12 Elm Road, L25 3SN", "by the park", "L35 5BG")


@dataclass(frozen=True, slots=True)
class Report:
    """One report: its draft, and the message of danger that came before it was sent, if any. ``spooled``: that
    message came while the database was away."""

    number: int
    draft: Draft = field(repr=False)
    alarm: Alarm | None = field(repr=False)
    spooled: bool


def report(seed: int, number: int) -> Report:
    """The report of this number: always the same."""
    chance = random.Random(f"{seed}/{number}")
    draft = Draft(id=hashlib.sha256(f"draft/{seed}/{number}".encode()).hexdigest()[:32],
                  channel=chance.choice(("webchat", "website")))  # fmt: skip
    role = chance.choice(("self", "self", "self", "on_behalf", "witness"))
    answers: dict[str, Answer] = {
        "danger_now": "no", "safe_to_chat": "safe", "reporter_role": role,
        "age_group": chance.choice(("18_plus",) * 8 + ("13_17", "prefer_not")),
        "account": f"{chance.choice(ACCOUNTS)} This is report {number}.",
        "still_happening": chance.choice(("now", "ongoing", "stopped", "not_sure")),
        "relationship_to_them": chance.choice(("neighbour",) * 5 + ("stranger", "family", "staff", "partner_or_ex")),
        "motive": chance.choice((["none"],) * 4 + (["race_ethnicity"], ["disability"], ["not_sure"])),
        "identity": chance.choice(("named", "anonymous")),
        "where_postcode": chance.choice(DISTRICTS),
    }  # fmt: skip
    if role == "on_behalf":
        answers["affected_consent"] = chance.choice(("yes", "yes", "not_safe_to_ask", "could_not_ask"))
        answers["affected_name"] = _name(chance)
    if answers["identity"] == "named":
        answers |= {"reporter_name": _name(chance), "contact_method": "phone", "contact_safety": ["phone_ok"],
                    "contact_value": f"07700 900{chance.randrange(1000):03}"}  # fmt: skip
    if chance.random() < 0.4:
        answers["person_responsible"] = f"{_name(chance)} at number {chance.randrange(1, 60)}"
    for name, value in answers.items():
        draft.put(name, value)
    alarm = None
    if chance.random() < 0.1:
        alarm = Alarm(draft.id, "danger", f"{DANGER}, {number}", question="account", flags=("weapon",))
    return Report(number, draft, alarm, alarm is not None and chance.random() < 0.3)


def _name(chance: random.Random) -> str:
    return f"{chance.choice(NAMES)} {chance.choice(FAMILIES)}"

"""Danger typed as the answer to any question brings the emergency card within that turn."""

from __future__ import annotations

import pytest

from casework.questions import plan
from tests.kit import Chat, Stack

pytestmark = pytest.mark.stack
DANGER = "hes back outside with a machete"
RICH = {
    "reporter_role": "on_behalf",
    "affected_consent": "could_not_ask",
    "account": "He smashed my window and left graffiti on the wall.",
    "identity": "named",
    "reporter_name": "Sam Sample",
    "contact_method": "phone",
    "contact_value": "0151 496 0000",
    "contact_safety": ["phone_ok"],
    "reported_to": ["police"],
}
LONGER = ["when_who", "harm", "people", "police_sharing", "evidence", "wishes", "support"]
UNREACHED = {"danger_check", "leave_check"}


@pytest.mark.parametrize("question", [name for name in plan().names if name not in UNREACHED])
def test_the_card_comes_and_the_words_are_kept(running_stack: Stack, question: str) -> None:
    chat = Chat(running_stack.base)
    asked = plan()[question]
    # Told by an account, these are not asked again: a bare account leaves them open.
    with_answers = RICH if question == "urgent_repair" else {**RICH, "account": "Graffiti and a broken lock."}
    if asked.topic is not None or question == "more_topics":
        chat.to("review", with_answers)
        chat.choose("more")
        if asked.topic is not None:
            chat.choose(*LONGER)
    chat.to(question, with_answers)
    turn = chat.say(DANGER)
    assert chat.kinds[0] == "emergency" and "999" in turn["messages"][0]["text"]
    if asked.takes_words and question != "contact_value" or question == "account_more":
        assert chat.asked != question or question == "account_more"
    else:
        assert chat.asked == question
    chat.to("review", with_answers)
    chat.choose("send")
    case = running_stack.case(chat.reference)
    assert case["urgency"] == "emergency" and case["priority"] == "emergency"
    assert {"immediate_danger", "weapon"} <= set(case["risk_flags"])
    if question not in ("reporter_name", "affected_name"):
        assert DANGER in str(case["answers"])


def test_leave_check_and_danger_check_are_screened_too(chat: Chat) -> None:
    chat.choose("leave")
    chat.say(DANGER)
    assert chat.kinds[0] == "emergency" and chat.asked == "leave_check"

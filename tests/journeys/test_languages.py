"""Whole reports in a language that is not English, over the real running stack: nothing of ours is left untranslated,
and the case is the one that the same report makes in English."""

from __future__ import annotations

from typing import Any

import pytest

from tests.kit import ORDINARY, Chat, Stack
from tests.plain_english import leftovers, of_turn

pytestmark = pytest.mark.stack
DANGER = "he is outside my door with a knife"
ALIGHT = "they are setting fire to my house right now"


@pytest.fixture
def tongues(tongues_stack: Stack) -> Stack:
    """Speaks English and both pseudo-locales."""
    return tongues_stack


class Watched(Chat):
    """A conversation in the accented language that fails as soon as a plain English word of ours is shown."""

    def __init__(self, stack: Stack) -> None:
        self.typed: list[str] = []
        self.names = [row["name"] for row in stack.reporting("advisors", "list", "--json")]
        self.answers: list[Any] = []
        super().__init__(stack.base, language="en-XA")

    def request(self, method: str, path: str, body: Any = None, *, raw: bytes | None = None) -> tuple[int, Any]:
        if isinstance(body, dict):
            self.typed += [body[name] for name in ("text", "note") if body.get(name)]
        status, answer = super().request(method, path, body, raw=raw)
        if answer is not None:
            self.watch(answer)
        return status, answer

    def watch(self, answer: dict[str, Any]) -> None:
        shown = [text for turn in [answer.get("turn"), *answer.get("turns", ())] if turn for text in of_turn(turn)]
        if "error" in answer:
            shown.append(answer["error"]["message"])
        if answer.get("case"):
            shown.append(answer["case"]["status"])
        assert leftovers(shown, *self.typed, *self.names) == []


def labels(chat: Chat) -> dict[str, str]:
    return {option["value"]: option["label"] for option in chat.turn["question"]["options"]}


def longer(chat: Chat) -> None:
    """Every topic of the longer path, and every option that has a label, seen."""
    chat.choose("more")
    chat.choose(*labels(chat))
    for _ in range(40):
        if chat.asked == "review":
            return
        offered = list(labels(chat))
        if chat.turn["question"]["kind"] == "choices":
            chat.choose(offered[0], note="it is hard")
        elif offered:
            chat.choose(offered[0])
        else:
            chat.say("last Tuesday night")
    raise AssertionError(chat.asked)


NAMED = {
    "identity": "named",
    "reporter_name": "Sam Sample",
    "contact_method": "email",
    "contact_value": "sam@example.org",
    "contact_safety": ["email_ok"],
}


def test_a_customer_tells_everything_there_is_to_tell(tongues: Stack) -> None:
    chat = Watched(tongues)
    chat.to("contact_value", NAMED)
    chat.say("not an address")
    chat.to("review", NAMED)
    longer(chat)
    chat.choose("send")
    assert chat.turn["receipt"]["next"] and tongues.case(chat.reference)["identity"] == "named"
    chat.say("one thing more about it")
    code = chat.turn["receipt"] or chat.request("GET", "/transcript")[1]["turns"][-2]["receipt"]
    status, back = chat.request("POST", "/receipts", {"code": code["code"]})
    assert status == 200 and back["case"]["status"]


@pytest.mark.parametrize("consent", ["yes", "no", "could_not_ask", "not_safe_to_ask", "cannot_decide"])
def test_a_representative_tells_for_somebody_else(tongues: Stack, consent: str) -> None:
    chat = Watched(tongues)
    about = {"reporter_role": "on_behalf", "affected_consent": consent, "affected_name": "Ann Other"}
    chat.to("review", {**NAMED, **about})
    chat.choose("send")
    assert tongues.case(chat.reference)["affected_consent"] == consent


def test_an_anonymous_report_is_the_same_case_as_in_english(tongues: Stack) -> None:
    cases = []
    for chat in (Watched(tongues), Chat(tongues.base), Chat(tongues.base, language="ar-XB")):
        chat.to("identity", {"motive": ["religion_belief", "race_ethnicity"]})
        chat.choose("anonymous")
        chat.to("review")
        chat.choose("send")
        cases.append(tongues.case(chat.reference))
    same = ("category", "hate_kind", "strands", "asb_types", "risk_flags", "urgency", "priority", "answers", "identity")
    assert [{name: case[name] for name in same} for case in cases[1:]] == [{name: cases[0][name] for name in same}] * 2


def test_words_that_are_shown_may_be_typed(tongues: Stack) -> None:
    for tag in ("en-XA", "ar-XB"):
        chat = Chat(tongues.base, language=tag)
        chat.say(labels(chat)["no"])
        assert chat.asked == "safe_to_chat"
        chat.say(labels(chat)["safe"])
        chat.say(labels(chat)["on_behalf"])
        chat.to("affected_consent")
        chat.say(labels(chat)["could_not_ask"])
        assert chat.asked == "affected_at_risk"
        chat.to("motive")
        chat.say(labels(chat)["disability"])
        chat.to("review")
        # And what is understood in English still is.
        chat.say("send it please")
        case = tongues.case(chat.reference)
        assert (case["affected_consent"], case["answers"]["motive"]) == ("could_not_ask", ["disability"])


def test_danger_doubt_and_help(tongues: Stack) -> None:
    chat = Watched(tongues)
    chat.choose("not_sure")
    chat.to("account")
    chat.say(DANGER)
    assert "emergency" in chat.kinds
    chat.say(ALIGHT)
    chat.say("my ex strangled me and I want to end my life, the kids saw it")
    chat.say("she is being made to work for no money and followed every day")
    chat.to("review", {"danger_check": "yes"})
    chat.choose("leave")
    chat.choose("yes")
    assert chat.turn["ended"]


def test_wishes_questions_and_mistakes(tongues: Stack) -> None:
    chat = Watched(tongues)
    chat.choose("back")
    chat.say("blah blah whatever that may be")
    chat.say("blah blah again and again")
    chat.say("who will see this?")
    assert chat.post(choice="skip")[0] == chat.post(choice="pigeon")[0] == 409
    chat.to("age_group")
    for wish in ("person", "language", "back"):
        chat.choose(wish)
    for asked in ("what counts as hate?", "how long will it take?", "what happens next?", "is this anonymous?"):
        chat.say(asked)
    chat.to("account")
    assert chat.post(text="x" * 4001)[0] == 413
    chat.say("Oni krzyczą na mnie każdej nocy i rzucają kamieniami w moje okno")
    chat.to("where_postcode")
    chat.say("L3X 9YZQ")
    chat.to("review")
    chat.say("I said something wrong in there")
    chat.choose("change:account")
    chat.say("It was the people from number nine, they shout all night long.")
    chat.to("review")
    chat.choose("leave")
    chat.choose("no")
    assert chat.asked == "review" and chat.turn["summary"]


def test_a_paused_report_opens_in_the_language_it_is_opened_in(tongues: Stack) -> None:
    chat = Watched(tongues)
    chat.to("account")
    chat.choose("pause")
    code = chat.turn["receipt"]["code"]
    status, back = chat.request("POST", "/receipts", {"code": code})
    assert status == 200 and back["turn"]["question"]["name"] == "account"
    english = Chat(tongues.base)
    english.session = ""
    status, back = english.request("POST", "/receipts", {"code": code})
    assert status == 200 and back["turn"]["question"]["text"].startswith("What happened")
    assert english.request("POST", "/receipts", {"code": "1234"})[0] == 400


@pytest.mark.parametrize("option", ["now", "ongoing", "stopped", "not_sure"])
def test_other_ways_through_the_questions(tongues: Stack, option: str) -> None:
    chat = Watched(tongues)
    ways = {"now": "partner_or_ex", "ongoing": "family", "stopped": "stranger", "not_sure": "group"}
    chat.to("safe_to_chat", {"danger_now": "no"})
    chat.choose("not_safe")
    about = {"still_happening": option, "relationship_to_them": ways[option], "age_group": "13_17"}
    chat.to("review", {**ORDINARY, **about})
    chat.choose("send")
    assert chat.turn["receipt"]

"""What is noted on the way: the language or format somebody needs, and what an account has told already."""

from __future__ import annotations

import pytest

from casework.questions.wording import texts
from tests.domain.talk import Talk


@pytest.mark.parametrize("question", ["reporter_role", "still_happening", "account", "motive"])
@pytest.mark.parametrize(
    ("words", "needs", "interpreter"),
    [
        ("I need a Polish interpreter", ["interpreter"], True),
        ("can I have an interpreter", ["interpreter"], True),
        ("bsl please", ["bsl"], True),
        ("large print please", ["large_print"], False),
    ],
)
def test_a_language_or_format_asked_for_is_noted(
    question: str, words: str, needs: list[str], interpreter: bool
) -> None:
    talk = Talk().to(question)
    talk.say(words)
    assert talk.asked == question and "account" not in talk.names
    assert talk.draft.answers["support_needs"] == needs and talk.draft.notes["support_needs"] == words
    assert talk.draft.needs_interpreter == interpreter


def test_later_words_never_take_the_language_away_and_the_support_topic_asks_once() -> None:
    talk = Talk().to("still_happening").say("can I get this in Farsi please").say("other language")
    assert talk.draft.notes["support_needs"] == "can I get this in Farsi please; other language"
    talk.to("review").choose("more").choose("support")
    assert talk.asked == "support_needs"
    talk.choose("phone_call", note="after six")
    assert talk.asked == "review" and talk.draft.answers["support_needs"] == ["interpreter", "phone_call"]
    assert talk.draft.notes["support_needs"].endswith("other language; after six") and talk.draft.needs_interpreter
    # Answered now: it can be changed, and is not put again.
    talk.choose("more").choose("support")
    assert talk.asked == "review"
    talk.choose("change:support_needs").choose("phone_call")
    assert talk.draft.answers["support_needs"] == ["phone_call"]


def test_the_longer_path_asks_nothing_that_the_account_has_told() -> None:
    account = "They play music every night. I told the police and the council, and I have videos of it."
    talk = Talk().to("review", account=account).choose("more").choose("when_who", "police_sharing", "evidence")
    asked = []
    while talk.asked != "review":
        asked.append(talk.asked)
        talk.choose("skip")
    assert "police_reference" in asked and not {"frequency", "reported_to", "evidence"} & set(asked)


def test_information_only_promises_nothing_and_says_when_risk_makes_it_more() -> None:
    told = {"reporter_role": "on_behalf", "affected_consent": "no", "affected_at_risk": "no"}
    talk = Talk().to("no_consent_reason", **told)
    assert talk.names == ["consent_information"] and "leave out" not in texts()["consent_information"][0]
    talk.to("account", **told).say("Her neighbour said he will kill her and punched her in the face last Tuesday.")
    assert "consent_concern" in talk.names
    talk.to("review", **told)
    assert "consent_concern" not in talk.names


@pytest.mark.parametrize(
    ("words", "group"),
    [
        ("last night at about 11 he kicked my door", None), ("12 lads hit me last night", None), ("flat 12", None),
        ("when i was 15 he hit me", None), ("15 and he hit me", "13_17"), ("14. he hits me", "13_17"),
        ("no, 34", "18_plus"), ("im 16 and he hit me with a bat", "13_17"),
    ],
)  # fmt: skip
def test_a_number_in_an_account_is_no_age(words: str, group: str | None) -> None:
    talk = Talk().to("age_group").say(words)
    assert talk.draft.answer("age_group") == group
    assert group or [one["text"] for one in talk.draft.also_said] == [words]

"""Triage: what an account is labelled with, by the guide's own rulings."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.triage import foreign, mentions_damage, reads_as_report, screen, told, triage
from casework.triage.labels import CATEGORIES, RISK_FLAGS, URGENCIES
from casework.triage.reading import read_account

CATEGORY = [
    ("He shouted dirty names about my religion and pulled my headscarf off.", "hate"),
    ("I'm a Muslim and next door's music is too loud at night.", "asb"),
    ("Someone painted a swastika on our door.", "hate"),
    ("They told us to go back to where we came from.", "hate"),
    ("They mimic how my son walks and call him a spaz.", "hate"),
    ("Two lads shouted that they don't want our sort here because we're gay.", "hate"),
    ("The children next door play in their garden in the afternoon.", "not_asb"),
    ("When will my boiler be mended?", "other"),
    ("Hello, are you there?", "other"),
    ("Somebody dumps rubbish by the black bins every week.", "asb"),
    ("They race cars up and down the street until two in the morning.", "asb"),
    ("", "other"),
]
FLAGS = [
    ("He punched my brother in the face.", {"violence"}),
    ("He pulled a knife on me.", {"weapon"}),
    ("She said she will burn us out of our house.", {"threat_of_harm", "arson_fire"}),
    ("My ex keeps turning up and controls my money.", {"domestic_abuse"}),
    ("I can't go on any more, I want to end my life.", {"suicide_self_harm"}),
    ("Dealers have taken over my nephew's flat and sell from it.", {"exploitation"}),
    ("He exposed himself to me on the stairs.", {"sexual_offence"}),
    ("It happens every night and it is getting worse.", {"repeat_or_escalating"}),
]
# What looks like hostility and is none, and the same words a little apart where it is.
HATE_PAIRS = [
    ("The man said to his dog 'get her' and it bit my leg.", "The man said to his dog 'get the Paki' and it bit me."),
    ("I am from Portugal and we all had a laugh.", "I am from Portugal and they all laugh at my accent."),
    (
        "There were two men on the bike shed roof and one said 'pass me that'.",
        "Two men live together next door and somebody wrote 'perverts' on their gate.",
    ),
    ("My sister could not get past it on the stairs.", "He says my sister is past it and an old hag."),
    (
        "My aunt wears a hijab. The note said 'missed your parcel, it is at 14'.",
        "My aunt wears a hijab. The note said 'take the rag off'.",
    ),
    ("There is a chink in the curtain.", "He called me a chink in the lift."),
    ("He told me to p*** off when I asked about the bins.", "p*ki out on our door again"),
    ("I called through the letterbox.", "He called my wife a letterbox because of her niqab."),
    ("He says the geese should be culled.", "He says we pensioners should have been culled."),
    ("Which one of the keys is for the back door?", "They ask me and my wife which one of us is the man."),
    ("My hearing aids were tested.", "They took my hearing aids and threw them over the fence."),
    ("My English is better now.", "They will not speak to us because my English is bad."),
    ("She told me she's 'letting him calm down', one hand bandaged.", "She calls my son, who is autistic, 'a freak'."),
    ("We had gypsy tart at the street party.", "They shouted gypsy scum at the street party."),
]
EMERGENCY = [
    "hes back",
    "hes got a knife hes outside my door",
    "the flat is on fire",
    "they're kicking my door in right now",
    "she's not breathing",
    "im going to end it tonight ive got the pills",
    "hes in my flat 🔪 🆘",
]
CALM = [
    "the music is killing me",
    "what do you do about knife crime?",
    "no one was hurt and there were no weapons",
    "I could murder a cup of tea",
    "L36 9YZ",
    "Sam Sample",
    "0151 496 0000",
    "yes",
    "it was my neighbour",
]


@pytest.mark.parametrize(("account", "category"), CATEGORY)
def test_the_category(account: str, category: str) -> None:
    assert triage(account).category == category


@pytest.mark.parametrize(("harmless", "hostile"), HATE_PAIRS)
def test_what_looks_like_hostility_and_what_is(harmless: str, hostile: str) -> None:
    assert triage(harmless).category != "hate"
    assert triage(hostile).category == "hate"


@pytest.mark.parametrize(("account", "flags"), FLAGS)
def test_the_risk_flags(account: str, flags: set[str]) -> None:
    labels = triage(account)
    assert flags <= set(labels.risk_flags)
    if flags != {"repeat_or_escalating"}:
        assert labels.urgency != "standard"


@pytest.mark.parametrize("words", EMERGENCY)
def test_danger_is_seen(words: str) -> None:
    assert screen(words).emergency


@pytest.mark.parametrize("words", CALM)
def test_figures_of_speech_denials_questions_and_small_answers_are_no_danger(words: str) -> None:
    assert not screen(words).emergency
    assert triage(words).urgency == "standard"


@pytest.mark.parametrize("motive", ["race_ethnicity", "religion_belief", "disability", "age", "sex"])
def test_a_motive_that_was_chosen_always_counts(motive: str) -> None:
    labels = triage("They play loud music.", (motive,))
    assert labels.category == "hate" and motive in labels.strands


def test_none_clears_nothing_and_other_is_never_everyday_living() -> None:
    assert triage("He called me a dirty foreigner.", ("none",)).category == "hate"
    assert triage("Their baby cries.", ("other",)).category == "asb"


def test_each_label_has_its_reason_with_rule_and_clause() -> None:
    account = "He called me a dirty foreigner and punched me."
    labels = triage(account)
    given_reasons = {(reason.label, reason.value) for reason in labels.reasons}
    assert ("category", "hate") in given_reasons and ("risk_flags", "violence") in given_reasons
    for reason in labels.reasons:
        assert reason.rule and reason.policy.startswith(("HP", "AP"))
        if reason.span is not None:
            assert account[slice(*reason.span)].strip()


def test_what_an_account_plainly_tells_is_not_asked_again() -> None:
    found = told("My neighbour bangs on my wall every night, it is still going on.")
    assert found.get("relationship_to_them") == "neighbour"
    found = told(
        "Every night for six months he plays music. I told the police and the council, I have videos of it, "
        "and my two kids are scared."
    )
    assert found == {
        "still_happening": "ongoing", "frequency": "daily", "children_present": "yes",
        "reported_to": ["council", "police"], "evidence": ["video"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("account", "question", "answer"),
    [
        ("It happened last night at about 11.", "happened_when", "last night at about 11"),
        ("last night at 11 he kicked my door", "happened_when", "last night at 11"),
        ("on Friday the 13th at 9pm he hit me", "happened_when", "on Friday the 13th at 9pm"),
        ("It was on Friday at half past nine.", "happened_when", "on Friday at half past nine"),
        ("last night around 10 lads came", "happened_when", "last night"),
        ("last night at 11 Elm Road he shouted", "happened_when", "last night"),
        ("Her grown up son takes her pension and shouts.", "relationship_to_them", "family"),
        ("Her son pushed her", "relationship_to_them", "family"),
        ("Neighbour upstairs all time throw water on my wife", "relationship_to_them", "neighbour"),
        ("My husband gets a bit rough. He put his hands round my neck.", "relationship_to_them", "partner_or_ex"),
        ("It was last night about half eleven.", "happened_when", "last night about half eleven"),
        ("My son was pushed by a boy", "relationship_to_them", None),
        ("her son was hit by the neighbour", "relationship_to_them", None),
        ("I have not told the police and I have no photos.", "reported_to", None),
        ("I told him the police would come.", "reported_to", None),
        ("They took photos of my house.", "evidence", None),
        ("Every day I walk my dog and he spits.", "frequency", None),
        ("This is the first time I have reported it.", "frequency", None),
    ],
)
def test_only_what_is_plainly_told_is_taken_from_an_account(account: str, question: str, answer: str | None) -> None:
    assert told(account).get(question) == answer


def test_damage_and_languages() -> None:
    assert mentions_damage("They smashed my window.") and not mentions_damage("They play loud music.")
    assert foreign("Sąsiad krzyczy na nas każdej nocy i rzuca śmieci pod drzwi") and not foreign("He shouts at us.")


def test_what_reads_as_a_report() -> None:
    assert reads_as_report("why does she keep screaming at my kids every morning?")
    assert not reads_as_report("who will see this?")


@given(st.text(max_size=400))
def test_any_text_gets_labels(text: str) -> None:
    labels = triage(text)
    assert labels.category in CATEGORIES and labels.urgency in URGENCIES
    assert set(labels.risk_flags) <= set(RISK_FLAGS)
    assert screen(text) == screen(text)


@pytest.mark.parametrize(
    "text",
    [
        "hold fire", "fire it off", "fire away", "no problem talking now", "dont like talking to robots",
        "is someone coming round", "is somebody coming round to fix it", "he wont move his van", "they dont move out",
        "the light wont go out", "call me Gaz", "Gaz Smith", "Gaz in flat 3", "my name is Blaze", "Blaze",
    ],
)  # fmt: skip
def test_what_people_say_to_the_assistant_is_no_danger(text: str) -> None:
    assert not screen(text).emergency


@pytest.mark.parametrize(
    "text",
    [
        "fire", "fire in the hall", "hes not moving", "she isnt talking and wont wake up", "he dont move",
        "they set it on fire and it wont go out", "we cant put the fire out", "hes coming round",
        "smell of gaz", "gaz w mieszkaniu", "fuite de gaz", "gaz is leaking", "gaz se scurge", "blaze in the kitchen",
    ],
)  # fmt: skip
def test_the_same_words_of_danger_are(text: str) -> None:
    assert screen(text).emergency


def test_the_same_words_are_read_once_and_few_are_kept() -> None:
    text = "They kicked my door and called me a dirty foreigner."
    assert read_account(text) is read_account(text)
    first = triage(text)
    for number in range(6):
        read_account(f"Number {number} plays music.")
    assert read_account(text).find(frozenset({"type"})) and triage(text) == first
    with ThreadPoolExecutor(1) as other:
        assert other.submit(read_account, text).result() is not read_account(text)

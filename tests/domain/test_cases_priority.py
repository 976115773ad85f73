"""Labels as they are settled, and the priority that follows from them: the table of case-record.md, row by
row."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.cases.codes import ASB_TYPES, CATEGORIES, PRIORITIES, RISK_FLAGS, STRANDS, URGENCIES
from casework.cases.labels import raised, settle
from casework.cases.parts import postcode_district, split
from casework.cases.priority import FLOORS, facts_of, priority
from tests.domain.conftest import a_submission, labels

NOTHING_LEFT_OPEN = {"motive": ["none"], "still_happening": "stopped"}
CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("emergency", "an emergency", {"labels": labels("asb", "immediate_danger", urgency="emergency")}),
    ("emergency", "yes to danger", {"answers": {"danger_now": "yes"}}),
    ("urgent", "any hate", {"labels": labels("hate")}),
    ("urgent", "a strand chosen as motive", {"answers": {"motive": ["age"]}}),
    ("urgent", "an urgent account", {"labels": labels("asb", "weapon", urgency="urgent")}),
    ("urgent", "domestic abuse", {"labels": labels("asb", "domestic_abuse")}),
    ("urgent", "a partner", {"answers": {"relationship_to_them": "partner_or_ex"}}),
    ("urgent", "reprisals feared", {"reprisals_feared": True}),
    ("urgent", "warned not to tell", {"answers": {"harm_signs": ["damage", "warned_not_to_tell"]}}),
    ("urgent", "no consent, and a flag", {"affected_consent": "no", "labels": labels("asb", "violence")}),
    (
        "urgent",
        "not asked, and a flag",
        {"affected_consent": "could_not_ask", "labels": labels("asb", "weapon")},
    ),
    (
        "urgent",
        "cannot decide, and a flag",
        {"affected_consent": "cannot_decide", "labels": labels("asb", "adult_at_risk")},
    ),
    ("urgent", "not safe to ask", {"affected_consent": "not_safe_to_ask"}),
    ("urgent", "under 18", {"under_18": True}),
    ("urgent", "under 13 by the answer", {"answers": {"age_group": "under_13"}}),
    ("urgent", "a language not understood", {"foreign_language": "pl"}),
    ("urgent", "a floor of the conversation", {"urgency_floor": "urgent"}),
    ("urgent", "a call for help without behaviour", {"labels": labels("other", "weapon", urgency="urgent")}),
    ("standard", "other ASB", {}),
    ("standard", "ASB that goes on", {"labels": labels("asb", "repeat_or_escalating")}),
    (
        "standard",
        "no consent and only repetition",
        {"affected_consent": "no", "labels": labels("asb", "repeat_or_escalating")},
    ),
    (
        "standard",
        "consent and a flag that is over",
        {"affected_consent": "yes", "labels": labels("asb", "violence")},
    ),
    (
        "standard",
        "not ASB, but it goes on",
        {"labels": labels("not_asb", "repeat_or_escalating"), "answers": NOTHING_LEFT_OPEN},
    ),
    (
        "standard",
        "not ASB, motive not answered",
        {
            "labels": labels("not_asb"),
            "answers": {"still_happening": "stopped"},
            "skipped": frozenset({"motive"}),
        },
    ),
    (
        "standard",
        "not ASB, motive not sure",
        {"labels": labels("not_asb"), "answers": {**NOTHING_LEFT_OPEN, "motive": ["not_sure"]}},
    ),
    (
        "standard",
        "not ASB, motive something else",
        {"labels": labels("not_asb"), "answers": {**NOTHING_LEFT_OPEN, "motive": ["other"]}},
    ),
    (
        "standard",
        "not ASB, somebody vulnerable",
        {"labels": labels("not_asb"), "answers": {**NOTHING_LEFT_OPEN, "vulnerabilities": ["health"]}},
    ),
    (
        "standard",
        "not ASB, vulnerability not said",
        {"labels": labels("not_asb"), "answers": {**NOTHING_LEFT_OPEN, "vulnerabilities": ["prefer_not"]}},
    ),
    (
        "standard",
        "not ASB, ongoing",
        {"labels": labels("not_asb"), "answers": {**NOTHING_LEFT_OPEN, "still_happening": "ongoing"}},
    ),
    (
        "standard",
        "not ASB, every week",
        {"labels": labels("not_asb"), "answers": {**NOTHING_LEFT_OPEN, "frequency": "weekly"}},
    ),
    (
        "standard",
        "not ASB, whether it goes on was skipped",
        {
            "labels": labels("not_asb"),
            "answers": {"motive": ["none"]},
            "skipped": frozenset({"still_happening"}),
        },
    ),
    ("review", "only everyday living", {"labels": labels("not_asb"), "answers": NOTHING_LEFT_OPEN}),
    (
        "review",
        "everyday living, nobody vulnerable",
        {"labels": labels("not_asb"), "answers": {**NOTHING_LEFT_OPEN, "vulnerabilities": ["none"]}},
    ),
    ("review", "no report of behaviour", {"labels": labels("other")}),
    ("standard", "no behaviour, but a flag", {"labels": labels("other", "repeat_or_escalating")}),
]


@pytest.mark.parametrize(("expected", "why", "values"), CASES, ids=[f"{c[0]}: {c[1]}" for c in CASES])
def test_priority(expected: str, why: str, values: dict[str, Any]) -> None:
    submission = a_submission(**values)
    level, reasons = priority(facts_of(submission, settle(submission)))
    assert level == expected
    assert {reason["value"] for reason in reasons} == {level}
    assert all(reason["policy"].startswith(("HP ", "AP ")) for reason in reasons)


def test_every_floor_is_reached_by_a_case_above() -> None:
    reached = set()
    for _, _, values in CASES:
        submission = a_submission(**values)
        facts = facts_of(submission, settle(submission))
        reached |= {floor.rule for floor in FLOORS if floor.holds(facts)}
    assert reached == {floor.rule for floor in FLOORS}


# -- labels ------------------------------------------------------------------------------------------------


def test_perception_decides_whatever_the_account_shows() -> None:
    found = settle(a_submission(labels=labels("not_asb"), answers={"motive": ["sex", "not_sure"]}))
    assert (found.category, found.hate_kind, found.strands) == ("hate", "incident", ["sex"])
    assert not found.regulator_hate, "the regulator counts five strands, not sex and age"
    assert {(r["label"], r["rule"], r["from"], r["policy"]) for r in found.reasons} == {
        ("category", "perceived_motive", "motive", "HP 1.5"),
        ("strands", "perceived_motive", "motive", "HP 1.5"),
    }


@pytest.mark.parametrize(
    ("values", "typed", "why"),
    [
        ({"answers": {"danger_now": "yes"}}, "standard", ("emergency", "said_in_danger", "danger_now")),
        ({"answers": {"danger_check": "not_sure"}, "urgency_floor": "urgent"}, "standard",
         ("urgent", "danger_in_doubt", "danger_check")),
        ({"labels": labels("asb", "weapon", urgency="urgent")}, "standard", ("urgent", "flag.weapon", "account")),
        ({}, "emergency", ("emergency", "said_before_sending", "also_said")),
    ],
)  # fmt: skip
def test_a_raised_urgency_has_its_reason(values: dict[str, Any], typed: str, why: tuple[str, str, str]) -> None:
    found = settle(a_submission(**values), typed_urgency=typed)
    assert [(r["value"], r["rule"], r["from"]) for r in found.reasons if r["label"] == "urgency"] == [why]


def test_none_as_motive_never_removes_what_the_account_shows() -> None:
    shown = labels("hate", hate_kind="crime", strands=("disability",))
    found = settle(a_submission(labels=shown, answers={"motive": ["none"]}))
    assert (found.category, found.hate_kind, found.strands) == ("hate", "crime", ["disability"])
    assert found.regulator_hate


def test_what_typed_words_raised_never_falls() -> None:
    found = settle(a_submission(), typed_flags=["weapon"], typed_urgency="emergency")
    assert (found.risk_flags, found.urgency) == (["weapon"], "emergency")


def lists(order: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(order), unique=True).map(tuple)


LABELS = st.builds(
    lambda category, flags, strands, types, urgency: labels(
        category, *flags, strands=strands, asb_types=types, urgency=urgency
    ),
    st.sampled_from(CATEGORIES),
    lists(RISK_FLAGS),
    lists(STRANDS),
    lists(ASB_TYPES),
    st.sampled_from(URGENCIES),
)


@given(first=LABELS, second=LABELS)
def test_words_that_come_later_only_raise(first: Any, second: Any) -> None:
    old, new = settle(a_submission(labels=first)), settle(a_submission(labels=second))
    both = raised(old, new)
    assert CATEGORIES.index(both.category) >= max(map(CATEGORIES.index, (old.category, new.category)))
    assert URGENCIES.index(both.urgency) >= max(map(URGENCIES.index, (old.urgency, new.urgency)))
    assert set(both.risk_flags) == {*old.risk_flags, *new.risk_flags}
    assert both.risk_flags == [flag for flag in RISK_FLAGS if flag in both.risk_flags]
    assert (both.hate_kind is not None) == (both.category == "hate")
    levels = [priority(facts_of(a_submission(), part))[0] for part in (old, both)]
    if old.category == both.category:
        assert PRIORITIES.index(levels[1]) >= PRIORITIES.index(levels[0])


@given(found=LABELS, motive=st.lists(st.sampled_from(STRANDS), min_size=1, unique=True))
def test_a_chosen_strand_is_always_hate_and_at_least_urgent(found: Any, motive: list[str]) -> None:
    submission = a_submission(labels=found, answers={"motive": motive})
    settled = settle(submission)
    assert settled.category == "hate" and set(motive) <= set(settled.strands)
    assert priority(facts_of(submission, settled))[0] in ("urgent", "emergency")


# -- parts -------------------------------------------------------------------------------------------------

NAMED = {
    "account": "Loud music",
    "identity": "named",
    "reporter_name": "Jo Bloggs",
    "contact_method": "phone",
    "contact_value": "07700 900123",
    "contact_safety": ["voicemail_ok"],
    "where_postcode": "12 Elm Road, l361ab",
    "affected_name": "Ann Smith",
}


def test_a_named_report_is_taken_apart() -> None:
    found = split(a_submission(identity="named", answers=NAMED, notes={"contact_safety": "after six", "motive": "x"}))
    assert found.identity == {
        "reporter_name": "Jo Bloggs", "contact_value": "07700 900123", "affected_name": "Ann Smith",
        "contact_safety": "after six",
    }  # fmt: skip
    assert found.contact == {"method": "phone", "safe": ["voicemail_ok"]}
    assert found.answers["notes"] == {"motive": "x"}
    assert found.postcode_district == "L36"
    assert "Bloggs" not in str(found.answers) and "900123" not in str(found.answers)


def test_an_anonymous_report_keeps_nothing_of_who_reports() -> None:
    also_said = [
        {"question": "contact_value", "text": "07700 900123"},
        {"question": "motive", "text": "help"},
    ]
    found = split(
        a_submission(identity="anonymous", answers=NAMED, notes={"contact_safety": "Jo Bloggs"}, also_said=also_said)
    )
    assert found.contact is None
    assert found.identity == {"affected_name": "Ann Smith"}
    assert "Bloggs" not in str(found) and "900123" not in str(found) and "contact_method" not in found.answers
    assert found.answers["also_said"] == [{"question": "motive", "text": "help"}]


def test_information_only_keeps_nothing_that_identifies_the_affected_person() -> None:
    answers = {**NAMED, "account": "Ann Smith's door was kicked, poor ann.", "affected_contact_ok": "no"}
    found = split(a_submission(identity="named", answers=answers, information_only=True))
    assert "affected_name" not in found.identity and "affected_contact_ok" not in found.answers
    assert found.answers["where_postcode"] == "L36"
    assert found.answers["account"] == "[name]'s door was kicked, poor [name]."
    assert found.identity["reporter_name"] == "Jo Bloggs"


@pytest.mark.parametrize(
    ("text", "district"),
    [
        ("L36", "L36"),
        (" l36 ", "L36"),
        ("L36 1AB", "L36"),
        ("12 Elm Road L361AB Huyton", "L36"),
        ("near the shops in L34", "L34"),
        ("WA10 2AB", "WA10"),
        ("EC1A 1BB", "EC1A"),
        ("the bins by the M62", None),
        ("Elm Road", None),
        ("", None),
        (None, None),
        (["L36"], None),
        ("flat 4, block B2", None),
    ],
)
def test_postcode_district(text: Any, district: str | None) -> None:
    assert postcode_district(text) == district

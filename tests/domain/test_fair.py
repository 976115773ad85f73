"""Fair to all: who is complained about is heard, and nothing counts against them before an advisor knows who they are;
what advisors find changes no label; no case with a safeguarding flag is closed without its decision."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from casework import audit, cases, retention
from casework.advisors.transfer import NotTransferred, transfer
from casework.cases import progress, relabel
from casework.cases.findings import VALUES, record_finding
from casework.cases.progress import NotAllowed, NotClosed
from casework.cases.respondents import (
    add_respondent,
    change_respondent,
    confirm_respondent,
    doubt_respondent,
    id_of,
    remove_respondent,
    tell_apart,
)
from casework.clocks.promises import SAFEGUARDING_FLAGS
from casework.related.joining import join_report
from casework.store import Store, fair_tables, tables
from casework.store.relation_tables import blind_index
from tests.domain.conftest import CHRISTMAS_EVE, count_rows, labels, make_case, show_case
from tests.domain.test_retention import CLOSING

NOW = CHRISTMAS_EVE
LATER = NOW + timedelta(days=2)
BY = "a@example.org"
# The number as it was told: six digits alone stand in a random id now and then.
SECRET = ("canary", "brennan", "7700 900123")


def a_respondent(store: Store, reference: str, name: str = "Kyle Brennan", confirmed: bool = False) -> str:
    with store.begin() as db:
        key = add_respondent(db, reference, name, BY, NOW)
        if confirmed:
            confirm_respondent(db, reference, key, BY, NOW, "canary: he is the tenant")
    return key


def found(store: Store, reference: str, field: str, value: str, at: Any = NOW, why: str = "canary") -> None:
    with store.begin() as db:
        record_finding(db, reference, field, value, why, BY, at, "MASH" if field == "safeguarding" else "")


def against(store: Store, reference: str) -> list[list[str]]:
    return [one["cases"] for one in show_case(store, reference)["respondents"]]


# -- the person complained about ---------------------------------------------------------------------------


def test_their_account_is_an_account_and_who_they_are_is_identity(any_store: Store) -> None:
    reference = make_case(any_store).reference
    key = a_respondent(any_store, reference)
    told = {"account": "canary: they knocked first", "needs": "hard of hearing", "support": "mediation offered",
            "outcome": "an agreement", "contact": "07700 900123"}  # fmt: skip
    with any_store.begin() as db:
        for field, text in told.items():
            change_respondent(db, reference, key, field, text, BY, NOW)
        change_respondent(db, reference, key, "account", "canary: they banged first", BY, LATER)
    (hidden,) = show_case(any_store, reference)["respondents"]
    assert (hidden["account"], hidden["needs"]) == ("canary: they banged first", "hard of hearing")
    assert hidden["earlier"]["account"] == [{"at": LATER.isoformat(), "was": told["account"]}]
    assert not any(word in json.dumps(hidden).lower() for word in SECRET[1:])
    (shown,) = show_case(any_store, reference, reveal=True, reason="visit")["respondents"]
    assert shown["identity_details"] == {"name": "Kyle Brennan", "contact": "07700 900123"}
    timeline = [line for line in show_case(any_store, reference)["timeline"] if line["event"] == "respondent"]
    assert [line["detail"]["what"] for line in timeline] == ["added"] + ["changed"] * 6
    with any_store.read() as db:
        noted = audit.entries(db, reference, "respondent")
        assert {id_of(db, reference, key[:8]), *(one["who"] for one in noted)} == {key, BY}
    assert not any(word in json.dumps([timeline, noted]).lower() for word in SECRET)


def test_nothing_counts_against_a_person_before_an_advisor_knows_who_they_are(any_store: Store) -> None:
    told = {"account": "x", "person_responsible": "Kyle Brennan, flat 14"}
    first, second, third = (make_case(any_store, NOW + timedelta(days=day), answers=told).reference for day in range(3))
    keys = {one: a_respondent(any_store, one) for one in (first, second)}
    (because,) = show_case(any_store, first)["related"][0]["why"]
    assert (because["because"], because["sure"], because["confirmed"]) == ("same_person_responsible", True, False)
    assert against(any_store, first) == [[]]
    with any_store.begin() as db:
        confirm_respondent(db, first, keys[first], BY, NOW, "the tenancy")
    assert against(any_store, first) == [[]], "a name that others gave is no confirmed person"
    with any_store.begin() as db:
        confirm_respondent(db, second, keys[second], BY, NOW, "the tenancy")
    assert against(any_store, first) == [[second]] and against(any_store, second) == [[first]]
    why = {one["reference"]: one["why"][0]["confirmed"] for one in show_case(any_store, first)["related"]}
    assert why == {second: True, third: False}
    with any_store.begin() as db:
        doubt_respondent(db, second, keys[second], BY, LATER, "it was his brother")
    assert against(any_store, first) == [[]]
    with any_store.read() as db:
        confirmed = set(db.execute(sa.select(blind_index.c.case_reference).where(
            blind_index.c.subject == "respondent")).scalars())  # fmt: skip
    assert confirmed == {first}


def test_two_people_of_one_name_are_told_apart_by_whoever_looks(any_store: Store) -> None:
    told = {"account": "x", "person_responsible": "Kyle Brennan", "where_postcode": "L36 9YZ"}
    first, second, third = (make_case(any_store, NOW + timedelta(days=day), answers=told).reference for day in range(3))
    keys = {one: a_respondent(any_store, one, confirmed=True) for one in (first, second, third)}

    def related_to(reference: str) -> dict[str, Any]:
        found = {one["reference"]: one for one in show_case(any_store, reference)["related"]}
        return {key: (one["suggested"], [why["because"] for why in one["why"]]) for key, one in found.items()}

    who = "same_person_responsible"
    assert related_to(second) == {first: ("belongs_to", [who, "same_place"]), third: ("takes_in", [who, "same_place"])}
    with any_store.begin() as db:
        tell_apart(db, second, keys[second], first, BY, LATER, "canary: flat 4 and flat 40")
    assert [against(any_store, one) for one in (first, second, third)] == [[[third]], [[third]], [[first, second]]]
    assert related_to(second) == {first: (None, ["same_place"]), third: ("takes_in", [who, "same_place"])}
    assert related_to(first)[second] == (None, ["same_place"])
    for reference, other in ((first, second), (second, first)):
        shown = show_case(any_store, reference, reveal=True, reason="visit")
        assert shown["respondents"][0]["namesakes"] == [other]
        assert set(shown["respondents"][0]["identity_details"]) == {"name"}
        assert shown["timeline"][-1]["detail"]["what"] == "told_apart"
    with any_store.read() as db:
        assert "canary" not in json.dumps(audit.entries(db, second, "respondent"))
    with any_store.begin() as db:
        tell_apart(db, first, keys[first], second, BY, LATER, "one and the same after all", together=True)
    assert against(any_store, first) == [[second, third]]


@pytest.mark.parametrize("how", ["malicious", "joined", "other", "name", "removed"])
def test_what_does_not_count(staffed: Store, how: str) -> None:
    first, second = (make_case(staffed, NOW + timedelta(days=day)).reference for day in range(2))
    key = [a_respondent(staffed, one, confirmed=True) for one in (first, second)][1]
    assert against(staffed, first) == [[second]]
    with staffed.begin() as db:
        if how == "malicious":
            record_finding(db, second, "possible_malicious", "yes", "third time, all untrue", BY, NOW)
        elif how == "joined":
            join_report(db, second, first, BY, LATER)
        elif how == "other":
            relabel.change_label(db, second, "category", "other", BY, LATER, "a question")
        elif how == "name":
            change_respondent(db, second, key, "name", "Keith Brennan", BY, LATER)
        else:
            remove_respondent(db, second, key, BY, LATER, "he was away")
    assert against(staffed, first) == [[]]
    if how == "name":
        assert show_case(staffed, second)["respondents"][0]["confirmed_by"] is None, "who they are is open again"


def test_a_name_in_any_letters_counts(staffed: Store) -> None:
    for name in ("Иван Петров", "محمد الأحمد", "王小明"):
        first, second = (make_case(staffed, NOW + timedelta(days=day)).reference for day in range(2))
        for one in (first, second):
            a_respondent(staffed, one, name, confirmed=True)
        assert against(staffed, second) == [[first]], name


def test_a_confirmed_respondent_who_complains_is_the_other_side(any_store: Store) -> None:
    """It is always a separate case, also where the report named nobody."""
    first = make_case(any_store).reference
    a_respondent(any_store, first, confirmed=True)
    anna = {"account": "x", "identity": "named", "reporter_name": "Kyle Brennan", "contact_method": "none"}
    second = make_case(any_store, LATER, identity="named", answers=anna).reference
    assert [one["roles_reversed"] for one in show_case(any_store, first)["related"]] == [True]
    with pytest.raises(NotAllowed, match="separate"), any_store.begin() as db:
        join_report(db, second, first, BY, LATER)


def test_an_advisor_who_is_a_respondent_never_has_the_case(any_store: Store) -> None:
    reference = make_case(any_store).reference
    with any_store.read() as db:
        mine = sa.select(tables.advisor).join(tables.case_record).where(tables.case_record.c.reference == reference)
        own = db.execute(mine).one()
    a_respondent(any_store, reference, own.name.replace("(demo)", "").strip())
    with any_store.begin() as db:
        assert db.scalar(sa.select(tables.case_record.c.advisor_id)) != own.id
        with pytest.raises(NotTransferred, match="named"):
            transfer(db, reference, own.id, BY, LATER, "back again")


def test_what_cannot_be_done_with_a_respondent(staffed: Store) -> None:
    reference, other = make_case(staffed).reference, make_case(staffed).reference
    key, namesake = a_respondent(staffed, reference), make_case(staffed).reference
    a_respondent(staffed, namesake)
    for wrong in (
        lambda db: add_respondent(db, reference, " ", BY, NOW),
        lambda db: change_respondent(db, reference, key, "colour", "red", BY, NOW),
        lambda db: change_respondent(db, reference, key, "name", " ", BY, NOW),
        lambda db: change_respondent(db, other, key, "account", "x", BY, NOW),
        lambda db: confirm_respondent(db, reference, key, BY, NOW, " "),
        lambda db: doubt_respondent(db, reference, key, BY, NOW, "x"),
        lambda db: remove_respondent(db, reference, key, BY, NOW, ""),
        lambda db: tell_apart(db, reference, key, other, BY, NOW, "x"),
        lambda db: tell_apart(db, reference, key, reference, BY, NOW, "x"),
        lambda db: tell_apart(db, reference, key, namesake, BY, NOW, " "),
        lambda db: tell_apart(db, reference, key, namesake, BY, NOW, "x", together=True),
        lambda db: id_of(db, other, key),
        lambda db: id_of(db, reference, key[:5]),
    ):
        with pytest.raises(NotAllowed), staffed.begin() as db:
            wrong(db)
    with pytest.raises(cases.NoCase), staffed.begin() as db:
        add_respondent(db, "LR-2222-2222", "x", BY, NOW)


# -- what advisors find ------------------------------------------------------------------------------------


def test_the_newest_finding_holds_and_none_changes_a_label(any_store: Store) -> None:
    reference = make_case(any_store, labels=labels("hate", strands=("age",))).reference
    before = show_case(any_store, reference)
    assert (before["possible_malicious"], before["staff_safety"], before["safeguarding"]) == (None, None, None)
    for field, values in VALUES.items():
        for value in values:
            found(any_store, reference, field, value)
    after = show_case(any_store, reference)
    for field, values in VALUES.items():
        assert (after[field]["value"], after[field]["why"], after[field]["by"]) == (values[-1], "canary", BY)
        assert [one["value"] for one in after[field].get("earlier", [])] == list(values[-2::-1])
    for name in ("category", "priority", "clocks", "risk_flags", "advisor", "status"):
        assert after[name] == before[name], name
    with any_store.read() as db:
        noted = audit.entries(db, reference, "finding")
    lines = [line for line in after["timeline"] if line["event"] == "finding"]
    assert len(noted) == len(lines) == sum(map(len, VALUES.values()))
    assert "canary" not in json.dumps([noted, lines]) and "MASH" not in json.dumps([noted, lines])
    assert "no_further_action" not in json.dumps([noted, lines])


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [("safeguarding", "referred", "x"), ("safeguarding", "perhaps", "x"), ("colour", "red", "x"),
     ("staff_safety", "risk", " ")],
)  # fmt: skip
def test_what_is_no_finding(staffed: Store, field: str, value: str, why: str) -> None:
    reference = make_case(staffed).reference
    with pytest.raises(NotAllowed), staffed.begin() as db:
        record_finding(db, reference, field, value, why, BY, NOW)
    with pytest.raises(cases.NoCase), staffed.begin() as db:
        record_finding(db, "LR-2222-2222", "staff_safety", "risk", "x", BY, NOW)


@pytest.mark.parametrize("flag", sorted(SAFEGUARDING_FLAGS))
def test_a_case_with_a_safeguarding_flag_is_closed_with_a_decision_alone(staffed: Store, flag: str) -> None:
    reference = make_case(staffed, labels=labels("asb", flag)).reference

    def close(at: Any = LATER, **more: str) -> None:
        with staffed.begin() as db:
            progress.close(db, reference, BY, at, {**CLOSING, **more})

    with pytest.raises(NotClosed, match="safeguarding"):
        close()
    with pytest.raises(NotAllowed, match="by itself"):
        close(safeguarding="MASH: no")
    found(staffed, reference, "safeguarding", "referred")
    with pytest.raises(NotClosed, match="safeguarding"):
        close()
    found(staffed, reference, "safeguarding", "no_further_action")
    close()
    assert show_case(staffed, reference)["closing"]["safeguarding"] == "no_further_action"


def test_a_later_risk_and_a_reopened_case_need_a_decision_of_their_own(any_store: Store) -> None:
    reference = make_case(any_store, labels=labels("asb", "child_at_risk")).reference
    found(any_store, reference, "safeguarding", "taken_up")
    with any_store.begin() as db:
        relabel.change_label(db, reference, "risk_flags", "adult_at_risk", BY, NOW, "her mother too")
    with pytest.raises(NotClosed), any_store.begin() as db:
        progress.close(db, reference, BY, NOW, CLOSING)
    found(any_store, reference, "safeguarding", "taken_up")
    with any_store.begin() as db:
        progress.close(db, reference, BY, NOW, CLOSING)
        progress.reopen(db, reference, BY, LATER, "again")
    with pytest.raises(NotClosed), any_store.begin() as db:
        progress.close(db, reference, BY, LATER, CLOSING)
    found(any_store, reference, "safeguarding", "taken_up", LATER)
    with any_store.begin() as db:
        progress.close(db, reference, BY, LATER, CLOSING)


def test_a_purge_leaves_nothing_of_it(any_store: Store) -> None:
    reference = make_case(any_store, labels=labels("asb", "child_at_risk")).reference
    key = a_respondent(any_store, reference, confirmed=True)
    found(any_store, reference, "safeguarding", "taken_up")
    with any_store.begin() as db:
        assert key in retention.proof.ids_of(db, reference)
        progress.close(db, reference, BY, NOW, CLOSING)
    assert retention.run(any_store, NOW + timedelta(days=366 * 7)).cases == 1
    for table in (fair_tables.respondent, fair_tables.respondent_identity, fair_tables.finding, blind_index):
        assert count_rows(any_store, table) == 0, table.name

"""A report is joined to the case it belongs to by an advisor alone; nothing of it is lost, nobody is exposed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from casework import audit, cases, clocks, receipts
from casework.advisors.load import counted
from casework.advisors.transfer import transfer
from casework.cases import progress
from casework.cases.progress import NotAllowed
from casework.cases.relabel import change_label
from casework.figures import kpis
from casework.related.declining import decline_join
from casework.related.joining import join_report, part_report
from casework.store import Store, tables
from tests.domain.conftest import CHRISTMAS_EVE, labels, make_case, show_case

NOW = CHRISTMAS_EVE
LATER = NOW + timedelta(days=6)
BY = "a@example.org"
ANNA = {
    "account": "He shouted again.", "identity": "named", "reporter_name": "Anna Kowalska", "contact_method": "phone",
    "contact_value": "07700 900123", "person_responsible": "Kyle Brennan, flat 14", "where_postcode": "L36 9YZ",
}  # fmt: skip


def report(store: Store, days: float = 0, **values: Any) -> str:
    chosen = {"identity": "named", "answers": ANNA, **values}
    return make_case(store, NOW + timedelta(days=days), **chosen).reference


def join(store: Store, reference: str, to: str, at: Any = LATER, reason: str = "") -> None:
    with store.begin() as db:
        join_report(db, reference, to, BY, at, reason)


def running(case: dict[str, Any]) -> dict[str, str]:
    still = [clock for clock in case["clocks"] if not clock["met_at"] and not clock.get("stopped_at")]
    return {clock["name"]: clock["due_at"] for clock in still}


def test_a_joined_report_starts_acknowledge_and_risk_assess_again(any_store: Store) -> None:
    first = report(any_store, labels=labels("hate", strands=("age",)))
    with any_store.begin() as db:
        for name in ("acknowledge", "risk_assess"):
            clocks.meet_clock(db, first, name, BY, NOW + timedelta(days=1))
    second = report(any_store, days=6, labels=labels("hate", strands=("age",)))
    promised = running(show_case(any_store, second))
    join(any_store, second, first, reason="the same lad again")
    case, joined = show_case(any_store, first), show_case(any_store, second)
    assert {name: running(case)[name] for name in ("acknowledge", "risk_assess")} == {
        name: promised[name] for name in ("acknowledge", "risk_assess")
    }
    assert running(joined) == {}, "the case answers for it now"
    assert [one["reference"] for one in case["joined_reports"]] == [second]
    assert (joined["joined_to"], joined["related"][0]["joined"]) == (first, "belongs_to")
    assert case["timeline"][-1]["event"] == "report_joined" and case["timeline"][-1]["reason"] == "the same lad again"


def test_a_standard_case_starts_them_too(any_store: Store) -> None:
    first, second = report(any_store), report(any_store, days=1)
    with any_store.begin() as db:
        clocks.meet_clock(db, first, "contact", BY, NOW)
        clocks.meet_clock(db, second, "contact", BY, NOW)
    join(any_store, second, first)
    assert {"acknowledge", "risk_assess"} <= set(running(show_case(any_store, first)))


def test_each_report_is_kept_whole_under_its_own_code(any_store: Store) -> None:
    first = report(any_store)
    second = report(any_store, days=1, answers={**ANNA, "account": "canary-second", "contact_value": "07700 900124"})
    with any_store.begin() as db:
        code = receipts.make_code(db.keys)
        receipts.issue(db, NOW, code, case_reference=second)
        cases.add_message(db, second, "only for the second", BY, NOW)
    join(any_store, second, first)
    with any_store.begin() as db:
        found = receipts.find(db, code.text, LATER)
        assert found is not None and found.case_reference == second
        assert cases.thread(db, first) == [] and len(cases.thread(db, second)) == 1
    assert show_case(any_store, second)["answers"]["account"] == "canary-second"
    assert show_case(any_store, first)["answers"]["account"] == ANNA["account"]


def test_what_the_report_is_labelled_raises_the_case(any_store: Store) -> None:
    first = report(any_store)
    second = report(any_store, days=1, labels=labels("hate", "weapon", strands=("disability",), urgency="urgent"))
    join(any_store, second, first)
    case = show_case(any_store, first)
    assert (case["category"], case["strands"], case["risk_flags"], case["priority"], case["regulator_hate"]) == (
        "hate", ["disability"], ["weapon"], "urgent", True,
    )  # fmt: skip
    with any_store.begin() as db:
        part_report(db, second, BY, LATER, "another lad")
    assert show_case(any_store, first)["priority"] == "urgent", "what was raised stays raised"


def test_cases_are_counted_and_not_reports(any_store: Store) -> None:
    first, second = report(any_store), report(any_store, days=1)
    join(any_store, second, first)
    with any_store.read() as db:
        assert {one["reference"]: one["joined_to"] for one in cases.listed(db)} == {first: None, second: first}
        assert kpis(db, LATER)["open_asb_cases"] == 1
        assert db.scalar(sa.select(sa.func.sum(tables.advisor.c.open_cases))) == 1
    with any_store.begin() as db:
        part_report(db, second, BY, LATER, "a mistake")
    with any_store.read() as db:
        assert kpis(db, LATER)["open_asb_cases"] == 2
        assert db.scalar(sa.select(sa.func.sum(tables.advisor.c.open_cases))) == 2
    assert {"contact", "risk_assess"} <= set(running(show_case(any_store, second)))


CLOSING = dict.fromkeys((*progress.CLOSING_FIELDS, "satisfaction_not_asked"), "done")


@pytest.mark.parametrize(
    "acts",
    ["join", "join transfer", "join transfer part", "join close", "join close part", "join close reopen",
     "join close reopen part", "withdraw join", "withdraw join part", "close join part", "close transfer reopen"],
)  # fmt: skip
def test_the_load_is_what_an_advisor_has_to_work_on(any_store: Store, acts: str) -> None:
    """Whatever becomes of a joined report, nobody is held to be freer or busier than they are."""
    first, _, third = (report(any_store, days=day) for day in range(3))
    with any_store.begin() as db:
        owner = db.scalar(sa.select(tables.case_record.c.advisor_id).where(tables.case_record.c.reference == third))
        other = db.scalar(sa.select(tables.advisor.c.id).where(tables.advisor.c.id != owner, tables.advisor.c.active))
    do = {
        "join": lambda db: join_report(db, third, first, BY, LATER),
        "part": lambda db: part_report(db, third, BY, LATER, "a mistake"),
        "transfer": lambda db: transfer(db, third, other, BY, LATER, "leave", "all the same"),
        "close": lambda db: progress.close(db, third, BY, LATER, CLOSING),
        "reopen": lambda db: progress.change_status(db, third, "in_progress", BY, LATER),
        "withdraw": lambda db: cases.ask_to_withdraw(db, third, "", LATER, "key"),
    }
    for act in acts.split():
        with any_store.begin() as db:
            do[act](db)
        with any_store.read() as db:
            kept = db.execute(sa.select(tables.advisor.c.id, tables.advisor.c.open_cases)).all()
            assert {row.id: row.open_cases for row in kept if row.open_cases} == counted(db), act


def test_a_declined_suggestion_is_not_made_again(any_store: Store) -> None:
    first, second = report(any_store), report(any_store, days=1)

    def decline(reference: str, other: str, reason: str = "canary: another lad") -> None:
        with any_store.begin() as db:
            decline_join(db, reference, other, BY, LATER, reason)

    for wrong in ((second, first, " "), (first, first)):
        with pytest.raises(NotAllowed):
            decline(*wrong)
    with pytest.raises(cases.NoCase):
        decline(second, "LR-2222-2222")
    decline(second, first)
    for own, other in ((first, second), (second, first)):
        case = show_case(any_store, own)
        (found,) = case["related"]
        assert (found["reference"], found["suggested"], found["declined"]) == (other, None, True)
        assert case["timeline"][-1]["reason"] == "canary: another lad"
    with pytest.raises(NotAllowed, match="already"):
        decline(first, second)
    with any_store.read() as db:
        assert [one["detail"] for one in audit.entries(db, second, "decline_join")] == [{"other": first}]
    join(any_store, second, first)
    with pytest.raises(NotAllowed, match="part"):
        decline(first, second)
    with any_store.begin() as db:
        part_report(db, second, BY, LATER, "a mistake")
    assert show_case(any_store, second)["related"][0]["suggested"] is None


def test_reversed_roles_never_join(any_store: Store) -> None:
    counter = {**ANNA, "reporter_name": "Kyle Brennan", "contact_value": "07700 900456",
               "person_responsible": "Anna Kowalska"}  # fmt: skip
    first, second = report(any_store), report(any_store, days=1, answers=counter)
    with pytest.raises(NotAllowed, match="separate"):
        join(any_store, second, first)


def test_reversed_roles_never_join_by_way_of_a_joined_report(staffed: Store) -> None:
    place = {"account": "Shouting again.", "identity": "anonymous", "where_postcode": "12 Elm Road, L36 9YZ"}
    told = {**ANNA, "where_postcode": place["where_postcode"]}
    counter = {**told, "reporter_name": "Kyle Brennan", "contact_value": "07700 900456",
               "person_responsible": "Anna Kowalska"}  # fmt: skip
    first = report(staffed, identity="anonymous", answers=place)
    second, third = report(staffed, days=1, answers=told), report(staffed, days=2, answers=counter)
    join(staffed, second, first)
    for own, other in ((third, first), (first, third)):
        (found,) = [one for one in show_case(staffed, own)["related"] if one["reference"] == other]
        assert (found["roles_reversed"], found["suggested"]) == (True, None)
    with pytest.raises(NotAllowed, match="separate"):
        join(staffed, third, first)


def test_what_cannot_be_joined(staffed: Store) -> None:
    first, second, third = (report(staffed, days=day) for day in range(3))
    with pytest.raises(NotAllowed, match="itself"):
        join(staffed, first, first)
    with pytest.raises(NotAllowed, match="earlier"):
        join(staffed, first, second)
    with pytest.raises(cases.NoCase):
        join(staffed, second, "LR-0000-0000")
    join(staffed, second, first)
    with pytest.raises(NotAllowed, match="its labels are changed there"), staffed.begin() as db:
        change_label(db, second, "urgency", "emergency", BY, LATER, "x")
    with pytest.raises(NotAllowed, match="already"):
        join(staffed, second, first)
    with pytest.raises(NotAllowed, match="itself joined"):
        join(staffed, third, second)
    with pytest.raises(NotAllowed, match="not joined"), staffed.begin() as db:
        part_report(db, third, BY, LATER, "x")
    with pytest.raises(NotAllowed, match="reason"), staffed.begin() as db:
        part_report(db, second, BY, LATER, " ")


def test_after_closure_a_report_makes_a_case_of_its_own(staffed: Store) -> None:
    first, second = report(staffed), report(staffed, days=1)
    closing = {"review_with_reporter": "x", "support_signposted": "x", "learning": "x", "satisfaction_not_asked": "x"}
    with staffed.begin() as db:
        progress.close(db, first, BY, LATER, closing)
    with pytest.raises(NotAllowed, match="case of its own"):
        join(staffed, second, first)


def test_an_alert_stays_until_somebody_answers_it(staffed: Store) -> None:
    first = report(staffed)
    second = report(staffed, days=1, labels=labels("asb", "immediate_danger", urgency="emergency"))
    join(staffed, second, first)
    assert list(running(show_case(staffed, second))) == ["alert"]
    assert show_case(staffed, first)["priority"] == "emergency"


def test_what_is_added_to_a_joined_report_reaches_the_case(any_store: Store) -> None:
    """Its labels, clocks, alert and notices are the case's, whoever answered for the report before."""
    first, second = report(any_store), report(any_store, days=1)
    owner = show_case(any_store, second)["advisor"]["name"]
    with any_store.begin() as db:
        other = db.scalar(sa.select(tables.advisor.c.id).where(tables.advisor.c.name != owner, tables.advisor.c.active))
        join_report(db, second, first, BY, LATER)
        transfer(db, first, other, BY, LATER, "leave", "all the same")
        db.execute(tables.outbox.update().values(state="done"))
        cases.add_words(db, second, "thank you", labels("other"), LATER, message_id="m1")
    assert (show_case(any_store, first)["priority"], running(show_case(any_store, second))) == ("standard", {})
    danger = labels("hate", "weapon", "child_at_risk", strands=("age",), urgency="emergency")
    with any_store.begin() as db:
        assert cases.add_words(db, second, "he has a knife", danger, LATER, message_id="m2")
        assert not cases.add_words(db, second, "he has a knife", danger, LATER, message_id="m2")
        assert cases.ask_to_withdraw(db, second, "stop", LATER, "m3")
        told = db.execute(sa.select(tables.outbox.c.kind, tables.outbox.c.case_reference).where(
            tables.outbox.c.advisor_id == other, tables.outbox.c.state == "pending", tables.outbox.c.next_at == LATER,
        )).all()  # fmt: skip
        strangers = sa.select(tables.outbox.c.kind).where(
            tables.outbox.c.advisor_id != other, tables.outbox.c.state == "pending", tables.outbox.c.next_at == LATER
        )
        assert db.execute(strangers).scalars().all() == [], "nobody else is asked to act"
    assert sorted((row.kind, row.case_reference) for row in told) == sorted(
        [("words_added", second)] * 2 + [("withdrawal_asked", second), ("alert", first)]
    )
    case, joined = show_case(any_store, first), show_case(any_store, second)
    assert (case["category"], case["priority"]) == ("hate", "emergency")
    assert case["risk_flags"] == ["weapon", "child_at_risk"]
    assert {"alert", "duty_contact"} <= set(running(case)) and running(joined) == {}
    assert [line["detail"] for line in case["timeline"] if line["event"] == "words_added"] == [{"from": second}] * 2


def test_danger_added_to_a_joined_report_opens_a_closed_case_again(staffed: Store) -> None:
    first, second = report(staffed), report(staffed, days=1)
    join(staffed, second, first)
    with staffed.begin() as db:
        progress.close(db, first, BY, LATER, CLOSING)
        cases.add_words(db, second, "he did it again", labels(), LATER)
    assert show_case(staffed, first)["status"] == "closed"
    with staffed.begin() as db:
        cases.add_words(db, second, "he hit her", labels("asb", "adult_at_risk", urgency="urgent"), LATER)
    case = show_case(staffed, first)
    assert case["status"] == "new" and {"acknowledge", "duty_contact"} <= set(running(case))

"""Cases on the same people and places find each other, with why; nothing plain is stored for it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from casework import cases
from casework.privacy.keys import add_seal_key
from casework.related.indexes import left_with_key, rebuild_indexes
from casework.settings import Settings
from casework.store import Store, tables
from casework.store.relation_tables import blind_index, indexed_report
from tests.domain.conftest import CHRISTMAS_EVE, count_rows, labels, make_case, show_case

NOW = CHRISTMAS_EVE
ANNA = {"reporter_name": "Anna Kowalska", "contact_method": "phone", "contact_value": "07700 900123"}
SAM = {"reporter_name": "Sam Sample", "contact_method": "email", "contact_value": "sam@example.org"}
KYLE = {"person_responsible": "Kyle Brennan, flat 14"}
PLACE = {"where_postcode": "12 Elm Road, L36 9YZ"}


def told(store: Store, *parts: dict[str, Any], days: float = 0, **values: Any) -> str:
    """A report some days after the first; named where it says who."""
    answers = {"account": "canary-account", **{name: text for part in parts for name, text in part.items()}}
    identity = "named" if "reporter_name" in answers else "anonymous"
    chosen = {"identity": identity, "answers": {**answers, "identity": identity}, **values}
    return make_case(store, NOW + timedelta(days=days), **chosen).reference


def related(store: Store, reference: str) -> dict[str, dict[str, Any]]:
    return {one["reference"]: one for one in show_case(store, reference)["related"]}


def why(one: dict[str, Any]) -> dict[str, list[str]]:
    return {because["because"]: because["by"] for because in one["why"]}


def test_the_same_person_responsible_is_a_pattern_and_says_why(any_store: Store) -> None:
    first = told(any_store, ANNA, KYLE, PLACE)
    second = told(any_store, SAM, {"person_responsible": "mr KYLE  Brennan"}, {"where_postcode": "L1 1AA"}, days=90)
    told(
        any_store,
        SAM,
        {"person_responsible": "somebody else"},
        {"where_postcode": "L2 2BB"},
        days=91,
        identity="anonymous",
    )
    found = related(any_store, first)
    assert list(found) == [second]
    assert why(found[second]) == {"same_person_responsible": ["full_name", "name_sound"]}
    assert (found[second]["suggested"], found[second]["roles_reversed"]) == (None, False)
    assert why(related(any_store, second)[first]) == why(found[second])


def test_the_same_place_is_a_pattern(any_store: Store) -> None:
    first = told(any_store, PLACE)
    near = told(any_store, {"where_postcode": "l369yz"}, days=1)
    same = told(any_store, {"where_postcode": "12, elm rd L36 9YZ"}, days=2)
    told(any_store, {"where_postcode": "L36"}, days=3)
    found = related(any_store, first)
    assert list(found) == [same, near]
    assert why(found[near]) == {"same_place": ["postcode"]}
    assert found[same]["why"][0]["sure"] and not found[near]["why"][0]["sure"]


def test_part_of_a_name_at_one_postcode_is_a_maybe(staffed: Store) -> None:
    first = told(staffed, ANNA, {"person_responsible": "Kyle Brennan"}, PLACE)
    second = told(staffed, SAM, {"person_responsible": "Kyle from upstairs"}, PLACE, days=1)
    because = related(staffed, first)[second]["why"][0]
    assert because == {"because": "same_person_responsible", "by": ["name_at_postcode"], "sure": False,
                       "confirmed": False}  # fmt: skip


def test_a_report_on_the_same_parties_is_suggested_to_belong_to_the_open_case(any_store: Store) -> None:
    first = told(any_store, ANNA, KYLE, PLACE)
    second = told(any_store, ANNA, KYLE, PLACE, days=10)
    assert related(any_store, second)[first]["suggested"] == "belongs_to"
    assert related(any_store, first)[second]["suggested"] == "takes_in"
    with any_store.begin() as db:
        db.execute(tables.case_record.update().where(tables.case_record.c.reference == first).values(status="closed"))
    assert related(any_store, second)[first]["suggested"] is None, "after closure a report makes a case of its own"


def test_the_same_complainant_about_somebody_else_is_only_related(staffed: Store) -> None:
    first = told(staffed, ANNA, KYLE, PLACE)
    second = told(staffed, ANNA, {"person_responsible": "Mary Poppins, flat 3"}, PLACE, days=1)
    unsaid = told(staffed, ANNA, PLACE, days=2)
    found = related(staffed, first)
    assert (found[second]["suggested"], found[unsaid]["suggested"]) == (None, "takes_in")


IN_ACCOUNT = {"account": "The one who shouts is Kyle Brennan's mate."}


def test_a_person_responsible_who_is_named_in_an_account_is_a_maybe(any_store: Store) -> None:
    first = told(any_store, ANNA, KYLE, PLACE)
    second = told(any_store, SAM, IN_ACCOUNT, PLACE, days=10)
    (found,) = related(any_store, second).values()
    because = {"because": "person_responsible_in_account", "by": ["full_name"], "sure": False, "confirmed": False}
    assert because in found["why"] and found["reference"] == first
    assert (found["suggested"], found["joined"]) == (None, None)


@pytest.mark.parametrize(
    ("other", "own"),
    [
        ([ANNA, KYLE, {"where_postcode": "14 Oak Street, L1 1AA"}], [SAM, IN_ACCOUNT, PLACE]),
        ([ANNA, KYLE], [SAM, IN_ACCOUNT, PLACE]),
        ([ANNA, {"person_responsible": "Kyle"}, PLACE], [SAM, IN_ACCOUNT, PLACE]),
        ([ANNA, KYLE, PLACE], [SAM, {"account": "it is kyle from upstairs, a brennan"}, PLACE]),
        ([{"reporter_name": "Kyle Brennan"}, PLACE], [SAM, IN_ACCOUNT, PLACE]),
        ([{"affected_name": "Kyle Brennan"}, PLACE], [SAM, IN_ACCOUNT, PLACE]),
        ([ANNA, KYLE, PLACE], [{"reporter_name": "Kyle Brennan"}, IN_ACCOUNT, PLACE]),
    ],
    ids=["another place", "no place", "half a name", "no name", "a reporter", "an affected person", "reversed"],
)
def test_a_name_in_an_account_says_nothing_else(
    staffed: Store, other: list[dict[str, Any]], own: list[dict[str, Any]]
) -> None:
    told(staffed, *other)
    mine = told(staffed, *own, days=1)
    assert not any("person_responsible_in_account" in why(one) for one in related(staffed, mine).values())


def test_a_closed_case_is_not_looked_at_for_names_in_accounts(staffed: Store) -> None:
    first = told(staffed, ANNA, KYLE, PLACE)
    mine = told(staffed, SAM, IN_ACCOUNT, PLACE, days=1)
    with staffed.begin() as db:
        db.execute(tables.case_record.update().where(tables.case_record.c.reference == first).values(status="closed"))
    assert "person_responsible_in_account" not in why(related(staffed, mine)[first])


@pytest.mark.parametrize(
    "counter",
    [
        {"reporter_name": "Kyle Brennan", "contact_value": "07700 900456", "person_responsible": "Anna Kowalska"},
        {"reporter_name": "KYLE BRENNAN", "contact_value": "07700 900456", "person_responsible": "her at flat 2"},
        {"reporter_name": "K", "contact_value": "07700 900456", "person_responsible": "Anna Kowalska"},
        {"reporter_name": "Kile Brenan", "contact_value": "07700 900456", "person_responsible": "that Anna"},
    ],
)
def test_reversed_roles_are_shown_and_never_suggested(any_store: Store, counter: dict[str, str]) -> None:
    first = told(any_store, ANNA, KYLE, PLACE)
    second = told(any_store, counter, PLACE, days=1)
    for one, other in ((first, second), (second, first)):
        found = related(any_store, one)[other]
        assert (found["roles_reversed"], found["suggested"]) == (True, None)


def test_two_doors_that_complain_about_each_other_are_reversed(staffed: Store) -> None:
    first = told(staffed, {"where_postcode": "flat 2, L36 9YZ", "person_responsible": "flat 14"})
    second = told(staffed, {"where_postcode": "14 L36 9YZ", "person_responsible": "the people in flat 2"}, days=1)
    assert related(staffed, first)[second]["roles_reversed"]


def test_people_of_one_family_name_are_not_reversed(staffed: Store) -> None:
    """Somebody who reports a member of the family twice is the same party twice."""
    parts = {**ANNA, "person_responsible": "Adam Kowalski", **PLACE}
    first, second = told(staffed, parts), told(staffed, parts, days=1)
    found = related(staffed, second)[first]
    assert (found["roles_reversed"], found["suggested"]) == (False, "belongs_to")


def test_a_representative_and_the_person_find_each_other(staffed: Store) -> None:
    own = told(staffed, ANNA)
    for_her = told(staffed, SAM, {"affected_name": "Mrs Anna Kowalska"}, days=1, reporter_role="on_behalf")
    assert "same_affected_person" in why(related(staffed, own)[for_her])


def test_an_anonymous_report_is_never_found_by_who_sent_it(any_store: Store) -> None:
    """Not even where it holds what an earlier answer left, and never by the address of a named one."""
    letter = {**ANNA, "contact_method": "letter", "contact_value": "12 Elm Road, L36 9YZ"}
    named = told(any_store, letter)
    hidden = told(any_store, letter, PLACE, days=1, identity="anonymous")
    assert related(any_store, hidden) == related(any_store, named) == {}
    with any_store.read() as db:
        kept = {(row.subject, row.kind) for row in db.execute(
            sa.select(blind_index).where(blind_index.c.case_reference == hidden))}  # fmt: skip
    assert kept == {("place", "address"), ("place", "postcode")}


# -- the index ---------------------------------------------------------------------------------------------


def test_no_plain_value_is_in_the_database(staffed: Store, settings: Settings) -> None:
    told(staffed, {**ANNA, "affected_name": "Zdenka Canaryova"}, {"person_responsible": "Bogdan Canarek, flat 77"},
         {"where_postcode": "77 Canary Road, L36 9YZ"})  # fmt: skip
    with staffed.engine.connect() as connection:
        dump = "\n".join(connection.connection.driver_connection.iterdump())  # type: ignore[union-attr]
    everything = dump.casefold() + "".join(
        path.read_bytes().decode("latin-1").casefold() for path in settings.home.glob("reporting.db*")
    )
    # Nothing shorter: six digits stand in random ids now and then, and three letters in random bytes.
    for plain in ("kowalska", "canary", "canarek", "7700900123", "7700 900123", "l369yz", "l36 9yz"):
        assert plain not in everything, plain
    assert count_rows(staffed, blind_index) > 8


def test_an_index_is_bound_to_its_kind_and_its_key(store: Store, settings: Settings) -> None:
    add_seal_key(settings.home)
    macs = {store.keys.index_mac(kind, "4", number) for kind in ("address", "phone") for number in (1, 2)}
    assert len(macs) == 4
    assert store.keys.index_mac("address", "4", 1) != store.keys.mac("address", "4")


def test_the_index_stands_or_falls_with_the_case(staffed: Store) -> None:
    with pytest.raises(RuntimeError), staffed.begin() as db:
        from tests.domain.conftest import a_submission

        cases.create_case(db, a_submission(identity="named", answers={**ANNA, **KYLE}), NOW)
        raise RuntimeError
    assert count_rows(staffed, blind_index) == count_rows(staffed, indexed_report) == 0


def test_the_index_keeps_step_with_a_changed_and_a_forgotten_contact(any_store: Store) -> None:
    changed, other = told(any_store, ANNA), told(any_store, {**ANNA, "contact_value": "07700 900999"}, days=1)
    with any_store.begin() as db:
        case = db.execute(sa.select(tables.case_record).where(tables.case_record.c.reference == changed)).one()
        cases.change_contact(db, case, cases.Wish("phone", "+44 7700 900999"), NOW)
    assert "phone" in why(related(any_store, changed)[other])["same_reporter"]
    with any_store.begin() as db:
        cases.become_anonymous(db, case, NOW)
    assert related(any_store, changed) == {}
    with any_store.read() as db:
        assert db.scalar(sa.select(sa.func.count()).select_from(blind_index).where(
            blind_index.c.case_reference == changed)) == 0  # fmt: skip


def test_indexes_are_rotated_with_the_keys_in_steps_that_may_break_off(any_store: Store) -> None:
    home = any_store.settings.home
    references = [told(any_store, ANNA, KYLE, PLACE, days=day) for day in range(5)]
    with any_store.read() as db:
        before = set(db.execute(sa.select(blind_index.c.mac)).scalars())
    assert add_seal_key(home) == 2
    with any_store.begin() as db:
        step = rebuild_indexes(db, batch=2)
    assert (step.done, step.damaged, step.after is None) == (2, 0, False)
    assert all(len(related(any_store, one)) == 4 for one in references), "found with the old and the new key alike"
    with any_store.begin() as db:
        rest = rebuild_indexes(db, db.keys, batch=200)
        assert (rest.done, rest.after) == (3, None)
        assert rebuild_indexes(db).done == 0
        assert left_with_key(db, 1) == 0
        assert before.isdisjoint(db.execute(sa.select(blind_index.c.mac)).scalars())
    assert all(len(related(any_store, one)) == 4 for one in references)


def test_a_report_that_cannot_be_opened_does_not_stop_the_others(staffed: Store) -> None:
    told(staffed, ANNA), told(staffed, ANNA, days=1)
    add_seal_key(staffed.settings.home)
    with staffed.begin() as db:
        first = db.scalar(sa.select(sa.func.min(tables.report.c.id)))
        db.execute(tables.report.update().where(tables.report.c.id == first).values(answers=b"\x01" * 60))
        step = rebuild_indexes(db, batch=1)
        assert (step.done, step.damaged, step.after) == (0, 1, first)
        assert rebuild_indexes(db, batch=5, after=step.after or "").done == 1


def test_reports_from_before_the_index_are_found_after_a_rebuild(staffed: Store) -> None:
    first, second = told(staffed, KYLE), told(staffed, KYLE, days=1)
    with staffed.begin() as db:
        db.execute(blind_index.delete())
        db.execute(indexed_report.delete())
    assert related(staffed, first) == {}
    with staffed.begin() as db:
        assert rebuild_indexes(db).done == 2
    assert list(related(staffed, first)) == [second]


# -- ASB Case Review ---------------------------------------------------------------------------------------


def test_three_reports_in_six_months_by_or_about_one_person_count(any_store: Store) -> None:
    told(any_store, ANNA, days=-200)
    first = told(any_store, ANNA)
    second = told(any_store, SAM, {"affected_name": "Anna Kowalska"}, days=30, reporter_role="on_behalf")
    told(any_store, ANNA, days=40, labels=labels("other"))
    told(any_store, SAM, days=41)
    told(any_store, ANNA, days=42, reporter_role="witness")

    def review(reference: str, days: float) -> dict[str, Any]:
        at = NOW + timedelta(days=days)
        found: dict[str, Any] = show_case(any_store, reference, at=at)["case_review"]
        return found

    assert review(second, 45) == {"may_ask": False, "because": None, "reports": [first, second]}
    third = told(any_store, {**ANNA, "reporter_name": "A", "contact_value": "+447700900123"}, days=60)
    assert review(first, 61) == {"may_ask": True, "because": "three_reports", "reports": [first, second, third]}
    assert not review(third, 200)["may_ask"], "the first is too old by then"
    hate = told(any_store, days=61, labels=labels("hate", strands=("age",)))
    assert review(hate, 61)["because"] == "hate"
    assert "canary" not in json.dumps(related(any_store, first))

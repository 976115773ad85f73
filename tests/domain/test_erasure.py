"""Erasing who somebody is: for good, with proof, and only where the law lets one. What happened stays."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from casework import audit, cases
from casework.cases import progress, records
from casework.cases.findings import record_finding
from casework.cases.progress import NotAllowed
from casework.cases.respondents import add_respondent, change_respondent, confirm_respondent, details_of
from casework.cli.app import app
from casework.privacy import reveal
from casework.privacy.access import log_access
from casework.privacy.places import places
from casework.related.indexes import read_tokens
from casework.retention import RetentionError, hold_case, prove_bytes, release_hold
from casework.rights import erasure
from casework.rights.correction import correct
from casework.rights.erasure import Erased, erase
from casework.rights.masking import COVER, Mask
from casework.store import Db, Store, tables
from casework.store.fair_tables import respondent
from casework.store.relation_tables import blind_index
from casework.store.rights_tables import correction
from tests.domain.conftest import CHRISTMAS_EVE, count_rows, labels, make_case, show_case
from tests.domain.test_retention import CLOSING

NOW, LATER = CHRISTMAS_EVE, CHRISTMAS_EVE + timedelta(days=2)
BY = "a@example.org"
TOLD = {
    "identity": "named", "reporter_name": "Zofia Example", "contact_method": "phone", "contact_value": "07700 900123",
    "contact_safety": ["voicemail_ok"], "where_postcode": "12 Elm Road, L36 9YZ", "reporter_role": "self",
    "person_responsible": "Kyle Brennan, flat 14",
    "account": "Kyle shouted ZOFIA at me, at 12 Elm Rd. I am zofia, ring 07700900123. Will he stop? We phone police.",
}  # fmt: skip
GONE = ("zofia", "900123", "12 elm", "9yz")


def a_case(store: Store, status: str = "closed", **values: Any) -> str:
    chosen = {"identity": "named", "answers": TOLD, "notes": {"contact_safety": "not when Zofia works"}, **values}
    reference = make_case(store, NOW, **chosen).reference
    with store.begin() as db:
        cases.add_words(db, reference, "It was me, Zofia, again", None, NOW)
        cases.add_message(db, reference, "Thank you, Zofia.", BY, NOW)
        correct(db, reference, "contact_value", "07700 900 123", BY, NOW, "Zofia rang")
        correct(db, reference, "happened_when", "on Monday", BY, NOW, "told by zofia")
        reveal.ask(db, reference, BY, "to ring Zofia", NOW)
        cases.as_json(db, reference, by=BY, reveal=True, reason="to ring Zofia", at=NOW)
        for name in ("Kyle Brennan", "Zofia's ex-husband"):
            key = add_respondent(db, reference, name, BY, NOW)
            change_respondent(db, reference, key, "contact", "asks for Zofia", BY, NOW)
            change_respondent(db, reference, key, "account", f"Zofia began, says {name}", BY, NOW)
        confirm_respondent(db, reference, key_of(db, reference), BY, NOW, "Kyle Brennan told Zofia")
        record_finding(db, reference, "staff_safety", "risk", "Zofia has a dog, Kyle too", BY, NOW)
        if status == "closed":
            progress.close(db, reference, BY, NOW, {**CLOSING, "review": "Zofia is content"})
    return reference


def key_of(db: Db, reference: str, name: str = "Kyle Brennan") -> str:
    """The id of a respondent by name."""
    keys = db.execute(sa.select(respondent.c.id).where(respondent.c.case_reference == reference)).scalars().all()
    return next(key for key in keys if details_of(db, key)["name"] == name)


def erased(store: Store, reference: str, person: str = "reporter", **more: str) -> Erased:
    with store.begin() as db:
        return erase(db, reference, person, BY, LATER, "Zofia asked in person", **more)


def everything(store: Store) -> str:
    """All that any sealed value of the database says."""
    texts = []
    with store.read() as db:
        for place in places():
            for row in db.execute(sa.select(place.table).where(place.column.is_not(None))).mappings():
                texts.append(store.keys.open(row[place.column.name], context=place.context(dict(row))).decode())
    return "\n".join(texts).lower()


def test_nothing_says_any_more_who_it_was(any_store: Store) -> None:
    reference = a_case(any_store)
    assert all(word in everything(any_store) for word in GONE[:2])
    assert count_rows(any_store, blind_index) > 0
    erased(any_store, reference)
    said = everything(any_store)
    assert [word for word in GONE if word in said] == []
    assert count_rows(any_store, tables.identity_details) == 0
    case = show_case(any_store, reference, reveal=True, reason="x")
    assert case["identity"] == "anonymous" and case["contact"] is None and case["identity_details"] == {}
    assert case["answers"]["where_postcode"] == "L36"
    assert "contact_method" not in case["answers"] and "contact_safety" not in case["answers"]
    with any_store.read() as db:
        others = {"responsible", "respondent"}
        assert {token.subject for token in read_tokens(db, records.first_report(db, reference))} == others
        assert set(db.execute(sa.select(blind_index.c.subject)).scalars()) == others
        assert set(db.execute(sa.select(correction.c.name)).scalars()) == {"happened_when"}


def test_a_respondent_is_erased_and_nobody_else(any_store: Store) -> None:
    reference = a_case(any_store)
    with any_store.begin() as db:
        key = key_of(db, reference)
        sibling = add_respondent(db, reference, "Keith Brennan", BY, NOW)
        confirm_respondent(db, reference, sibling, BY, NOW, "the tenancy")
    with pytest.raises(NotAllowed, match="no such respondent"):
        erased(any_store, reference, "respondent", respondent=key[:5])
    erased(any_store, reference, "respondent", respondent=key[:8])
    said = everything(any_store)
    assert "kyle" not in said and "zofia" in said and "12 elm road" in said
    case = show_case(any_store, reference, reveal=True, reason="x")
    names = {one["id"]: one["identity_details"].get("name") for one in case["respondents"]}
    assert (names[key], names[sibling]) == (None, "Keith Brennan")
    assert case["answers"]["person_responsible"] == f"{COVER * 4} {COVER * 7}, flat 14"
    assert case["identity_details"]["reporter_name"] == "Zofia Example" and case["identity"] == "named"
    with any_store.read() as db:
        names = {token.value for token in read_tokens(db, records.first_report(db, reference))
                 if token.subject == "respondent" and token.kind == "full_name"}  # fmt: skip
    assert names == {"brennan keith"}
    with pytest.raises(NotAllowed, match="already"):
        erased(any_store, reference, "respondent", respondent=key)


def test_what_happened_stays_and_labels_point_where_they_did(any_store: Store) -> None:
    reference = a_case(any_store)
    before = show_case(any_store, reference)
    erased(any_store, reference)
    after = show_case(any_store, reference)
    for name in ("status", "created_at", "category", "risk_flags", "priority", "reasons", "clocks", "advisor"):
        assert after[name] == before[name], name
    account = after["answers"]["account"]
    assert len(account) == len(TOLD["account"])
    assert account.startswith(f"Kyle shouted {COVER * 5} at me, at") and "Will he stop? We phone police." in account
    assert after["answers"]["person_responsible"] == TOLD["person_responsible"]
    assert [line["event"] for line in after["timeline"]][-1] == "identity_erased"
    assert len(after["messages"]) == len(before["messages"])
    with any_store.read() as db:
        (entry,) = audit.entries(db, reference, "erase_identity")
    assert entry["outcome"] == "done" and entry["detail"] == {"person": "reporter", "override": False}


def test_no_file_holds_what_was_overwritten(staffed: Store) -> None:
    reference = a_case(staffed)
    with staffed.read() as db:
        sealed: bytes = db.scalar(sa.select(tables.identity_details.c.details))
    with pytest.raises(RetentionError, match="reporting.db"):
        prove_bytes(staffed, [sealed[:32]])
    done = erased(staffed, reference)
    assert sealed[:32] in done.traces and len(done.traces) > 6
    prove_bytes(staffed, done.traces)
    for path in Path(staffed.settings.home).glob("reporting.db*"):
        data = path.read_bytes()
        assert not any(trace in data for trace in done.traces), path.name


def test_the_affected_person_goes_and_the_reporter_stays(any_store: Store) -> None:
    answers = {**TOLD, "reporter_role": "on_behalf", "affected_name": "Mary Rose", "affected_contact_ok": "only_me",
               "account": "Mary Rose may ring. Rose told me, a rose was cut."}  # fmt: skip
    reference = a_case(any_store, answers=answers, reporter_role="on_behalf")
    erased(any_store, reference, "affected")
    case = show_case(any_store, reference, reveal=True, reason="x")
    assert set(case["identity_details"]) == {"reporter_name", "contact_value", "contact_safety"}
    cover = COVER * 4
    assert case["answers"]["account"] == f"{cover} {cover} may ring. {cover} told me, a rose was cut."
    assert case["answers"]["where_postcode"] == "L36" and "affected_contact_ok" not in case["answers"]
    assert case["identity"] == "named" and "mary" not in everything(any_store)


@pytest.mark.parametrize(
    ("status", "values", "said"),
    [("open", {}, "open"), ("closed", {"labels": labels("asb", "domestic_abuse")}, "at risk")],
)
def test_what_is_needed_is_refused_unless_somebody_says_why(
    staffed: Store, status: str, values: dict[str, Any], said: str
) -> None:
    reference = make_case(staffed, NOW, identity="named", answers=TOLD, **values).reference
    if status == "closed":
        with staffed.begin() as db:
            db.execute(tables.case_record.update().values(status="closed", closed_at=NOW))
    with pytest.raises(NotAllowed, match=said):
        erased(staffed, reference)
    with staffed.read() as db:
        assert audit.entries(db, reference, "erase_identity") == [], "nothing was done"
    erased(staffed, reference, override="the data protection officer decided so")
    assert "zofia" not in everything(staffed)
    assert "erasure_overridden" in {line["event"] for line in show_case(staffed, reference)["timeline"]}


def test_a_held_case_is_not_erased_before_it_is_released(any_store: Store) -> None:
    reference = a_case(any_store)
    with any_store.begin() as db:
        hold_case(db, reference, LATER + timedelta(days=30), BY, NOW, "court")
    with pytest.raises(NotAllowed, match="held"):
        erased(any_store, reference, override="all the same")
    with any_store.begin() as db:
        release_hold(db, reference, BY, NOW, "court is over")
    erased(any_store, reference)


def test_who_asks_for_nothing_gets_nothing(staffed: Store) -> None:
    reference = a_case(staffed)
    for person, reason in (("responsible", "x"), ("reporter", " "), ("affected", "x")):
        with pytest.raises(NotAllowed), staffed.begin() as db:
            erase(db, reference, person, BY, LATER, reason)
    with pytest.raises(cases.NoCase), staffed.begin() as db:
        erase(db, "LR-2222-2222", "reporter", BY, LATER, "x")


def test_where_something_would_be_left_nothing_is_erased(staffed: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    reference = a_case(staffed)
    monkeypatch.setattr(erasure, "_cover_words", lambda db, reference, person, mask: None)
    with pytest.raises(RetentionError, match="message"):
        erased(staffed, reference)
    assert "zofia" in everything(staffed)
    with staffed.read() as db:
        assert [one["outcome"] for one in audit.entries(db, reference, "erase_identity")] == ["failed"]


@pytest.mark.parametrize(
    ("names", "contacts", "text", "covered"),
    [
        (("Will Young",), (), "will you? Will Young, young Will", "will you? #### #####, young ####"),
        (("Anne-Marie O’Neill",), (), "anne-marie o’neill's", "########## #######'s"),
        ((), ("sam@example.org",), "Sam@Example.org. or sam@example.com", "###############. or sam@example.com"),
        ((), ("+44 7700 900123",), "07700 900 123, 07700 900124", "##### ### ###, 07700 900124"),
        ((), ("3 Oak Street, L36 1AB",), "at 3 oak st, L36 1AB, L36 2AB", "at # ### ##, ### ###, L36 2AB"),
        (("Al",), (), "Al and Alan", "## and Alan"),
        ((), (), "nothing at all", "nothing at all"),
    ],
)  # fmt: skip
def test_only_the_person_is_covered(names: tuple[str, ...], contacts: tuple[str, ...], text: str, covered: str) -> None:
    assert Mask(names, contacts).text(text).replace(COVER, "#") == covered


def test_the_command_says_what_was_done(staffed: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    reference = a_case(staffed)
    monkeypatch.setenv("REPORTING_HOME", str(staffed.settings.home))
    arguments = ["rights", "erase", reference.lower(), "--json"]
    assert CliRunner().invoke(app, arguments).exit_code == 1, "not without a reason"
    with staffed.begin() as db:
        log_access(db, "case_system", "send_identity", reference, NOW)
    done = CliRunner().invoke(app, [*arguments, "--reason", "asked in person"])
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout)["rows_left"] == json.loads(done.stdout)["files_left"] == 0
    assert "case system" in done.stderr
    assert "zofia" not in everything(staffed)


def test_codes_are_no_words() -> None:
    """Somebody may be called Self."""
    told = {"answers": {"reporter_role": "self", "account": "I, Self, rang", "notes": {"reporter_role": "Self"}}}
    covered = json.loads(json.dumps(Mask(("Ann Self",)).value(told)))
    assert covered["answers"]["reporter_role"] == "self"
    assert "Self" not in covered["answers"]["account"] + covered["answers"]["notes"]["reporter_role"]

"""``reporting cases respondent …``, ``malicious``, ``staff-safety``, ``safeguarding`` and ``decline``.

Exit status 1 where there is no such case or it cannot be done, 2 where a word was wrong or missing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from casework.cli.output import complain, here, open_store, print_json, say, table, text_of, typed, who
from casework.cli.work import acted, known, told

if TYPE_CHECKING:
    from datetime import datetime

    from casework.store import Db

SHORT = 8
_SAID = {"risk": "RISK", "none_known": "no risk known", "yes": "yes", "no": "no"}


def add(reference: str, name: str, as_json: bool) -> int:
    """Somebody is complained about. Without ``--name`` it is read from standard input."""
    from casework.cases import respondents

    words = typed(name, "Who it is, or what is known of them")
    if not words:
        complain("Say who it is, or what is known of them.")
        return 2
    made: list[str] = []
    done = acted(reference, lambda db, key, now: made.append(respondents.add_respondent(db, key, words, who(), now)))
    value = {"reference": done, "respondent": made[0] if done else None, "confirmed": False}
    said = f"Kept as {made[0][:SHORT]}; nothing counts against them before you confirm who they are." if done else ""
    return told(done, as_json, value, said)


def change(reference: str, respondent: str, field: str, text: str, as_json: bool) -> int:
    """Write down or correct one thing. Without ``--text`` it is read from standard input; nothing takes it away."""
    from casework.cases import respondents

    if not known(field, respondents.FIELDS, "What is kept of a respondent"):
        return 2
    words = typed(text, f"Their {field}")
    value = {"respondent": respondent, "changed": field}
    said = "Kept, sealed; what stood there stays beside it."
    if field in respondents.WHO:
        said += " Who they are is to be confirmed (again): `reporting cases respondent confirm`."
    return _respondent(
        reference, respondent, as_json, value, said,
        lambda db, case, one, now: respondents.change_respondent(db, case, one, field, words, who(), now),
    )  # fmt: skip


def confirm(reference: str, respondent: str, how: str, as_json: bool) -> int:
    """You know who it is."""
    from casework.cases import respondents

    return _respondent(
        reference, respondent, as_json, {"respondent": respondent, "confirmed": True},
        "Confirmed. Other cases in which the same person is confirmed are counted now.",
        lambda db, case, one, now: respondents.confirm_respondent(db, case, one, who(), now, how),
    )  # fmt: skip


def doubt(reference: str, respondent: str, reason: str, as_json: bool) -> int:
    """Who it is, is not known after all."""
    from casework.cases import respondents

    return _respondent(
        reference, respondent, as_json, {"respondent": respondent, "confirmed": False},
        "Noted. Nothing counts against them any more.",
        lambda db, case, one, now: respondents.doubt_respondent(db, case, one, who(), now, reason),
    )  # fmt: skip


def apart(reference: str, respondent: str, other: str, reason: str, together: bool, as_json: bool) -> int:
    """Whoever has the same name in another case is another person; or not, after all."""
    from casework.cases import respondents
    from casework.cases.references import tidy_reference

    case = tidy_reference(other)
    return _respondent(
        reference, respondent, as_json, {"respondent": respondent, "other": case, "another_person": not together},
        f"Noted, in {case} too. " + ("They are one person again." if together else "Neither counts against the other."),
        lambda db, own, one, now: respondents.tell_apart(db, own, one, case, who(), now, reason, together),
    )  # fmt: skip


def remove(reference: str, respondent: str, reason: str, as_json: bool) -> int:
    """They have nothing to do with it."""
    from casework.cases import respondents

    return _respondent(
        reference, respondent, as_json, {"respondent": respondent, "removed": True},
        "Taken out; nothing of them is kept here but that it was done, and why.",
        lambda db, case, one, now: respondents.remove_respondent(db, case, one, who(), now, reason),
    )  # fmt: skip


def list_respondents(reference: str, reveal: bool, reason: str, as_json: bool) -> int:
    """Everybody complained about in a case. The reading is logged."""
    from casework.cases import ReasonNeeded
    from casework.cases.respondents import respondents_of
    from casework.privacy.access import log_access
    from casework.privacy.reveal import SecondPersonNeeded, check

    if reveal and not reason.strip():
        complain('Who they are is shown only with a reason: --reveal --reason "…".')
        return 2
    found: list[dict[str, Any]] = []

    def read(db: Db, case: str, now: datetime) -> None:
        if db.scalar(_case(case)) is None:
            from casework.cases import NoCase

            raise NoCase(case)
        log_access(db, who(), "reveal_identity" if reveal else "read_account", case, now, reason)
        if reveal:
            check(db, case, who(), now)
        found.extend(respondents_of(db, case, with_identity=reveal))

    try:
        done = acted(reference, read)
    except (ReasonNeeded, SecondPersonNeeded):
        complain(f'A second person has to approve it: `reporting identity ask {reference} --reason "…"`.')
        return 1
    if not done:
        return 1
    if as_json:
        print_json(found)
    else:
        show_respondents(found)
    return 0


def finding(reference: str, field: str, value: str, why: str, decided_by: str, as_json: bool) -> int:
    """Keep what was found. Without ``--why`` it is read from standard input."""
    from casework.cases import findings

    if not known(value, findings.VALUES[field], field):
        return 2
    if field == findings.SAFEGUARDING and not decided_by.strip():
        complain('Say who decided it: --decided-by "MASH, …".')
        return 2
    words = typed(why, "Why: what you know, and from whom")
    if not words:
        complain("Say why: what you know, and from whom.")
        return 2
    done = acted(
        reference,
        lambda db, key, now: findings.record_finding(db, key, field, value, words, who(), now, decided_by),
    )
    said = f"Kept, sealed: {field} {value}."
    if field == findings.MALICIOUS and value == "yes":
        said += " No label, priority or clock changes by it; what was told counts against nobody."
    if field == findings.SAFEGUARDING and value not in findings.DECIDED:
        said += " The case can be closed when there is a decision."
    return told(done, as_json, {"reference": done, "field": field, "value": value}, said)


def decline(reference: str, other: str, reason: str, as_json: bool) -> int:
    """A suggestion was wrong."""
    from casework.cases.references import tidy_reference
    from casework.related.declining import decline_join

    apart = tidy_reference(other)
    done = acted(reference, lambda db, key, now: decline_join(db, key, apart, who(), now, reason))
    said = f"{done} and {apart} are not suggested to belong together again."
    return told(done, as_json, {"reference": done, "declined": apart}, said)


def show_head(case: dict[str, Any]) -> None:
    """What has to be seen before anything else: staff safety before a visit, and what else advisors found."""
    say(safety_of(case["staff_safety"]))
    for field, called in (("safeguarding", "Safeguarding decision"), ("possible_malicious", "Possibly malicious")):
        if one := case[field]:
            by = f", decided by {text_of(one['decided_by'])}" if one.get("decided_by") else ""
            value = _SAID.get(one["value"], text_of(one["value"]).replace("_", " "))
            say(f"{called}: {value}{by} ({here(one['at'])}, {text_of(one['by'])}): {text_of(one['why'])}")


def safety_of(found: dict[str, Any] | None) -> str:
    """One line about staff safety."""
    if found is None:
        return "Staff safety: nobody has looked yet (`reporting cases staff-safety`)."
    value = _SAID.get(found["value"], found["value"])
    return f"Staff safety: {value} ({here(found['at'])}, {text_of(found['by'])}): {text_of(found['why'])}"


def show_respondents(found: list[dict[str, Any]]) -> None:
    """A table; who they are only where it was revealed."""
    table(
        "People complained about (nothing counts against anybody who is not confirmed)",
        ("Id", "Confirmed", "Account", "Needs", "Support", "Outcome", "Other cases", "Namesakes in", "Who"),
        [(one["id"][:SHORT], one["confirmed_by"] or "no", *(one.get(name) for name in
          ("account", "needs", "support", "outcome")), one["cases"],
          one.get("namesakes"),
          {name: text for name, text in one.get("identity_details", {}).items() if name != "earlier"})
         for one in found],
    )  # fmt: skip


def _respondent(
    reference: str, beginning: str, as_json: bool, value: dict[str, Any], said: str,
    act: Callable[[Db, str, str, datetime], None],
) -> int:  # fmt: skip
    """``act`` on the respondent of this case whose id begins so."""
    from casework.cases.respondents import id_of

    done = acted(reference, lambda db, key, now: act(db, key, id_of(db, key, beginning), now))
    return told(done, as_json, {"reference": done, **value}, said)


def _case(reference: str) -> Any:
    import sqlalchemy as sa

    from casework.store.tables import case_record

    return sa.select(case_record.c.reference).where(case_record.c.reference == reference)


def staff_safety(reference: str) -> str:
    """What keeps staff safe, for whoever plans a visit; the reading is logged. Empty where there is no such case."""
    from casework.cases.findings import STAFF_SAFETY, current
    from casework.cases.references import tidy_reference
    from casework.clocks import now
    from casework.privacy.access import log_access

    key = tidy_reference(reference)
    with open_store() as store, store.begin() as db:
        if db.scalar(_case(key)) is None:
            return ""
        log_access(db, who(), "read_staff_safety", key, now(store.settings))
        return safety_of(current(db, key, STAFF_SAFETY))

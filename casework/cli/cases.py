"""``reporting cases list`` and ``show``."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from casework.cli.output import complain, here, more_follow, open_store, print_json, say, table, text_of, who

if TYPE_CHECKING:
    from casework.store import Db


def list_cases(as_json: bool, wanted: Mapping[str, str], first: str, last: str, *, limit: int, after: str) -> int:
    """Cases without words, so nothing is logged. Exit status 2 where a filter or a day is none, 1 where ``after`` is
    gone."""
    from casework.cases import NoCase, listed
    from casework.cases.references import tidy_reference

    if wrong := _wrong_filter(wanted):
        complain(wrong)
        return 2
    try:
        days = _days(first, last)
    except ValueError:
        complain("Days are written 2026-04-01, the first before the last.")
        return 2
    try:
        with open_store() as store, store.read() as db:
            filters = _filters(db, wanted)
            if filters is None:
                print("No advisor has this e-mail address; `reporting advisors list` shows them.", file=sys.stderr)
            found = (
                []
                if filters is None
                else listed(db, limit=limit, after=tidy_reference(after) if after else "", **days, **filters)
            )
    except NoCase:
        complain("There is no case of the reference that the list was to go on after.")
        return 1
    _show_list(found, as_json)
    if len(found) == limit:
        more_follow(found[-1]["reference"])
    return 0


def _wrong_filter(wanted: Mapping[str, str]) -> str:
    """A sentence about the first filter that no case can fit, or nothing."""
    from casework.cases import codes

    known = {
        "status": codes.STATUSES, "category": codes.CATEGORIES, "priority": codes.PRIORITIES,
        "urgency": codes.URGENCIES, "strand": codes.STRANDS, "flag": codes.RISK_FLAGS, "asb_type": codes.ASB_TYPES,
    }  # fmt: skip
    for name, of in known.items():
        if wanted[name] and wanted[name] not in of:
            return f"--{name.removeprefix('asb_')} is one of {', '.join(of)}."
    return ""


def _days(first: str, last: str) -> dict[str, Any]:
    """Raises ``ValueError``."""
    from casework.figures import Period

    begins, ends = date.fromisoformat(first or "2000-01-01"), date.fromisoformat(last or "9000-01-01")
    period = Period(begins, ends)
    return {"since": period.starts_at if first else None, "until": period.ends_at if last else None}


def _filters(db: Db, wanted: Mapping[str, str]) -> dict[str, Any] | None:
    """As ``listed`` takes them; None where there is no such advisor."""
    from casework.advisors.files import id_of

    filters: dict[str, Any] = {name: value for name, value in wanted.items() if name not in ("area", "advisor")}
    filters["postcode_district"] = wanted["area"].strip().upper()
    if wanted["advisor"]:
        found = id_of(db, wanted["advisor"])
        if found is None:
            return None
        filters["advisor_id"] = found
    return filters


def _show_list(found: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    table(
        "Cases",
        ("Reference", "Created", "Status", "Priority", "Category", "Area", "Advisor", "Next"),
        [
            (case["reference"], here(case["created_at"]),
             _status(case), case["priority"],
             case["category"], case["postcode_district"], case["advisor"]["name"], _next(case["next_clock"]))
            for case in found
        ],
    )  # fmt: skip


def show(reference: str, as_json: bool, reveal: bool, reason: str) -> int:
    """One case. The reading is logged, also where identity stays hidden."""
    from casework.cases import NoCase, ReasonNeeded
    from casework.cases import as_json as read_case
    from casework.cases.references import tidy_reference
    from casework.privacy.reveal import SecondPersonNeeded

    try:
        with open_store() as store, store.begin() as db:
            case = read_case(db, tidy_reference(reference), by=who(), reveal=reveal, reason=reason)
    except NoCase:
        complain("There is no case of this reference.")
        return 1
    except ReasonNeeded:
        complain('Identity is shown only with a reason: --reveal --reason "…".')
        return 2
    except SecondPersonNeeded:
        complain(f'A second person has to approve it: `reporting identity ask {reference} --reason "…"`.')
        return 1
    if as_json:
        print_json(case)
        return 0
    _print(case)
    return 0


def _print(case: dict[str, Any]) -> None:
    from casework.cli.fair import show_head, show_respondents

    apart = ("answers", "clocks", "timeline", "reasons", "identity_details", "messages", "related", "closing",
             "respondents", "possible_malicious", "staff_safety", "safeguarding")  # fmt: skip
    shown = {name: value for name, value in case.items() if name not in apart}
    show_head(case)
    table("Case (London time)", ("", ""), list({**shown, "created_at": here(case["created_at"])}.items()))
    table("Answers", ("Question", "Answer"), list(case["answers"].items()))
    if "closing" in case:
        closing = {**case["closing"], "closed_at": here(case["closing"]["closed_at"])}
        table("Closing", ("", ""), list(closing.items()))
    if case["respondents"]:
        show_respondents(case["respondents"])
    if "identity_details" in case:
        table("Identity", ("", ""), list(case["identity_details"].items()))
    table("Clocks", ("Clock", "Due", "Met", "By", "Ran out", "Stopped"),
          [(c["name"], here(c["due_at"]), here(c["met_at"]), c["met_by"], here(c.get("missed_at")),
            here(c.get("stopped_at"))) for c in case["clocks"]])  # fmt: skip
    if case["related"]:
        table(
            "Related cases (you decide: `reporting cases join REPORT --to CASE`, or `cases decline`)",
            ("Reference", "Status", "Why", "Suggested", "Roles reversed"),
            [(one["reference"], one["status"], [_why(why) for why in one["why"]],
              one["joined"] or ("declined" if one["declined"] else one["suggested"]), one["roles_reversed"])
             for one in case["related"]],
        )  # fmt: skip
    columns = ("label", "value", "rule", "from", "policy")
    table("Reasons", columns, [[reason.get(name) for name in columns] for reason in case["reasons"]])
    new = sum(message["new"] for message in case["messages"])
    if case["messages"]:
        table(
            f"Messages ({new} new; `reporting cases messages {case['reference']}` marks them as read)",
            ("At", "From", "Kind", "Text", "New"),
            [(here(m["at"]), m["author"], m["kind"], m["text"], m["new"]) for m in case["messages"]],
        )
    for line in case["timeline"]:
        detail = f" ({text_of(line['detail'])})" if line.get("detail") else ""
        say(f"{here(line['at'])}  {text_of(line['event'])}{detail}  {text_of(line['by'])}")
        for said in text_of(line.get("reason") or "").splitlines():
            say(f"    {said}")


def _why(why: dict[str, Any]) -> str:
    doubts = [] if why["sure"] else ["maybe"]
    if why["because"] == "same_person_responsible" and not why["confirmed"]:
        doubts.append("not confirmed")
    return f"{why['because']} ({', '.join(doubts)})" if doubts else str(why["because"])


def _status(case: dict[str, Any]) -> str:
    if case["joined_to"]:
        return f"joined to {case['joined_to']}"
    return str(case["status"]) if case["complete"] else f"{case['status']} (not sent)"


def _next(clock: dict[str, Any] | None) -> str:
    return "–" if clock is None else f"{clock['name']} {here(clock['due_at'])[:10]}"

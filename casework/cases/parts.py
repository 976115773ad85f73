"""Splitting a report into what is told and who tells it: the two are kept apart (case-record.md, "Identity
apart")."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from casework.cases.apart import NAMED_ONLY, OF_REPORTER, said_apart, says_who, told_apart
from casework.cases.submission import Submission

IDENTITY_ANSWERS = ("reporter_name", "contact_value", "affected_name")
ABOUT_AFFECTED = ("affected_name", "affected_contact_ok")

_POSTCODE = re.compile(r"\b([A-Z]{1,2}[0-9][A-Z0-9]?)\s*([0-9][A-Z]{2})\b", re.IGNORECASE)
_DISTRICT = re.compile(r"\b((?:L|WA|CH|PR|WN|CW|SK|BL|OL|FY)[0-9]{1,2})\b", re.IGNORECASE)
_ALONE = re.compile(r"\s*([A-Z]{1,2}[0-9][A-Z0-9]?)\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Parts:
    """``answers`` and ``contact`` hold no name and no way to reach anybody; ``identity`` holds only those."""

    answers: dict[str, Any] = field(repr=False)
    contact: dict[str, Any] | None = field(repr=False)
    identity: dict[str, str] = field(repr=False)
    postcode_district: str | None


def split(submission: Submission) -> Parts:
    """Take a report apart. Anonymous reports keep no identity of the reporter; reports kept as
    information only keep nothing that identifies the affected person."""
    answers: dict[str, Any] = dict(submission.answers)
    notes = {name: note for name, note in submission.notes.items() if note}
    also_said = [dict(entry) for entry in submission.also_said]
    district = postcode_district(answers.get("where_postcode"))
    named = submission.identity == "named"
    sealed = _seal_reporter(answers, notes, also_said)
    if not named:
        for name in NAMED_ONLY:
            answers.pop(name, None)
    if submission.information_only:
        _forget_affected(answers, notes, also_said, district)
    identity = {name: str(answers.pop(name)) for name in IDENTITY_ANSWERS if name in answers}
    if sealed and named:
        identity["contact_safety"] = sealed
    if notes:
        answers["notes"] = notes
    if also_said:
        answers["also_said"] = also_said
    return Parts(answers, _contact(answers) if named else None, identity, district)


def _seal_reporter(answers: dict[str, Any], notes: dict[str, str], also_said: list[dict[str, Any]]) -> str:
    """Take out of notes and words beside the questions what may say who the reporter is; returns it. What happened
    stays where an advisor reads it."""
    who = str(answers.get("reporter_name", ""))
    taken = [{"question": name, "text": notes.pop(name)} for name in NAMED_ONLY if name in notes]
    if says_who(notes.get("identity", "")):
        taken.append({"question": "identity", "text": notes.pop("identity")})
    told = [entry for entry in taken if entry["question"] != "contact_safety"]
    said = [entry for entry in also_said if entry.get("question") in OF_REPORTER]
    also_said[:] = said_apart([*also_said, *told], who)
    sealed = ""
    for text in (str(entry["text"]) for entry in (*taken, *said)):
        if text not in sealed and (text not in answers.values()) and told_apart(text, who) != text:
            sealed = f"{sealed}\n{text}" if sealed else text
    return sealed


def postcode_district(text: Any) -> str | None:
    """The outward part of a postcode in an answer ("12 Elm Road, L36 1AB" gives "L36"), or None."""
    if not isinstance(text, str):
        return None
    found = _POSTCODE.search(text) or _ALONE.fullmatch(text) or _DISTRICT.search(text)
    return found[1].upper() if found else None


def _contact(answers: dict[str, Any]) -> dict[str, Any]:
    safe = answers.get("contact_safety", [])
    return {"method": answers.get("contact_method"), "safe": list(safe) if isinstance(safe, list) else [safe]}


def _forget_affected(
    answers: dict[str, Any], notes: dict[str, str], also_said: list[dict[str, Any]], district: str | None
) -> None:
    """An adult who said no and is at no risk (conversation.md, question 7)."""
    name = str(answers.get("affected_name", "")).strip()
    for key in ABOUT_AFFECTED:
        answers.pop(key, None)
        notes.pop(key, None)
    also_said[:] = [entry for entry in also_said if entry.get("question") not in ABOUT_AFFECTED]
    if "where_postcode" in answers:
        if district:
            answers["where_postcode"] = district
        else:
            del answers["where_postcode"]
    if not name:
        return
    parts = {name, *(part for part in re.split(r"\s+", name) if len(part) > 2)}
    longest_first = "|".join(re.escape(part) for part in sorted(parts, key=len, reverse=True))
    pattern = re.compile(rf"(?<!\w)(?:{longest_first})(?!\w)", re.IGNORECASE)
    for store in (answers, notes, *also_said):
        for key, value in store.items():
            if isinstance(value, str):
                store[key] = pattern.sub("[name]", value)

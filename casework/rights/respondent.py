"""A respondent's copy of their own data (UK GDPR article 15): what an advisor kept of them, and nothing of the report.

Nothing in it may tell who complained: neither the report's words, labels and dates nor the reference's thread are part
of it, and whoever else stands in what they said is left out of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from casework.cases import records
from casework.cases.respondents import TOLD, WHO, details_of, respondents_of
from casework.cases.thread import thread
from casework.rights.redaction import Redactor

if TYPE_CHECKING:
    from casework.store.store import Db


def copy_of(db: Db, reference: str, key: str) -> tuple[dict[str, Any], Redactor]:
    """The respondent's part of a case, and what took others out of it."""
    mine = next(one for one in respondents_of(db, reference) if one["id"] == key)
    details = details_of(db, key)
    redactor = _redactor(db, reference, key, details)
    told = {name: redactor.clean(mine[name]) for name in TOLD if name in mine}
    earlier = {
        name: [{"at": one["at"], "was": redactor.clean(one["was"])} for one in before]
        for name, before in mine.get("earlier", {}).items()
    }
    who = {name: details[name] for name in WHO if name in details}
    return {
        "reference": reference, "recorded_at": mine["at"], "confirmed_at": mine["confirmed_at"],
        "who_you_are": who, "what_was_recorded": told, "before": {**earlier, **details.get("earlier", {})},
    }, redactor  # fmt: skip


def _redactor(db: Db, reference: str, key: str, details: dict[str, Any]) -> Redactor:
    """Their own name and contact; everybody else in the case is others."""
    from casework.rights.export import reports_of, texts_in

    own = [details.get(name, "") for name in WHO]
    others: list[str] = []
    for report_id, _ in reports_of(db, reference):
        others += records.identity_of_report(db, report_id).values()
    for one in respondents_of(db, reference):
        if one["id"] != key:
            others += [details_of(db, one["id"]).get(name, "") for name in WHO]
    made = Redactor(own, others)
    made.learn(text for _, told in reports_of(db, reference) for text in texts_in(told["answers"]))
    made.learn(line["text"] for line in thread(db, reference))
    return made

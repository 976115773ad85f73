"""Words that come after sending: kept, labelled, and able to raise a case, never to lower it."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from casework.cases import records
from casework.cases.codes import CATEGORIES, PRIORITIES, URGENCIES, higher
from casework.cases.labels import Settled, from_labels, of_row, raised
from casework.cases.priority import Facts, priority
from casework.cases.progress import begin_again
from casework.cases.submission import Labels
from casework.cases.thread import NoCase, keep
from casework.cases.withdrawal import go_on, in_need
from casework.clocks.keeping import start_clocks
from casework.clocks.promises import starting
from casework.outbox.rows import alert, put
from casework.related.links import joined_to
from casework.store.tables import case_record

if TYPE_CHECKING:
    from casework.store.store import Db

# What the advisor is told of: a note without content, by the kind of words.
_NOTES = {"message": "message_received"}


def add_words(
    db: Db, reference: str, words: str, labels: Labels | None, now: datetime, *, message_id: str = "",
    flags: Collection[str] = (), urgency: str = "standard", kind: str = "addition",
) -> bool:  # fmt: skip
    """Add what the reporter says after sending (``addition`` or ``message``); danger in it raises the case
    again and alerts. Raises ``NoCase``.

    False where this message was added before.
    """
    from casework.advisors.transfer import owner_after_words
    from casework.related.joining import carry_words

    case = records.locked(db, reference)
    if case is None:
        raise NoCase(reference)
    key = message_id or secrets.token_hex(16)
    if not keep(db, reference, key, "reporter", kind, words, now):
        return False
    # Small talk after sending is no second report: only what is more than the case holds changes it.
    new = from_labels(labels)
    new = replace(new, reasons=[dict(reason, **{"from": "words_after"}) for reason in new.reasons])
    said = raised(new, Settled("other", None, [], [], list(flags), urgency, []))
    settled = raised(of_row(case), said)
    level, why = priority(Facts(settled, case.affected_consent, case.under_18))
    # Thanks lift nothing: not what was found to be no ASB, nor what an advisor lowered.
    level = case.priority if _small_talk(said, case.category) else higher(case.priority, level, PRIORITIES)
    if level != case.priority:
        settled.reasons.extend(why)
    db.execute(case_record.update().where(case_record.c.reference == reference).values(
        category=settled.category, hate_kind=settled.hate_kind, strands=settled.strands,
        regulator_hate=settled.regulator_hate, asb_types=settled.asb_types, risk_flags=settled.risk_flags,
        urgency=settled.urgency, priority=level, reasons=settled.reasons))  # fmt: skip
    records.event(db, reference, "words_added", now, by="reporter")
    if in_need([*new.risk_flags, *flags], higher(new.urgency, urgency, URGENCIES)):
        # What a person withdrew goes on where their words show that somebody may be at risk.
        go_on(db, case, now, records.PROGRAM)
    if level != case.priority:
        records.event(db, reference, "raised", now, detail={"from": case.priority, "to": level})
    look_again = _more_than_thanks(said)
    if again := case.status == "closed" and look_again:
        begin_again(db, case, now)
    owner = owner_after_words(db, reference, now)
    if to := joined_to(db, reference):
        # Whoever answers for the case answers for what is said in any of its reports.
        owner = carry_words(db, reference, to, said, now, look_again)
    else:
        deadlines = starting(level, settled.risk_flags, now, db.settings, case.under_18)
        if not _small_talk(said, case.category):
            start_clocks(db, reference, deadlines, now)
        if again:
            # What is promised with a new report is promised again; the alert comes below.
            start_clocks(db, reference, [one for one in deadlines if one.name != "alert"], now, again=True)
    put(db, _NOTES.get(kind, "words_added"), reference, now, advisor_id=owner, key=key)
    if "emergency" in (urgency, new.urgency):
        # Also where an earlier alert was acknowledged.
        alert(db, to or reference, owner, now, key=f"{key}:")
    return True


def _small_talk(said: Settled, category: str) -> bool:
    """Whether words show no risk and no behaviour that is more than this category."""
    shown = higher(category, said.category, CATEGORIES)
    return said.category in ("other", "not_asb") and shown == category and not said.risk_flags and (
        said.urgency == "standard"
    )  # fmt: skip


def _more_than_thanks(said: Settled) -> bool:
    """Whether words after closure tell of hate or of a risk, so that a person has to look again. Of all others the
    advisor is told, who opens the case again where that is right."""
    return said.category == "hate" or said.urgency != "standard" or bool({*said.risk_flags} - {"repeat_or_escalating"})

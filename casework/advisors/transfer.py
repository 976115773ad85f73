"""Giving a case to somebody else: by a person with a reason, or by the program where the owner is named in what came
later, or is not trained for what the case has become."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from casework.advisors.assign import assign, count_to, release
from casework.advisors.fitting import Needs, is_named, unfit
from casework.advisors.load import counts
from casework.cases import records
from casework.cases.create import language_told, words_in
from casework.cases.thread import NoCase
from casework.clocks.promises import SAFEGUARDING_FLAGS
from casework.outbox.rows import put
from casework.related.links import joined_reports
from casework.store.tables import advisor, case_record, clock, message, outbox, report, timeline

if TYPE_CHECKING:
    from casework.store.store import Db


class NotTransferred(ValueError):
    """The case stays where it is. The message is a sentence for whoever asked; ``against`` holds the codes of what
    speaks against the advisor (see ``fitting.unfit``), empty where it is something else."""

    def __init__(self, sentence: str, against: tuple[str, ...] = ()) -> None:
        super().__init__(sentence)
        self.against = against


def transfer(db: Db, reference: str, to: str, by: str, at: datetime, reason: str, override: str = "") -> None:
    """Give the case to the advisor with this id; they are told, and it counts to their load.

    Only to somebody who fits, or with ``override``: why to them all the same, which stands in the timeline with
    what spoke against it. Nobody gets a case who takes none any more. Raises ``NoCase``, ``NotTransferred``.
    """
    case = records.locked(db, reference)
    if case is None:
        raise NoCase(reference)
    if not reason.strip():
        raise NotTransferred("A handover needs a reason.")
    row = db.execute(sa.select(advisor).where(advisor.c.id == to)).first()
    if row is None or not row.active:
        raise NotTransferred("There is no such advisor.")
    if to == case.advisor_id:
        raise NotTransferred("This advisor answers for the case already.")
    needs = needs_of_case(db, case)
    against = unfit(row, needs, needs.spoken(), at, db.settings)
    if against and not override.strip():
        raise NotTransferred(f"This advisor does not fit the case: {', '.join(against)}.", tuple(against))
    if against:
        records.event(db, reference, "fit_overridden", at, by, {"against": "+".join(against)}, override)
    if counts(db, case):
        release(db, case.advisor_id)
        count_to(db, to, at)
    records.event(db, reference, "reassigned", at, by, {"from": case.advisor_id, "to": to}, reason)
    _give(db, case, to, at)


def owner_after_words(db: Db, reference: str, at: datetime) -> str:
    """The id of the owner of a case after words, labels or a report were added: somebody else where they name who it
    was, or need training that they do not have."""
    case = records.locked(db, reference)
    row = db.execute(sa.select(advisor).where(advisor.c.id == case.advisor_id)).one()
    needs = needs_of_case(db, case)
    quiet_named(db, reference, needs, row.id)
    named = is_named(row, needs, needs.spoken())
    untrained = needs.trained and not (row.trained or row.duty_manager)
    if not named and (not untrained or _chosen_untrained(db, case)):
        return str(row.id)
    owner = assign(db, needs, at, leave_out={row.id})
    if owner.id == row.id:
        # The duty desk is all there is.
        release(db, row.id)
        return str(row.id)
    release(db, row.id if counts(db, case) else owner.id)
    detail = {"from": row.id, "to": owner.id, "because": "named" if named else "training"}
    records.event(db, reference, "reassigned", at, detail=detail)
    _give(db, case, owner.id, at)
    return owner.id


def quiet_named(db: Db, reference: str, needs: Needs, owner: str) -> None:
    """What waits for somebody whom the report names now is not sent to them; the owner is looked at apart."""
    waiting = (outbox.c.case_reference == reference, outbox.c.state == "pending")
    ids = sa.select(outbox.c.advisor_id).where(*waiting, outbox.c.advisor_id.is_not(None))
    said = needs.spoken()
    rows = db.execute(sa.select(advisor).where(advisor.c.id.in_(ids), advisor.c.id != owner)).all()
    if named := [row.id for row in rows if is_named(row, needs, said)]:
        db.execute(outbox.update().where(*waiting, outbox.c.advisor_id.in_(named)).values(state="done"))


def _chosen_untrained(db: Db, case: Any) -> bool:
    """Whether a person gave the case to its owner knowing that they lack the training, and said why."""
    handovers = sa.select(timeline.c.event, timeline.c.at, timeline.c.detail).where(
        timeline.c.case_reference == case.reference, timeline.c.event.in_(("fit_overridden", "reassigned"))
    )
    last = db.execute(handovers.order_by(timeline.c.id.desc()).limit(2)).all()
    if [row.event for row in last] != ["reassigned", "fit_overridden"] or last[0].at != last[1].at:
        return False
    return "untrained" in last[1].detail["against"].split("+")


def needs_of_case(db: Db, case: Any) -> Needs:
    """What a case that is there needs of its advisor, from all that was told in it."""
    found = list(_told(db, case.reference))
    answers = [one for one in found if isinstance(one, dict)]
    return Needs(
        trained=case.category == "hate" or bool({*SAFEGUARDING_FLAGS, "domestic_abuse"} & set(case.risk_flags))
        or case.under_18 or case.safeguarding_basis,
        district=case.postcode_district,
        # Whoever wrote in another language needs an interpreter; of a report that was not sent that is not known.
        language=language_told(answers) if case.needs_interpreter or not case.complete else None,
        texts=tuple(words_in(found)),
        about_staff=any(one.get("relationship_to_them") == "staff" for one in answers),
        responsible="; ".join(str(one["person_responsible"]) for one in answers if "person_responsible" in one),
        priority=case.priority,
    )  # fmt: skip


def _told(db: Db, reference: str) -> Iterator[Any]:
    """Answers, identity and later words of the reporter, and who is complained about as advisors know it; of the
    reports that were joined to the case too."""
    from casework.cases.respondents import named_as_respondents

    for joined in joined_reports(db, reference):
        yield from _told(db, joined["reference"])
    yield from named_as_respondents(db, reference)
    for row in db.execute(sa.select(report.c.id, report.c.answers).where(report.c.case_reference == reference)).all():
        yield records.told(db, row.id, row.answers)["answers"]
        yield records.identity_of_report(db, row.id)
    words = sa.select(message.c.id, message.c.body).where(
        message.c.case_reference == reference, message.c.author == "reporter"
    )
    for row in db.execute(words):
        yield records.unseal(db, f"message|body|{row.id}", row.body)


def _give(db: Db, case: Any, to: str, at: datetime) -> None:
    """The new owner is told instead of the one before; an alert that nobody has answered goes on with them."""
    db.execute(case_record.update().where(case_record.c.reference == case.reference).values(advisor_id=to))
    waiting = (outbox.c.case_reference == case.reference, outbox.c.state == "pending")
    db.execute(outbox.update().where(*waiting, outbox.c.advisor_id == case.advisor_id).values(state="done"))
    key = f"{to}:{at.isoformat()}"
    put(db, "new_case", case.reference, at, advisor_id=to, key=key)
    alert = sa.select(clock.c.id).where(
        clock.c.case_reference == case.reference, clock.c.name == "alert", clock.c.met_at.is_(None)
    )
    if db.scalar(alert.limit(1)) is not None:
        put(db, "alert", case.reference, at, advisor_id=to, key=key)

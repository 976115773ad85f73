"""What is sent: the draft as the case store takes it."""

from __future__ import annotations

from casework.cases import Submission
from casework.conversation.draft import Draft
from casework.conversation.draft_labels import label_report, reprisals_feared
from casework.questions.conditions import domestic_abuse, information_only, no_consent, under_18

# Steps of the conversation itself, no part of what was told.
NOT_TOLD = frozenset({"account_more", "more_topics", "leave_check", "review"})


def submission_of(draft: Draft) -> Submission:
    """The report as it stands. Labels follow the answers as sent; flags from typed words never fall."""
    answers = {name: value for name, value in draft.answers.items() if name not in NOT_TOLD}
    if domestic_abuse(draft):
        answers["speak_to_other_party"] = "not_yet"
    if information_only(draft):
        answers.pop("affected_name", None)
        answers.pop("affected_contact_ok", None)
    return Submission(
        submission_id=draft.id,
        channel=draft.channel,
        answers=answers,
        notes={name: note for name, note in draft.notes.items() if name in answers},
        also_said=list(draft.also_said),
        labels=label_report(draft),
        reporter_role=draft.answer("reporter_role"),
        identity=draft.answer("identity"),
        affected_consent=draft.answer("affected_consent"),
        wants_person=draft.wants_person,
        needs_interpreter=draft.needs_interpreter,
        information_only=information_only(draft),
        safeguarding_basis=no_consent(draft) and not information_only(draft),
        under_18=under_18(draft),
        reprisals_feared=reprisals_feared(draft),
        foreign_language=draft.foreign,
        skipped=frozenset(draft.passed_over),
    )

"""Taking answers into the draft, and what follows from each."""

from __future__ import annotations

from casework.cases.apart import said_apart, says_who
from casework.conversation.checks import looks_wrong
from casework.conversation.draft import IDENTITY_ANSWERS, MAX_ACCOUNT, Draft
from casework.conversation.outcome import Incoming, Outcome
from casework.conversation.signs import ask_about_danger, show_card, take_in_words
from casework.questions.conditions import information_only
from casework.questions.plan import TOPIC_QUESTION, WINNING, YIELDING, Plan, Question
from casework.triage import foreign, mentions_damage, told

FEW_WORDS = 3
PART_BREAK = "\n\n"


def take_answer(
    plan: Plan,
    draft: Draft,
    question: Question,
    values: tuple[str, ...],
    incoming: Incoming,
    outcome: Outcome,
) -> None:
    """Store chosen options; typed words that chose them are kept as the note, so that none is lost."""
    note = incoming.note
    if incoming.text is not None and len(incoming.text.split()) > FEW_WORDS:
        note = incoming.text
    if question.name in _NEVER_STORED:
        _NEVER_STORED[question.name](draft, values[0], outcome)
        return
    before = draft.answer(question.name)
    # Noted from a wish, never answered: put once, and what is answered then stands beside it.
    noted_only = draft.has("support_needs") and "support_needs" not in draft.order
    value: str | list[str] = _several(question, values) if question.kind == "choices" else values[0]
    adds_up = question.name == TOPIC_QUESTION or (question.name == "support_needs" and noted_only)
    if adds_up and isinstance(value, list):
        # Topics add up: going through more of them never loses what was said under earlier ones.
        value = [*(before or ()), *(topic for topic in value if topic not in (before or ()))]
        note = "; ".join(part for part in (draft.notes.get(question.name), note) if part)
    draft.put(question.name, value, note)
    if before is not None and before != value:
        draft.drop(question.clears)
    if question.name == TOPIC_QUESTION and "support" in value and noted_only:
        draft.reopened = "support_needs"
    _follow_up(draft, question.name, value, outcome)


def _several(question: Question, values: tuple[str, ...]) -> list[str]:
    """Several options in the plan's order; none, not sure, rather not and nobody yield to others."""
    chosen = [option.value for option in question.options if option.value in values]
    winning = [value for value in chosen if value in WINNING]
    if winning:
        return winning[:1]
    firm = [value for value in chosen if value not in YIELDING]
    return firm or chosen[:1]


def _review(draft: Draft, value: str, outcome: Outcome) -> None:
    if value == "send":
        outcome.ends = "send"
    elif value == "more":
        draft.wants_more = True
        draft.drop_settled(TOPIC_QUESTION)
    else:
        draft.leaving = True


def _leave_check(draft: Draft, value: str, outcome: Outcome) -> None:
    if value == "yes":
        outcome.ends = "leave"
    else:
        draft.leaving = False
        outcome.add("stay")


_NEVER_STORED = {"review": _review, "leave_check": _leave_check}


def _follow_up(draft: Draft, name: str, value: str | list[str], outcome: Outcome) -> None:
    if name in ("danger_now", "danger_check"):
        draft.doubt = False
        if value in ("yes", "not_sure"):
            show_card(draft, outcome)
    elif name == "safe_to_chat" and value == "not_safe":
        outcome.add("not_safe_now", "help")
    elif name == "affected_consent" and value != "yes":
        outcome.add("representative_limits")
    elif name == "affected_at_risk":
        outcome.add("consent_information" if information_only(draft) else "consent_concern")
    elif name == "identity" and value == "anonymous":
        _make_anonymous(draft, outcome)
    elif name == "harm_signs" and set(value) & {"weapon", "fire"}:
        ask_about_danger(draft)
    elif name == "relationship_to_them" and value == "partner_or_ex" and "domestic_abuse" not in draft.helped:
        draft.helped["domestic_abuse"] = []
        outcome.add("help_domestic_abuse", "help")
    elif name == "support_needs" and "interpreter" in value:
        draft.needs_interpreter = True


def _make_anonymous(draft: Draft, outcome: Outcome) -> None:
    """Erase everywhere what an earlier answer held about the reporter (conversation, question 14)."""
    held = any(draft.has(name) or name in draft.said_in for name in IDENTITY_ANSWERS)
    outcome.erase = [message_id for ids in draft.said_in.values() for message_id in ids]
    if says_who(draft.notes.get("identity", "")):
        draft.keep_words("identity", draft.notes.pop("identity"))
    before = draft.also_said
    draft.also_said = said_apart(before, str(draft.answer("reporter_name") or ""))
    held = held or draft.also_said != before
    draft.drop(IDENTITY_ANSWERS)
    draft.said_in = {}
    # It remembers the beginning of the words.
    draft.helped = {flag: [] for flag in draft.helped}
    outcome.add("anonymous_erased" if held else "anonymous_now")


def take_free_words(
    plan: Plan,
    draft: Draft,
    question: Question,
    incoming: Incoming,
    outcome: Outcome,
    *,
    unchecked: bool = False,
) -> None:
    """Store the person's own words as the answer, unaltered."""
    text = incoming.text or ""
    if question.name in ("account", "account_more"):
        _take_account(draft, question.name, text, outcome)
        return
    if not text.strip():
        outcome.add("needs_words")
        return
    wrong = None if unchecked else looks_wrong(question.name, text, draft.answer("contact_method"))
    if wrong is not None and question.name not in draft.questioned:
        draft.questioned.append(question.name)
        draft.doubted[question.name] = text
        outcome.add(wrong)
        return
    draft.put(question.name, text)


def _take_account(draft: Draft, name: str, text: str, outcome: Outcome) -> None:
    """The account: parts joined by a blank line, otherwise unaltered; at ``account`` again it is replaced."""
    if not text.strip():
        outcome.add("needs_words")
        return
    adding = name == "account_more" and draft.account
    whole = draft.account + PART_BREAK + text if adding else text
    if len(whole) > MAX_ACCOUNT:
        outcome.add("account_too_long")
        return
    outcome.add("account_added" if adding else ("account_replaced" if draft.account else "account_kept"))
    if not adding:
        draft.drop(draft.from_account.copy())
    before = draft.account if adding else ""
    draft.put("account", whole)
    draft.drop(["account_more"])
    _read_account(draft, before, whole, outcome)


def _read_account(draft: Draft, before: str, whole: str, outcome: Outcome) -> None:
    """What the whole account shows, and which questions it has plainly answered (nobody is asked twice)."""
    if PART_BREAK in whole:
        take_in_words(draft, Outcome(), whole, account=True, before=before)
    draft.damage = mentions_damage(whole)
    language = foreign(whole)
    if language and not draft.foreign:
        draft.foreign = language
        draft.needs_interpreter = True
        outcome.add("foreign_words")
    for name, value in told(whole).items():
        if not draft.has(name) or name in draft.from_account:
            draft.answers[name] = value
            if name not in draft.from_account:
                draft.from_account.append(name)

"""Signs of danger and risk in what is said, and the help that fits them (conversation, "On every turn" 1
to 3)."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping

from casework.conversation.draft import Draft
from casework.conversation.outcome import Outcome
from casework.questions.conditions import under_18
from casework.triage import Labels, reads_as_account, screen, triage

# Which help a flag brings, the most pressing first; one short piece a turn.
HELP: Mapping[str, str] = {
    "suicide_self_harm": "help_suicide_self_harm",
    "sexual_offence": "help_sexual_offence",
    "domestic_abuse": "help_domestic_abuse",
    "child_at_risk": "help_child_at_risk",
    "adult_at_risk": "help_adult_at_risk",
    "exploitation": "help_exploitation",
    "arson_fire": "help_arson_fire",
    "weapon": "help_weapon",
    "threat_of_harm": "help_threat_of_harm",
    "violence": "help_violence",
}
_NECK = re.compile(
    r"\b(strangl\w*|chok(ed|ing|es)|throttl\w*|hands? (a?round|on) (my|her|his|their) (neck|throat))\b", re.I
)
# Done to a reporter under 18, each of these is harm to a child (triage-labels, "child_at_risk").
HARMS_A_CHILD = frozenset({"violence", "weapon", "threat_of_harm", "domestic_abuse", "sexual_offence", "exploitation"})
# What a chosen option says about risk (triage-labels.md; conversation, harm_signs).
OPTION_FLAGS: Mapping[tuple[str, str], str] = {
    ("danger_now", "yes"): "immediate_danger",
    ("danger_check", "yes"): "immediate_danger",
    ("harm_signs", "injury"): "violence",
    ("harm_signs", "weapon"): "weapon",
    ("harm_signs", "fire"): "arson_fire",
    ("harm_signs", "threats"): "threat_of_harm",
    ("frequency", "monthly"): "repeat_or_escalating",
    ("frequency", "weekly"): "repeat_or_escalating",
    ("frequency", "daily"): "repeat_or_escalating",
    ("still_happening", "ongoing"): "repeat_or_escalating",
}


def option_flags(draft: Draft) -> dict[str, str]:
    """Flags that follow from chosen options as they stand now: flag → the question it comes from."""
    found: dict[str, str] = {}
    for (name, value), flag in OPTION_FLAGS.items():
        answer = draft.answer(name)
        if answer == value or (isinstance(answer, list) and value in answer):
            found.setdefault(flag, name)
    return found


def take_in_words(
    draft: Draft, outcome: Outcome, text: str, *, danger: bool = False, account: bool = False, before: str = ""
) -> bool:
    """Screen and label typed words; raise what they show, show the card or fitting help. True where it is danger.

    ``account``: whether they were asked for as an account. Short words elsewhere are read by the rules alone.
    ``before``: the part of them that was asked about when it came; its doubt is not new.
    """
    screened = screen(text)
    labels = triage(text, account=account or reads_as_account(text))
    danger = danger or screened.emergency or labels.urgency == "emergency"
    shown = dict.fromkeys((*screened.flags, *labels.risk_flags))
    if under_18(draft) and draft.answer("reporter_role") == "self" and HARMS_A_CHILD & set(shown):
        shown["child_at_risk"] = None
    new = draft.raise_flags(shown, "emergency" if danger else labels.urgency)
    if labels.category == "hate":
        draft.hate_seen = True
    if danger:
        show_card(draft, outcome, fire="arson_fire" in labels.risk_flags)
    elif screened.doubt and not (before and screen(before).doubt):
        ask_about_danger(draft)
    _offer_help(draft, outcome, text, labels, shown, new)
    return danger


def show_card(draft: Draft, outcome: Outcome, *, fire: bool = False) -> None:
    draft.card_shown = True
    outcome.add("card", "emergency")
    if fire:
        outcome.add("card_fire", "emergency")


def ask_about_danger(draft: Draft) -> None:
    """Put ``danger_check``, again where it was answered before: the doubt is new. A "yes" stands."""
    if draft.urgency == "emergency" or "yes" in (draft.answer("danger_now"), draft.answer("danger_check")):
        return
    draft.drop(["danger_check"])
    draft.doubt = True


def risk_now(draft: Draft) -> bool:
    """Whether it is happening now and there is any sign of risk: then somebody is asked about danger."""
    return draft.answer("still_happening") == "now" and bool(draft.flags or option_flags(draft))


def _offer_help(
    draft: Draft, outcome: Outcome, text: str, labels: Labels, shown: Container[str], new: list[str]
) -> None:
    """One short piece of help for the most pressing flag, again only when the words are new or stronger."""
    words = " ".join(text.casefold().split())
    if _NECK.search(text) and "violence" in labels.risk_flags and "strangled" not in draft.helped:
        draft.helped["strangled"] = [words[:80]]
        outcome.add("help_strangled", "help")
    for flag, name in HELP.items():
        if flag not in shown:
            continue
        stronger = flag in new or labels.urgency == "emergency"
        if flag in draft.helped and not stronger:
            continue
        draft.helped.setdefault(flag, []).append(words[:80])
        if under_18(draft) and flag in ("child_at_risk", "sexual_offence", "domestic_abuse"):
            name = "help_child_reporter"
        outcome.add(name, "help")
        return

"""The page's own words: hints, buttons, errors. What the assistant says comes from the conversation."""

from __future__ import annotations

from casework.catalogues import N_
from casework.conversation.controls import LABELS

CHANGED = N_("Change an answer")
CONTROL_LABELS = {**LABELS, "keep": N_("Keep my answer")}

HINTS = {
    "choice": N_("Choose one answer, or write your own."),
    "choices": N_("Choose all that fit, or write your own."),
    "date": N_("For example 27, 3 and 2026. Leave empty what you do not know."),
}

# The three fields of a day: name, label, how many characters are seen.
DAY_FIELDS = (("day", N_("Day"), 2), ("month", N_("Month"), 5), ("year", N_("Year"), 4))
DATE_WORDS_LABEL = N_("Or say when in your own words, such as “last Tuesday” or “about two weeks ago”")
WORDS_LABEL = N_("Or write it in your own words")
NOTE_LABELS = {"account_more": N_("Add more here"), "review": N_("Or write what you want to do")}

# Personal details of the reporter, for browsers that can fill them in (WCAG 1.3.5).
AUTOCOMPLETE = {"reporter_name": "name"}
CONTACT = {"email": "email", "phone": "tel", "text": "tel", "letter": "street-address"}
SHORT = ("reporter_name", "affected_name", "contact_value", "where_postcode", "police_reference")

ERRORS = {
    "nothing": N_("Choose an answer or write one, then press Continue."),
    "nothing_typed": N_("Write something first, then press Continue."),
    "skip_too": N_("You can also skip this question."),
    "stale": N_(
        "This question has changed since you opened it. What you wrote is still here. "
        "Check it fits the question now shown."
    ),
    "too_long": N_(
        "This is {count:,} characters. One message can hold 4,000. Nothing is lost: send it in two or more parts."
    ),
    "cut": N_(
        "This is too long to keep: only the first {count:,} characters are still here. One message can hold 4,000. "
        "Send it in two or more parts."
    ),
    "code": N_("Enter the 16 numbers of your code."),
    "form": N_("We could not read that. Go back and try again."),
    "elsewhere": N_("This did not come from our own page, so nothing was done."),
}

TROUBLE = N_("Sorry, something is not working")
REFUSED = N_("Sorry, that did not work")

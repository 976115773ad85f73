"""The page's own words: hints, buttons, errors. What the assistant says comes from the conversation."""

from __future__ import annotations

CHANGED = "Change an answer"
# Beside Continue, in this order; skip and back stand next to it, the rest below.
CONTROL_LABELS = {
    "skip": "Skip this question",
    "back": "Go back",
    "pause": "Pause and come back later",
    "person": "Speak to a person",
    "language": "Another language or format",
    "leave": "Leave without sending",
}

HINTS = {
    "choice": "Choose one answer, or write your own.",
    "choices": "Choose all that fit, or write your own.",
    "date": "For example 27, 3 and 2026. Leave empty what you do not know.",
}

# The three fields of a day: name, label, how many characters are seen.
DAY_FIELDS = (("day", "Day", 2), ("month", "Month", 5), ("year", "Year", 4))
DATE_WORDS_LABEL = "Or say when in your own words, such as “last Tuesday” or “about two weeks ago”"
WORDS_LABEL = "Or write it in your own words"
NOTE_LABELS = {"account_more": "Add more here", "review": "Or write what you want to do"}

# Personal details of the reporter, for browsers that can fill them in (WCAG 1.3.5).
AUTOCOMPLETE = {"reporter_name": "name"}
SHORT = ("reporter_name", "affected_name", "contact_value", "where_postcode", "police_reference")

ERRORS = {
    "nothing": "Choose an answer or write one, then press Continue.",
    "nothing_typed": "Write something first, then press Continue.",
    "skip_too": "You can also skip this question.",
    "stale": "This question has changed since you opened it. What you wrote is still here. "
    "Check it fits the question now shown.",
    "too_long": "This is {count:,} characters. One message can hold 4,000. Nothing is lost: "
    "send it in two or more parts.",
    "code": "Enter the 16 numbers of your code.",
    "form": "We could not read that. Go back and try again.",
    "elsewhere": "This did not come from our own page, so nothing was done.",
}

TROUBLE = "Sorry, something is not working"
REFUSED = "Sorry, that did not work"

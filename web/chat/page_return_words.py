"""The words of the way back: who wrote what, what was done, what is wrong."""

from __future__ import annotations

from casework.catalogues import N_

# How a message is headed, by who wrote it and its kind.
SAYS = {
    ("advisor", "message"): N_("Your advisor wrote"),
    ("reporter", "message"): N_("You wrote"),
    ("reporter", "addition"): N_("You added to what you told us"),
    ("reporter", "withdrawal_asked"): N_("You asked to withdraw"),
    ("reporter", "withdrawal_taken_back"): N_("You asked us to go on"),
}
DONE = {
    "sent": N_("Thank you. Your advisor will see this."),
    "saved": N_("Thank you. We have changed that. Your advisor will see it."),
}
ERRORS = {
    "empty": N_("Write something first, then press the button."),
    "too_long": N_("One message can hold 4,000 characters. Nothing is lost: send it in two or more parts."),
    "method": N_("Choose how we can reach you."),
    "value": N_("Write the number, email or address for the way you chose."),
    "safe": N_("Choose from the ways that are shown."),
}
WAIT = N_("That was a lot of tries in a short time. Please wait {minutes}, then try again.")

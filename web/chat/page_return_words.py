"""The words of the way back: who wrote what, what was done, what is wrong."""

from __future__ import annotations

# How a message is headed, by who wrote it and its kind.
SAYS = {
    ("advisor", "message"): "Your advisor wrote",
    ("reporter", "message"): "You wrote",
    ("reporter", "addition"): "You added to what you told us",
    ("reporter", "withdrawal_asked"): "You asked to withdraw",
    ("reporter", "withdrawal_taken_back"): "You asked us to go on",
}
DONE = {
    "sent": "Thank you. Your advisor will see this.",
    "saved": "Thank you. We have changed that. Your advisor will see it.",
}
ERRORS = {
    "empty": "Write something first, then press the button.",
    "too_long": "One message can hold 4,000 characters. Nothing is lost: send it in two or more parts.",
    "method": "Choose how we can reach you.",
    "value": "Write the number, email or address for the way you chose.",
    "safe": "Choose from the ways that are shown.",
}
WAIT = "That was a lot of tries in a short time. Please wait {minutes}, then try again."

"""Kind checks of form: asked about once, then taken as written."""

from __future__ import annotations

import re

_POSTCODE = re.compile(r"^[a-z]{1,2}\d[a-z\d]? ?\d[a-z]{2}$", re.I)
_DISTRICT = re.compile(r"^[a-z]{1,2}\d[a-z\d]?$", re.I)
_LOOKS_LIKE_POSTCODE = re.compile(r"^(?=.*\d)(?=.*[a-z])[a-z\d]{2,5}[ -]?[a-z\d]{2,4}$", re.I)
_EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]{2,}$")
MIN_PHONE_DIGITS, MAX_PHONE_DIGITS = 10, 15
MIN_ADDRESS = 8


def looks_wrong(question: str, text: str, contact_method: str | None = None) -> str | None:
    """The name of the kind question to put about this answer's form, or None where it looks right."""
    words = text.strip()
    if question == "where_postcode":
        if _LOOKS_LIKE_POSTCODE.match(words) and not (_POSTCODE.match(words) or _DISTRICT.match(words)):
            return "check_postcode"
        return None
    if question != "contact_value":
        return None
    if contact_method in ("phone", "text"):
        digits = sum(character.isdigit() for character in words)
        return None if MIN_PHONE_DIGITS <= digits <= MAX_PHONE_DIGITS else "check_contact_phone"
    if contact_method == "email":
        return None if _EMAIL.match(words) else "check_contact_email"
    if contact_method == "letter":
        return None if len(words) >= MIN_ADDRESS else "check_contact_letter"
    return None

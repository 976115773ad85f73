"""Case references such as ``LR-7F3K-29QD``: random, easy to read out, and saying nothing about the case.

Digits and letters that are taken for one another are left out (0 O, 1 I L, 8 B, S for 5, Z for 2, G for 6,
U for V), and so are vowels, so that no word can come out.
"""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING

import sqlalchemy as sa

from casework.store.tables import case_record

if TYPE_CHECKING:
    from casework.store.store import Db

ALPHABET = "2345679CDFHJKMNPQRTVWXY"
_KNOWN = sa.select(case_record.c.reference).where(case_record.c.reference == sa.bindparam("reference"))


def new_reference(db: Db) -> str:
    """A reference that no case has."""
    while True:
        letters = "".join(secrets.choice(ALPHABET) for _ in range(8))
        reference = f"LR-{letters[:4]}-{letters[4:]}"
        if db.scalar(_KNOWN, {"reference": reference}) is None:
            return reference


def tidy_reference(text: str) -> str:
    """A reference as it is stored, from what somebody typed ("lr 7f3k 29qd")."""
    letters = re.sub(r"[^A-Z0-9]", "", text.upper()).removeprefix("LR")
    return f"LR-{letters[:4]}-{letters[4:]}" if len(letters) == 8 else text.strip().upper()

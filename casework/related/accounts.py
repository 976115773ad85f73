"""Names within an account, held against those whom other reports on the same place complain about.

Who a name in an account stands for is not known: the one who did it, a witness, somebody who suffers too. So nothing of
it is stored or indexed, only full names are looked for, and what is found is a maybe for an advisor, never a reason to
join.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import sqlalchemy as sa

from casework.related import normal
from casework.related.tokens import Token
from casework.store.tables import report

if TYPE_CHECKING:
    from casework.store.store import Db

# Words with a capital, one after the other: "Kyle James Brennan", "O'Neil".
_RUN = re.compile(r"\b[^\W\d_][\w'’‘-]*(?: +[^\W\d_][\w'’‘-]*)*")
_OF_HIS = re.compile(r"['’‘]s\b", re.IGNORECASE)
_LONGEST_NAME = 4


def names_told(db: Db, reference: str) -> set[Token]:
    """The full names that may stand in the accounts of a case."""
    from casework.cases import records

    rows = db.execute(sa.select(report.c.id, report.c.answers).where(report.c.case_reference == reference)).all()
    accounts = (records.told(db, row.id, row.answers)["answers"].get("account", "") for row in rows)
    return {Token("account", "full_name", name) for account in accounts for name in full_names_in(account)}


def full_names_in(text: str) -> set[str]:
    """Each first and last name that may stand in a text, as ``normal.full_name`` gives them. Both have a capital."""
    return {name for run in _runs(_OF_HIS.sub("", text)) for name in _names_of(run)}


def _runs(text: str) -> Iterator[list[str]]:
    """The words of each run of capitals, as names are compared."""
    for found in _RUN.findall(text):
        some: list[str] = []
        for word in [*found.split(), ""]:
            if word[:1].isupper():
                some.append(word)
            elif some:
                yield normal.name_words(" ".join(some))
                some = []


def _names_of(words: list[str]) -> Iterator[str]:
    known = normal.words()
    for first, one in enumerate(words):
        for last in words[first + 1 : first + _LONGEST_NAME]:
            if not {one, last} & known.described and (name := normal.full_name([one, last])):
                yield name

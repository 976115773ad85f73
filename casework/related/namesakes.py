"""Two people of one full name whom an advisor told apart (``casework.cases.respondents.tell_apart``): by their name
alone their cases have nothing in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from casework.related import normal
from casework.related.confirmed import CONFIRMED, names_of
from casework.related.tokens import Token, tokens_of_person
from casework.store.fair_tables import respondent

if TYPE_CHECKING:
    from casework.store.store import Db


def told_apart(db: Db, reference: str) -> dict[str, set[str]]:
    """The cases in which somebody else is meant by the name of a respondent of this one, with those names. Not where
    another respondent of this case has the name too (father and son) and was not told apart."""
    from casework.cases.respondents import APART, details_of

    mine = sa.select(respondent.c.id).where(respondent.c.case_reference == reference)
    here = [details_of(db, key) for key in db.execute(mine).scalars().all()]
    found: dict[str, set[str]] = {}
    for one in here:
        for other in one.get(APART, []):
            if all(other in each.get(APART, []) for each in here if names_of(each) & names_of(one)):
                found.setdefault(other, set()).add(one["name"])
    return found


def without(tokens: set[Token], names: set[str]) -> set[Token]:
    """What is left to be found by when these names of the person responsible are others' names in that case."""
    values = {token.value for name in names for token in tokens_of_person(CONFIRMED, name, "")}
    words = {word for name in names for word in normal.name_words(name)}
    return {
        token for token in tokens
        if token.subject not in ("responsible", CONFIRMED)
        or not (token.value in values or (token.kind == "name_at_postcode" and token.value.split("|")[0] in words))
    }  # fmt: skip

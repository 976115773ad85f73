"""Which options of a question the words name: by the options' own words and by what the answer leads with.

A way that is turned down ("email is best, I cannot use the telephone") is not chosen.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from casework.catalogues import ENGLISH, gettext, language
from casework.conversation.ages import ADULT, OLD, age_group, ages_told
from casework.conversation.leads import MIXED, NO, UNSURE, YES, lead
from casework.conversation.plain import Said, plain_words, tidy
from casework.questions.plan import YIELDING, Option, Question

Ranking = Sequence[tuple[str, float]]

# The model's share among what can be meant at the question, and its own confidence, from which it is believed.
SHARE, CONFIDENCE = 0.5, 0.06
SHARE_AMONG_NAMED = 0.6
LONGEST = 60  # words; what is longer is told, not chosen

_NEGATOR = re.compile(
    r"\b(?:not|dont|didnt|cant|couldnt|wont|wouldnt|shouldnt|mustnt|no|never|nothing to do with|without|"
    r"nor|neither|except|apart from|instead of|rather than|doubt|hate|havent|stop|avoid|nobody|"
    r"anything but|other than|than)\b(?! (?:only|just|sure|always)\b)"
)
_NEGATOR_AFTER = re.compile(
    r"^(?: \w+)? (?:(?:is|are|was|were|its|thats) (?:not|no|never|unsafe|bad|out|dangerous|risky)|not|"
    r"no|never|unsafe|isnt|arent|dont|cant|wouldnt)(?:$| (?:safe|ok|okay|good|allowed|fine|possible|"
    r"for me|an option|please|thanks|be|work|ever|really|so|used|use)\b)"
)
_BUT = re.compile(r"\b(?:but|just|only|however|rather|prefer|instead|though|although|and then|because)\b")
_ALL = re.compile(
    r"(?:(?:yes|yeah|i have|ive got|im ok with|theyre|they are|any|of|and|got|its|id like) )*(?:all|"
    r"everything|any|both|every one|the lot|each)(?: (?:of|them|these|those|it|the|above|are|is|fine|"
    r"safe|ok|okay|please|really|options|ways|five|six|can|be|used|good|apply|applies|all|work))*"
)
_PLACES = {
    word: place
    for place, words in enumerate(
        (
            "first 1 one 1st top",
            "second 2 two 2nd",
            "third 3 three 3rd",
            "fourth 4 four 4th",
            "fifth 5 five 5th",
            "sixth 6 six 6th",
        ),
        1,
    )
    for word in words.split()
}
_PLACE = re.compile(
    r"(?:(?:i )?(?:pick|choose|ill go with|go with|ill have|ill pick|id say|its|select|"
    rf"want) )?(?:the )?(?:option |number |answer |no |one at the |num )?({'|'.join(_PLACES)}|last|"
    r"bottom)(?: one| option| answer| choice)?(?: please)?"
)


@dataclass(frozen=True)
class Named:
    """The options that the words name, and what the answer leads with."""

    values: tuple[str, ...]
    leads: str | None


def own_words(question: Question, said: Said) -> str | None:
    """The option whose value, label or short form this is, in English or in the language that is shown."""
    for option in question.options:
        if said.plain in (plain_words(option.value), plain_words(option.label), plain_words(option.short) or None):
            return option.value
        if said.tidy == tidy(plain_words(option.label)):
            return option.value
    return None if language() == ENGLISH else _as_shown(question, said)


def _as_shown(question: Question, said: Said) -> str | None:
    for option in question.options:
        if said.plain in (plain_words(gettext(option.label)), plain_words(gettext(option.short)) or None):
            return option.value
    return None


def side(option: Option) -> str | None:
    """Whether the option is one of yes or of no."""
    label = plain_words(option.label).split()
    if "affirm" in option.intents or label[:1] == ["yes"]:
        return YES
    if "deny" in option.intents or label[:1] == ["no"]:
        return NO
    return None


def named(question: Question, said: Said) -> Named:
    """Options by their own words, then by what the answer leads with."""
    if question.name == "age_group" and (age := age_group(said)):
        return Named((age,), None)
    leads = lead(said)
    if question.kind == "choices" and _ALL.fullmatch(said.tidy):
        return Named(tuple(o.value for o in question.options if o.value not in YIELDING and _named_by_all(o)), None)
    values = tuple(option.value for option in question.options if _is_named(question, option, said))
    if question.name == "vulnerabilities":
        values = _with_ages(values, said)
    return Named(values, leads)


def _named_by_all(option: Option) -> bool:
    return option.value not in ("other", "nothing_safe")


def _is_named(question: Question, option: Option, said: Said) -> bool:
    words = said.tidy
    if option.unless is not None and option.unless.search(words):
        return False
    whole_only = side(option) is not None or option.value in YIELDING
    for pattern in option.said_as:
        for match in pattern.finditer(words):
            if whole_only or not _turned_down(words, match.start(), match.end()):
                return True
    return False


def _turned_down(words: str, start: int, end: int) -> bool:
    """Whether a word before it (and no "but" between) or right after it turns the option down."""
    before = " ".join(words[:start].split()[-5:])
    negators = list(_NEGATOR.finditer(before))
    if negators and not _BUT.search(before[negators[-1].end() :]):
        return True
    return bool(_NEGATOR_AFTER.match(words[end:]))


def _with_ages(values: tuple[str, ...], said: Said) -> tuple[str, ...]:
    own, coming, other = ages_told(said)
    if any(age >= OLD for age in (*own, *coming, *other)):
        values = (*values, "older_person")
    if any(age < ADULT for age in (*own, *coming)):
        values = (*values, "young_person")
    return tuple(dict.fromkeys(values))


def model_scores(question: Question, ranking: Ranking) -> dict[str, float]:
    """The model's confidence in each option: its best intent's."""
    ranked = dict(ranking)
    return {
        option.value: max((ranked.get(intent, 0.0) for intent in option.intents), default=0.0)
        for option in question.options
    }


def chosen(question: Question, said: Said, ranking: Ranking) -> tuple[str, ...]:
    """The options that the words choose; empty where they choose none, or more than may be chosen."""
    if said.count > LONGEST:
        return ()
    found = named(question, said)
    if question.kind == "choices" and found.values:
        return found.values
    if found.leads == MIXED and not _settled_otherwise(question, found):
        return ()
    if found.leads == UNSURE:
        return _when_unsure(question, said, found)
    scores = model_scores(question, ranking)
    if found.leads in (YES, NO):
        return _with_lead(question, found, found.leads, scores)
    if len(found.values) == 1:
        return found.values
    if found.values:
        return _best_of({value: scores[value] for value in found.values}, SHARE_AMONG_NAMED, 0.0)
    return ()


def _settled_otherwise(question: Question, found: Named) -> bool:
    """Two minds matter only where yes or no is an answer."""
    return len(found.values) == 1 and side(question.option(found.values[0])) is None


def _when_unsure(question: Question, said: Said, found: Named) -> tuple[str, ...]:
    unsure = next((o.value for o in question.options if o.value == "not_sure" or "not_sure" in o.intents), None)
    others = tuple(value for value in found.values if value != unsure)
    if len(others) == 1 and (unsure is None or side(question.option(others[0])) is None or _BUT.search(said.tidy)):
        return others
    return (unsure,) if unsure else ()


def _with_lead(question: Question, found: Named, leads: str, scores: dict[str, float]) -> tuple[str, ...]:
    sides = {option.value: side(option) for option in question.options}
    agreeing = [value for value in found.values if sides[value] in (leads, None)]
    if len(agreeing) == 1:
        return (agreeing[0],)
    if agreeing:
        plain = [value for value in agreeing if sides[value] is None]
        return (
            (plain[0],)
            if len(plain) == 1
            else _best_of({value: scores[value] for value in agreeing}, SHARE_AMONG_NAMED, 0.0)
        )
    if found.values:
        return ()
    return _by_side(question, leads, sides, scores)


def _by_side(question: Question, leads: str, sides: dict[str, str | None], scores: dict[str, float]) -> tuple[str, ...]:
    """The option of yes, or of no; where there are several, the model's, else the plain one."""
    fitting = [value for value, given in sides.items() if given == leads]
    if len(fitting) > 1:
        best = _best_of({value: scores[value] for value in fitting}, SHARE_AMONG_NAMED, 0.3)
        if best:
            return best
        intent = "affirm" if leads == YES else "deny"
        fitting = [value for value in fitting if intent in question.option(value).intents]
    return tuple(fitting[:1])


def _best_of(scores: dict[str, float], share: float, confidence: float) -> tuple[str, ...]:
    total = sum(scores.values())
    if total <= 0:
        return ()
    best = max(scores, key=lambda value: scores[value])
    return (best,) if scores[best] / total >= share and scores[best] >= confidence else ()


def chosen_by_model(question: Question, said: Said, ranking: Ranking, against: float) -> tuple[str, ...]:
    """The model's option; ``against`` is its confidence in what else could be meant here."""
    if said.count > LONGEST:
        return ()
    scores = model_scores(question, ranking)
    ranked = dict(ranking)
    bare = {intent for option in question.options for intent in option.intents}
    # A bare yes or no is not read as something else where neither is an option.
    rivals = against + sum(ranked.get(intent, 0.0) for intent in ("affirm", "deny") if intent not in bare)
    best = _best_of(scores, SHARE, CONFIDENCE)
    if not best or scores[best[0]] <= rivals or _denied(question.option(best[0]), said.tidy):
        return ()
    return best


def _denied(option: Option, words: str) -> bool:
    """Whether the words name the option only to turn it down."""
    if option.unless is not None and option.unless.search(words):
        return True
    return any(
        _turned_down(words, match.start(), match.end())
        for pattern in option.said_as
        for match in pattern.finditer(words)
    )


def by_place(question: Question, said: Said) -> str | None:
    """ "The second one", "option 3": by the order in which the options stand."""
    found = _PLACE.fullmatch(said.tidy)
    if found is None:
        return None
    word = found.group(1)
    place = len(question.options) if word in ("last", "bottom") else _PLACES[word]
    return question.options[place - 1].value if place <= len(question.options) else None

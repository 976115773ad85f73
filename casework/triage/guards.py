"""Where words do not count as told: denied, only supposed, only asked about.

Each guard is a mask of words (bits). A rule names the guards under which it stays silent.
"""

from __future__ import annotations

from collections.abc import Callable

from casework.triage.text import Text

_NEG_REACH = 5
_HYPO_REACH = 6
# A message of so many words tells one thing; the screening reads it whole, too.
_ONE_STORY = 80
# So far on either side of it, over the end of a sentence, an innocent reason explains what is told.
_EXPLAINS = 30
# A sentence of so few words only names the reason: "Cricket practice."
_FRAGMENT = 3


def _scope(text: Text, openers: int, stops: int, reach: int) -> int:
    here = scope = openers
    open_ = ~(stops | text.hard)
    for _ in range(reach):
        here = ((here << 1) & open_) & ((1 << text.size) - 1)
        if not here:
            break
        scope |= here
    return scope & ~openers


def negated(text: Text) -> int:
    """Words after "not", "no", "never", "without" up to the end of that thought."""
    openers = text.named("negator") & ~text.named("pseudo_negation")
    if not openers:
        return 0
    stops = text.named("thought_end")
    actors = text.named("them_noun") & ~(openers << 1)
    return _scope(text, openers, stops | actors, _NEG_REACH)


def supposed(text: Text) -> int:
    """Words after "if", "might", "worried that": not told as a fact."""
    openers = text.named("supposing")
    if not openers:
        return 0
    return _scope(text, openers, text.named("supposing_end"), _HYPO_REACH)


def asked(text: Text) -> int:
    """Words of a question about a topic ("what do you do about knife crime?"), not of a person's story."""
    greeting = text.named("greeting") | text.at.get(",", 0)
    starts = 1 | (text.hard << 1) | ((greeting & ~text.hard) << 1)
    openers = text.named("topic_question") & starts
    scope = 0
    if openers:
        scope = _scope(text, openers, text.named("self_word") | text.named("pronoun_agent"), 14)
    supposed_case = text.named("what_if") & starts
    if supposed_case:
        scope |= _scope(text, supposed_case, 0, 16)
    if text.named("happened_to_me"):
        return 0
    own = text.named("self_word") | (text.named("panic_word") & ~(text.at.get("what", 0) << 1))
    scope |= _cases(text, text.named("topic_case") & starts, own)
    if text.named("made_up_sign"):
        scope |= _cases(text, text.named("suppose_word"), own)
    told = own if _for_others(text) else own | text.named("pronoun_agent")
    marks = 0
    for word, places in text.at.items():
        if "?" in word:
            marks |= places
    while marks:
        low = marks & -marks
        marks ^= low
        end = low.bit_length() - 1
        sentence = text.sentence(end - 1) if end else 0
        if not sentence & told:
            scope |= sentence
    return scope


def _cases(text: Text, openers: int, own: int) -> int:
    """The sentences that ask of a case, from where each opens, unless they speak of the one who asks."""
    scope = 0
    while openers:
        low = openers & -openers
        openers ^= low
        sentence = text.sentence(low.bit_length() - 1)
        if not sentence & own:
            scope |= sentence & -low
    return scope


def _for_others(text: Text) -> bool:
    """Whether a question is asked for a talk, a newsletter, homework."""
    return text.size <= _ONE_STORY and bool(text.named("purpose_sign")) and not text.named("purpose_not")


def _around(text: Text, marks: int, before: int, after: int) -> int:
    open_ = ~text.hard
    scope = left = right = marks
    for _ in range(after):
        right = (right << 1) & open_
        scope |= right
    for _ in range(before):
        left = (left >> 1) & open_
        scope |= left
    return scope


def past(text: Text) -> int:
    """Words near a time that is over, unless the same sentence says "now"."""
    marks = text.named("past_word") & ~text.named("just_ago")
    if not marks:
        return 0
    scope = _around(text, marks, 14, 14)
    return _without_now(text, scope)


def habitual(text: Text) -> int:
    """Words near "every night", "always": told of many times, not of this moment."""
    marks = text.named("habit_word")
    if not marks:
        return 0
    return _without_now(text, _around(text, marks, 12, 12))


def _without_now(text: Text, scope: int) -> int:
    marks = text.named("now_sign")
    return scope & ~_around(text, marks, 30, 30) if marks else scope


def _closing(text: Text) -> int:
    """The last words of a thought: in "she cried before but now ..." nothing is said to come later."""
    return (text.at.get("but", 0) | text.at.get("and", 0) | text.at.get("now", 0)) >> 1


def conditional(text: Text) -> int:
    """Words near "if": "if this goes on I will end it"."""
    earlier = text.at.get("before", 0) & ~_closing(text)
    openers = text.at.get("if", 0) | text.at.get("unless", 0) | earlier
    return _around(text, openers, 10, 14) if openers else 0


def denied(text: Text) -> int:
    """Words after "it is not", "nothing to do with": the person rules a motive out."""
    openers = text.named("denial")
    return _scope(text, openers, 0, 7) if openers else 0


def _whole(text: Text, name: str) -> int:
    """Where a family stands, with all its words."""
    mask = text.named(name)
    return mask | text.conts.get(text.lexicon.numbers[name], 0) if mask else 0


def _until(text: Text, sign: str, unless: str) -> int:
    """All words of a short message up to the last such sign, unless another sign speaks against it."""
    if text.size > _ONE_STORY:
        return 0
    marks = _whole(text, sign)
    if not marks or text.named(unless):
        return 0
    return (1 << marks.bit_length()) - 1


def over(text: Text) -> int:
    """What is told before "they are gone now", "police took him": danger that has left, unless it comes back."""
    return _until(text, "gone_sign", "gone_not")


def put_out(text: Text) -> int:
    """What is told before "it is out now", "I stamped it out": a fire that burns no more."""
    return _until(text, "out_sign", "out_not")


def well(text: Text) -> int:
    """What is told before "then she woke up", "he is fine now": an illness that has passed."""
    return _until(text, "well_sign", "well_not")


def _explained(text: Text, sign: str, unless: str) -> int:
    """Words near such signs, unless another sign speaks against them.

    What was told before counts where the sign's own sentence speaks of it ("it was only a toy"), or is no sentence at
    all; what comes after counts up to the next thought: "the film was on, but he has a knife" is no film.
    """
    marks = _whole(text, sign)
    if not marks or text.named(unless):
        return 0
    speaks = text.named("speaks_of_it")
    other = text.hard | text.named("other_thought")
    scope = 0
    while marks:
        first = marks & -marks
        sentence = text.sentence(first.bit_length() - 1)
        here = (marks & sentence) | first
        marks &= ~here
        before = sentence & (first - 1)
        told_of = sentence & ((1 << here.bit_length()) - 1)
        if text.size <= _ONE_STORY and (told_of & speaks or sentence.bit_count() <= _FRAGMENT):
            low = max(first.bit_length() - 1 - _EXPLAINS, 0)
            before = (first - 1) & -(1 << low)
        after = right = 1 << (here.bit_length() - 1)
        for _ in range(_EXPLAINS):
            right = (right << 1) & ~other & sentence
            after |= right
        scope |= before | told_of & -first | after
    return scope


def innocent(text: Text) -> int:
    """Words near an innocent reason, also in the sentence before: "it was only the film", "cricket practice"."""
    return _explained(text, "innocent_sign", "in_earnest")


def plain_cause(text: Text) -> int:
    """Words near what plainly makes the smoke or the smell: a barbecue, a mower that is being mended."""
    return _explained(text, "cause_sign", "cause_not")


def quoted(text: Text) -> int:
    """Words of a play, a film, a book: "that's a line from the play my class is rehearsing"."""
    return _explained(text, "quote_sign", "quote_not")


def shared(text: Text) -> int:
    """What everybody got, or what was done by somebody who did not know: who was hit was no reason."""
    if text.size > _ONE_STORY or not text.named("everybody_sign") or text.named("singled_sign"):
        return 0
    return (1 << text.size) - 1


def banter(text: Text) -> int:
    """What friends call each other, where the one who is told of laughs as well."""
    if text.size > _ONE_STORY or not text.named("banter_sign") or text.named("banter_not"):
        return 0
    return (1 << text.size) - 1


def later(text: Text) -> int:
    """Words near a time to come: a threat for tomorrow is no attack now."""
    marks = text.named("later_word")
    return _without_now(text, _around(text, marks, 12, 12)) if marks else 0


GUARDS: dict[str, Callable[[Text], int]] = {
    "neg": negated,
    "hypo": supposed,
    "quest": asked,
    "denied": denied,
    "past": past,
    "habit": habitual,
    "if": conditional,
    "over": over,
    "out": put_out,
    "well": well,
    "innocent": innocent,
    "cause": plain_cause,
    "later": later,
    "quoted": quoted,
    "shared": shared,
    "banter": banter,
}


def blocked(text: Text, names: tuple[str, ...]) -> int:
    """The words that count for nothing under these guards; each guard is worked out once a text."""
    mask = 0
    for name in names:
        if name not in text.blocked:
            text.blocked[name] = GUARDS[name](text)
        mask |= text.blocked[name]
    return mask

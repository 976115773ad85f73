"""Danger screening of every typed message: at most a millisecond, before anything else.

Recall comes first: where signs of present danger are unclear the answer is ``doubt``, and the bot asks.
"""

from __future__ import annotations

import re

from casework.triage.abroad import PLAINLY_ENGLISH, Abroad, read_abroad
from casework.triage.abroad.signs import signs
from casework.triage.dangerbook import LABELS
from casework.triage.dangerindex import danger_book
from casework.triage.guards import blocked
from casework.triage.labels import EMERGENCY_FLAGS, RISK_FLAGS, Screen
from casework.triage.languages import ENGLISH, foreign
from casework.triage.rules import Found, Hit
from casework.triage.text import Text
from casework.triage.typed import put_right, typed_words
from casework.triage.words import STOPS

__all__ = ["LABELS", "judge", "screen"]

_OTHER_SCRIPT = re.compile("[\u0370-\u1fff\u3040-\uffee]")
_NOTHING = Abroad()
_PANIC_WORDS = 6
# What may stand beside a cry for help in a message that is nothing else.
_POLITE = (
    "please", "me", "us", "now", "i", "im", "need", "the", "to", "send", "quick", "hes", "is", "he", "they",
    "theyre", "some", "my", "omg", "god", "oh", "someone", "can",
)  # fmt: skip
_QUIET = ("sign:", "live:", "weak:")
# A message of so few words that tells of nothing past or usual tells of now.
_BRIEF = 28
_MODERATE = 60
# Signs so many words apart speak of one thing.
_CLOSE = 30
# In a longer story they must stand closer.
_LONG_STORY = 90
# Of a message of more words only what settles the question is looked for.
_LONG = 120


def screen(text: str) -> Screen:
    """Signs of danger in one message, whatever question it answers. Total; no words are kept."""
    book = danger_book()
    abroad = text if _OTHER_SCRIPT.search(text) else ""
    typed = typed_words(text)
    told = read_abroad(text, bounded=True) if abroad or not _plainly_english(typed) else _NOTHING
    words = put_right(typed)
    if not abroad and not told.signs and book.anchors.isdisjoint(words):
        return Screen(False, False, frozenset(), ())
    tagged = book.read(words)
    if len(words) <= _LONG:
        return judge(tagged, book.apply(tagged), typed, abroad, told)
    found = book.apply(tagged, settled=lambda so_far: _settled(tagged, so_far, len(words)))
    return judge(tagged, found, typed, abroad, told)


def _settled(tagged: Text, found: Found, size: int) -> bool:
    return any(name.startswith("now:") for name in found) or bool(_likely(tagged, found, size)[0])


def judge(tagged: Text, found: Found, typed: list[str], abroad: str = "", told: Abroad = _NOTHING) -> Screen:
    """The screening of a message that has been read already; ``typed`` are its words before any was put right."""
    rules = {hit.rule for name, hits in found.items() if not name.startswith(_QUIET) for hit in hits}
    now = {name[4:] for name in found if name.startswith("now:")}
    size = sum(word[0] not in STOPS and word not in ",'\"" for word in tagged.words)
    doubt = any(name.startswith("doubt:") for name in found)
    short = size <= _PANIC_WORDS
    likely, unsure = _likely(tagged, found, size)
    now |= likely
    doubt |= unsure
    if short and tagged.named("small_help") and not blocked(tagged, ("quest",)) and _only_help(tagged, size):
        now.add("immediate_danger")
        rules.add("danger.cry")
    if "near:immediate_danger" in found and size <= 4:
        now.add("immediate_danger")
        rules.add("danger.near")
    if size <= 5 and "sign:weapon" in found and "doubt:weapon" in found:
        now.add("immediate_danger")
        rules.add("danger.weapon_word")
    if size <= 4 and tagged.named("fire_word") and not blocked(tagged, ("neg", "quest", "past")):
        now.add("immediate_danger")
        rules.add("danger.fire_word")
    if size <= 3 and any(sign in tagged.at for sign in "🔪🔫🗡🪓🔥💣"):
        now.add("immediate_danger")
        rules.add("danger.sign")
    abroad_now, abroad_doubt = _abroad(tagged, typed, abroad, short)
    risks = told.values("flag")
    if risks & EMERGENCY_FLAGS:
        now |= risks & EMERGENCY_FLAGS
        rules |= {sign.rule for sign in told.signs if sign.label.startswith("flag:")}
    elif risks - {"repeat_or_escalating"} and not told.settled:
        doubt = True
        rules.add("doubt.other_language")
    quiet = told.settled or (told.harmless and not risks)
    if told.code and not short and not told.concepts & {"cry", "now", "call"}:
        # Words of danger alone, in a language that the tables read, tell nothing of now.
        quiet = True
    if abroad_now and quiet and not risks & EMERGENCY_FLAGS:
        abroad_now = False
    if abroad_now:
        now.add("immediate_danger")
        rules.add("danger.other_language")
    elif abroad_doubt:
        doubt = True
        rules.add("doubt.other_language")
    flags = {name[5:] for name in found if name.startswith("sign:")} | risks
    if "suicide_self_harm" in now:
        now.add("immediate_danger")
    flags |= now
    kept = frozenset(flag for flag in RISK_FLAGS if flag in flags)
    return Screen(bool(now), doubt or bool(now), kept, tuple(sorted(rules)))


def _likely(tagged: Text, found: Found, size: int) -> tuple[set[str], bool]:
    """What is now so: a likely sign with a live one, with a second likely one, or in a short message of the present."""
    long = size > _LONG_STORY
    call = [*found.get("live:call", []), *found.get("live:hide", []), *found.get("live:now", [])]
    live = call if long else [*call, *found.get("live:see", [])]
    sure = _of(found, "sure:")
    likely = _of(found, "likely:")
    for flag, hits in sure.items():
        likely[flag] = likely.get(flag, []) + hits
    weak = _of(found, "weak:")
    near = found.get("near:immediate_danger", [])
    strong = [hit for hits in likely.values() for hit in hits]
    reach = _CLOSE // 2 if long else _CLOSE
    present = size <= _MODERATE and not _tells_of_past(tagged)
    brief, moderate = present and size <= _BRIEF, present and size <= _MODERATE
    now: set[str] = set()
    for flag, hits in likely.items():
        others = live + strong + weak.get(flag, [])
        plain = brief or (moderate and flag in sure)
        if plain or any(_close(hit, other, reach) for hit in hits for other in others):
            now.add(flag)
    for flag, hits in weak.items():
        calls = found.get("live:call", [])
        if any(_close(hit, other, reach) for hit in hits for other in (*hits, *calls)):
            now.add(flag)
    calls, hides = found.get("live:call", []), found.get("live:hide", [])
    if any(_close(one, other, reach) for one in calls for other in hides):
        now.add("immediate_danger")
    if size <= _BRIEF * 2 and any(_close(hit, other, reach) for hit in near for other in call):
        now.add("immediate_danger")
    doubtful = bool(likely) or "suicide_self_harm" in weak or (size <= _BRIEF and bool(near or calls))
    return now, doubtful


def _of(found: Found, start: str) -> dict[str, list[Hit]]:
    """What was found of one strength, by flag."""
    return {name[len(start) :]: found[name] for name in found if name.startswith(start)}


def _tells_of_past(tagged: Text) -> bool:
    """Whether the message speaks of another time than now, or of many times."""
    if tagged.named("past_word") & ~tagged.named("just_ago") or tagged.named("habit_word"):
        return True
    return tagged.named("told_past").bit_count() > 1


def _close(one: Hit, other: Hit, reach: int) -> bool:
    """Whether two different findings stand near each other."""
    return one.rule != other.rule and one.first - other.last <= reach and other.first - one.last <= reach


def _abroad(tagged: Text, typed: list[str], abroad: str, short: bool) -> tuple[bool, bool]:
    """Whether a message in another language cries for help, or tells of danger now; and whether it may."""
    if tagged.named("cry_abroad") or any(cry in abroad for cry in signs("cry")):
        return True, True
    words = tagged.named("danger_abroad")
    count = words.bit_count() + sum(sign in abroad for sign in signs("danger"))
    if not count or (words and count == words.bit_count() and not short and not _foreign_words(typed)):
        return False, bool(count) and not words
    over = bool(tagged.named("past_abroad")) or any(sign in abroad for sign in signs("past"))
    present = bool(tagged.named("now_abroad")) or any(sign in abroad for sign in signs("now"))
    return not over and (present or count > 1 or short), True


def _foreign_words(typed: list[str]) -> bool:
    """Whether the words are of another language, or not like English at all; put right, a foreign ``u`` is a you."""
    return foreign(" ".join(typed)) is not None or sum(word in ENGLISH for word in typed) * 5 < len(typed)


def _plainly_english(words: list[str]) -> bool:
    """Whether a fifth of the words are English and of no language that the tables read."""
    return sum(map(PLAINLY_ENGLISH.__contains__, words)) * 5 >= len(words)


def _only_help(tagged: Text, size: int) -> bool:
    covered = tagged.named("small_help")
    here = covered
    while True:
        more = here | ((here << 1) & tagged.conts.get(tagged.lexicon.numbers["small_help"], 0))
        if more == here:
            break
        here = more
    polite = 0
    for word in _POLITE:
        polite |= tagged.at.get(word, 0)
    return (here | polite).bit_count() >= size

"""Danger screening of every typed message: at most a millisecond, before anything else.

Recall comes first: where signs of present danger are unclear the answer is ``doubt``, and the bot asks.
"""

from __future__ import annotations

import re
from functools import cache

from casework.triage.guards import blocked
from casework.triage.labels import RISK_FLAGS, Screen
from casework.triage.languages import ENGLISH, foreign
from casework.triage.rules import Found, common_words, rule_book
from casework.triage.text import Text
from casework.triage.words import is_stop, split_fast

# Plain cries in scripts without our word boundaries; then words of danger, which alone only raise a doubt.
_CRIES = (
    "救命", "救我", "帮帮我", "幫幫我", "النجدة", "ساعدوني", "ساعدني", "أنقذوني", "انقذوني", "کمک", "یارمەتی", "فریام", "هاوار",
    "помогите", "допоможіть", "рятуйте", "спасите", "поможіть", "מצילים", "મદદ", "बचाओ", "ਬਚਾਓ", "مدد", "বাঁচাও", "உதவி", "እርዳታ", "βοήθεια", "помощь", "допомога",
)  # fmt: skip
_SIGNS = (
    "刀", "着火", "著火", "火灾", "枪", "杀我", "杀了我", "报警", "流血", "سكين", "سكينة", "حريق", "يقتلني", "سيقتلني", "الشرطة", "سلاح", "يضربني",
    "چاقو", "آتش", "می‌کشه", "میکشه", "پلیس", "چەقۆ", "ئاگر", "دەمکوژ", "پۆلیس", "لێم دەدات",
    "нож", "ніж", "пожеж", "пожар", "вб'є", "вбʼє", "убьет", "убьёт", "поліці", "полици", "б'є мене", "бьет меня", "кров",
)  # fmt: skip
_PANIC_WORDS = 6


_SIMPLE = re.compile(r"[a-z0-9']+")
# So far from any word of danger nothing is looked at; longer than the reach of every guard.
_WINDOW = 32
_LONG = 120


_DANGER_FAMILIES = (
    "weapon_sure", "hurting", "fire_word", "fire_set", "hit_sure", "threat_sure", "selfharm_sure", "medical_sure",
    "cry_abroad", "danger_abroad", "small_help", "panic_word", "danger_anchor",
)  # fmt: skip


@cache
def _anchors() -> tuple[frozenset[str], dict[str, list[frozenset[str]]]]:
    """Words without which no rule of danger fires; and phrases, by their longest word."""
    lexicon = rule_book().lexicon
    wanted = {lexicon.numbers[name] for name in _DANGER_FAMILIES}
    words = {word for word, families in lexicon.words.items() if wanted.intersection(families)}
    words -= common_words(lexicon)
    phrases: dict[str, list[frozenset[str]]] = {}
    for phrase, family in lexicon.all_phrases():
        whole = frozenset(phrase)
        if family in wanted and words.isdisjoint(whole):
            phrases.setdefault(max(sorted(whole), key=len), []).append(whole)
    return frozenset(words), phrases


def _telling(seen: set[str]) -> set[str]:
    """Those of the words that may tell of danger."""
    words, phrases = _anchors()
    found = seen & words
    for key in phrases.keys() & seen:
        if any(whole <= seen for whole in phrases[key]):
            found.add(key)
    return found


def _near(words: list[str], anchors: set[str]) -> list[str]:
    """The words around those of danger; what lies between becomes the end of a sentence."""
    kept: list[str] = []
    done = 0
    for place, word in enumerate(words):
        if word in anchors:
            start = max(done, place - _WINDOW)
            if start > done:
                kept.append(".")
            done = max(done, place + _WINDOW + 1)
            kept += words[start:done]
    return kept


LABELS = frozenset({"now", "near", "sign", "doubt"})


def screen(text: str) -> Screen:
    """Signs of danger in one message, whatever question it answers. Total; no words are kept."""
    book = rule_book()
    read = book.lexicon.read
    abroad = "" if text.isascii() else text
    if not abroad and "*" not in text:
        seen = set(_SIMPLE.findall(text.lower()))
        if not _telling({read(word) for word in seen}):
            return Screen(False, False, frozenset(), ())
    words = split_fast(text)
    reading = {word: read(word) for word in set(words)}
    known = [reading[word] for word in words]
    if len(known) > _LONG:
        known = _near(known, _telling(set(known)))
    tagged = book.read(known)
    return judge(tagged, book.apply(tagged, LABELS), abroad)


def judge(tagged: Text, found: Found, abroad: str = "") -> Screen:
    """The screening of a message that has been read already."""
    rules = {hit.rule for name, hits in found.items() if not name.startswith("sign:") for hit in hits}
    now = {name[4:] for name in found if name.startswith("now:")}
    doubt = any(name.startswith("doubt:") for name in found)
    size = sum(1 for word in tagged.words if not is_stop(word) and word not in ",'\"")
    short = size <= _PANIC_WORDS
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
    cries = bool(tagged.named("cry_abroad")) or any(cry in abroad for cry in _CRIES)
    signs = bool(tagged.named("danger_abroad")) or any(sign in abroad for sign in _SIGNS)
    if cries or (signs and (short or foreign(" ".join(tagged.words)) or not _english(tagged.words))):
        now.add("immediate_danger")
        rules.add("danger.other_language")
    elif signs:
        doubt = True
        rules.add("doubt.other_language")
    flags = {name[5:] for name in found if name.startswith("sign:")}
    if "suicide_self_harm" in now:
        now.add("immediate_danger")
    if doubt and not now and "near:immediate_danger" in found and tagged.named("now_sign"):
        now.add("immediate_danger")
    doubt = doubt or "near:immediate_danger" in found
    flags |= now
    kept = frozenset(flag for flag in RISK_FLAGS if flag in flags)
    return Screen(bool(now), doubt or bool(now), kept, tuple(sorted(rules)))


def _english(words: list[str]) -> bool:
    """Whether the words read like English at all."""
    return sum(word in ENGLISH for word in words) * 5 >= len(words)


def _only_help(tagged: Text, size: int) -> bool:
    covered = tagged.named("small_help")
    here = covered
    while True:
        more = here | ((here << 1) & tagged.conts.get(tagged.lexicon.numbers["small_help"], 0))
        if more == here:
            break
        here = more
    polite = 0
    for word in (
        "please",
        "me",
        "us",
        "now",
        "i",
        "im",
        "need",
        "the",
        "to",
        "send",
        "quick",
        "hes",
        "is",
        "he",
        "they",
        "theyre",
        "some",
        "my",
        "omg",
        "god",
        "oh",
        "someone",
        "can",
    ):
        polite |= tagged.at.get(word, 0)
    return (here | polite).bit_count() >= size

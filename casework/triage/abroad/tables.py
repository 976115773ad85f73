"""The tables of other languages: how their letters are folded, and where each concept stands in a message.

A stem stands for every word that begins with it, since all these languages but Chinese change the ends of words;
Chinese has no spaces, so there each character counts as a word.
Words of two meanings are settled by ``meanings.py``.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from casework.triage.abroad.meanings import Meanings

_HERE = Path(__file__).parent
LANGUAGES = {
    "pl": "Polish", "ro": "Romanian", "pt": "Portuguese", "ar": "Arabic", "fa": "Farsi", "ku": "Kurdish Sorani",
    "zh": "Chinese", "uk": "Ukrainian",
}  # fmt: skip
_TOKEN = re.compile(r"[\u3400-\u9fff]|[^\W_\u3400-\u9fff]+(?:[-'][^\W_]+)*|[.!?;\n。!?؟;…]")
# The same as it is typed: with vowel marks, tatweel and apostrophes, which the fold takes off.
_TYPED = re.compile(
    r"[\u3400-\u9fff]|[^\W_\u3400-\u9fff](?:(?![\u3400-\u9fff])[\w\u0640\u064b-\u0652'’ʼ`\u0300-\u036f-])*"
    r"|[.!?;\n。!?؟;…]"
)
_ENDS = frozenset(".!?;\n。!?؟;…")
# Letters that people type for one another.
_FOLD: dict[int, str] = dict(zip(map(ord, "łأإآٱىةیەێۆۊڕڵھؤئґєэіїыёک"), "lاااايهيهيوورلهويгееиииеك", strict=True))
_FOLD.update(dict.fromkeys(map(ord, "'ʼ’`ь"), ""))
_FOLD.update({0x200C: "", 0x200D: "", 0x200B: "", 0x200E: "", 0x200F: "", 0xFEFF: "", 0x0640: ""})
_FOLD.update({ord(a): b for a, b in zip("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩", "01234567890123456789", strict=True)})
_TRADITIONAL = str.maketrans(
    "幫來門槍殺報車燒煙氣傷醫斷頭兒無說話罵歡這國為難種別臉鄰樓煩鬧響開關鎖誰現剛經總續幾個場東電郵寫塗鴉壞輪"
    "紙條殘軸聾瘋惡醜髒體騷擾強養銀錢債護證販賣離媽爺孫歲邊時會請問謝預約燈熱馬發藥過動應撲滅結點讓將給對後"
    "從還們沒淚蓋鐵鎚錘彈鬆嚇脅揚騙佔護爛癱緊緩嘔腦麼處種異雙戀變歧視網處貓聲樂樁牆廁雜園垃圾轎費單貼話標納"
    "濟眾猶黃膚殼貶鍋爐漲燃連續夠裡裏著嗎吶顧終輕遺書縱滾闖進搶劍銳長師導猶齡歲願躲門濃險傳簡訊",
    "帮来门枪杀报车烧烟气伤医断头儿无说话骂欢这国为难种别脸邻楼烦闹响开关锁谁现刚经总续几个场东电邮写涂鸦坏轮"
    "纸条残轴聋疯恶丑脏体骚扰强养银钱债护证贩卖离妈爷孙岁边时会请问谢预约灯热马发药过动应扑灭结点让将给对后"
    "从还们没泪盖铁锤锤弹松吓胁扬骗占护烂瘫紧缓呕脑么处种异双恋变歧视网处猫声乐桩墙厕杂园垃圾轿费单贴话标纳"
    "济众犹黄肤壳贬锅炉涨燃连续够里里着吗呐顾终轻遗书纵滚闯进抢剑锐长师导犹龄岁愿躲门浓险传简讯",
)
_PREFIXES = (
    "وال", "وب", "وس", "وح", "وه", "عال", "بال", "فال", "كال", "ال", "لل", "و", "ف", "ب", "ل", "س", "ه", "ح", "ك",
)  # fmt: skip
# Concepts that a negation just before does not take away: they hold their own, or are no happening.
UNDENIED = frozenset({"neg", "call", "hypo", "idiom", "ask", "repair", "not_motive", "group", "because", "over"})


def fold(text: str) -> str:
    """The text in lower case with the letters that people type for one another made one."""
    low = text.lower().translate(_FOLD)
    parts = []
    for char in low:
        if char.isascii() or "\u3400" <= char <= "\u9fff":
            parts.append(char)
            continue
        if char == "й":
            parts.append("й")
            continue
        parts += [one for one in unicodedata.normalize("NFKD", char) if not unicodedata.combining(one)]
    return "".join(parts).translate(_TRADITIONAL)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a concept stands: its first and last word, and the characters of the original."""

    first: int
    last: int
    span: tuple[int, int]


Places = dict[str, list[Place]]
# No phrase of the tables reaches further, counted in steps from its first word to its last.
LONGEST = 40


@dataclass(slots=True)
class Table:
    """One language: its phrases by the beginning of their first word."""

    code: str
    stems: dict[str, list[tuple[tuple[str, ...], str]]] = field(default_factory=dict)
    longest: int = 0
    meanings: Meanings = field(default_factory=lambda: Meanings(fold))

    def add(self, concept: str, written: str) -> None:
        """One stem or phrase. ``=`` before a word, or a joint at the end, keeps it as it is."""
        if self.meanings.add(concept, written):
            return
        parts = []
        for part in written.strip("_").split("_"):
            exact = part.startswith("=") or (written.endswith("_") and "_" not in written.strip("_"))
            tokens = [found.group() for found in _TOKEN.finditer(fold(part.lstrip("=")))]
            parts += [token + ("=" if exact else "") for token in tokens]
        if not parts:
            raise ValueError(f"{self.code}: {concept}: nothing to look for in {written!r}")
        key = parts[0].rstrip("=")
        self.stems.setdefault(key, []).append((tuple(parts), concept))
        self.longest = max(self.longest, len(key))


@cache
def table(code: str) -> Table:
    """One language's table, read on first use."""
    made = Table(code)
    for file in (code, "shared"):
        for line in (_HERE / f"{file}.txt").read_text(encoding="utf-8").splitlines():
            name, colon, rest = line.partition(":")
            if line.startswith("#") or not colon:
                continue
            for written in [rest.strip()] if name == "person" else rest.split():
                made.add(name.strip(), written)
    return made


@dataclass(frozen=True, slots=True)
class Reading:
    """The words of a message, folded, each with its place in the original, and the step it stands at."""

    words: list[str]
    spans: list[tuple[int, int]]
    steps: list[int]


def read_tokens(text: str, parts: tuple[tuple[int, int], ...] = ()) -> Reading:
    """The message as folded words, or some parts of it. The end of a sentence or part widens the gap around it."""
    words: list[str] = []
    spans: list[tuple[int, int]] = []
    steps: list[int] = []
    step = 0
    joined = False
    hidden = text.replace("\u200c", "\u0640").replace("\u200d", "\u0640")
    at = -1
    for found in (one for low, high in parts or ((0, len(hidden)),) for one in _TYPED.finditer(hidden, low, high)):
        if parts and found.start() - at > 40:
            step, joined = step + 40, False
        at = found.end()
        word = found.group() if found.group() in _ENDS else fold(found.group())
        if word in _ENDS:
            step += 4
            continue
        if not word:
            continue
        if joined:
            words[-1] += word
            spans[-1] = (spans[-1][0], found.end())
        else:
            words.append(word)
            spans.append(found.span())
            steps.append(step)
            step += 1
        joined = word in ("مي", "نمي", "عم")
    return Reading(words, spans, steps)


def _forms(word: str, code: str) -> list[str]:
    """The word, and what is left of it without what Arabic and Kurdish put before it."""
    forms = [word]
    if code == "ar":
        for prefix in _PREFIXES:
            if word.startswith(prefix) and len(word) > len(prefix) + (1 if prefix in "وف" else 2):
                forms.append(word[len(prefix) :])
        forms += ["ي" + form[1:] for form in list(forms) if form[0] in "تن" and len(form) > 3]
    elif code == "ku" and word.startswith("يه") and len(word) > 4:
        forms.append("ده" + word[2:])
    elif "-" in word:
        forms.append(word.replace("-", ""))
    return forms


def _fits(part: str, forms: list[str]) -> bool:
    return part[:-1] in forms if part.endswith("=") else any(form.startswith(part) for form in forms)


def places(reading: Reading, code: str) -> Places:
    """Where each concept of one language stands in a message; idioms and denials are already taken off."""
    book = table(code)
    found: Places = {}
    words, spans, steps = reading.words, reading.spans, reading.steps
    size = len(words)
    forms = [_forms(word, code) for word in words]
    told: set[int] = set()
    for i in range(size):
        after = {form[0] for form in forms[i + 1]} if i + 1 < size else set()
        for form in forms[i]:
            for end in range(min(len(form), book.longest), 0, -1):
                for parts, concept in book.stems.get(form[:end], ()):
                    if len(parts) > 1 and parts[1][0] not in after:  # a small word begins dozens of phrases
                        continue
                    exact = parts[0].endswith("=")
                    if (exact and end != len(form)) or i + len(parts) > size:
                        continue
                    if all(map(_fits, parts[1:], forms[i + 1 : i + len(parts)])):
                        last = i + len(parts) - 1
                        told.update(range(i, last + 1))
                        place = Place(steps[i], steps[last], (spans[i][0], spans[last][1]))
                        found.setdefault(concept, []).append(place)
    figures, alone = book.meanings.settle(told, forms, steps)
    found.setdefault("idiom", []).extend(Place(steps[i], steps[i], spans[i]) for i in figures)
    kept = _without({steps[i] for i in alone}, found) if alone else found
    return _quiet({name: all_ for name, all_ in kept.items() if all_}, 2)


def _without(alone: set[int], found: Places) -> Places:
    """Without the words that alone mean something else; a phrase holds its own."""
    return {
        name: [one for one in all_ if one.last > one.first or one.first not in alone] for name, all_ in found.items()
    }


class _Covered:
    """The words that some places cover, as stretches in order that do not touch."""

    def __init__(self, all_: list[Place]) -> None:
        self._firsts: list[int] = []
        self._lasts: list[int] = []
        for place in sorted(all_, key=lambda one: one.first):
            if self._lasts and place.first <= self._lasts[-1]:
                self._lasts[-1] = max(self._lasts[-1], place.last)
            else:
                self._firsts.append(place.first)
                self._lasts.append(place.last)

    def touches(self, place: Place) -> bool:
        """Whether any word of the place is covered."""
        at = bisect_right(self._firsts, place.last) - 1
        return at >= 0 and self._lasts[at] >= place.first

    def holds(self, word: int) -> bool:
        """Whether this word is covered."""
        at = bisect_right(self._firsts, word) - 1
        return at >= 0 and self._lasts[at] >= word


def _quiet(found: Places, reach: int) -> Places:
    """Without what stands inside a figure of speech, or just after a negation that is not part of it.

    What was denied is kept under ``denied``.
    """
    idioms = _Covered(found.get("idiom", []))
    own = _Covered([one for name, all_ in found.items() if name != "neg" for one in all_ if one.last > one.first])
    denials = sorted(place.last for place in found.get("neg", []) if not own.holds(place.first))
    kept: Places = {}
    for name, all_ in found.items():
        for place in sorted(all_, key=lambda one: one.first):
            if name != "idiom" and idioms.touches(place):
                continue
            before = bisect_left(denials, place.first) - 1
            may_deny = name not in UNDENIED and not name.startswith("group")
            denied = may_deny and before >= 0 and place.first - denials[before] <= reach
            kept.setdefault("denied" if denied else name, []).append(place)
    return kept

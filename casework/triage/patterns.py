"""The small language of the rules, and its matcher.

A pattern is a row of elements inside one sentence: ``he`` a word, ``{hit}`` a word family, ``a|{b}`` either,
``{hit}-{idle}`` a family without another, ``x?`` may be missing, ``~4`` up to four words between. Fillers
("just", "really") between two elements never count. ``a <~5> b`` is either order.

All places of an element are one whole number with a bit for each word, so a step costs a few shifts whatever
the text: there is no backtracking and nothing that could explode.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import reduce
from itertools import product

from casework.triage.lexicon import Lexicon, straight

_GAP = re.compile(r"~(\d+)$")
_SWAP = re.compile(r"<~(\d+)>")


@dataclass(frozen=True, slots=True)
class Element:
    """One place of a pattern: any of these words or families; a family may be less others."""

    words: tuple[str, ...]
    families: tuple[tuple[int, tuple[int, ...]], ...]

    def speaks_of(self, family: int) -> bool:
        """Whether a change of this family changes the element."""
        return any(family == one or family in without for one, without in self.families)


@dataclass(slots=True)
class Elements:
    """All different elements, numbered, so that each is looked up once a text."""

    items: list[Element] = field(default_factory=list)
    numbers: dict[Element, int] = field(default_factory=dict)

    def number(self, element: Element) -> int:
        """The number of this element, given on first use."""
        if element not in self.numbers:
            self.numbers[element] = len(self.items)
            self.items.append(element)
        return self.numbers[element]


@dataclass(frozen=True, slots=True)
class Pattern:
    """Steps ``(element, gap before it)``, and the families without which it cannot match."""

    steps: tuple[tuple[int, int], ...]
    needs: tuple[int, ...]
    source: str


def _element(text: str, lexicon: Lexicon) -> Element:
    words: list[str] = []
    families: list[tuple[int, tuple[int, ...]]] = []
    for part in map(straight, text.split("|")):
        if part.startswith("{"):
            first, *less = part.split("-{")
            families.append((_family(first, lexicon), tuple(_family(name, lexicon) for name in less)))
        elif "-{" in part or "_" in part:
            first, *less = part.split("-{")
            families.append((lexicon.phrase(first), tuple(_family(name, lexicon) for name in less)))
        else:
            words.append(part)
            lexicon.known.add(part)
    return Element(tuple(words), tuple(families))


def _family(part: str, lexicon: Lexicon) -> int:
    name = part.strip("{}")
    if name not in lexicon.numbers:
        raise ValueError(f"no family {name!r}")
    return lexicon.numbers[name]


def compile_pattern(source: str, lexicon: Lexicon, elements: Elements) -> list[Pattern]:
    """The plain patterns that one written line stands for. Raises ``ValueError`` on an unknown family."""
    swap = _SWAP.search(source)
    if swap:
        left, right = source[: swap.start()].strip(), source[swap.end() :].strip()
        one = compile_pattern(f"{left} ~{swap[1]} {right}", lexicon, elements)
        return one + compile_pattern(f"{right} ~{swap[1]} {left}", lexicon, elements)
    places: list[list[tuple[str, int] | None]] = []
    gap = 0
    for part in source.split():
        found = _GAP.match(part)
        if found:
            gap = int(found[1])
            continue
        optional = part.endswith("?")
        places.append([(part.rstrip("?"), gap), None] if optional else [(part.rstrip("?"), gap)])
        gap = 0
    made = []
    for chosen in product(*places):
        steps: list[tuple[int, int]] = []
        carried = 0
        for place, item in zip(places, chosen, strict=True):
            if item is None:
                carried = max(carried, place[0][1] if place[0] else 0)
                continue
            steps.append((elements.number(_element(item[0], lexicon)), max(item[1], carried)))
            carried = 0
        items = [elements.items[number] for number, _ in steps]
        needs = tuple(item.families[0][0] for item in items if not item.words and len(item.families) == 1)
        made.append(Pattern(tuple(steps), needs, source))
    return made


class Text:
    """One message, tagged: for each family and word the places where it stands, as bits."""

    __slots__ = (
        "at",
        "blocked",
        "cont",
        "elements",
        "fill",
        "found",
        "hard",
        "lexicon",
        "masks",
        "size",
        "words",
    )

    def __init__(self, words: list[str], lexicon: Lexicon, elements: Elements) -> None:
        self.lexicon, self.elements = lexicon, elements
        self.size = len(words)
        self.words = [lexicon.read(word) for word in words]
        self.masks = [0] * len(lexicon.names)
        self.at: dict[str, int] = {}
        self.hard = self.cont = 0
        self.found: dict[int, int] = {}
        self.blocked: dict[str, int] = {}
        self._tag()
        self.fill = self.masks[lexicon.numbers["filler"]]

    def _tag(self) -> None:
        at, phrases = self.at, self.lexicon.phrases
        words = self.words
        bit = 1
        starts = []
        for i, word in enumerate(words):
            at[word] = at.get(word, 0) | bit
            if word in phrases:
                starts.append(i)
            bit <<= 1
        masks, tags = self.masks, self.lexicon.words
        doing = self.lexicon.numbers["ing"]
        for word, places in at.items():
            for family in tags.get(word, ()):
                masks[family] |= places
            if word[0] in ".?!;\n\r…":
                self.hard |= places
            elif word.endswith("ing") and len(word) > 4:
                masks[doing] |= places
        for i in starts:
            for rest, family in phrases[words[i]]:
                if tuple(words[i + 1 : i + 1 + len(rest)]) == rest:
                    masks[family] |= 1 << i
                    self.cont |= ((1 << len(rest)) - 1) << (i + 1)

    def places(self, number: int) -> int:
        """Where an element stands."""
        mask = self.found.get(number)
        if mask is None:
            item = self.elements.items[number]
            mask = 0
            masks = self.masks
            for family, without in item.families:
                part = masks[family]
                if part:
                    for other in without:
                        part &= ~masks[other]
                    mask |= part
            at = self.at
            for word in item.words:
                mask |= at.get(word, 0)
            self.found[number] = mask
        return mask

    def _forward(self, here: int, gap: int) -> int:
        open_ = ~self.hard
        reach = here << 1
        fill = self.fill
        for _ in range(gap):
            reach |= (reach & open_) << 1
        over = reach & fill
        if over:
            for _ in range(3):
                reach |= (reach & fill) << 1
        return reach

    def _ends(self, hit: int) -> int:
        cont = self.cont
        while True:
            more = hit | ((hit << 1) & cont)
            if more == hit:
                return hit
            hit = more

    def match(self, pattern: Pattern, blocked: int = 0) -> int:
        """The places where a match of the pattern ends (bits); none of its words stands in ``blocked``."""
        masks = self.masks
        for family in pattern.needs:
            if not masks[family]:
                return 0
        here = 0
        first = True
        open_ = ~blocked
        for number, gap in pattern.steps:
            mask = self.places(number) & open_
            here = mask if first else self._forward(here, gap) & mask
            if not here:
                return 0
            if self.cont:
                here = self._ends(here)
            first = False
        return here

    def span(self, pattern: Pattern, blocked: int = 0) -> tuple[int, int]:
        """First and last word of the first match (call only after ``match`` found one)."""
        trail: list[int] = []
        here = 0
        for number, gap in pattern.steps:
            mask = self.places(number) & ~blocked
            here = self._ends(mask if not trail else self._forward(here, gap) & mask)
            trail.append(here)
        low = here & -here
        end = low.bit_length() - 1
        return self._back(pattern, trail, end), self._phrase_end(end)

    def _phrase_end(self, end: int) -> int:
        while (self.cont >> (end + 1)) & 1:
            end += 1
        return end

    def spans(self, pattern: Pattern, blocked: int = 0) -> list[tuple[int, int]]:
        """All matches, by their ends, as first and last word."""
        trail: list[int] = []
        here = 0
        for number, gap in pattern.steps:
            mask = self.places(number) & ~blocked
            here = self._ends(mask if not trail else self._forward(here, gap) & mask)
            trail.append(here)
        out = []
        while here:
            low = here & -here
            end = low.bit_length() - 1
            out.append((self._back(pattern, trail, end), end))
            here ^= low
        return out

    def _back(self, pattern: Pattern, trail: list[int], end: int) -> int:
        place = end
        for step in range(len(pattern.steps) - 1, 0, -1):
            while not (self.places(pattern.steps[step][0]) >> place) & 1 and place:
                place -= 1
            earlier = trail[step - 1] & ((1 << place) - 1)
            if not earlier:
                break
            place = earlier.bit_length() - 1
        while place and not (self.places(pattern.steps[0][0]) >> place) & 1:
            place -= 1
        return place

    def sentence(self, place: int) -> int:
        """The bits of the sentence in which this word stands."""
        below = self.hard & ((1 << place) - 1)
        start = below.bit_length()
        above = self.hard >> place
        length = (above & -above).bit_length() - 1 if above else self.size - place
        return ((1 << (place + length)) - 1) & ~((1 << start) - 1)


def join(masks: list[int]) -> int:
    """All places of several masks."""
    return reduce(int.__or__, masks, 0)

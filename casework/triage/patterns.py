"""The small language of the rules.

A pattern is a row of elements inside one sentence: ``he`` a word, ``{hit}`` a word family, ``a|{b}`` either,
``{hit}-{idle}`` a family without another, ``x?`` may be missing, ``~4`` up to four words between. Fillers
("just", "really") between two elements never count. ``a <~5> b`` is either order; ``from_here`` is a phrase.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import product

from casework.triage.lexicon import Lexicon, straight

_GAP = re.compile(r"~(\d+)$")
_SWAP = re.compile(r"<~(\d+)>")


@dataclass(frozen=True, slots=True)
class Element:
    """One place of a pattern: any of these words or families; a family may be less others."""

    words: tuple[str, ...]
    families: tuple[tuple[int, tuple[int, ...]], ...]


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


@dataclass(slots=True)
class Pattern:
    """Steps ``(element, gap before it)``; ``number`` is its place among all patterns of the tables."""

    steps: tuple[tuple[int, int], ...]
    source: str
    number: int = -1


def _element(text: str, lexicon: Lexicon) -> Element:
    words: list[str] = []
    families: list[tuple[int, tuple[int, ...]]] = []
    for part in map(straight, text.split("|")):
        first, *less = part.split("-{")
        without = tuple(_family(name, lexicon) for name in less)
        if part.startswith("{"):
            families.append((_family(first, lexicon), without))
        elif less or "_" in part:
            families.append((lexicon.phrase(first), without))
        else:
            words.append(lexicon.spelt(part))
    lexicon.known.update(words)
    return Element(tuple(dict.fromkeys(words)), tuple(dict.fromkeys(families)))


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
        place: tuple[str, int] = (part.rstrip("?"), gap)
        places.append([place, None] if part.endswith("?") else [place])
        gap = 0
    made = []
    for chosen in product(*places):
        steps: list[tuple[int, int]] = []
        carried = 0
        for choices, item in zip(places, chosen, strict=True):
            if item is None:
                carried = max(carried, choices[0][1] if choices[0] else 0)
                continue
            steps.append((elements.number(_element(item[0], lexicon)), max(item[1], carried)))
            carried = 0
        made.append(Pattern(tuple(steps), source))
    return made

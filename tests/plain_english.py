"""What a reporter is shown, and which of it never went through the catalogues: in `en-XA` every letter of ours has a
mark, so a plain one is a leftover, but for what somebody typed, names, numbers and addresses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from typing import Any

SHOWN_ATTRIBUTES = ("aria-label", "title", "placeholder", "alt", "data-title")
# Names and addresses, the same in every language; the languages' own names for themselves.
SAME = ("Livv Housing Group", "999bsl.co.uk", "English", "en-GB", "en-XA", "ar-XB")
_LEFT = re.compile(r"[A-Za-z]+")
_REFERENCE = re.compile(r"\bLR-[0-9A-Z]{4}-[0-9A-Z]{4}\b")
_ADDRESS = re.compile(r"https?://\S+|\S+@\S+")


def leftovers(shown: Iterable[str], *typed: str) -> list[str]:
    """The texts that hold a plain English word, without what was `typed`."""
    found = []
    for text in shown:
        rest = _ADDRESS.sub("", _REFERENCE.sub("", text))
        for same in sorted((*typed, *SAME), key=len, reverse=True):
            rest = rest.replace(same, "")
        if _LEFT.search(rest):
            found.append(text)
    return found


def of_turn(turn: dict[str, Any]) -> Iterator[str]:
    """Every text of a turn of the chat API."""
    yield from (message["text"] for message in turn["messages"])
    if question := turn["question"]:
        yield from (question[name] for name in ("text", "why", "hint", "note"))
        yield from (option["label"] for option in question["options"])
    for row in turn["summary"] or ():
        yield from (row["label"], row["value"])
    if turn["receipt"]:
        yield from (step["text"] for step in turn["receipt"]["next"])


class _Page(HTMLParser):
    """Collects what is seen or read out. Words in a field are the person's."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._unseen += tag in ("textarea", "script", "style")
        self.found += [value for name, value in attrs if name in SHOWN_ATTRIBUTES and value]

    def handle_endtag(self, tag: str) -> None:
        self._unseen -= tag in ("textarea", "script", "style")

    def handle_data(self, data: str) -> None:
        if not self._unseen and data.strip():
            self.found.append(data.strip())


def of_page(html: str) -> list[str]:
    """Every text of a page, piece by piece."""
    page = _Page()
    # Where an address may break it is still one.
    page.feed(html.replace("<wbr>", ""))
    return page.found

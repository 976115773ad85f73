"""A language whose catalogue has half of the texts: the other half is English, and says so where it stands."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from zlib import crc32

import pytest

from casework.catalogues import fallen, offered
from casework.catalogues.catalogue import Translated
from casework.catalogues.extract import script_sources
from casework.catalogues.pseudo import PSEUDO, accented
from casework.settings import Settings
from tests.plain_english import leftovers
from tests.web.conftest import Front, opened_front
from tests.web.pages_by_hand import hidden
from tests.web.return_by_hand import Browser, send
from tests.web.test_languages import ACCOUNT, given
from web.chat.page_script import SCRIPT, script_texts

TAG = "ar-XB"
HEAD = {"accept-language": TAG, "accept": "text/html"}
VOID = ("meta", "link", "input", "br", "path", "circle")


@pytest.fixture
def halved(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Front]:
    """A front door with a language from right to left that has every second text."""
    texts = {text: accented(text) for text in fallen._sources() if crc32(text.encode()) % 2}
    assert len(texts) > 200
    half = Translated(TAG, "en_GB", "rtl", texts, {}, lambda _: 0)
    monkeypatch.setitem(PSEUDO, TAG, half)  # type: ignore[misc, call-overload]
    offered.catalogue.cache_clear()
    script_texts.cache_clear()
    yield from opened_front(settings.model_copy(update={"languages": ("en-GB", TAG)}))
    offered.catalogue.cache_clear()
    script_texts.cache_clear()


class _Spoken(HTMLParser):
    """Each text that is seen, with the language it stands in; words in fields are the person's."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self._inside: list[tuple[str, str]] = [("", "")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self._inside.append((tag, dict(attrs).get("lang") or self._inside[-1][1]))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            self._inside.pop()

    def handle_data(self, data: str) -> None:
        if data.strip() and not {"textarea", "title", "script", "style"} & {tag for tag, _ in self._inside}:
            self.found.append((self._inside[-1][1], data.strip()))


def wrongly_spoken(html: str, *typed: str) -> list[tuple[str, str]]:
    """English that does not say so, and what says so and is not (but what fills a gap of an English text)."""
    page = _Spoken()
    page.feed(html)
    assert {"en", TAG} <= {language for language, _ in page.found}, "the page has both"
    plain = [(language, text) for language, text in page.found if language == TAG and leftovers([text], *typed)]
    return plain + [(language, text) for language, text in page.found if language == "en" and text.startswith("[")]


@pytest.mark.parametrize("path", ["/", "/start", "/ways", "/safety", "/return", "/nothing"])
def test_english_on_a_page_of_another_language_says_so(halved: Front, path: str) -> None:
    page = halved.ask("GET", path, headers=HEAD).text
    assert '<html lang="ar-XB" dir="rtl">' in page and wrongly_spoken(page) == []
    # Titles and attributes hold no marks.
    assert not re.search(r"<title>[^<]*<span|=\"[^\"]*&lt;span", page)


def test_the_conversation_too(halved: Front) -> None:
    browser = Browser(halved)
    browser.post("/language", language=TAG)
    browser.post("/start")
    names = set()
    for _ in range(30):
        page = browser.get("/chat").text
        assert wrongly_spoken(page, ACCOUNT, "L36 9YT", "Livv") == [], names
        if 'name="question" value=' not in page or (name := hidden(page, "question")) == "review":
            break
        names.add(name)
        browser.post("/chat", id=hidden(page, "id"), question=name, kind=hidden(page, "kind"), **given(name))
    assert len(names) > 6


@pytest.mark.usefixtures("no_waiting")
def test_the_way_back_too(halved: Front) -> None:
    sent = send(halved)
    browser = Browser(halved)
    browser.post("/language", language=TAG)
    assert wrongly_spoken(browser.post("/return", code="1").text) == []
    browser.post("/return", code=sent.code)
    for path in ("/return", "/return/contact", "/return/end", "/return/code", "/return?done=sent"):
        assert wrongly_spoken(browser.get(path).text) == [], path


def test_the_script_is_told_what_there_is(halved: Front) -> None:
    page = halved.ask("GET", "/", headers=HEAD).text
    texts = json.loads(unescape(re.search(r'data-texts="([^"]*)"', page)[1]))  # type: ignore[index]
    assert texts and len(texts) < len(script_sources(SCRIPT))
    assert all(text.startswith("[") for text in texts.values())


def test_a_page_in_english_has_no_marks(front: Front) -> None:
    assert 'lang="en"' not in front.ask("GET", "/start", headers=HEAD).text

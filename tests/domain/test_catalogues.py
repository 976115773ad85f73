"""Texts in the language in use: English where it is written, others from their files, and never a failure for one."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from babel.dates import format_skeleton
from babel.messages.pofile import read_po

from casework.catalogues import (
    ENGLISH,
    best,
    catalogue,
    dates,
    extract,
    gettext,
    known,
    language,
    ngettext,
    offered,
    spoken,
)
from casework.catalogues.pseudo import LONGER, PSEUDO
from casework.conversation import views
from casework.questions import plan, wording
from casework.settings import SettingsError, load_settings
from tests.domain.talk import Talk

CYMRAEG = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=3; plural=(n==0) ? 0 : (n==1) ? 1 : 2;\\n"

msgid "Thank you."
msgstr "Diolch."

msgid "Your reference is {reference}"
msgstr "Eich cyfeirnod yw {cyfeirnod}"

#, fuzzy
msgid "Yes"
msgstr "Ie efallai"

msgid "No"
msgstr ""

msgid "a minute"
msgid_plural "{count} minutes"
msgstr[0] "dim munud"
msgstr[1] "munud"
msgstr[2] "{count} munud"
"""


@pytest.fixture
def welsh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A catalogue with a spoiled entry, a fuzzy one and an empty one."""
    file = tmp_path / "cy" / "LC_MESSAGES" / "reporting.po"
    file.parent.mkdir(parents=True)
    file.write_text(CYMRAEG, encoding="utf-8")
    monkeypatch.setattr(catalogue, "LOCALE", tmp_path)
    monkeypatch.setattr(offered, "LOCALE", tmp_path)
    offered.known.cache_clear(), offered.catalogue.cache_clear()
    yield "cy"
    monkeypatch.undo()
    offered.known.cache_clear(), offered.catalogue.cache_clear()


def names_in(text: str) -> set[str]:
    """What is filled into a text."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_english_is_what_is_written() -> None:
    assert language() == ENGLISH
    assert gettext("100 % of {it}") == "100 % of {it}"
    assert gettext("Your reference is {reference}", reference="{x}") == "Your reference is {x}"
    assert ngettext("a minute", "{count} minutes", 1) == "a minute"
    assert ngettext("a minute", "{count} minutes", 3) == "3 minutes"


def test_a_text_that_is_missing_empty_fuzzy_or_spoiled_is_english_and_no_other(welsh: str) -> None:
    with spoken(welsh):
        assert gettext("Thank you.") == "Diolch."
        assert gettext("Yes") == "Yes" and gettext("No") == "No" and gettext("Skip") == "Skip"
        assert gettext("Your reference is {reference}", reference="LR-1") == "Your reference is LR-1"
        assert [ngettext("a minute", "{count} minutes", n) for n in (0, 1, 4)] == ["dim munud", "munud", "4 munud"]
        # The emergency card is never lost for a catalogue.
        assert wording.card().startswith("If anyone is in danger now, call 999.")
    assert known() == (ENGLISH, "cy", *PSEUDO) and offered.name_of("cy") == "Cymraeg"


@pytest.mark.parametrize("spoiled", ['msgid "Yes"\nmsgstr[x] "Ie"', "\x00\xff\xfe"])
def test_a_file_that_cannot_be_read_stops_the_start(welsh: str, tmp_path: Path, spoiled: str) -> None:
    assert load_settings(_env_file=None, languages=("en-GB", welsh)).languages == ("en-GB", welsh)
    (tmp_path / "cy" / "LC_MESSAGES" / "reporting.po").write_text(spoiled, encoding="latin-1")
    offered.catalogue.cache_clear()
    with pytest.raises(SettingsError, match="REPORTING_LANGUAGES"):
        load_settings(_env_file=None, languages=("en-GB", welsh))


def test_an_unknown_language_speaks_english() -> None:
    with spoken("tlh"):
        assert language() == ENGLISH and gettext("Thank you.") == "Thank you."


@pytest.mark.parametrize(
    ("wanted", "given"),
    [
        ("", "en-GB"),
        ("pl", "pl"),
        ("pl-PL,pl;q=0.9,en;q=0.8", "pl"),
        ("de, pl;q=0.1", "pl"),
        ("en-US;q=0.9,ar;q=0.95", "ar"),
        ("en-US", "en-GB"),
        ("EN-gb", "en-GB"),
        ("ar-XB", "ar-XB"),
        ("ar-EG", "ar"),
        ("pl;q=0,en", "en-GB"),
        ("*", "en-GB"),
        ("nonsense;;q=9, \x00, " + "x" * 900, "en-GB"),
    ],
)
def test_the_language_that_fits_best(wanted: str, given: str) -> None:
    assert best(wanted, ("en-GB", "ar-XB", "pl", "ar")) == given


def test_a_pseudo_locale_is_given_only_to_who_names_it() -> None:
    assert best("ar,en-XA;q=0.1", ("en-GB", "ar-XB")) == "en-GB"


def sources() -> list[str]:
    """Every text of the template."""
    with extract.TEMPLATE.open("rb") as file:
        found = [message.id for message in read_po(file) if message.id]
    return [text for each in found for text in ([each] if isinstance(each, str) else each)]


def test_the_template_is_current() -> None:
    assert extract.template() == extract.TEMPLATE.read_text(encoding="utf-8"), "make texts"


def test_every_table_of_texts_is_in_the_template() -> None:
    held = set(sources())
    written = [line for lines in (*wording.texts().values(), *wording.faq().values()) for line in lines]
    for question in plan().questions:
        written += [question.text, question.why, question.review, question.hint, question.note]
        written += question.texts.values()
        written += [text for option in question.options for text in (option.label, option.short)]
    written += [line["name"] for line in wording.helplines().values()]
    assert [text for text in written if text and text not in held] == []
    # A number that was not verified is shown to nobody, so nobody translates its name.
    assert "Stop Hate UK" not in held


def test_every_translation_fills_in_what_its_text_does() -> None:
    spoiled = []
    for tag in known():
        book = offered.catalogue(tag)
        spoiled += [(tag, text) for text in sources() if book and names_in(book.text(text)) != names_in(text)]
    assert spoiled == []


def test_the_pseudo_locales_leave_nothing_as_it_was() -> None:
    for text in sources():
        accented, mirrored = PSEUDO["en-XA"].text(text), PSEUDO["ar-XB"].text(text)
        assert len(accented) >= round(len(text) * LONGER)
        kept = re.compile(r"\{.*?\}|999bsl\.co\.uk")
        assert not set(kept.sub("", accented)) & set(string.ascii_letters), accented
        assert kept.findall(accented) == kept.findall(mirrored) == kept.findall(text)
        assert mirrored != text or not set(kept.sub("", text)) & set(string.ascii_letters), text


def test_what_is_filled_into_a_text_from_right_to_left_keeps_its_own_direction() -> None:
    with spoken("ar-XB"):
        assert gettext("{name}: {number}", name="A", number="0151 443") == "\u2068A\u2069: \u20660151 443\u2069"
    with spoken("en-XA"):
        assert "\u2068" not in gettext("{name}: {number}", name="A", number="1")


def test_english_days_are_written_as_babel_writes_them() -> None:
    first = datetime(2026, 1, 1, 12, tzinfo=UTC)
    for number in range(366):
        moment = first + timedelta(days=number)
        assert dates.day(moment) == format_skeleton("MMMMEEEEd", moment, locale="en_GB")


def test_a_day_in_another_language(welsh: str) -> None:
    # Half past eleven in the evening of the 30th in UTC is the 31st in London in summer.
    moment = datetime(2026, 7, 30, 23, 30, tzinfo=UTC)
    assert dates.day_and_time(moment) == "Friday 31 July at 00:30"
    with spoken(welsh):
        assert dates.day(moment).startswith("Dydd Gwener")


def test_option_labels_and_buttons_may_be_typed_as_they_are_shown() -> None:
    with spoken("en-XA"):
        talk = Talk()
        shown = {o["value"]: o["label"] for o in views.question_json("danger_now")["options"]}  # type: ignore[index]
        assert shown["no"] != "No"
        talk.say(shown["no"])
        assert talk.draft.answers["danger_now"] == "no" and talk.asked == "safe_to_chat"
        talk.say(gettext("Go back"))
        assert talk.asked == "danger_now"
        # A strict question takes exactly one option's words, and nothing that only looks like them.
        talk.to("identity")
        talk.say(gettext("Yes"))
        assert talk.asked == "identity"
        talk.say(gettext(plan()["identity"].option("anonymous").label))
        assert talk.draft.answers["identity"] == "anonymous"


def test_every_answer_that_is_read_back_begins_with_a_capital() -> None:
    small = {
        (question.name, option.value): option.in_words
        for question in plan().questions
        for option in question.options
        if option.in_words[0].islower()
    }
    assert small == {}


def test_what_is_kept_is_the_same_in_every_language() -> None:
    plain, told = Talk().to("review"), {}
    for tag in PSEUDO:
        with spoken(tag):
            told[tag] = Talk().to("review").draft.to_state()
    assert told == dict.fromkeys(PSEUDO, plain.draft.to_state())


def test_danger_is_seen_whatever_language_is_shown() -> None:
    for tag in known():
        with spoken(tag):
            assert "card" in Talk().to("account").say("he is outside my door with a knife").names
            assert "999" in wording.card()

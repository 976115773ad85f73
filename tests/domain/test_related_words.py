"""However a name, number or address is written, it is found by the same value; and what is no name stays out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.related import normal
from casework.related.accounts import full_names_in
from casework.related.tokens import Token, names_in, tokens_of, tokens_of_person


@pytest.mark.parametrize(
    "written",
    [
        ("Kyle Brennan", "  KYLE   brennan ", "Mr. Kyle James Brennan", "Brennan, Kyle", "Brennan, Mr Kyle"),
        ("Kate O'Brien", "Kate O’Brien", "kate obrien", "Ms Kate O Brien", "O'Brien, Kate"),
        ("Ian McDonald", "Ian Mc Donald", "IAN MCDONALD"),
        ("Jan Zieliński", "jan zielinski", "Zielinski, Jan"),
        ("Anna van der Berg", "anna Van Der Berg", "Anna vanderberg"),
        ("José García", "Jose Garcia"),
    ],
)  # fmt: skip
def test_a_name_is_one_however_it_is_written(written: tuple[str, ...]) -> None:
    values = {normal.full_name(normal.name_words(name)) for name in written}
    assert len(values) == 1 and "" not in values


def values(name: str) -> set[str]:
    """By what somebody of this name in full is found."""
    return {token.value for token in tokens_of_person("respondent", name, "") if token.kind == "full_name"}


@pytest.mark.parametrize(
    "written",
    [
        ("Иван Петров", "ПЕТРОВ, Иван", "иван  Петро\u0301в"), ("Семён Йорданов", "семен иорданов"),
        ("Γιώργος Παπαδόπουλος", "ΓΙΩΡΓΟΣ ΠΑΠΑΔΟΠΟΥΛΟΣ"), ("محمد الأحمد", "مُحَمَّد الاحمد", "محمـد الأحمد"),
        ("علی رضایی", "علي رضايي"), ("דוד כהן", "כהן, דוד"), ("王小明", "王 小明"), ("김민수", "김 민수"),
        ("田中 太郎", "田中太郎"), ("タナカ タロウ", "ﾀﾅｶ ﾀﾛｳ"), ("राज शर्मा", "शर्मा, राज"),
        ("Ayşe Yılmaz", "Ayse Yilmaz"), ("Ivan Петров", "Петров, Ivan"),
        ("Mohammed Ali محمد علي", "علي محمد"), ("Mohammed Ali محمد علي", "Ali, Mohammed"),
    ],
)  # fmt: skip
def test_a_name_is_one_in_any_letters(written: tuple[str, ...]) -> None:
    assert set.intersection(*(values(name) for name in written))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Иван Петров", "Иван Петренко"), ("王小明", "王小红"), ("タナカ ガク", "タナカ カク"), ("राज शर्मा", "राज शमा"),
        ("محمد علي", "محمد علوي"), ("Иван", "Иван"), ("И. Петров", "И. Петров"), ("王", "王"), ("민수", "민수"),
        ("タナカ", "タナカ"), ("王 (flat 4)", "王"), ("", "?!"),
    ],
)  # fmt: skip
def test_other_names_and_halves_of_names_are_not_one(one: str, other: str) -> None:
    assert not values(one) & values(other)


@pytest.mark.parametrize(
    ("name", "had"),
    [
        ("Kyle O’Brien", "kyle obrien"), ("Łukasz Wójcik", "lukasz wojcik"), ("Ayşe Yılmaz", "ayse lmaz"),
        ("Ali محمد Khan", "ali khan"), ("Jo-Ann Müller-Lüdenscheidt", "jo ludenscheidt"),
    ],
)  # fmt: skip
def test_what_is_indexed_already_is_found_by_the_value_it_had(name: str, had: str) -> None:
    assert had in values(name)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Katherine Smith", "Catharine Smyth"), ("John Phillips", "Jon Philips"), ("Ian MacDonald", "Ian McDonald"),
        ("Geoffrey Hughes", "Jeffrey Hewes"), ("Stephen Brown", "Stefan Browne"), ("Sara Khan", "Sarah Kahn"),
    ],
)  # fmt: skip
def test_names_that_sound_alike_are_a_maybe(one: str, other: str) -> None:
    first, second = normal.name_words(one), normal.name_words(other)
    assert normal.full_name(first) != normal.full_name(second)
    assert normal.name_sound(first) == normal.name_sound(second) != ""


@pytest.mark.parametrize("name", ["Kyle", "Mr Brennan", "K Brennan", "", "  ", "Mrs", "?!", "李"])
def test_half_a_name_is_no_full_name(name: str) -> None:
    words = normal.name_words(name)
    assert normal.full_name(words) == normal.name_sound(words) == ""


@pytest.mark.parametrize(
    "written",
    [
        ("07700 900123", "07700900123", "+44 7700 900123", "+44 (0)7700 900 123", "0044 7700-900-123", "7700900123"),
        ("0151 496 0000", "(0151) 496 0000", "0151-496-0000 ext 12", "+441514960000"),
        ("+48 501 234 567", "0048501234567"),
    ],
)  # fmt: skip
def test_a_number_is_one_however_it_is_written(written: tuple[str, ...]) -> None:
    values = {normal.phone(number) for number in written}
    assert len(values) == 1 and "" not in values


@pytest.mark.parametrize(
    "written",
    [
        ("Flat 4, L36 9YZ", "4, l369yz", "No. 4 L36  9YZ", "4 L36 9YZ", "FLAT 4 L36 9yz"),
        ("12 Elm Road, Huyton, L36 9YZ", "12 elm rd L369YZ", "12, Elm Rd., L36 9YZ", "number 12 L36 9YZ"),
        ("Flat 4, 12 Elm Road, L36 9YZ", "4/12 Elm Rd L36 9YZ", "Apartment 4 12 elm road l36 9yz"),
        ("12a Elm Road L36 9YZ", "12 A elm rd L36 9YZ"),
    ],
)  # fmt: skip
def test_a_door_is_one_however_it_is_written(written: tuple[str, ...]) -> None:
    values = [next(value for value in normal.addresses(text) if "|" in value) for text in written]
    assert len(set(values)) == 1


def test_a_street_without_its_postcode_is_found_too() -> None:
    assert "12 elm road" in normal.addresses("12 Elm Rd, Huyton") & normal.addresses("12 Elm Road, L36 9YZ")
    assert normal.addresses("12 St Mary's Rd") == {"12 saint marys road"}
    assert normal.addresses("by the shops") == normal.addresses("Flat 4") == set()


def test_a_number_in_a_description_is_no_door() -> None:
    assert normal.addresses("in his 40s, about 6 foot", "L369YZ", told_freely=True) == set()
    assert normal.addresses("Dave at number 14", "L369YZ", told_freely=True) == {"14|L369YZ"}
    assert normal.addresses("14", "L369YZ", told_freely=True) == {"14|L369YZ"}


@pytest.mark.parametrize(
    ("text", "found"),
    [("l36 9yz", "L369YZ"), ("L36 OYZ", "L360YZ"), ("LI 1AA", "L11AA"), ("at sw1a1aa.", "SW1A1AA"), ("L36", "")],
)
def test_postcodes(text: str, found: str) -> None:
    assert normal.postcode(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Kyle Brennan, the lad from no. 14", [["kyle", "brennan"]]),
        ("my neighbour kyle brennan", [["kyle", "brennan"]]),
        ("Dave at number 14", [["dave"]]),
        ("the man upstairs with the white van", []),
        ("a group of young lads", []),
        ("Mr White and Dave Brown", [["white"], ["dave", "brown"]]),
        ("don't know", []),
    ],
)
def test_names_in_a_description(text: str, found: list[list[str]]) -> None:
    assert names_in(text) == found


TOLD = {
    "answers": {"where_postcode": "12 Elm Road, L36 9YZ", "person_responsible": "Kyle Brennan, flat 14"},
    "contact": {"method": "phone", "safe": []},
}
IDENTITY = {"reporter_name": "Sam Sample", "contact_value": "07700 900123", "affected_name": "Ann Example"}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("It was Kyle Brennan's dog.", {"brennan kyle"}),
        ("Yesterday Mr Kyle James O’Neil shouted", {"james kyle", "james oneil", "kyle oneil"}),
        ("kyle brennan", set()), ("Kyle. Brennan", set()), ("He is at The Road", set()), ("", set()),
    ],
)  # fmt: skip
def test_full_names_in_an_account(text: str, names: set[str]) -> None:
    assert names <= full_names_in(text)
    assert bool(names) or not full_names_in(text)


def test_what_a_report_is_found_by() -> None:
    found = tokens_of(TOLD, IDENTITY, "on_behalf")
    assert Token("reporter", "phone", "07700900123") in found
    assert Token("affected", "full_name", "ann example") in found
    assert Token("responsible", "address", "14|L369YZ") in found
    assert Token("responsible", "name_at_postcode", "brennan|L369YZ") in found
    assert Token("place", "postcode", "L369YZ") in found
    assert not any(token.subject == "affected" and "sample" in token.value for token in found)
    alone = tokens_of(TOLD, {**IDENTITY, "affected_name": ""}, "self")
    assert Token("affected", "phone", "07700900123") in alone


def test_an_anonymous_reporter_is_found_by_nothing() -> None:
    found = tokens_of({**TOLD, "contact": None}, IDENTITY, "self")
    assert {token.subject for token in found} == {"affected", "responsible", "place"}
    assert not any("sample" in token.value or token.kind == "phone" for token in found)


@given(st.text(max_size=300), st.text(max_size=60))
def test_no_text_however_odd_stops_the_work(text: str, name: str) -> None:
    told = {"answers": {"where_postcode": text, "person_responsible": text + "\ud800"}, "contact": {}}
    for token in tokens_of(told, {"reporter_name": name, "contact_value": text}, "self"):
        assert token.value == token.value.strip() != ""

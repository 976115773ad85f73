"""Accounts in eight other languages: danger and hate raise their labels, and say why."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casework.triage import screen, triage
from casework.triage.abroad import LANGUAGES, read_abroad, tables
from casework.triage.abroad.tables import table

NOW = {
    "pl": "Teraz wyłamuje drzwi i ma nóż, przyślijcie policję",
    "ro": "Sparge ușa acum și are un cuțit, chemați poliția",
    "pt": "Ele está agora a arrombar a porta e tem uma faca, chamem a polícia",
    "ar": "هو الآن يكسر الباب ومعه سكين أرسلوا الشرطة",
    "fa": "الان داره در رو می‌شکنه و چاقو داره، پلیس بفرستید",
    "ku": "ئێستا دەرگاکە دەشکێنێت و چەقۆی پێیە، پۆلیس بنێرن",
    "zh": "他现在正在砸门，手里拿着刀，快报警",
    "uk": "Він зараз ламає двері і має ніж, викличте поліцію",
}
PAST = {
    "pl": "Wczoraj sąsiad uderzył mnie w twarz, potem sobie poszedł",
    "ro": "Ieri vecinul m-a lovit în față și apoi a plecat",
    "pt": "Ontem o vizinho bateu-me na cara e depois foi embora",
    "ar": "أمس ضربني الجار على وجهي ثم غادر",
    "fa": "دیروز همسایه منو کتک زد و بعد رفت",
    "ku": "دوێنێ دراوسێکەم لێیدام و پاشان ڕۆیشت",
    "zh": "昨天邻居打了我，后来走了",
    "uk": "Вчора сусід вдарив мене в обличчя, потім пішов геть",
}
IMPLIED = {
    "pl": "Sąsiad krzyczy wracajcie do swojego kraju",
    "ro": "Vecinul ne strigă duceți-vă în țara voastră",
    "pt": "O vizinho grita volta para a tua terra",
    "ar": "الجار يصرخ ارجعوا لبلدكم",
    "fa": "همسایه داد می‌زنه برگردید به کشورتون",
    "ku": "دراوسێکەم هاوار دەکات بگەڕێنەوە بۆ وڵاتی خۆتان",
    "zh": "邻居对我们喊滚回你的国家",
    "uk": "Сусід кричить забирайтеся у свою країну",
}
NO_MOTIVE = {
    "pl": "Jestem muzułmaninem, a sąsiad co noc puszcza głośną muzykę",
    "ro": "Sunt musulman și vecinul dă muzica tare în fiecare noapte",
    "pt": "Sou muçulmano e o vizinho põe música alta todas as noites",
    "ar": "أنا مسلم والجار يشغل موسيقى عالية كل ليلة",
    "fa": "من مسلمان هستم و همسایه هر شب موزیک بلند می‌ذاره",
    "ku": "من موسڵمانم و دراوسێکەم هەموو شەوێک مۆسیقای بەرز دادەنێت",
    "zh": "我是穆斯林，邻居每天晚上大声放音乐",
    "uk": "Я мусульманин, а сусід щоночі вмикає гучну музику",
}
FLAGS = {
    "weapon": "Sąsiad stał na klatce z nożem",
    "violence": "O vizinho deu-me um soco na cara por causa do lixo",
    "threat_of_harm": "Сусід погрожує, що вб'є мене",
    "arson_fire": "الجار هدد انه سيحرق البيت",
    "domestic_abuse": "我老公打我，不让我出门",
    "suicide_self_harm": "نمی‌خوام زنده بمونم دیگه",
    "child_at_risk": "Dzieci obok są same w domu i głodne",
    "adult_at_risk": "Îi iau pensia bătrânului de la doi",
    "sexual_offence": "Сусід мацав мене в ліфті",
    "exploitation": "他们拿走护照，强迫他工作",
    "medical_emergency": "باوکم هەناسە نادات تکایە خێرا وەرن",
    "repeat_or_escalating": "Co noc głośna muzyka, nie mogę spać",
    "immediate_danger": "Pali się u sąsiada, dym na klatce",
}


@pytest.mark.parametrize("code", LANGUAGES)
def test_danger_now_is_an_emergency(code: str) -> None:
    told = NOW[code]
    assert triage(told).urgency == "emergency"
    assert screen(told).emergency
    assert "weapon" in triage(told).risk_flags


@pytest.mark.parametrize("code", LANGUAGES)
def test_danger_that_is_over_is_no_emergency(code: str) -> None:
    labels = triage(PAST[code])
    assert labels.urgency != "emergency"
    assert "violence" in labels.risk_flags


@pytest.mark.parametrize("code", LANGUAGES)
def test_hostility_is_hate_though_nobody_calls_it_so(code: str) -> None:
    labels = triage(IMPLIED[code])
    assert labels.category == "hate"
    assert "race_ethnicity" in labels.strands


@pytest.mark.parametrize("code", LANGUAGES)
def test_who_somebody_is_gives_no_motive(code: str) -> None:
    labels = triage(NO_MOTIVE[code])
    assert labels.category == "asb"
    assert labels.urgency == "standard"


@pytest.mark.parametrize(
    "told", ["Nie miał noża, nikt nie jest ranny", "Не було ножа, ніхто не постраждав", "没有刀，没有人受伤"]
)
def test_what_is_denied_is_no_danger(told: str) -> None:
    assert "weapon" not in triage(told).risk_flags
    assert triage(told).urgency == "standard"


@pytest.mark.parametrize("flag", FLAGS)
def test_each_flag_is_raised(flag: str) -> None:
    assert flag in triage(FLAGS[flag]).risk_flags


def test_reasons_name_the_rule_the_clause_and_the_words() -> None:
    told = IMPLIED["uk"]
    reason = next(one for one in triage(told).reasons if one.label == "strands")
    assert reason.rule == "abroad.uk.go_home"
    assert reason.policy == "HP 1.5"
    assert reason.span is not None
    assert told[slice(*reason.span)] == "забирайтеся у"


def test_traditional_characters_read_as_simplified_ones() -> None:
    assert triage("他現在拿著刀在砸門，快報警").urgency == "emergency"


def test_hidden_spaces_and_typed_ones_read_alike() -> None:
    for told in ("همسایه می‌گه می‌کشمت", "همسایه می گه می کشمت", "همسایه میگه میکشمت"):
        assert "threat_of_harm" in triage(told).risk_flags


def test_english_is_left_to_the_english_rules() -> None:
    assert not read_abroad("my neighbour plays loud music every night and i cant sleep").signs


def test_every_table_speaks_of_the_same_concepts() -> None:
    concepts = {code: {name for rows in table(code).stems.values() for _, name in rows} for code in LANGUAGES}
    for code in LANGUAGES:
        assert len(concepts[code]) > 60, code


@given(st.text(max_size=300))
@settings(max_examples=100, deadline=None)
def test_any_text_is_read(told: str) -> None:
    seen = read_abroad(told)
    assert all(0 <= sign.span[0] < sign.span[1] <= len(told) for sign in seen.signs)
    screen(told)


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("concepts", [{"neg", "weapon", "idiom", "now", "kill"}, set()], ids=["denials", "everything"])
def test_an_account_packed_with_the_tables_words_is_read(code: str, concepts: set[str]) -> None:
    """The tables' own words, ten thousand characters of them: labels once each, every reason inside the text."""
    told = [phrase for rows in table(code).stems.values() for phrase, name in rows if not concepts or name in concepts]
    space = "" if code == "zh" else " "
    packed = space.join(part.rstrip("=") for phrase in told for part in phrase)
    text = (packed * (1 + 10_000 // len(packed)))[:10_000]
    seen = read_abroad(text)
    assert len({sign.label for sign in seen.signs}) == len(seen.signs)
    assert all(0 <= sign.span[0] < sign.span[1] <= len(text) for sign in seen.signs)
    screen(text)


@pytest.mark.parametrize("word", ["a", "nu", "nao"])
def test_a_small_word_that_begins_dozens_of_phrases_is_not_compared_with_each(
    word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[str] = []
    fits = tables._fits

    def counted(part: str, forms: list[str]) -> bool:
        compared.append(part)
        return fits(part, forms)

    monkeypatch.setattr(tables, "_fits", counted)
    read_abroad(f"{word} " * 200)
    assert len(compared) <= 200 * 20


def test_danger_at_the_end_of_a_long_account_is_found() -> None:
    loud = "Sąsiad z góry znowu puszcza głośną muzykę przez cały wieczór i noc. "
    assert "violence" in triage(loud * 120 + "Uderzył mnie pięścią w twarz.").risk_flags


@pytest.mark.parametrize(
    "text",
    [
        "ئاگر کەوتۆتە ژێر زەوی و دووکەڵ هەموو شوێنێکی گرتووە",
        "Вогонь у коридорі і дим, не можемо вийти",
        "الحريق بالدرج والدخان بكل مكان",
        "pali sie w piwnicy, pelno dymu",
    ],
)
def test_fire_with_smoke_is_danger_though_nobody_says_now(text: str) -> None:
    assert screen(text).emergency

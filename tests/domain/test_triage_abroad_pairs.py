"""Pairs in eight other languages, a word or two apart: the one is harm, the other everyday life or a repair."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from casework.triage import screen
from casework.triage.abroad.tables import places, read_tokens
from casework.triage.decide import label
from casework.triage.labels import Labels
from casework.triage.learnt import Signs

PAIRS: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("abroad_pairs.yml").read_text(encoding="utf-8"))
# Stems that begin, or stand inside, words of everyday life.
INNOCENT = [
    "Kran cieknie w łazience od tygodnia", "Jutro jadę pociągiem, proszę przełożyć wizytę",
    "Gwałtowna burza zerwała rynnę", "Spaliny z samochodu wlatują do okna", "Mamy grzyb na ścianie w łazience",
    "Administracja nie reaguje na nasze prośby o naprawę", "Wracałem z pracy późno i nie mogłem zaparkować",
    "Сусіди нижче слухають музику голосніше ніж раніше", "Без світла третій день, бережіть лампочки",
    "Оголені дроти в під'їзді", "Двірник з віником шумить зранку", "Я був у психолога через шум",
    "همسایه ماشینو پارک کرد و گفت جابجا نمی‌کنم", "نمیتونم بخوابم از صدا", "فشار آب ضعیفه", "آب میاد تو آشپزخونه",
    "فضای مشترک کثیفه", "تبریک عید می‌گم", "گۆرانی بە دەنگی بەرز لێدەدەن هەموو شەو", "کەڕوو لە حەمام هەیە",
    "بەردەوام دەنگی مۆسیقا دێت", "گڵۆپەکە بکوژێنەوە تکایە", "لە شەقام ئۆتۆمبێل زۆرە", "شكرا لكم على المساعدة",
    "لا ندفع الإيجار حتى تصلحوا السخان", "عصافير على الشباك بتصحيني الصبح", "سيفون الحمام خربان",
    "Boxele vecinului bubuie toată noaptea", "Am găsit păr în scurgere", "Zgomotul nu mă lasă să dorm",
    "Se aruncă gunoi pe geam", "Por favor façam alguma coisa com o barulho", "O técnico está atrasado outra vez",
    "Tapete sujo no corredor", "Rebentou um cano na cozinha", "有可能性是水管坏了", "楼道堆满废物", "排气扇坏了很吵",
    "春节要回老家，邮件怎么办", "Jakaś kobieta krzyczy co noc na klatce", "Старий диван смердить у коридорі",
]  # fmt: skip


def _read(told: str) -> Labels:
    return label(told, (), Signs())


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair["harm"][:24])
def test_harm_is_told_from_its_twin(pair: dict[str, Any]) -> None:
    said = _read(pair["harm"])
    assert set(said.risk_flags) - {"repeat_or_escalating"} == set(pair["flags"])
    assert said.urgency == pair["urgency"]
    assert (said.category == "hate") == pair["hate"]
    _harmless(pair["twin"])


@pytest.mark.parametrize("told", INNOCENT)
def test_a_stem_of_harm_inside_a_harmless_word_says_nothing(told: str) -> None:
    _harmless(told)


def _harmless(told: str) -> None:
    said = _read(told)
    assert not set(said.risk_flags) - {"repeat_or_escalating"}
    assert (said.urgency, said.category == "hate") == ("standard", False)
    assert not screen(told).emergency


def test_a_word_of_two_meanings_is_settled_by_what_stands_beside_it() -> None:
    assert "hits_now" in places(read_tokens("leje żonę pasem"), "pl")
    assert "hits_now" not in places(read_tokens("leje się woda"), "pl")
    assert "hits_now" in places(read_tokens("لێی دەدات"), "ku")
    assert "hits_now" not in places(read_tokens("تەپڵ لێدەدات"), "ku")
